"""What did people do beside ordering? Their activities as columns, before and after they are laid.

They lie as the orders do: customer by customer, by instant, behind offsets.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import attrs
import numpy as np

from custinsights.domain.activities import ACTIVITY_KINDS, activity_kind, activity_word
from custinsights.errors import InvalidValue, UnknownName
from custinsights.history.columnar.columns import (
    NO_NUMBER,
    AnyArray,
    BoolArray,
    IntArray,
    Labels,
    locked,
    text_column,
)
from custinsights.history.columnar.identities import TEXT
from custinsights.history.columnar.ordering import lay_out, offsets_of
from custinsights.history.columnar.threads import gather
from custinsights.history.columnar.uniting import below_each_other
from custinsights.history.columnar.validation import check_instants, check_integers, wrong_length

ACTIVITY_TEXTS = ("kind", "subject", "outcome", "campaign", "channel")
"""The text columns of an activity."""


@attrs.frozen(eq=False, kw_only=True)
class ActivityColumns:
    """One row per activity, in any order of the rows.

    Parameters
    ----------
    customer
        Outside customer identities, as in `OrderColumns`.
    at
        int64[n], microseconds since 1970-01-01 UTC.
    labels
        Text columns by name: ``kind``, which no row lacks, and any other of `ACTIVITY_TEXTS`.
    amount
        int64[n], minor units, not negative; `NO_NUMBER` where there is none. None: nowhere.
    score
        int64[n], thousandths; `NO_NUMBER` where there is none. None: nowhere.
    ids
        The identity of each in its source, as a text, blank where it has none. None: nowhere.
    """

    customer: AnyArray | Labels
    at: IntArray
    labels: Mapping[str, Labels]
    amount: IntArray | None = None
    score: IntArray | None = None
    ids: AnyArray | None = None

    def __len__(self) -> int:
        return len(self.at)

    @property
    def numbers(self) -> dict[str, IntArray]:
        """The columns of amounts and scores that there are."""
        return _there(self)

    @property
    def plain(self) -> dict[str, AnyArray]:
        """The columns that there are beside the instants and labels."""
        return self.numbers if self.ids is None else {**self.numbers, "ids": self.ids}

    def take(self, rows: AnyArray) -> ActivityColumns:
        """Return some of the rows."""
        return ActivityColumns(
            customer=self.customer.take(rows),
            at=self.at.take(rows),
            labels={name: column.take(rows) for name, column in self.labels.items()},
            **{name: column.take(rows) for name, column in self.plain.items()},
        )


@attrs.frozen(eq=False, kw_only=True)
class Activities:
    """Activities customer by customer, by instant; ties by all that they hold.

    Parameters
    ----------
    offsets
        int64[k + 1], customer c owns the activities ``offsets[c]:offsets[c + 1]``.
    at
        int64[n], microseconds UTC.
    labels, amount, score, ids
        As in `ActivityColumns`.
    """

    offsets: IntArray = attrs.field(converter=locked)
    at: IntArray = attrs.field(converter=locked)
    labels: Mapping[str, Labels]
    amount: IntArray | None = attrs.field(default=None, converter=attrs.converters.optional(locked))
    score: IntArray | None = attrs.field(default=None, converter=attrs.converters.optional(locked))
    ids: AnyArray | None = attrs.field(default=None, converter=attrs.converters.optional(locked))

    def __len__(self) -> int:
        return len(self.at)

    @property
    def numbers(self) -> dict[str, IntArray]:
        """The columns of amounts and scores that there are."""
        return _there(self)

    @property
    def plain(self) -> dict[str, AnyArray]:
        """The columns that there are beside the instants and labels."""
        return self.numbers if self.ids is None else {**self.numbers, "ids": self.ids}

    @property
    def customer(self) -> IntArray:
        """int64[n], the code of each activity's customer."""
        return np.repeat(np.arange(len(self.offsets) - 1), np.diff(self.offsets))

    def label(self, name: str) -> Labels:
        """Return a text column; all missing where the source has none. Others are refused."""
        column = text_column("text column of activities", name, self.labels, ACTIVITY_TEXTS)
        return Labels.missing(len(self)) if column is None else column

    def part(self, low: int, high: int) -> Activities:
        """Return the activities of customers low to high, as views."""
        begin, end = int(self.offsets[low]), int(self.offsets[high])
        stretch = slice(begin, end)
        return Activities(
            offsets=self.offsets[low : high + 1] - begin,
            at=self.at[stretch],
            labels={name: column.take(stretch) for name, column in self.labels.items()},
            **{name: column[stretch] for name, column in self.plain.items()},
        )

    def chosen(self, is_kept: BoolArray | None, customers: IntArray | None) -> Activities:
        """Return some activities (default all) of some customers (sorted codes, default all)."""
        owner, people = self.customer, len(self.offsets) - 1
        kept = np.ones(len(self), dtype=np.bool_) if is_kept is None else is_kept
        if customers is not None:
            new_code = np.full(people, -1, dtype=np.int64)
            new_code[customers] = np.arange(len(customers))
            owner, people = new_code.take(owner), len(customers)
            kept = kept & (owner >= 0)
        rows = np.flatnonzero(kept)
        return Activities(
            offsets=offsets_of(owner.take(rows), people),
            at=self.at.take(rows),
            labels={name: column.take(rows) for name, column in self.labels.items()},
            **{name: column.take(rows) for name, column in self.plain.items()},
        )


