"""How do customers look to a library that groups them? Numbers alike, and labels taken back."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Protocol, TypeAlias

import attrs
import numpy as np
import numpy.typing as npt

from custinsights.domain.fields import as_int, refuse_other
from custinsights.errors import InvalidValue, MissingData, counted
from custinsights.results.customer_table import CustomerTable
from custinsights.results.door import Presented
from custinsights.results.freezing import frozen_array
from custinsights.results.scaling import Scaler
from custinsights.results.segment_set import DAYS, ORDERS, SPENT, SegmentSet, membership_of
from custinsights.results.table import Column, Table

AnyArray: TypeAlias = npt.NDArray[Any]
FloatArray: TypeAlias = npt.NDArray[np.float64]
IntArray: TypeAlias = npt.NDArray[np.int64]

NUMBERS = ("count", "money", "quantity", "number", "share", "flag")
UNKNOWN = ("refuse", "median", "drop")

NO_CLUSTER = -1
"""The label that libraries give to who belongs nowhere."""


class Clusters(Protocol):
    """An object that groups rows, such as those of scikit-learn."""

    def fit_predict(self, X: Any) -> Any:  # noqa: N803 - scikit-learn's name
        """Return the label of every row."""


@attrs.frozen(eq=False, repr=False, kw_only=True)
class FeatureMatrix(Presented):
    """Customers by features, scaled; what libraries of machine learning call X.

    ``numpy.asarray(matrix)`` is `values`, so that it can be handed over as it is.

    Parameters
    ----------
    values
        float64[k, p], read-only, without an unknown value.
    scalers
        Feature -> how it was scaled, in the order of the columns.
    rows
        int64[k], the row of each customer in `customers`.
    customers
        The table that it was made of.
    unknown
        What was done with unknown values: ``"refuse"``, ``"median"`` or ``"drop"``.
    filled
        Feature -> how many unknown values took the median.
    """

    values: FloatArray = attrs.field(converter=frozen_array)
    scalers: Mapping[str, Scaler]
    rows: IntArray = attrs.field(converter=frozen_array)
    customers: CustomerTable
    unknown: str
    filled: Mapping[str, int]

    @classmethod
    def of(
        cls, customers: CustomerTable, scalers: Mapping[str, Scaler], unknown: str
    ) -> FeatureMatrix:
        """Make one of a table, by scalers that are known."""
        plain = {name: numbers_of(customers, name) for name in scalers}
        absent = {name: np.isnan(column) for name, column in plain.items()}
        is_kept = np.ones(len(customers), dtype=np.bool_)
        missing = {name: int(mask.sum()) for name, mask in absent.items() if mask.any()}
        if unknown == "refuse" and missing:
            told = ", ".join(f"{name} of {counted(n, 'customer')}" for name, n in missing.items())
            raise InvalidValue(
                what="values are unknown, and a matrix has none",
                given=told,
                allowed="columns that are known of everybody",
                advice="Leave the column out, or say unknown='median' or unknown='drop'",
            )
        if unknown == "drop":
            is_kept = ~np.logical_or.reduce(list(absent.values()))
        rows = np.flatnonzero(is_kept)
        columns = [
            scaler(np.where(absent[name], scaler.middle, plain[name]).take(rows))
            for name, scaler in scalers.items()
        ]
        return cls(
            values=np.column_stack(columns),
            scalers=scalers,
            rows=rows,
            customers=customers,
            unknown=unknown,
            filled=missing if unknown == "median" else {},
        )

    @property
    def names(self) -> tuple[str, ...]:
        """The features, in the order of the columns."""
        return tuple(self.scalers)

    @property
    def ids(self) -> AnyArray:
        """The identity of each row."""
        ids: AnyArray = self.customers.ids[self.rows]
        return ids

    @property
    def shape(self) -> tuple[int, int]:
        """Customers and features."""
        return len(self.rows), len(self.scalers)

    def __len__(self) -> int:
        """Return the number of customers."""
        return len(self.rows)

    def __array__(self, dtype: Any = None, *, copy: bool | None = None) -> AnyArray:
        """Return `values`, as numpy asks for it."""
        return np.array(self.values, dtype=dtype, copy=copy)

    def like(self, customers: CustomerTable) -> FeatureMatrix:
        """Return other customers, or the same ones later, on the scales of these."""
        refuse_other(CustomerTable, "what is to be a matrix", customers)
        return FeatureMatrix.of(customers, self.scalers, self.unknown)

    def cluster(self, clusters: Clusters, *, space: str = "cluster") -> SegmentSet:
        """Let an object group the customers, and return its groups as segments.

        Parameters
        ----------
        clusters
            Anything with ``fit_predict(X)``, such as ``sklearn.cluster.KMeans(5, random_state=1)``.
        space
            What the names of the segments belong to.

        Notes
        -----
        Nothing is grouped here: whether chance has a part in it is for the object to say.
        """
        is_class = isinstance(clusters, type)
        if is_class or not callable(getattr(clusters, "fit_predict", None)):
            raise InvalidValue(
                what="what is to group customers cannot",
                given="a class" if is_class else type(clusters).__name__,
                allowed="an object with fit_predict(X), such as sklearn.cluster.KMeans(5)",
                advice="Labels from elsewhere go into segments(labels)",
            )
        return self.segments(clusters.fit_predict(self.values), space=space)

    def segments(
        self,
        labels: Iterable[Any],
        *,
        names: Mapping[Any, str] | None = None,
        space: str = "cluster",
    ) -> SegmentSet:
        """Return a group for each label as segments of the customers.

        Parameters
        ----------
        labels
            One for each row: whole numbers or texts; -1 or None for who belongs nowhere.
        names
            Label -> name; default: ``cluster 1`` and so on, from the group that has spent most per
            customer, so that names do not hang on the numbers that a library happens to give.
        space
            What the names belong to.

        Returns
        -------
        SegmentSet
            Of all customers of the table; those that `unknown` left out are in none.

        Raises
        ------
        InvalidValue
            If there is not one label for each row, or a name is missing or comes twice.
        MissingData
            If the table lacks what segments tell: total_spent, order_count and
            days_since_last_order.
        """
        lacking = [one for one in (SPENT, ORDERS, DAYS) if one not in self.customers.columns]
        if lacking:
            raise MissingData(
                f"the traits {', '.join(lacking)}",
                "segments of customers",
                f"Take them along: ci.traits(history, [..., {', '.join(map(repr, lacking))}]), and "
                "name the features in columns=",
            )
        if not isinstance(space, str) or not space.strip():
            what = "the space of the names is no text that says something"
            raise InvalidValue(what, space, "a text such as 'cluster'")
        found = _labels(labels, len(self))
        place_of = {one: place for place, one in enumerate(dict.fromkeys(found))}
        places = np.array([place_of[one] for one in found], dtype=np.int64)
        rows_of = {
            one: self.rows[places == place] for one, place in place_of.items() if one is not None
        }
        spent = self.customers.column(SPENT).values
        order = sorted(rows_of, key=lambda one: (-float(spent[rows_of[one]].mean()), str(one)))
        titles = _names(order, names)
        codes = np.full(len(self.customers), -1, dtype=np.int64)
        for place, one in enumerate(order):
            codes[rows_of[one]] = place
        shown: AnyArray = np.array([*titles, None], dtype=object)
        columns = {
            **self.customers.columns,
            "segment": Column("segment", "label", shown.take(codes)),
        }
        return SegmentSet(
            space=space,
            names=titles,
            customers=attrs.evolve(
                self.customers, columns=columns, title=f"{space} of each customer"
            ),
            membership=membership_of(codes, len(titles)),
        )

    def table(self) -> Table:
        """Return the scaled features of every customer."""
        dropped = len(self.customers) - len(self)
        notes = [
            f"{name}: {counted(n, 'unknown value')} took the median."
            for name, n in self.filled.items()
        ]
        if dropped:
            notes.append(f"Left out, for a value of theirs is unknown: {dropped:,} customers.")
        columns = [
            Column(name, "number", column)
            for name, column in zip(self.names, self.values.T, strict=True)
        ]
        return Table(
            "features of customers, scaled",
            [Column("customer", "label", self.ids.tolist()), *columns],
            notes=(*self.customers.provenance.notes(), *notes),
            timezone=self.customers.provenance.calendar.timezone,
        )


def numbers_of(customers: CustomerTable, name: str) -> FloatArray:
    """Return a column as float64, NaN where it is unknown; refuse what is no number."""
    column = customers.column(name)
    if column.kind not in NUMBERS:
        raise InvalidValue(
            what=f"the column {name!r} is no feature",
            given=f"a {column.kind}",
            allowed="numbers, counts, money, quantities, shares and flags",
            advice="Of an instant take the days since, of a label a flag by a rule or a trait",
        )
    values: FloatArray = customers[name].astype(np.float64)
    return np.where(column.absent, np.nan, values)


def _labels(given: Iterable[Any], rows: int) -> list[Any]:
    """Return one label per row, None for nowhere."""
    found = [] if isinstance(given, str) or not isinstance(given, Iterable) else list(given)
    plain = [one if one is None or isinstance(one, str) else as_int(one) for one in found]
    others = {
        type(one).__name__
        for one, two in zip(found, plain, strict=True)
        if two is None and one is not None
    }
    if len(found) != rows or others:
        said = f", among them values of type {', '.join(sorted(others))}" if others else ""
        raise InvalidValue(
            what="the labels are not one whole number or text for each row",
            given=f"{len(found):,} labels for {rows:,} rows{said}",
            allowed="one for each customer in ids, -1 or None for who belongs nowhere",
            advice="Labels with a gap are floats in pandas: put -1 there and make them whole"
            if others
            else "",
        )
    return [None if one == NO_CLUSTER else one for one in plain]


def _names(order: list[Any], names: Mapping[Any, str] | None) -> tuple[str, ...]:
    if names is None:
        return tuple(f"cluster {place}" for place in range(1, len(order) + 1))
    refuse_other(Mapping, "what names the labels", names)
    missing = [one for one in order if one not in names]
    found = tuple(names[one] for one in order if one in names)
    are_texts = all(isinstance(one, str) and one.strip() for one in found)
    if missing or not are_texts or len(set(found)) != len(found):
        raise InvalidValue(
            what="the labels are not all named, each by a name of its own",
            given=", ".join(map(repr, missing or found)),
            allowed="a name for each label, a text that says something, and no name twice",
        )
    return found
