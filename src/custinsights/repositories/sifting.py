"""What can a store tell by itself of who fulfils a rule, before anything is read out of it?

A store may sift: its unit of work has then a method as `Sifter` shows. One that has none is asked
for its history, in which the rule is judged: the answer is the same.
"""

from datetime import datetime
from typing import Protocol, runtime_checkable

import attrs

from custinsights.domain.calendar import Calendar
from custinsights.domain.rules.tree import Condition

__all__ = ["Sifted", "Sifter"]


@attrs.frozen(repr=False)
class Sifted:
    """Who fulfils a rule for certain, and of whom only their history tells; nobody else does.

    Parameters
    ----------
    sure : frozenset of str
        The ids of those who fulfil it.
    undecided : frozenset of str
        The ids of those who may.
    """

    sure: frozenset[str]
    undecided: frozenset[str]


@runtime_checkable
class Sifter(Protocol):
    """A unit of work that can sift."""

    def sift(
        self, condition: Condition, *, as_of: datetime, currency: str | None, calendar: Calendar
    ) -> Sifted | None:
        """Tell who fulfils a condition before an instant, as far as the store can.

        Parameters
        ----------
        condition
            A rule about a customer alone, in the words of the built-in catalog.
        as_of
            Facts at or after it do not exist.
        currency, calendar
            In which the shop counts; None is the currency of all orders.

        Returns
        -------
        Sifted or None
            None where the store tells nothing: the history has to be read.
        """
