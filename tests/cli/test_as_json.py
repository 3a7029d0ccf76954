"""The report as JSON: exact, complete, one value per name."""

import json
from datetime import datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from custinsights.cli.as_json import as_json

VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.text()
    | st.floats(allow_nan=False, allow_infinity=False),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=20,
)


@given(VALUES)
def test_json_reads_back(value: object) -> None:
    """Whatever Python's own reader makes of it is what was written."""
    assert json.loads(as_json(value)) == value


@given(st.decimals(allow_nan=False, allow_infinity=False, places=2))
def test_money_is_written_out_exactly(amount: Decimal) -> None:
    """A Decimal is a number with all of its digits, never in powers of ten."""
    text = as_json({"revenue": amount})
    assert json.loads(text, parse_float=Decimal, parse_int=Decimal) == {"revenue": amount}
    assert "E" not in text.upper().replace("REVENUE", "")


def test_what_json_lacks_is_null() -> None:
    """JSON has no NaN; an undefined number is null."""
    assert as_json([float("nan"), float("inf")]) == "[\n  null,\n  null\n]"


def test_instants_keep_their_offset() -> None:
    """An instant is an ISO 8601 text with the offset of its zone."""
    moment = datetime(2011, 7, 1, tzinfo=ZoneInfo("Europe/London"))
    assert as_json(moment) == '"2011-07-01T00:00:00+01:00"'


def test_each_record_has_its_line() -> None:
    """Records stand one below the other, fit for grep and diff."""
    assert as_json({"a": [{"n": 1}, {"n": 2}]}).splitlines()[2:4] == [
        '    {"n": 1},',
        '    {"n": 2}',
    ]
