"""What can any history be asked for? Parts of it, and the history as it stood at an instant."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable
from itertools import pairwise
from typing import Self, TypeAlias

import attrs
import numpy as np

from custinsights.domain.fields import whole_number
from custinsights.domain.tags import TagBook
from custinsights.errors import InvalidValue
from custinsights.history import selection
from custinsights.history.building import joining, tagging
from custinsights.history.columnar.columns import BoolArray
from custinsights.history.facts import Facts, check_history

When: TypeAlias = dt.datetime | dt.date | str
"""An aware datetime, a date (local midnight at its start), or the ISO text of either."""


@attrs.frozen(eq=False, repr=False, kw_only=True)
class History(Facts):
    """Facts with what can be done with all of them: see `OrderHistory` and `ActivityHistory`."""

    @classmethod
    def of_facts(cls, facts: Facts) -> Self:
        """Make a history of facts that are laid out already."""
        fields = {field.name: getattr(facts, field.name) for field in attrs.fields(Facts)}
        return cls(**fields)

    def partition(self, n: int) -> tuple[Self, ...]:
        """Cut the history into n contiguous parts by customer, balanced by orders and activities.

        Parts are views and are marked ``i of n``; some are empty when there are fewer customers.
        The merged states of the parts equal the state of the whole, for every analysis.
        """
        n = whole_number("the number of parts is wrong", n, 1)
        weights = self.weights
        goals = np.arange(1, n) * int(weights[-1]) // n
        inner = np.searchsorted(weights, goals, side="left")
        cuts = [0, *np.minimum(inner, self.people).tolist(), self.people]
        parts = []
        for place, (low, high) in enumerate(pairwise(cuts)):
            part = self.part(low, high)
            context = attrs.evolve(part.context, part=(place, n))
            parts.append(attrs.evolve(part, context=context))
        return tuple(parts)

    def history_of(self, customer: int | str) -> Self:
        """Return the history of one customer, by outside identity."""
        place = self.code_of(customer)
        return self.part(place, place + 1)

    def up_to(self, as_of: When) -> Self:
        """Return the history as it stood at an instant: later facts do not exist.

        Orders, refunds and activities at or after `as_of` are gone, and people first heard of at
        or after it; tags that began then are gone, and those that ended then have not yet;
        `observed_until` becomes `as_of`.
        """
        return self.of_facts(selection.up_to(self, self.context.moment(as_of)))

    def where(
        self,
        *,
        customers: Iterable[int | str] | BoolArray | None = None,
        orders: BoolArray | Callable[[Facts], BoolArray] | None = None,
    ) -> Self:
        """Return the history of some customers, or as if only some orders had happened.

        Parameters
        ----------
        customers
            Outside identities, or a boolean mask over `customer_ids`.
        orders
            A boolean mask over the orders, or a function of this history that returns one. The
            orders kept are numbered anew; refunds of the others go with them, refunds that name
            no order stay, and so do activities.
        """
        return self.of_facts(selection.where(self, customers, orders))

    def with_tags(self, book: TagBook) -> Self:
        """Return the same facts with the tags of a book on the customers.

        Where the book tells of a tag of a customer, it has the last word, also that the tag went;
        other tags that the customers carry stay. A customer of the book of whom the history does
        not tell is counted in a note of the load report, and stays in the book.

        Parameters
        ----------
        book
            Such as `tag_book` gives, changed.
        """
        return self.of_facts(tagging.with_tags(self, book))

    def tag_book(self) -> TagBook:
        """Return the book that begins with the tags of the customers, as given by hand.

        An undated tag was always there. See `custinsights.domain.TagBook` for what is done with it.
        """
        return tagging.tag_book(self)

    def append(self, other: Facts) -> Self:
        """Return one history of the facts of two, in one currency, calendar and policy.

        An order id that is in both is refused, for it would count twice; so are activities with the
        same id, kind and instant. What has no id cannot be compared.
        """
        check_history(other)
        if isinstance(other, History) and not isinstance(other, type(self)):
            raise InvalidValue(
                what="histories of orders and of activities are not appended to each other",
                given=type(other).__name__,
                allowed=type(self).__name__,
                advice="join them with with_activities, which finds out who is who",
            )
        return self.of_facts(joining.append(self, other))
