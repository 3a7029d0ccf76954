"""What a kind of table beside the orders is: a declaration of its words, and how they are read."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import attrs

from custinsights.domain.fields import looked_up, refuse_other
from custinsights.sources.formats.declaration import OrderFormat
from custinsights.sources.formats.generic import named_columns
from custinsights.sources.formats.installed import GENERIC
from custinsights.sources.formats.orders import BUILT_IN, refuse_other_table
from custinsights.sources.texts.vocabulary import Kind, Words, fields_named, plain


@attrs.frozen(kw_only=True)
class Listing:
    """What there is to know of one kind of table.

    Parameters
    ----------
    words
        The names of its fields.
    kinds
        The kind of every field that is not a text.
    required
        Fields that a table must have.
    needs
        Fields of which a table must have one.
    built_in
        The formats with headers of their own.
    """

    words: Words
    kinds: Mapping[str, Kind]
    required: Sequence[str] = ()
    needs: Sequence[str] = attrs.field(
        default=attrs.Factory(lambda self: self.required, takes_self=True)
    )
    built_in: Mapping[str, OrderFormat] = attrs.field(factory=dict)

    def asked(
        self, wanted: str | OrderFormat | None, columns: Mapping[str, str | Sequence[str]] | None
    ) -> Callable[[Sequence[str]], OrderFormat]:
        """Return what finds the format of a header, once what is asked for is there."""
        named = fields_named({} if columns is None else columns, words=self.words)
        own = self._generic(named)
        if isinstance(wanted, str):
            wanted = looked_up("format", wanted, {**self.built_in, GENERIC: own})
        if wanted is None and not named:
            return lambda header: self._recognised(header) or self._in_our_words(header)
        if wanted is own and not named:
            return self._in_our_words
        format = own if wanted is None else wanted
        refuse_other(OrderFormat, "the option format=", format)
        return lambda header: _told(format, named, header)

    def _generic(self, named: Mapping[str, str | Sequence[str]]) -> OrderFormat:
        """Return the format of a table whose columns are told."""
        return OrderFormat(name=GENERIC, columns=named, required=self.required, kinds=self.kinds)

    def _in_our_words(self, header: Sequence[str]) -> OrderFormat:
        columns = named_columns(header, self.words)
        return attrs.evolve(self._generic(columns), recognised_by=columns.values())

    def _recognised(self, header: Sequence[str]) -> OrderFormat | None:
        """Return the format whose own headers are there, most of them first."""
        known = [one for one in self.built_in.values() if one.recognises(header)]
        found = max(known, key=lambda one: len(one.recognised_by), default=None)
        if found is None:
            refuse_other_table(header, BUILT_IN, "orders")
            return None
        return _told(found, {}, header)


def _told(
    format: OrderFormat, named: Mapping[str, str | Sequence[str]], header: Sequence[str]
) -> OrderFormat:
    """Return a format with told columns; a header that begins with ``*`` is how one ends."""
    columns = dict(format.columns)
    for field, wanted in format.columns.items():
        if isinstance(wanted, str) and wanted.startswith("*"):
            ending = plain(wanted[1:])
            found = [cell for cell in header if plain(cell).endswith(ending)]
            columns[field] = found[0] if found else wanted
    return attrs.evolve(format, columns={**columns, **named})
