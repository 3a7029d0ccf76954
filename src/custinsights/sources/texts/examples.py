"""What may a message show of a cell that makes its row bad?

Where a row has a cell too many or too few, people stand also in the columns of dates and numbers.
So a cell is shown as it is where nobody can be in it, and else by its shape, as `masked` makes it.
"""

from __future__ import annotations

import re

from custinsights.domain.contacts import masked
from custinsights.sources.texts.vocabulary import PERSONAL

_DATE = (
    r"(?:\d{4}[-/.]\d{1,2}[-/.]\d{1,2}|\d{1,2}[-/.]\d{1,2}[-/.](?:\d{4}|\d{2}))"
    r"(?:[ ,T]+[\d:.+-]+)*Z?"
)
_NUMBER = r"[+-]?\d{1,12}[.,]\d{1,2}"
_FEW_FIGURES = r"[^\w]*(?:\d[^\w]*){0,6}"  # a phone number has more
_NOBODY = re.compile(f"{_DATE}|{_NUMBER}|{_FEW_FIGURES}", re.ASCII)
_WORDS = {"order_status": re.compile(r"[^\d@]*"), "currency": re.compile(r"[^\d@\s]*")}
"""What stands in these columns is told nowhere else: the states of orders, and one word."""


def shown(cell: str, field: str) -> str:
    """Return a cell of a field as a message may show it.

    Examples
    --------
    >>> shown("2024-02-30", "placed_at"), shown("1,2,3", "amount"), shown("on hold", "order_status")
    ('2024-02-30', '1,2,3', 'on hold')
    >>> shown("12 Main St", "amount"), shown("0171 1234567", "amount"), shown("ada", "customer_id")
    ('00 xxxx xx', '0000 0000000', 'xxx')
    >>> shown("1990-02-30", "birthday")
    '0000-00-00'
    """
    tidy = cell.strip()
    may_show = _WORDS.get(field, _NOBODY)
    return cell if field not in PERSONAL and may_show.fullmatch(tidy) else masked(cell)
