"""What may people ask of a shop that knows them, and how does it forget them?"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

import attrs

from custinsights.domain.identities import Identity
from custinsights.domain.people import Customer
from custinsights.privacy.access import PERSONAL, READ, Access, enter
from custinsights.privacy.consents import PreferenceCentre
from custinsights.privacy.disclosure import SubjectAccess, rectify, subject_access
from custinsights.privacy.erasure import Erasure, erase
from custinsights.privacy.keys import Secret
from custinsights.privacy.retention import Due, RetentionRule, due, retain
from custinsights.privacy.suppression import Suppressed, suppress, suppressed
from custinsights.repositories.again import written
from custinsights.repositories.people import somebody
from custinsights.repositories.protocols import Store, UnitOfWork
from custinsights.repositories.stored import Key

__all__ = ["PersonalData"]

_NEEDS = (READ, PERSONAL)


@attrs.frozen(eq=False)
class PersonalData:
    """The data of people in a store, and what `custinsights.privacy` does with it.

    All but the preference centre needs the permissions ``customer_insights`` and ``pii``; each
    call is one unit of work, that is kept as a whole or not at all.

    Parameters
    ----------
    store : Store
        Where it rests.
    access : Access, optional
        Who asks; None is the program itself.
    centre : PreferenceCentre
        The topics and channels that customers choose from.
    """

    store: Store = attrs.field(repr=False)
    access: Access | None = None
    centre: PreferenceCentre = attrs.field(factory=PreferenceCentre)

    def export(self, customer: Key, *, at: datetime) -> SubjectAccess:
        """Return all that is known of a customer; see `custinsights.privacy.subject_access`."""
        enter(self.store, self.access, "all that is known", customer=customer, needs=_NEEDS, at=at)
        with self.store.begin(read_only=True) as work:
            return subject_access(work, customer, at=at)

    def rectify(
        self, customer: Key, *, at: datetime, by: str, why: str = "", **changes: Any
    ) -> Customer:
        """Correct what is known of a customer; see `custinsights.privacy.rectify`."""
        enter(self.store, self.access, "a correction", customer=customer, needs=_NEEDS, at=at)
        with self.store.begin(at=at) as work:
            return rectify(work, customer, at=at, by=by, why=why, **changes)

    def erase(self, customer: Key, *, at: datetime, by: str, key: Secret, why: str = "") -> Erasure:
        """Remove a customer everywhere; see `custinsights.privacy.erase`."""
        enter(self.store, self.access, "an erasure", customer=customer, needs=_NEEDS, at=at)
        with self.store.begin(at=at) as work:
            return erase(work, customer, at=at, by=by, key=key, why=why)

    def suppressed(self, *, key: Secret) -> Suppressed:
        """Return the list of those who are suppressed; see `custinsights.privacy.suppressed`.

        Its ``erased`` is what imports ask.
        """
        enter(self.store, self.access, "the list of the suppressed", needs=_NEEDS)
        with self.store.begin(read_only=True) as work:
            return suppressed(work, key=key)

    def suppress(self, identities: Iterable[Identity], *, at: datetime, key: Secret) -> int:
        """Put identities on the list of those who must not be written to, and return how many."""
        enter(self.store, self.access, "the list of the suppressed", needs=_NEEDS, at=at)
        with self.store.begin(at=at) as work:
            return suppress(work, identities, key=key)

    def due(self, rules: Iterable[RetentionRule], *, as_of: datetime) -> tuple[Due, ...]:
        """Return what has been kept for long enough; see `custinsights.privacy.due`."""
        enter(self.store, self.access, "what is due to go", needs=_NEEDS, at=as_of)
        with self.store.begin(read_only=True) as work:
            return due(work, rules, as_of=as_of)

    def retain(
        self, rules: Iterable[RetentionRule], *, as_of: datetime, by: str, key: Secret
    ) -> Mapping[str, int]:
        """Remove what has been kept for long enough; see `custinsights.privacy.retain`."""
        enter(self.store, self.access, "what is due to go", needs=_NEEDS, at=as_of)
        with self.store.begin(at=as_of) as work:
            return retain(work, rules, as_of=as_of, by=by, key=key)

    def preferences(self, customer: Key, *, at: datetime) -> Mapping[str, Mapping[str, bool]]:
        """Return what a customer has chosen, by topic and channel.

        Raises
        ------
        UnknownName
            There is nobody of that id.
        """
        enter(self.store, self.access, "the preferences", customer=customer, at=at)
        with self.store.begin(read_only=True) as work:
            own = _known(work, customer)
            return self.centre.read(work.people.consents(own), at=at)

    def choose(
        self,
        customer: Key,
        choice: Mapping[str, Mapping[str, bool]],
        *,
        at: datetime,
        how: str,
        evidence: str | None = None,
    ) -> int:
        """Write what a customer chooses now into the ledger, and return how many entries.

        Parameters
        ----------
        customer, choice, at, how, evidence
            As for `PreferenceCentre.changed`.
        """
        enter(self.store, self.access, "the preferences", customer=customer, at=at)

        def choose(work: UnitOfWork) -> int:
            own = _known(work, customer)
            ledger = work.people.consents(own)
            told = self.centre.changed(own, ledger, choice, at=at, how=how, evidence=evidence)
            work.people.consent(*told)
            return len(told)

        return written(self.store, choose, at=at)

    def unsubscribe(
        self,
        customer: Key,
        *,
        at: datetime,
        how: str,
        topic: str | None = None,
        channel: str | None = None,
    ) -> int:
        """Take back consent to a topic, a channel, both or all, and return how many entries.

        Parameters
        ----------
        customer, at, how, topic, channel
            As for `PreferenceCentre.unsubscribed`.

        Raises
        ------
        UnknownName
            Neither the preference centre nor what they ever said knows the topic or the channel:
            what is misspelled would take nothing back.
        """
        enter(self.store, self.access, "the preferences", customer=customer, at=at)

        def unsubscribe(work: UnitOfWork) -> int:
            own = _known(work, customer)
            ledger = work.people.consents(own)
            self.centre.refuse_unheard(topic, channel, ledger)
            told = self.centre.unsubscribed(
                own, ledger, at=at, how=how, topic=topic, channel=channel
            )
            work.people.consent(*told)
            return len(told)

        return written(self.store, unsubscribe, at=at)


def _known(work: UnitOfWork, customer: Key) -> str:
    """Return an id that finds somebody: what who was merged chooses under theirs stays theirs."""
    somebody(work.people, customer)
    return str(customer)
