"""How do customers become the rows of a file? Chosen fields of all, of some, of who agreed."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Final

import attrs

from custinsights.analyses.catalog import DEFAULT, Catalog
from custinsights.domain.calendar import Calendar
from custinsights.domain.consents import Consent, deciding, purpose_word
from custinsights.domain.fields import as_tuple
from custinsights.domain.identities import Identity
from custinsights.domain.people import Customer
from custinsights.domain.tags import TagBook
from custinsights.errors import InvalidValue, UnknownName
from custinsights.history.orders import OrderHistory, When
from custinsights.privacy.consents import PreferenceCentre
from custinsights.privacy.keys import Secret
from custinsights.privacy.suppression import LOG, Suppressed
from custinsights.repositories.people import contacts_of, somebody
from custinsights.repositories.protocols import PeopleRepository, UnitOfWork
from custinsights.repositories.stored import Key
from custinsights.repositories.whole import whole
from custinsights.shop.contacts import told_anew
from custinsights.shop.exports.customer_fields import (
    Person,
    attribute_of,
    columns_of,
    refuse_unknown,
)
from custinsights.shop.exports.exported import REASONS, Export
from custinsights.shop.exports.presets import ExportPreset, chosen_preset

__all__ = ["export_customers", "todays_ids"]

_MOMENT: Final = timedelta(microseconds=1)
_START: Final = datetime.min.replace(tzinfo=UTC)
_END: Final = datetime.max.replace(tzinfo=UTC)


def export_customers(
    work: UnitOfWork,
    preset: str | ExportPreset | None = None,
    *,
    fields: Iterable[str] | None = None,
    customers: Collection[Key] | None = None,
    topic: str | None = None,
    channel: str | None = None,
    as_of: When | None = None,
    history: OrderHistory | None = None,
    calendar: Calendar | None = None,
    suppressed: Suppressed | None = None,
    key: Secret | None = None,
    catalog: Catalog = DEFAULT,
    centre: PreferenceCentre | None = None,
) -> Export:
    """Return chosen fields of customers as rows for a file.

    A preset with a topic holds those alone who agreed to it, who have an address of its channel and
    who are not suppressed; how many are left out, and why, is told with the rows. Where the shop
    knows an address as somebody else's, what that one said of it counts too.

    Parameters
    ----------
    work : UnitOfWork
        One that has begun; nothing is written.
    preset : str or ExportPreset, default "customers"
        A name in `PRESETS`, or one of your own.
    fields : iterable of str, optional
        Other columns than those of the preset: `CUSTOMER_FIELDS`, ``attribute:NAME``, and traits.
    customers : collection of str or int, optional
        Whose rows, by today's ids or any that they had; everybody's unless told.
    topic, channel : str, optional
        Other ones than those of the preset.
    as_of : datetime, date or str, optional
        Limits orders, tags and consents, exclusive; all that is told unless given.
    history : OrderHistory, optional
        That of the store: traits are asked of it.
    calendar : Calendar, optional
        In whose zone instants are shown; that of the history, else UTC.
    suppressed : Suppressed, optional
        Who must not be written to, as `custinsights.privacy.suppressed` reads it. It must be told
        where a consent is needed and the store has such a list, which needs its key.
    key : str or bytes, optional
        For the field ``pseudonym``.
    catalog : Catalog
        Where traits are looked up.
    centre : PreferenceCentre, optional
        The topics and channels that customers choose from.

    Returns
    -------
    Export
        By ascending id of the customers.

    Raises
    ------
    UnknownName
        There is no such preset, field or customer; or no such topic or channel, neither in the
        preference centre nor in the ledger.
    InvalidValue
        The preset is one of orders, a field is named twice, traits are asked for without a history,
        pseudonyms without a key, a channel without a topic, or advertising without the list of
        those who must not have it.

    Notes
    -----
    Cost: one pass over the people, the ledger of each where a consent is needed, and the traits.
    """
    told = {"topic": topic, "channel": channel}
    asked = attrs.evolve(
        chosen_preset(preset, "customers", fields),
        **{name: purpose_word(one) for name, one in told.items() if one is not None},
    )
    refuse_unknown(asked.fields, catalog)
    if channel is not None and not asked.topic:
        allowed = "a channel together with topic=, to which they agreed"
        raise InvalidValue("a channel without a topic asks for no consent", channel, allowed)
    days = calendar or (Calendar() if history is None else history.calendar)
    until = _END if as_of is None else days.instant(as_of) - _MOMENT
    ids = None if customers is None else todays_ids(work.people, customers)
    listed = list(whole(work.people, work.people.listed(customers=ids)))
    _refuse_attributes(work.people, asked.fields, listed)
    people = [Person(one) for one in listed]
    left_out: dict[str, int] = {}
    if asked.topic:
        known = centre or PreferenceCentre()
        known.refuse_unheard(asked.topic, asked.channel, work.people.consents())
        if suppressed is None and work.annotations.records(LOG):
            what = "this store has a list of those who must not be written to"
            allowed = "suppressed=, that list, as privacy.suppressed(work, key=...) reads it"
            advice = "A Shop reads it by key=, the key of the erasures"
            raise InvalidValue(what, "nothing of it", allowed, advice)
        people, left_out = _agreed(work, listed, asked, until, suppressed)
    if "tags" in asked.fields:
        people = _tagged(work, people, None if as_of is None else until)
    columns = columns_of(
        people, asked.fields, history=history, as_of=as_of, key=key, catalog=catalog
    )
    return Export(
        preset=asked,
        columns=tuple(columns),
        left_out=left_out,
        notes=() if as_of is None else (f"As of {days.instant(as_of).isoformat()}, exclusive.",),
        timezone=days.timezone,
    )


def _refuse_attributes(
    people: PeopleRepository, fields: Iterable[str], listed: Iterable[Customer]
) -> None:
    """Refuse columns of the customer table that nobody has."""
    asked = {name for name in map(attribute_of, fields) if name}
    asked -= {name for one in listed for name in one.attributes} if asked else set()
    if asked:
        known = {name for one in people.listed() for name in one.attributes}
        for name in sorted(asked - known):
            raise UnknownName("attribute of customers", name, sorted(known))


def todays_ids(people: PeopleRepository, customers: Iterable[Key]) -> set[str]:
    """Return the ids that customers have today; refuse one whom nobody knows."""
    return {str(somebody(people, one).value.id) for one in as_tuple(customers)}


def _agreed(
    work: UnitOfWork,
    listed: list[Customer],
    preset: ExportPreset,
    until: datetime,
    suppressed: Suppressed | None,
) -> tuple[list[Person], dict[str, int]]:
    """Return who may be written to, and how many may not, by the first reason that holds."""
    inside, left_out = list[Person](), dict.fromkeys(REASONS, 0)
    anew = told_anew(work)
    for customer, address, ledger in _ledgers(work.people, listed, preset.channel):
        entry = deciding(ledger, preset.topic, preset.channel, at=until)
        if address is None:
            left_out["no address"] += 1
        elif suppressed is not None and _is_stopped(work, customer, anew, entry, suppressed):
            left_out["suppressed"] += 1
        elif entry is None:
            left_out["no consent"] += 1
        elif not entry.granted:
            left_out["unsubscribed"] += 1
        else:
            inside.append(Person(customer, agreed=entry))
    return inside, left_out


def _is_stopped(
    work: UnitOfWork,
    customer: Customer,
    anew: Collection[str],
    entry: Consent | None,
    suppressed: Suppressed,
) -> bool:
    """Whether a contact is suppressed, or, of who is among `anew`, one that they had before."""
    agreed_at = entry.at if entry is not None and entry.granted else None
    is_anew = str(customer.id) in anew
    held = work.people.identities(customer.id) if is_anew else contacts_of(customer)
    contacts = (one for one in held if one.kind != "id")
    return any(suppressed.stops(one, agreed_at=agreed_at) for one in contacts)


def _ledgers(
    people: PeopleRepository, listed: list[Customer], channel: str
) -> Iterator[tuple[Customer, str | None, tuple[Consent, ...]]]:
    """Yield customers with where they are reached, and all that was said of that address."""
    addresses = [_address(one, channel) for one in listed]
    reached = [_reached(one, channel) for one in addresses]
    owners: Sequence[Key | None] = [None] * len(listed)
    if channel != "post":
        owners = people.find_all([one or Identity("email", "none") for one in reached])
    said: dict[str, list[Consent]] = {}
    for entry in people.consents():
        said.setdefault(str(entry.customer), []).append(entry)
    sharing: dict[object, set[str]] = {}
    for one in whole(people, people.listed(customers=said)):
        if (place := _reached(_address(one, channel), channel)) is not None:
            sharing.setdefault(place.key, set()).add(str(one.id))
    for customer, address, place, owner in zip(listed, addresses, reached, owners, strict=True):
        whose = {str(customer.id), str(customer.id if owner is None else owner)}
        whose |= set() if place is None else sharing.get(place.key, set())
        yield customer, address, tuple(one for name in sorted(whose) for one in said.get(name, ()))


def _reached(address: str | None, channel: str) -> Identity | None:
    """Return an address of e-mail or a number as it is compared; None where it is nobody's."""
    kind = "email" if channel == "email" else "phone"
    found = None if address is None or channel == "post" else Identity(kind, address)
    return None if found is None or not found.key[2] else found


def _address(customer: Customer, channel: str) -> str | None:
    """Return where a channel reaches a customer; None where it does not."""
    if channel == "email":
        return customer.email
    if channel == "post":
        return None if customer.address is None else customer.address.street
    return customer.phone


def _tagged(work: UnitOfWork, people: list[Person], at: datetime | None) -> list[Person]:
    """Return people with the tags that they carry at an instant, or as the log ends."""
    book = TagBook(work.annotations.tag_changes())
    ends = [one.at for one in book.log if one.at is not None]
    moment = at or max(ends, default=_START)
    return [
        attrs.evolve(
            one, tags=tuple(tag.name for tag in book.tags_of(str(one.customer.id), at=moment))
        )
        for one in people
    ]
