"""Which rows of a table of people or products tell of the same one?

In one file they complete each other, unless they contradict. Of what several files tell, the later
file's rows are taken. The first row of each stands for it.
"""

from __future__ import annotations

from collections.abc import Sequence

import attrs
import numpy as np

from custinsights.history.columnar.columns import AnyArray, BoolArray, IntArray
from custinsights.history.columnar.row_groups import NO_ROW, RowGroups
from custinsights.sources.orders.grouping import Signatures, picked, taken
from custinsights.sources.orders.rows import ParsedRows
from custinsights.sources.texts.columns import Texts


@attrs.frozen(eq=False)
class Typed:
    """A column of numbers, dates or flags, where rows say something, and what stands elsewhere."""

    values: AnyArray
    says: BoolArray
    missing: object


@attrs.frozen(eq=False)
class Single:
    """The rows of each, once their fate is settled.

    Parameters
    ----------
    rows
        All rows.
    groups
        Who or what each row tells of, numbered in the order of the first rows; -1 for rows that
        are not used.
    """

    rows: ParsedRows
    groups: RowGroups

    def __len__(self) -> int:
        return self.groups.count

    def row_of(self, says: BoolArray) -> IntArray:
        """Return the first row of each that says something, -1 where none does."""
        return self.groups.first(says)

    def texts(self, field: str) -> Texts:
        """Return a field of each as texts, blank where no row says it."""
        return self.texts_of(self.rows.texts(field))

    def texts_of(self, column: Texts) -> Texts:
        """Return a text of each, of a column that is made of several fields."""
        return taken(column, self.row_of(~column.is_blank))

    def typed(self, column: Typed) -> AnyArray:
        """Return a value of each from the row that says it."""
        at = self.row_of(column.says)
        nothing = np.array(column.missing, dtype=column.values.dtype)
        return np.where(at >= 0, picked(column.values, at), nothing)


def settle(rows: ParsedRows, keys: IntArray, fields: Sequence[str], what: str) -> Single:
    """Find the rows of each, and judge those that contradict each other.

    Parameters
    ----------
    keys
        int64[n], equal for rows that tell of the same one, -1 where a row tells of none.
    fields
        Of which all rows of one in one file must tell the same, or nothing.
    what
        What a row tells of, as messages call it in the plural.
    """
    ledger, sheet = rows.ledger, rows.sheet
    signatures = Signatures(rows)
    count = int(keys.max(initial=-1)) + 1
    if len(sheet.files) > 1:
        _supersede(rows, RowGroups(np.where(ledger.is_open, keys, -1), count), signatures, what)
    found = RowGroups(np.where(ledger.is_open, keys, -1), count)
    is_again = found.is_again
    if is_again.any():
        is_same = signatures.equal(found.spread(found.first(), NO_ROW))
        ledger.leave_out(is_again & is_same, "duplicate")
        found = RowGroups(np.where(ledger.is_open, keys, -1), count)
        for field in fields:
            _refuse_contradictions(rows, found, field, what)
        found = RowGroups(np.where(ledger.is_open, keys, -1), count)
    return Single(rows, found.kept(ledger.is_open))


def _supersede(rows: ParsedRows, found: RowGroups, signatures: Signatures, what: str) -> None:
    """Keep the rows of the last file that tells of one; say whether earlier ones differed."""
    file = rows.sheet.file.astype(np.int64)
    is_open = found.codes >= 0
    latest = found.spread(-found.least(-file, is_open, 0))
    is_old = is_open & (file < latest)
    newest = found.spread(found.first(is_open & (file == latest)), NO_ROW)
    is_equal = signatures.equal(newest)
    rows.ledger.leave_out(is_old & is_equal, "duplicate")
    rows.ledger.leave_out(is_old & ~is_equal, "duplicate", "updated")
    rows.ledger.note(f"updated_{what}", int(np.count_nonzero(found.any(is_old & ~is_equal))))


def _refuse_contradictions(rows: ParsedRows, found: RowGroups, field: str, what: str) -> None:
    texts = rows.texts(field).distinct()
    says = ~texts.is_blank & (found.codes >= 0)
    codes = texts.codes.astype(np.int64)
    first = found.spread(found.first(says), NO_ROW)
    differs = says & (codes != picked(codes, first))
    if differs.any():
        kind = (
            f"{what} of {'whom' if what == 'customers' else 'which'} two rows tell different things"
        )
        rows.ledger.bad(found.spread(found.any(differs), default=False), kind, field)
