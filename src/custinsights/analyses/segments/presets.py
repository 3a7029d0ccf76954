"""Which segments come with a name, a meaning and something to do? The presets of a catalog."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import attrs

from custinsights.analyses.builtin.presets import ACTIONS, MADE
from custinsights.analyses.catalog import DEFAULT, Catalog
from custinsights.analyses.segments.operators import Number, RuleWords
from custinsights.analyses.segments.words import PRESET
from custinsights.domain.fields import instance, looked_up
from custinsights.domain.frozen import frozen
from custinsights.domain.segments import Segment
from custinsights.errors import UnknownName

LOCAL, BOUGHT_WITHOUT = "local", "bought_without"
_WHAT = ("product", "category", "department", "keyword")


@attrs.frozen(repr=False)
class Presets(Mapping[str, Segment]):
    """The preset segments of a catalog by name, in any spelling, and such as arguments make.

    A rule asks for one by ``in_segment("preset:win_back")``.

    Parameters
    ----------
    catalog
        Whose presets they are. A name that it lacks is looked up among the installed packages.

    Examples
    --------
    >>> Presets()["high-value one-timer"].rule
    'order_count == 1 and percentile(total_spent) >= 0.9'
    """

    catalog: Catalog = attrs.field(default=DEFAULT, validator=instance(Catalog))

    def __repr__(self) -> str:
        return f"<presets: {', '.join(self)}>"

    def __getitem__(self, name: str) -> Segment:
        return self.catalog.preset(name)

    def __contains__(self, name: object) -> bool:
        return isinstance(name, str) and self.get(name) is not None

    def get(self, name: str, default: Any = None) -> Any:
        """Return a segment by name, the default if there is none."""
        try:
            return self[name]
        except UnknownName:
            return default

    def __iter__(self) -> Iterator[str]:
        return iter(self.catalog.presets)

    def __len__(self) -> int:
        return len(self.catalog.presets)

    @property
    def actions(self) -> Mapping[str, str]:
        """Spaced name -> what to do with the segment, in one sentence.

        Of the tiers (``value:vip``), the groups of RFM (``rfm:champions`` of the map with five
        bins and six groups, ``eleven:cant_lose`` of the one with eleven), the stages
        (``lifecycle:advocate``), and the presets (``preset:collector``).
        """
        own = {f"{PRESET}:{name}": one.action for name, one in self.items() if one.action}
        found: Mapping[str, str] = frozen({**ACTIONS, **own})
        return found

    def local(self, lat: Number, lon: Number, km: Number = 50) -> Segment:
        """Return the segment of those who live near a place.

        Parameters
        ----------
        lat, lon
            Degrees north and east.
        km
            Great-circle kilometres; the coordinates are those of the customer table.

        Examples
        --------
        >>> Presets().local("48.85", 2.35).rule
        'within_km(48.85, 2.35, 50)'
        """
        near = RuleWords(self.catalog).within_km(lat, lon, km)
        definition = f"The customer table has coordinates at most {km} km from {lat}, {lon}."
        return Segment(LOCAL, near.as_rule().text, definition, MADE[LOCAL])

    def bought_without(self, bought: str, without: str, *, by: str = "product") -> Segment:
        """Return the segment of those who bought one thing and never another: for an offer.

        Parameters
        ----------
        bought, without
            The two things.
        by
            What they are: ``"product"``, ``"category"``, ``"department"`` or ``"keyword"``.

        Raises
        ------
        UnknownName
            If things are nothing of that kind.

        Examples
        --------
        >>> Presets().bought_without("Prints", "Framing", by="department").rule
        'bought(department="Prints") and not bought(department="Framing")'
        """
        looked_up("label of products", by, dict.fromkeys(_WHAT))
        words = RuleWords(self.catalog)
        rule = words.bought(**{by: bought}) & ~words.bought(**{by: without})
        definition = f"Bought {bought} and never {without}, by {by}."
        return Segment(BOUGHT_WITHOUT, rule.text, definition, MADE[BOUGHT_WITHOUT])


presets = Presets()
"""The presets of the built-in catalog."""
