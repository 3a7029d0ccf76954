"""Who is in which arm of an experiment?"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, TypeAlias

import attrs
import numpy as np
import numpy.typing as npt

from custinsights.domain.contacts import hidden_if_contact
from custinsights.domain.fields import (
    Identity,
    identities,
    looked_up,
    own_identity,
    refuse_other,
    text,
)
from custinsights.domain.frozen import frozen
from custinsights.errors import InvalidValue, UnknownName, counted
from custinsights.results.door import Presented
from custinsights.results.freezing import frozen_array
from custinsights.results.shares import shares
from custinsights.results.table import Column, Table

IntArray: TypeAlias = npt.NDArray[np.int64]


def weights_of(given: object) -> Mapping[str, int]:
    """Return the weight of every arm, the first of which is the control."""
    pairs = given.items() if isinstance(given, Mapping) else [(arm, 1) for arm in _several(given)]
    arms = dict(pairs)
    names_fit = all(isinstance(arm, str) and arm.strip() for arm in arms)
    is_whole = all(isinstance(w, int) and not isinstance(w, bool) and w > 0 for w in arms.values())
    if len(arms) < 2 or len(arms) != len(list(pairs)) or not names_fit or not is_whole:  # noqa: PLR2004 - a control and another
        raise InvalidValue(
            what="these are no arms of an experiment",
            given=given,
            allowed="two names or more, each once, or a mapping of them to whole weights from 1 up",
            advice="The first is the control: ['control', 'letter'], {'control': 1, 'letter': 3}",
        )
    weights: Mapping[str, int] = frozen(arms)
    return weights


def _several(given: object) -> list[object]:
    return list(given) if isinstance(given, list | tuple) else []


def _each_once(_owner: object, _field: object, customers: tuple[Identity, ...]) -> None:
    """Refuse 7 beside "7": they would be put into the same arm, and count as two."""
    twice = len(customers) - len({str(one) for one in customers})
    if twice:
        raise InvalidValue(
            what="a customer is named twice, as a text and as a number",
            given=f"{counted(len(customers), 'identity', 'identities')}, {twice:,} of them so",
            allowed="each customer once, as the history names them",
        )


@attrs.frozen(eq=False, repr=False)
class Assignment(Presented):
    """Who is in which arm of an experiment; `table` tells how large the arms are.

    Parameters
    ----------
    experiment
        Its name.
    weights
        Arm -> its weight; the first is the control.
    customers
        The identities of all who are in it, ascending.
    codes
        int64[k], the place of each one's arm.
    outside
        How many were left out of the experiment, for it is of a share of them only.
    """

    experiment: str = attrs.field(validator=text)
    weights: Mapping[str, int] = attrs.field(converter=weights_of)
    customers: tuple[Identity, ...] = attrs.field(validator=_each_once)
    codes: IntArray = attrs.field(converter=frozen_array)
    outside: int = 0

    @classmethod
    def of(
        cls,
        experiment: str,
        arm_of: Mapping[Any, str],
        arms: object,
    ) -> Assignment:
        """Return an assignment that was made elsewhere, such as by a tool that sends e-mails.

        Parameters
        ----------
        experiment
            Its name.
        arm_of
            Customer -> arm.
        arms
            As for `assign`: what was meant, so that arms of another size are noticed.
        """
        weights = weights_of(arms)
        refuse_other(Mapping, "what tells the arm of each customer", arm_of)
        customers = identities(arm_of)
        place = {arm: code for code, arm in enumerate(weights)}
        said = {own_identity(one): arm for one, arm in arm_of.items()}
        codes = [looked_up("arm", said[one], place) for one in customers]
        return cls(experiment, weights, tuple(customers), np.array(codes, dtype=np.int64))

    def __len__(self) -> int:
        """Return how many are in the experiment."""
        return len(self.customers)

    def __eq__(self, other: object) -> bool:
        """Tell whether the same customers are in the same arms."""
        if not isinstance(other, Assignment):
            return NotImplemented
        return (
            (self.experiment, list(self.weights.items()), self.customers)
            == (other.experiment, list(other.weights.items()), other.customers)
        ) and np.array_equal(self.codes, other.codes)

    @property
    def arms(self) -> tuple[str, ...]:
        """The names, the control first."""
        return tuple(self.weights)

    @property
    def sizes(self) -> dict[str, int]:
        """Arm -> how many are in it."""
        return {arm: int((self.codes == code).sum()) for code, arm in enumerate(self.arms)}

    @property
    def expected(self) -> list[float]:
        """How many were to be in each arm, by the weights."""
        whole = sum(self.weights.values())
        return [len(self) * weight / whole for weight in self.weights.values()]

    def rows_among(self, ids: Iterable[Identity]) -> IntArray:
        """int64[k], the place of each customer among identities, -1 for none; 7 and "7" are one."""
        row_of = {str(one): row for row, one in enumerate(ids)}
        return np.array([row_of.get(str(one), -1) for one in self.customers], dtype=np.int64)

    def arm_of(self, customer: Identity) -> str:
        """Return the arm of a customer, or raise `UnknownName` for who is in none."""
        if not isinstance(customer, str | int) or customer not in self.customers:
            raise UnknownName("customer in the experiment", hidden_if_contact(customer), ())
        return self.arms[int(self.codes[self.customers.index(customer)])]

    def members(self, arm: str) -> list[Identity]:
        """Return who is in an arm, in ascending order."""
        code = looked_up("arm", arm, {name: place for place, name in enumerate(self.arms)})
        return [self.customers[row] for row in np.flatnonzero(self.codes == code)]

    def by_customer(self) -> Table:
        """Return a row per customer, for whoever sends the letters."""
        arms = [self.arms[code] for code in self.codes]
        columns = [Column("customer", "label", self.customers), Column("arm", "label", arms)]
        return Table(f"arms of {self.experiment}", columns)

    def table(self) -> Table:
        """Return a row per arm: its weight, how many are in it, how many were to be."""
        counts = np.array(list(self.sizes.values()), dtype=np.int64)
        notes = [f"{self.outside:,} customers are not in the experiment."] if self.outside else []
        return Table(
            f"arms of {self.experiment}",
            [
                Column("arm", "label", self.arms),
                Column("weight", "count", np.array(list(self.weights.values()), dtype=np.int64)),
                Column("customers", "count", counts, unit="customers"),
                Column("share", "share", shares(counts, len(self))),
                Column("expected", "number", np.array(self.expected), unit="customers"),
            ],
            notes=notes,
        )
