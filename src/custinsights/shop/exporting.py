"""What leaves a shop as a file, and who may take it out?"""

from __future__ import annotations

from collections.abc import Collection, Iterable

import attrs

from custinsights.analyses.segments.rule import RuleLike
from custinsights.domain.contacts import hidden_if_contact
from custinsights.errors import InvalidValue
from custinsights.history.orders import When
from custinsights.privacy.access import PERSONAL, READ, Access, enter
from custinsights.privacy.consents import PreferenceCentre
from custinsights.privacy.keys import Secret
from custinsights.privacy.suppression import suppressed
from custinsights.repositories.protocols import Store, UnitOfWork
from custinsights.repositories.stored import Key
from custinsights.shop.choosing import TagFilter, choice_of
from custinsights.shop.exports.customer_fields import is_personal, refuse_unknown
from custinsights.shop.exports.customers import export_customers, todays_ids
from custinsights.shop.exports.exported import Export
from custinsights.shop.exports.orders import export_orders
from custinsights.shop.exports.presets import ExportPreset, chosen_preset
from custinsights.shop.remembering import Remembered
from custinsights.shop.seeing import history_shown

__all__ = ["Exports"]


@attrs.frozen(eq=False)
class Exports:
    """Takes chosen fields of customers or orders out of a shop.

    Fields that are personal need the permission ``pii`` (`custinsights.shop.exports.is_personal`).

    Parameters
    ----------
    store : Store
        Where the shop rests.
    access : Access, optional
        Who asks; None is the program itself.
    kept : Remembered
        What is worked out of the whole shop.
    centre : PreferenceCentre
        The topics and channels that customers choose from.
    """

    store: Store = attrs.field(repr=False)
    access: Access | None
    kept: Remembered = attrs.field(repr=False)
    centre: PreferenceCentre = attrs.field(factory=PreferenceCentre)

    def customers(
        self,
        preset: str | ExportPreset | None = None,
        *,
        fields: Iterable[str] | None = None,
        customers: Collection[Key] | None = None,
        segment: RuleLike | None = None,
        topic: str | None = None,
        channel: str | None = None,
        as_of: When | None = None,
        key: Secret | None = None,
    ) -> Export:
        """Return chosen fields of customers as rows for a file.

        Parameters
        ----------
        preset, fields, customers, topic, channel, as_of
            As in `custinsights.shop.exports.export_customers`.
        segment
            Only who is in it: a name, a rule or its text, as in `Shop.customers`.
        key
            What opens the list of those who must not be written to, and gives pseudonyms.

        Raises
        ------
        AccessRefused
            A field or the rule is personal, and who asks may not see it.
        """
        asked = chosen_preset(preset, "customers", fields)
        self._enter("an export of customers", asked)
        with self.store.begin(read_only=True) as work:
            are_facts = refuse_unknown(asked.fields, self.kept.catalog)
            found = export_customers(
                work,
                asked,
                customers=self._chosen(work, customers, segment, as_of),
                topic=topic,
                channel=channel,
                as_of=as_of,
                history=history_shown(self.access, self.kept.history(work)) if are_facts else None,
                calendar=self.kept.calendar(work),
                suppressed=None if key is None else suppressed(work, key=key),
                key=key,
                catalog=self.kept.catalog,
                centre=self.centre,
            )
        return self._seen(found)

    def orders(
        self,
        preset: str | ExportPreset | None = None,
        *,
        fields: Iterable[str] | None = None,
        customers: Collection[Key] | None = None,
        segment: RuleLike | None = None,
        as_of: When | None = None,
        window: tuple[When, When] | None = None,
    ) -> Export:
        """Return chosen fields of orders as rows for a file: of all, of some, or of one customer.

        Parameters
        ----------
        preset, fields, customers, window
            As in `custinsights.shop.exports.export_orders`.
        segment, as_of
            Only orders of who is in it then.

        Raises
        ------
        InvalidValue
            ``as_of`` without a segment: ``window`` chooses orders by when they were placed.
        AccessRefused
            A field or the rule is personal, and who asks may not see it.
        """
        if segment is None and as_of is not None:
            advice = "Choose orders by when they were placed with window="
            raise InvalidValue("as_of= needs a segment=", as_of, "one with the other", advice)
        asked = chosen_preset(preset, "orders", fields)
        self._enter("an export of orders", asked)
        with self.store.begin(read_only=True) as work:
            found = export_orders(
                work,
                asked,
                customers=self._chosen(work, customers, segment, as_of),
                window=window,
                calendar=self.kept.calendar(work),
            )
        return self._seen(found)

    def _seen(self, found: Export) -> Export:
        """Return rows as who asks may see them: no id or other text is a contact."""
        if self.access is None or self.access.may(PERSONAL):
            return found
        columns = [
            attrs.evolve(one, values=[*map(hidden_if_contact, one.values.tolist())])
            if one.kind == "label"
            else one
            for one in found.columns
        ]
        return attrs.evolve(found, columns=tuple(columns))

    def _enter(self, what: str, asked: ExportPreset) -> None:
        needs = (READ, PERSONAL) if is_personal(asked.fields) else (READ,)
        enter(self.store, self.access, what, needs=needs)

    def _chosen(
        self,
        work: UnitOfWork,
        customers: Collection[Key] | None,
        segment: RuleLike | None,
        as_of: When | None,
    ) -> Collection[Key] | None:
        if segment is None:
            return customers
        choice = choice_of(
            self.kept, work, TagFilter(), segment, as_of, store=self.store, access=self.access
        )
        inside = choice.included or frozenset()
        return inside if customers is None else inside & todays_ids(work.people, customers)
