"""What came out of an export, and who is not in it?"""

from __future__ import annotations

from collections.abc import Mapping
from html import escape

import attrs

from custinsights.domain.frozen import Frozen, frozen
from custinsights.errors import counted
from custinsights.results.door import Presented
from custinsights.results.table import Column, Table
from custinsights.shop.exports.presets import ExportPreset

__all__ = ["REASONS", "Export"]

REASONS: Mapping[str, str] = Frozen(
    {
        "no address": "no address by which they could be reached",
        "suppressed": "on the list of those who must not be written to",
        "unsubscribed": "taken back",
        "no consent": "never agreed",
    }
)
"""Why customers are left out of an export that needs a consent, in the order of trying."""


@attrs.frozen(eq=False, repr=False, kw_only=True)
class Export(Presented):
    """Rows for a file, by `to_csv` and `to_xlsx`; shows itself without them, for they are personal.

    Parameters
    ----------
    preset : ExportPreset
        What was asked for.
    columns : tuple of Column
        The fields.
    left_out : mapping of str to int
        Of those who were asked for, how many are not in it, by the reason (`REASONS`); empty where
        no consent is needed.
    notes : tuple of str
        What else has to be known of the rows.
    timezone : str
        The zone of its instants.
    """

    preset: ExportPreset
    columns: tuple[Column, ...]
    left_out: Mapping[str, int] = attrs.field(converter=frozen)
    notes: tuple[str, ...] = ()
    timezone: str = "UTC"

    def __len__(self) -> int:
        return len(self.columns[0])

    def table(self) -> Table:
        """Return the rows, with the notes that a spreadsheet shows."""
        notes = (self.preset.definition, self.preset.purpose, *self._says(), *self.notes)
        return Table(self.preset.name, self.columns, notes=notes, timezone=self.timezone)

    def __repr__(self) -> str:
        rows = counted(len(self), "row")
        says = "".join(f" {one}" for one in self._says())
        fields = counted(len(self.columns), "field")
        return f"<Export {self.preset.name}: {rows} of {fields}.{says}>"

    def _repr_html_(self) -> str:
        return f"<code>{escape(repr(self))}</code>"

    def _says(self) -> list[str]:
        if not self.preset.topic:
            return []
        asked = len(self) + sum(self.left_out.values())
        why = ", ".join(f"{reason} {number:,}" for reason, number in self.left_out.items())
        agreed = f"{len(self):,} of {asked:,} agreed to {self.preset.topic}"
        return [f"{agreed} by {self.preset.channel}; left out: {why}."]
