"""Which words may a rule use? Those of a catalog, and those that compare with all customers."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from contextlib import contextmanager

import attrs

from custinsights.analyses.catalog import Catalog
from custinsights.analyses.declaring.declarations import Trait
from custinsights.analyses.declaring.installed import installed_names
from custinsights.analyses.declaring.nicknames import meant
from custinsights.analyses.declaring.segment_functions import SegmentFunction
from custinsights.domain.rules.places import Source
from custinsights.domain.rules.signatures import Parameter, Signature
from custinsights.domain.segments import spelled
from custinsights.errors import UnknownName
from custinsights.errors.wording import listed

IN_SEGMENT, PERCENTILE, TAGGED, STATUS = "in_segment", "percentile", "tagged", "status"
PRESET = "preset"

OF_POPULATION = {
    one.name: one
    for one in (
        Signature(
            IN_SEGMENT,
            "flag",
            (Parameter("name", "text", required=True),),
            "Whether the customer is in another segment, such as value:vip, "
            "rfm:champions or preset:win_back.",
        ),
        Signature(
            PERCENTILE,
            "number",
            (Parameter("trait", "trait", required=True),),
            "Customers with a strictly smaller value ÷ customers.",
            gives_a_share=True,
        ),
    )
}
"""The functions whose answer depends on the other customers, or on other rules."""


@attrs.frozen
class CatalogWords:
    """The words of a catalog, as `read` asks for them; plug-ins are loaded when they are met."""

    catalog: Catalog

    def kind_of(self, name: str) -> str | None:
        """Return the kind of a trait's values."""
        found = self.catalog.traits.get(name) or self._word(name)
        return found.kind if isinstance(found, Trait) else None

    def function(self, name: str) -> Signature | None:
        """Return how a function is called."""
        if name in OF_POPULATION:
            return OF_POPULATION[name]
        found = self.catalog.functions.get(name) or self._word(name)
        return found.signature if isinstance(found, SegmentFunction) else None

    def _word(self, name: str) -> Trait | SegmentFunction | None:
        try:
            return self.catalog.word(name)
        except UnknownName:
            return None

    def known(self) -> tuple[str, ...]:
        """Return all names, also those that installed packages offer, which are not loaded."""
        own = (*self.catalog.traits, *self.catalog.functions, *OF_POPULATION, "attribute")
        return (*own, *installed_names())

    def traits_of(self, kinds: Collection[str]) -> tuple[str, ...]:
        """Return the names of the catalog's own traits of some kinds."""
        return tuple(name for name, one in self.catalog.traits.items() if one.kind in kinds)

    def labels_of(self, name: str) -> tuple[str, ...] | None:
        """Return all labels of a trait where they are known beforehand."""
        found = self.catalog.traits.get(name) or self._word(name)
        return found.closed if isinstance(found, Trait) else None

    def meant(self, name: str) -> str | None:
        """Return the trait that an abbreviation stands for."""
        return meant(name, self.catalog.traits)


@contextmanager
def pointing_into(text: str, catalog: Catalog) -> Iterator[None]:
    """Let what is said of an unknown segment point into the text of the rule that names it."""
    try:
        yield
    except UnknownName as error:
        source = Source(text, CatalogWords(catalog))
        for node, name in source.quoted():
            if spelled(str(error.name)) in map(spelled, (name, *name.split(":"))):
                what = f"there is no {error.kind} named {error.name!r}"
                source.refuse(node, what, listed(error.known), error.suggestion)
        raise