def _there(held: ActivityColumns | Activities) -> dict[str, IntArray]:
    numbers = {"amount": held.amount, "score": held.score}
    return {name: column for name, column in numbers.items() if column is not None}


def settled(given: ActivityColumns | None) -> ActivityColumns | None:
    """Return activities with their kinds and outcomes spelled in one way, once they are checked.

    Refuses columns of wrong name, type, length or range, rows without a kind, and kinds that are
    misspelt.
    """
    if given is None:
        return None
    rows = len(given)
    check_instants(given.at, "the instants of activities", rows)
    if len(given.customer) != rows:
        wrong_length("the customers of activities", len(given.customer), rows)
    for name, column in given.labels.items():
        if name not in ACTIVITY_TEXTS:
            raise UnknownName("text column of activities", name, ACTIVITY_TEXTS)
        column.check(name, rows)
    kind = given.labels.get("kind", Labels.missing(rows))
    if without := int(np.count_nonzero(kind.codes < 0)):
        raise InvalidValue(
            what="activities have no kind",
            given=f"{without:,} rows without one",
            allowed=f"a kind in each row: {', '.join(ACTIVITY_KINDS)}, or one of one's own",
        )
    for name, numbers in given.numbers.items():
        known = numbers[numbers != NO_NUMBER]
        least = 0 if name == "amount" else None
        check_integers(known, f"the {name}s of activities", len(known), least=least)
        if len(numbers) != rows:
            wrong_length(f"the {name}s of activities", len(numbers), rows)
    labels = {**given.labels, "kind": _respelled(kind, activity_kind)}
    if "outcome" in labels:
        labels["outcome"] = _respelled(labels["outcome"], activity_word)
    return attrs.evolve(given, labels=labels)


def _respelled(column: Labels, spelled: Callable[[str], str]) -> Labels:
    return Labels(column.codes, tuple(map(spelled, column.names))).canonical()


def hang_activities(
    given: ActivityColumns | None, codes: IntArray, customers: int
) -> Activities | None:
    """Lay activities out by customer and instant; ties by everything else that they hold."""
    if given is None:
        return None
    labels = {name: given.labels[name].canonical() for name in sorted(given.labels)}

    def tie_breakers(tied: IntArray) -> list[AnyArray]:
        texts = [column.codes.take(tied) for column in labels.values()]
        return [*texts, *(column.take(tied) for column in given.numbers.values())]

    layout = lay_out(codes, given.at, tie_breakers)
    return Activities(
        offsets=offsets_of(layout.groups, customers),
        at=layout.placed_at,
        labels={
            name: Labels(gather(column.codes, layout.rows), column.names)
            for name, column in labels.items()
        },
        **{name: gather(column, layout.rows) for name, column in given.plain.items()},
    )


def joined_activities(parts: Sequence[ActivityColumns | None]) -> ActivityColumns | None:
    """Put the activities of several sources one below the other; None if none has any."""
    held = [part for part in parts if part is not None]
    if not held:
        return None
    texts = [name for name in ACTIVITY_TEXTS if any(name in part.labels for part in held)]
    customers = [
        part.customer.texts() if isinstance(part.customer, Labels) else part.customer
        for part in held
    ]
    return ActivityColumns(
        customer=np.concatenate([column for column in customers if len(column)] or customers[:1]),
        at=np.concatenate([part.at for part in held]),
        labels={
            name: below_each_other(
                [part.labels.get(name, Labels.missing(len(part))) for part in held]
            )
            for name in texts
        },
        amount=_joined([part.amount for part in held], held),
        score=_joined([part.score for part in held], held),
        ids=_joined_ids(held),
    )


def _joined_ids(parts: Sequence[ActivityColumns]) -> AnyArray | None:
    if all(part.ids is None for part in parts):
        return None
    nothing = (np.full(len(part), "", dtype=TEXT) for part in parts)
    return np.concatenate(
        [none if part.ids is None else part.ids for part, none in zip(parts, nothing, strict=True)]
    )


def _joined(
    columns: Sequence[IntArray | None], parts: Sequence[ActivityColumns]
) -> IntArray | None:
    if all(column is None for column in columns):
        return None
    return np.concatenate(
        [
            np.full(len(part), NO_NUMBER) if column is None else column
            for column, part in zip(columns, parts, strict=True)
        ]
    )
