"""How does a shop open its memory, and ask it about customers?"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from functools import partial
from typing import Self

import attrs
from attrs.validators import optional

from custinsights.analyses.catalog import DEFAULT, Catalog
from custinsights.analyses.customers.cuts import Cuts
from custinsights.analyses.customers.traits import traits
from custinsights.analyses.segments.rule import RuleLike
from custinsights.domain.fields import instance, refuse_other
from custinsights.domain.identities import Identity
from custinsights.domain.people import Customer
from custinsights.domain.policy import PurchasePolicy
from custinsights.history.orders import OrderHistory, When
from custinsights.privacy.access import PERSONAL, READ, Access, enter, shown_to
from custinsights.privacy.consents import PreferenceCentre
from custinsights.privacy.disclosure import rectify
from custinsights.repositories.again import written
from custinsights.repositories.people import somebody
from custinsights.repositories.protocols import Store, UnitOfWork
from custinsights.repositories.stored import Key
from custinsights.shop import people
from custinsights.shop.annotating import Interests, Notes, SavedSegments, Tags
from custinsights.shop.bringing import Imports
from custinsights.shop.choosing import Names, TagFilter, choice_of, with_tags
from custinsights.shop.directory import OWN_SORTS, CustomerPage, Directory
from custinsights.shop.exporting import Exports
from custinsights.shop.identity import Identities
from custinsights.shop.personal_data import PersonalData
from custinsights.shop.profile import NINE, Profile
from custinsights.shop.profiling import profile_of
from custinsights.shop.recommending import Recommending
from custinsights.shop.remembering import ProductLabels, Remembered
from custinsights.shop.seeing import dated, history_given, history_shown
from custinsights.sources.stored.reading import SHOP

__all__ = ["Shop"]


@attrs.frozen(eq=False, repr=False)
class Shop:
    """A shop's memory, and the questions to it about one customer and many.

    Make one with `custinsights.open_shop`.

    Parameters
    ----------
    store
        Where everything rests.
    access
        Who asks, and what they may; None is the program itself, which may do all.
    catalog
        Where the names of traits and rules are looked up.
    centre
        The topics and channels that customers choose from.
    """

    store: Store
    access: Access | None = attrs.field(default=None, validator=optional(instance(Access)))
    catalog: Catalog = DEFAULT
    centre: PreferenceCentre = attrs.field(factory=PreferenceCentre)
    _kept: Remembered = attrs.field()

    @_kept.default
    def _nothing_kept(self) -> Remembered:
        return Remembered(self.catalog)

    def __repr__(self) -> str:
        return f"<Shop in {type(self.store).__name__}>"

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the store."""
        self._kept.forget()
        self.store.close()

    def seen_by(self, access: Access | None, *, at: datetime | None = None) -> Shop:
        """Return the same shop as somebody may see it.

        Parameters
        ----------
        access
            Who asks, and what they may; None is the program itself.
        at
            The instant of their asking, which the log of access bears.
        """
        store = self.store if at is None else dated(self.store, at)
        return attrs.evolve(self, store=store, access=access)

    def begin(self, *, at: datetime | None = None, read_only: bool = False) -> UnitOfWork:
        """Begin a unit of work over the four repositories; see `Store.begin`.

        Raises
        ------
        AccessRefused
            Who asks may not see everything: nothing is masked in there.
        """
        enter(self.store, self.access, "all that rests", needs=(READ, PERSONAL), at=at)
        return self.store.begin(at=at, read_only=read_only)

    @property
    def notes(self) -> Notes:
        """Private notes about customers."""
        return Notes(self.store, self.access)

    @property
    def tags(self) -> Tags:
        """The book of tags."""
        return Tags(self.store, self.access)

    @property
    def interests(self) -> Interests:
        """The customers' own lists of keywords and departments."""
        return Interests(self.store, self.access)

    @property
    def segments(self) -> SavedSegments:
        """The segments that the shop keeps by name."""
        return SavedSegments(self.store, self.access, self.catalog)

    @property
    def imports(self) -> Imports:
        """What brings files and tables into the shop."""
        return Imports(self.store, self.access)

    @property
    def exports(self) -> Exports:
        """What takes customers and orders out of the shop, for files."""
        return Exports(self.store, self.access, self._kept, self.centre)

    @property
    def recommendations(self) -> Recommending:
        """What recommends the products of the shop to its customers."""
        return Recommending(self.store, self.access, self._kept)

    @property
    def identities(self) -> Identities:
        """Who is one person: ``review``, ``merge``, ``undo``, ``rename`` and the log of it."""
        with self.store.begin(read_only=True) as work:
            country = (work.annotations.setting(SHOP) or {}).get("country")
        return Identities(self.store, self.access, region=country)

    @property
    def personal_data(self) -> PersonalData:
        """What people may ask for: consents, ``export``, ``rectify``, ``erase``, ``retain``."""
        return PersonalData(self.store, self.access, self.centre)

    def history(self, *, policy: PurchasePolicy | None = None) -> OrderHistory:
        """Return the history of the whole shop; it is built anew where the store has changed.

        Who may not see contacts gets it without birthdays, coordinates, and attributes other than
        flags, and with the shape of ids that are contacts.
        """
        enter(self.store, self.access, "the history")
        with self.store.begin(read_only=True) as work:
            return history_given(self.access, self._kept.history(work, policy))

    def history_of(self, customer: Key) -> OrderHistory:
        """Return the history of one customer, by today's id or any that they had.

        Raises
        ------
        UnknownName
            There is nobody of that id.
        """
        enter(self.store, self.access, "the history of a customer", customer=customer)
        with self.store.begin(read_only=True) as work:
            own = somebody(work.people, customer).value.id
            return history_given(self.access, self._kept.history_of(work, own))

    def customer(self, customer: Key, *, as_of: When | None = None) -> Customer:
        """Return what is known of a customer, with the tags that they carry.

        Parameters
        ----------
        customer
            Today's id, or any that they had.
        as_of
            Tags before this instant; default: as the book ends.
        """
        enter(self.store, self.access, "a customer", customer=customer)
        with self.store.begin(read_only=True) as work:
            held = self._kept.whole(work, [somebody(work.people, customer).value])
            [told] = with_tags(self._kept, work, held, as_of)
        return shown_to(self.access, told)

    def add_customer(
        self,
        customer: Customer,
        *,
        at: datetime,
        by: str,
        why: str = "created by hand",
        identities: Iterable[Identity] = (),
    ) -> Customer:
        """Create a customer by hand; tags are given by hand from `at` on.

        Parameters
        ----------
        customer
            Who it is, with an id that nobody has; `Shop.free_id` finds one.
        at, by, why
            When, by whom and why.
        identities
            By what else they are known, such as their id in another system.

        Raises
        ------
        AlreadyTaken
            The id, or an identity, is somebody else's.
        """
        enter(self.store, self.access, "creating a customer", at=at)
        refuse_other(Customer, "who is created", customer)
        add = partial(people.created, customer=customer, at=at, by=by, why=why)
        made = written(self.store, partial(add, identities=tuple(identities)), at=at)
        return shown_to(self.access, made)

    def set_status(
        self, customer: Key, name: str, *, on: bool, at: datetime, by: str, why: str = ""
    ) -> Customer:
        """Set or take away a status flag such as ``vip``, which is neither tag nor segment.

        The log ``rectification`` keeps who did it and why; ``personal_data.rectify`` corrects more.
        """
        enter(self.store, self.access, "setting a status", customer=customer, at=at)
        refuse_other(bool, "whether a status is on", on)

        def put(work: UnitOfWork) -> Customer:
            flags = {**somebody(work.people, customer).value.attributes, name: on}
            return rectify(work, customer, at=at, by=by, why=why, attributes=flags)

        return shown_to(self.access, written(self.store, put, at=at))

    def free_id(self) -> str:
        """Return an id of the shop's own that nobody has yet."""
        enter(self.store, self.access, "the ids")
        with self.store.begin(read_only=True) as work:
            return people.free_id(work)

    def sign_up(
        self,
        email: str,
        *,
        at: datetime,
        how: str,
        purpose: str = "newsletter",
        channel: str = "email",
        evidence: str | None = None,
    ) -> Customer:
        """Take a subscription of who has this address, else of somebody new; it needs ``pii``."""
        enter(self.store, self.access, "a subscription", needs=(READ, PERSONAL), at=at)
        self.centre.refuse_unheard(purpose, channel)
        told = partial(people.signed_up, contact=Identity("email", email), purpose=purpose)
        sign_up = partial(told, channel=channel, at=at, how=how, evidence=evidence)
        return shown_to(self.access, written(self.store, sign_up, at=at))

    def refresh_cuts(self, as_of: When | None = None) -> Cuts:
        """Keep what the whole population says at an instant, to judge single customers by.

        Scores, value tiers, the marks of the percentiles in the shop's segments, and how rare each
        keyword is among the products. Run it every night.

        Parameters
        ----------
        as_of
            Limits the facts, exclusive; default: the end of the observation.
        """
        enter(self.store, self.access, "the cuts")
        with self.store.begin() as work:
            return self._kept.refresh(work, as_of)

    def cuts(self) -> Cuts | None:
        """Return the cuts that were kept last; None before the first `refresh_cuts`."""
        enter(self.store, self.access, "the cuts")
        with self.store.begin(read_only=True) as work:
            return self._kept.population(work).cuts

    def profile(
        self,
        customer: Key,
        *,
        as_of: When,
        department: str | None = None,
        metrics: Sequence[str] = NINE,
    ) -> Profile:
        """Return all that a shop sees of one customer before an instant.

        Parameters
        ----------
        customer
            Today's id, or any that they had.
        as_of
            What is at or after it does not exist.
        department
            Narrows the metrics to the lines of one department (`OrderHistory.for_lines`).
        metrics
            The key metrics: names of traits.

        Raises
        ------
        UnknownName
            There is nobody of that id, or no such trait, or no product of such a department.
        AccessRefused
            Who asks may not read customers.

        Notes
        -----
        Cost: reads what rests of this customer alone, and keeps that of the last few until any of
        it changes; some milliseconds with a hundred orders.
        """
        enter(self.store, self.access, "the profile", customer=customer)
        with self.store.begin(read_only=True) as work:
            [held] = self._kept.whole(work, [somebody(work.people, customer).value])
            told, history = self._kept.one(work, held)
            population = self._kept.population(work)
            self._kept.refuse_department(work, history, department)
        return profile_of(
            told.shown_to(self.access),
            history_shown(self.access, history),
            population.shown_to(self.access),
            as_of=history.context.calendar.instant(as_of),
            department=department,
            metrics=metrics,
            catalog=self.catalog,
            centre=self.centre,
            vocabulary=ProductLabels(self.store),
        )

    def customers(
        self,
        *,
        search: str = "",
        tags_any: Names = (),
        tags_all: Names = (),
        tags_none: Names = (),
        segment: RuleLike | None = None,
        sort: str = "id",
        limit: int = 100,
        after: str | None = None,
        as_of: When | None = None,
    ) -> CustomerPage:
        """Return one page of the customers, found, filtered and sorted.

        Parameters
        ----------
        search
            A text in the id, name, e-mail address or phone number. Where contacts rest sealed, only
            a whole address or number is found, and a text in the id.
        tags_any, tags_all, tags_none
            Who carries any of some tags, all of some, none of some.
        segment
            Who is in it: the name of a segment that the shop keeps or of a built-in one
            (``"value:vip"``), a rule or its text, or a `Segment`.
        sort
            ``"id"``, ``"name"``, ``"created_at"`` or any trait; ``-`` before it is descending. Who
            has none comes last.
        limit, after
            How many, and what the page before calls ``after``. Pages go on from the last customer
            of the page before, whoever was added meanwhile.
        as_of
            When tags, segments and traits are judged; default: the end of the observation, and of
            the book of tags.

        Raises
        ------
        UnknownName, RuleError
            There is no such trait, tag or segment.
        AccessRefused
            Who asks may not read customers, or searches, sorts or asks a rule by what they may
            not see.
        """
        refuse_other(str, "what is searched", search)
        refuse_other(str, "the sort", sort)
        name = sort.removeprefix("-")
        needs = (READ, PERSONAL) if search or name == "name" else (READ,)
        enter(self.store, self.access, "the directory", needs=needs)
        with self.store.begin(read_only=True) as work:
            tags = TagFilter(tags_any, tags_all, tags_none)
            choice = choice_of(
                self._kept, work, tags, segment, as_of, store=self.store, access=self.access
            )
            table = None
            if name not in OWN_SORTS:
                history = history_shown(self.access, self._kept.history(work))
                table = traits(history, name, as_of=as_of, catalog=self.catalog)
            page = Directory(work.people, choice, search, sort, limit, after, table).page()
            listed = with_tags(self._kept, work, self._kept.whole(work, page.customers), as_of)
        return attrs.evolve(page, customers=shown_to(self.access, listed))
