"""Which segments come with a name, a meaning and something to do? The presets of a catalog."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

import attrs

from custinsights.analyses.builtin.presets import ACTIONS, MADE
from custinsights.analyses.builtin.product_functions import folded
from custinsights.analyses.catalog import DEFAULT, Catalog
from custinsights.analyses.declaring.installed import installed_names
from custinsights.analyses.segments.operators import Number, RuleWords
from custinsights.analyses.segments.words import PRESET
from custinsights.domain.fields import instance, looked_up
from custinsights.domain.rules.lexing import MOST_IN_TEXT
from custinsights.domain.rules.printing import written
from custinsights.domain.rules.tree import Call, Literal
from custinsights.domain.segments import Segment, spelled
from custinsights.errors import InvalidValue, UnknownName

LOCAL, BOUGHT_WITHOUT = "local", "bought_without"
_SHOWN = 40
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
        """Spaced name, in any spelling -> what to do with the segment, in one sentence.

        Of the tiers (``value:vip``), the groups of RFM (``rfm:champions`` of the map with five
        bins and six groups, ``eleven:cant_lose`` of the one with eleven), the stages
        (``lifecycle:advocate``), and the presets (``preset:collector``).
        """
        return _Actions(self)

    def local(self, lat: Number, lon: Number, km: Number = 50, *, name: str = LOCAL) -> Segment:
        """Return the segment of those who live near a place.

        Parameters
        ----------
        lat, lon
            Degrees north and east.
        km
            Great-circle kilometres; the coordinates are those of the customer table.
        name
            Of the segment: two places in one set need two.

        Examples
        --------
        >>> Presets().local("48.85", 2.35).rule
        'within_km(48.85, 2.35, 50)'
        """
        near = RuleWords(self.catalog).within_km(lat, lon, km)
        assert isinstance(near.value, Call)  # noqa: S101 - that is what was called
        north, east, radius = (written(Literal(Decimal(str(one)))) for one in near.value.arguments)
        definition = f"The customer table has coordinates at most {radius} km from {north}, {east}."
        return Segment(name, near.as_rule().text, definition, MADE[LOCAL])

    def bought_without(
        self, bought: str, without: str, *, by: str = "product", name: str = BOUGHT_WITHOUT
    ) -> Segment:
        """Return the segment of those who bought one thing and never another: for an offer.

        Parameters
        ----------
        bought, without
            The two things.
        by
            What they are: ``"product"``, ``"category"``, ``"department"`` or ``"keyword"``.
        name
            Of the segment: two of them in one set need two.

        Raises
        ------
        InvalidValue
            If both are one thing, or one is no text that a rule takes.
        UnknownName
            If things are nothing of that kind.

        Examples
        --------
        >>> Presets().bought_without("Prints", "Framing", by="department").rule
        'bought(department="Prints") and not bought(department="Framing")'
        """
        looked_up("label of products", by, dict.fromkeys(_WHAT))
        for one in (bought, without):
            _check_thing(one)
        if folded(bought) == folded(without):
            what = f"whoever bought one {by} bought it"
            raise InvalidValue(what, (bought, without), "two different things")
        words = RuleWords(self.catalog)
        rule = words.bought(**{by: bought}) & ~words.bought(**{by: without})
        definition = f"Bought {bought} and never {without}, by {by}."
        return Segment(name, rule.text, definition, MADE[BOUGHT_WITHOUT])


def _check_thing(given: object) -> None:
    """Refuse what names no product, category, department or keyword in a rule."""
    if not isinstance(given, str) or not given.strip():
        raise InvalidValue("this names nothing to buy", given, "a text that says something")
    if len(given) > MOST_IN_TEXT:
        signs = f"{given[:_SHOWN]}… of {len(given):,} signs"
        advice = "Ask by a shorter label: a category, a department or a keyword"
        raise InvalidValue(
            "the name is too long for a rule", signs, f"at most {MOST_IN_TEXT} signs", advice
        )


@attrs.frozen(eq=False)
class _Actions(Mapping[str, str]):
    """Actions by spaced name in any spelling; also those of presets of installed packages."""

    presets: Presets

    def __getitem__(self, name: str) -> str:
        space, _, bare = name.partition(":") if isinstance(name, str) else ("", "", "")
        key = f"{space.strip().casefold()}:{spelled(bare)}"
        if key in ACTIONS:
            return ACTIONS[key]
        if key.startswith(f"{PRESET}:"):
            found = self.presets.get(bare)
            if found is not None and found.action:
                return str(found.action)
        offered = (f"{PRESET}:{one}" for one in installed_names())
        raise UnknownName("segment with an action", name, (*self, *offered))

    def __contains__(self, name: object) -> bool:
        return isinstance(name, str) and self.get(name) is not None

    def get(self, name: str, default: Any = None) -> Any:
        """Return an action by name, the default if there is none."""
        try:
            return self[name]
        except UnknownName:
            return default

    def __iter__(self) -> Iterator[str]:
        yield from ACTIONS
        yield from (f"{PRESET}:{name}" for name, one in self.presets.items() if one.action)

    def __len__(self) -> int:
        return sum(1 for _ in self)


presets = Presets()
"""The presets of the built-in catalog."""
