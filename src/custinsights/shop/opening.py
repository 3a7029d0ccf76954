"""How is the memory of a shop opened? A file, a database, or a store of one's own."""

from __future__ import annotations

from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

from custinsights.analyses.catalog import DEFAULT, Catalog
from custinsights.domain.calendar import Calendar
from custinsights.domain.countries import refuse_no_country
from custinsights.domain.currencies import minor_exponent
from custinsights.errors import Incompatible, InvalidValue
from custinsights.privacy.access import Access
from custinsights.privacy.consents import PreferenceCentre
from custinsights.repositories.protocols import (
    ActivityRepository,
    AnnotationRepository,
    OrderRepository,
    PeopleRepository,
    Store,
    UnitOfWork,
)
from custinsights.repositories.vaults import Vault
from custinsights.shop.shop import Shop
from custinsights.sources.stored.reading import SHOP

__all__ = ["open_shop"]

_ROOMS: Final = {
    "people": PeopleRepository,
    "orders": OrderRepository,
    "activities": ActivityRepository,
    "annotations": AnnotationRepository,
}
_PLURALS: Final = {
    "currency": "the currencies of the shop",
    "timezone": "the time zones of the shop",
    "country": "the countries of the shop",
}


def open_shop(
    where: str | Path | Store,
    *,
    currency: str | None = None,
    timezone: str | ZoneInfo | None = None,
    country: str | None = None,
    vault: Vault | None = None,
    access: Access | None = None,
    catalog: Catalog = DEFAULT,
    centre: PreferenceCentre | None = None,
) -> Shop:
    """Open the memory of a shop.

    Parameters
    ----------
    where
        A file of SQLite, which is made where there is none (extra ``sql``); the URL of a database,
        such as ``postgresql+psycopg://user@host/shop`` (extra ``postgres``); or a store of one's
        own.
    currency, timezone
        In which the shop counts; kept when first told, and refused where they differ later.
    country
        Where the shop is, by the two letters of ISO 3166-1: in it phone numbers are dialled that
        name no country. Kept and refused as they are.
    vault
        Seals contacts at rest: `custinsights.privacy.EncryptingVault`.
    access
        Who asks, and what they may; None is the program itself.
    catalog
        Where the names of traits and rules are looked up.
    centre
        The topics and channels that customers choose from; default: `PreferenceCentre`.

    Raises
    ------
    InvalidValue
        A store of one's own has not all methods of `custinsights.repositories.protocols`.
    Incompatible
        The shop counts in another currency or zone, or is in another country.
    MissingExtra
        The library that the database needs is not installed.

    Examples
    --------
    >>> from datetime import UTC, datetime
    >>> from custinsights.domain import Customer, Money, Order
    >>> from custinsights.repositories.memory import MemoryStore
    >>> shop = open_shop(MemoryStore(), currency="EUR", timezone="Europe/Paris")
    >>> noon, next_day = datetime(2024, 3, 5, 12, tzinfo=UTC), datetime(2024, 3, 6, tzinfo=UTC)
    >>> _ = shop.add_customer(Customer("c7", tags=["VIP"]), at=noon, by="Ada")
    >>> with shop.begin(at=noon) as work:
    ...     work.orders.add(Order(id="1001", customer="c7", placed_at=noon, total=Money(90, "EUR")))
    >>> profile = shop.profile("c7", as_of=next_day)
    >>> profile.metrics["total_spent"], profile.labels[:2]
    (Decimal('90.00'), ('frequency:one_time', 'recency:active'))
    """
    store = _store(where, vault)
    zone = None if timezone is None else str(timezone)
    told = {"currency": currency, "timezone": zone, "country": country}
    _settle(store, {name: value for name, value in told.items() if value is not None})
    return Shop(store, access, catalog, centre or PreferenceCentre())


def _store(where: str | Path | Store, vault: Vault | None) -> Store:
    if isinstance(where, str | Path):
        from custinsights.repositories.sql import open_store

        return open_store(where, vault=vault)
    if not hasattr(where, "begin"):
        allowed = "a path, the URL of a database, or a store"
        raise InvalidValue("this is no store", type(where).__name__, allowed)
    if vault is not None:
        advice = "Give the vault to the store"
        raise InvalidValue("this store is open already", "a vault", "no vault", advice)
    return where


def _refuse_parts(work: UnitOfWork) -> None:
    """Refuse a store of one's own that has some methods alone: a shop asks for all of them."""
    parts: list[tuple[str, object, type]] = [("", work, UnitOfWork)]
    parts += [(f"{name}.", getattr(work, name, None), kind) for name, kind in _ROOMS.items()]
    missing = [
        f"{where}{name}"
        for where, part, kind in parts
        for name in vars(kind)
        if not name.startswith("_") and not hasattr(part, name)
    ]
    if missing:
        what = "the unit of work of this store has not all methods that a shop asks for"
        allowed = "a store with all methods of custinsights.repositories.protocols"
        advice = "Write them; read_store takes a store with fewer"
        raise InvalidValue(what, f"none of {', '.join(missing)}", allowed, advice)


def _settle(store: Store, told: dict[str, str]) -> None:
    """Keep what the shop counts in, if it was told for the first time."""
    if "currency" in told:
        minor_exponent(told["currency"])
    if "timezone" in told:
        Calendar(told["timezone"])
    if "country" in told:
        refuse_no_country("the country of the shop is none", told["country"])
    with store.begin(read_only=True) as work:
        _refuse_parts(work)
        held = dict(work.annotations.setting(SHOP) or {})
    for name, value in told.items():
        if held.get(name) and held[name] != value:
            advice = "Open the shop without it: it knows its own"
            raise Incompatible(_PLURALS[name], held[name], value, advice)
    if {**held, **told} != held:
        with store.begin() as work:
            work.annotations.set(SHOP, {**held, **told})
