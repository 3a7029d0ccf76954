"""Who belongs where? Customers cut into named segments."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import attrs
import numpy as np
import numpy.typing as npt

from custinsights.errors import UnknownName, counted
from custinsights.results.customer_table import CustomerTable
from custinsights.results.door import Presented
from custinsights.results.freezing import frozen_array, same_array
from custinsights.results.table import Column, Table


class Sizes(dict[str, int]):
    """Segment name -> number of customers; also found by spaced name and in any case.

    Examples
    --------
    >>> sizes = Sizes({"VIP": 433, "Casual": 594}, space="value")
    >>> sizes["value:vip"], sizes["casual"]
    (433, 594)
    """

    def __init__(
        self, sizes: Iterable[tuple[str, int]] | Mapping[str, int] = (), space: str = ""
    ) -> None:
        super().__init__(sizes)
        self.space = space

    def __missing__(self, name: str) -> int:
        """Find a segment under another spelling of its name."""
        return self[_segment(name, tuple(self), self.space)]


def _segment(name: object, known: tuple[str, ...], space: str = "") -> str:
    """Return the segment that a name in any spelling means, in a space where one is named."""
    given, _, bare = name.rpartition(":") if isinstance(name, str) else ("", "", "")
    table = {spelled(one): one for one in known if not space or given in ("", space)}
    if spelled(bare) not in table:
        raise UnknownName("segment", name, known)
    return table[spelled(bare)]


def spelled(name: str) -> str:
    """Return a segment's name as it stands in rules: ``At-risk`` is ``at_risk``."""
    return "_".join(name.casefold().replace("'", "").replace("-", " ").split())


@attrs.frozen(eq=False, repr=False, kw_only=True)
class SegmentSet(Presented):
    """Customers in segments that do not overlap.

    Parameters
    ----------
    space
        What the names belong to: ``value``, ``frequency``, ``recency``, ``rfm``.
    names
        The segments, from the best to the worst.
    customers
        One row per customer; the column ``segment`` is None for who was excluded.
    codes
        int64[k], the place of each customer's segment in `names`, -1 for the excluded.
    """

    space: str
    names: tuple[str, ...]
    customers: CustomerTable
    codes: npt.NDArray[np.int64] = attrs.field(converter=frozen_array)

    def __eq__(self, other: object) -> bool:
        """Tell whether two sets put the same customers into the same segments."""
        if not isinstance(other, SegmentSet):
            return NotImplemented
        return (
            (self.space, self.names, self.customers) == (other.space, other.names, other.customers)
        ) and same_array(self.codes, other.codes)

    @property
    def sizes(self) -> Mapping[str, int]:
        """Segment name -> how many customers, in the order of `names`; the excluded not among."""
        return Sizes(
            ((name, int((self.codes == place).sum())) for place, name in enumerate(self.names)),
            space=self.space,
        )

    @property
    def excluded(self) -> int:
        """How many customers were excluded."""
        return int((self.codes < 0).sum())

    def members(self, name: str) -> CustomerTable:
        """Return the customers of a segment, by name or spaced name (``value:vip``)."""
        place = self.names.index(_segment(name, self.names, self.space))
        return self.customers.take(np.flatnonzero(self.codes == place))

    def table(self) -> Table:
        """Return one row per segment: customers, their share, what they spent."""
        sizes = np.array(list(self.sizes.values()), dtype=np.int64)
        total = int(sizes.sum())
        spent = self.customers.columns["total_spent"]
        sums = [int(spent.values[self.codes == place].sum()) for place in range(len(self.names))]
        notes = list(self.customers.provenance.notes())
        if self.excluded:
            notes.append(f"{counted(self.excluded, 'customer')} excluded.")
        columns: list[Any] = [
            Column("segment", "label", list(self.names)),
            Column("customers", "count", sizes),
            Column("share", "share", sizes / total if total else np.full(len(sizes), np.nan)),
            Column(
                "total_spent",
                "money",
                np.array(sums, dtype=np.int64),
                unit=spent.unit,
                exponent=spent.exponent,
            ),
        ]
        return Table(
            f"{self.space} segments",
            columns,
            notes=notes,
            timezone=self.customers.provenance.calendar.timezone,
        )
