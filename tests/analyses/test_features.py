"""Customers as a matrix, and labels taken back: by hand, by scikit-learn, and what is refused."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import custinsights as ci
from custinsights.errors import InvalidValue, MissingData, UnknownName
from custinsights.results.customer_table import CustomerTable
from custinsights.results.scaling import SCALINGS, Scaler
from tests.oracles.bridge import to_history
from tests.oracles.hand import order, shop

SEGMENTED = ["total_spent", "order_count", "days_since_last_order"]
FOUR = to_history(
    shop(
        *(order("ada", f"0{month}-10", 100_00) for month in (1, 2, 3)),
        order("bo", "01-10", 10_00),
        order("cy", "03-01", 20_00),
        *(order("di", f"0{month}-20", 300_00) for month in (2, 5)),
    )
)
TABLE = ci.traits(FOUR, [*SEGMENTED, "average_gap_days", "customer_country", "last_order_at"])
NUMBERS = st.lists(st.integers(-(10**6), 10**6), min_size=1, max_size=20)


class Halves:
    """Groups rows by whether their first feature lies above its middle, like scikit-learn would."""

    def fit_predict(self, X: Any) -> Any:  # noqa: N803 - scikit-learn's name
        """Return 1 for those above and 0 for those below."""
        return (X[:, 0] > np.median(X[:, 0])).astype(np.int32)


@pytest.mark.covers("E01")
def test_by_hand() -> None:
    """Orders 3, 1, 1, 2: mean 1.75 and deviation √(11 ÷ 16); spent 300, 10, 20 and 600."""
    matrix = ci.to_matrix(TABLE, ["order_count", "total_spent"])
    assert (matrix.shape, matrix.names) == ((4, 2), ("order_count", "total_spent"))
    assert matrix.ids.tolist() == ["ada", "bo", "cy", "di"]
    deviation = np.sqrt(11 / 16)
    assert matrix.values[:, 0].tolist() == pytest.approx(
        [1.25 / deviation, -0.75 / deviation, -0.75 / deviation, 0.25 / deviation]
    )
    found = matrix.cluster(Halves())
    assert found.names == ("cluster 1", "cluster 2")
    assert found.members("cluster 1").ids.tolist() == ["ada", "di"]
    assert found.sizes == {"cluster 1": 2, "cluster 2": 2}
    assert found.customers.row("bo")["segment"] == "cluster 2"
    assert found.to_dicts()[0]["total_spent"] == 900
    rows = ci.measure(FOUR, "revenue", by=ci.segment_dimension(found)).to_dicts()
    assert {row["cluster_segment"]: int(row["revenue"]) for row in rows} == {
        "cluster 1": 900,
        "cluster 2": 30,
    }


@pytest.mark.parametrize(
    ("scaling", "expected"),
    [
        ("none", [300, 10, 20, 600]),
        ("minmax", [290 / 590, 0, 10 / 590, 1]),
        ("robust", [140 / 357.5, -150 / 357.5, -140 / 357.5, 440 / 357.5]),
        ("rank", [5 / 8, 1 / 8, 3 / 8, 7 / 8]),
    ],
)
def test_scalings_by_hand(scaling: str, expected: list[float]) -> None:
    """Of 10, 20, 300 and 600 the median is 160, the quartiles 17.5 and 375."""
    values = ci.to_matrix(TABLE, "total_spent", scaling=scaling).values[:, 0]
    assert values.tolist() == pytest.approx(expected)


def test_the_logarithm_keeps_the_sign() -> None:
    """A balance below zero is as far below as one above is above; then it is standard."""
    scaled = Scaler("log", np.array([-9.0, 0.0, 9.0]))(np.array([-9.0, 0.0, 9.0]))
    assert scaled.tolist() == pytest.approx([-np.sqrt(1.5), 0, np.sqrt(1.5)])


@settings(max_examples=60)
@given(numbers=NUMBERS, kind=st.sampled_from(SCALINGS))
def test_scaling_keeps_the_order(numbers: list[int], kind: str) -> None:
    """Larger stays larger and equal stays equal; where all are equal they become one number."""
    values = np.array(numbers, dtype=np.float64)
    scaled = Scaler(kind, values)(values)
    assert np.isfinite(scaled).all()
    order = np.argsort(values, kind="stable")
    steps = np.diff(scaled[order])
    assert (steps >= 0).all()
    assert ((np.diff(values[order]) == 0) <= (steps == 0)).all()
    if len({*numbers}) == 1 and kind != "none":
        assert {*scaled.tolist()} == {0.5 if kind == "rank" else 0.0}


@settings(max_examples=60)
@given(numbers=NUMBERS, kind=st.sampled_from(["standard", "robust", "minmax", "rank"]))
def test_units_do_not_matter(numbers: list[int], kind: str) -> None:
    """In pennies or in pounds, from zero or from elsewhere: the same."""
    values = np.array(numbers, dtype=np.float64)
    other = 100 * values + 7
    assert Scaler(kind, other)(other) == pytest.approx(Scaler(kind, values)(values), abs=1e-6)


@settings(max_examples=40)
@given(numbers=NUMBERS)
def test_as_scikit_learn_scales(numbers: list[int]) -> None:
    """Standard, robust and minmax are what scikit-learn's scalers give."""
    preprocessing = pytest.importorskip("sklearn.preprocessing")
    values = np.array(numbers, dtype=np.float64)
    for kind, scaler in (
        ("standard", preprocessing.StandardScaler()),
        ("robust", preprocessing.RobustScaler()),
        ("minmax", preprocessing.MinMaxScaler()),
    ):
        theirs = scaler.fit_transform(values[:, None])[:, 0]
        assert Scaler(kind, values)(values) == pytest.approx(theirs, abs=1e-9)


def test_with_scikit_learn() -> None:
    """Its objects take the matrix as it is, and their labels come back as segments."""
    cluster = pytest.importorskip("sklearn.cluster")
    retail = ci.traits(ci.datasets.load_online_retail(), SEGMENTED)
    matrix = ci.to_matrix(retail, scaling="log", unknown="drop")
    means = cluster.KMeans(3, n_init=3, random_state=1)
    found = matrix.cluster(means, space="likeness")
    assert sum(found.sizes.values()) == len(matrix) == 4_339
    assert (found.sizes.none, found.space) == (33, "likeness")
    same = matrix.segments(means.fit_predict(matrix), space="likeness")
    assert same == found
    spent = [row["total_spent"] / row["customers"] for row in found.to_dicts()]
    assert spent == sorted(spent, reverse=True)
    scan = cluster.DBSCAN(eps=0.05, min_samples=9)
    assert matrix.cluster(scan).sizes.none > 33  # what it leaves over is in no segment


def test_names_do_not_hang_on_the_labels() -> None:
    """Labels that a library numbers otherwise make the same segments; -1 and None are nowhere."""
    matrix = ci.to_matrix(TABLE, SEGMENTED)
    found = matrix.segments([0, 1, 1, 0])
    for labels in ([5, 3, 3, 5], ["x", "y", "y", "x"], np.array([1, 0, 0, 1], dtype=np.int8)):
        assert matrix.segments(labels) == found
    some = matrix.segments([0, -1, None, 0], names={0: "best"})
    assert (some.names, some.sizes.none) == (("best",), 2)
    assert some.customers["segment"].tolist() == ["best", None, None, "best"]


def test_other_customers_on_the_same_scale() -> None:
    """The same table is the same matrix; another is told by the mean and deviation of the first."""
    first = ci.traits(FOUR, SEGMENTED, as_of="2024-03-01")
    matrix = ci.to_matrix(first, ["order_count", "total_spent"])
    assert matrix.like(first).values.tolist() == matrix.values.tolist()
    later = matrix.like(TABLE)
    counts, spent = (np.array(x) for x in ([2, 1, 0, 1], [200, 10, 0, 300]))
    known = len(first)
    means = (counts[:4].sum() / known, spent.sum() / known)
    deviations = [
        np.sqrt((np.array(first[name], dtype=float) ** 2).mean() - mean**2)
        for name, mean in zip(matrix.names, means, strict=True)
    ]
    assert later.values[3].tolist() == pytest.approx(
        [(2 - means[0]) / deviations[0], (600 - means[1]) / deviations[1]]
    )


def test_unknown_values_by_a_stated_rule() -> None:
    """Refused, or the median of the known, or left out: never in silence."""
    names = ["order_count", "average_gap_days"]
    with pytest.raises(InvalidValue, match=r"average_gap_days of 2 customers.*unknown='median'"):
        ci.to_matrix(TABLE, names)
    filled = ci.to_matrix(TABLE, names, scaling="none", unknown="median")
    gaps = TABLE["average_gap_days"]
    assert filled.values[:, 1].tolist() == [gaps[0], *[(gaps[0] + gaps[3]) / 2] * 2, gaps[3]]
    assert filled.filled == {"average_gap_days": 2}
    assert "average_gap_days: 2 unknown values took the median" in repr(filled)
    dropped = ci.to_matrix(TABLE, names, unknown="drop")
    assert dropped.ids.tolist() == ["ada", "di"]
    assert "Left out, for a value of theirs is unknown: 2 customers" in repr(dropped)
    assert dropped.segments([1, 1]).sizes.none == 2


def test_nothing_can_be_written() -> None:
    """The values are read-only, and what numpy copies of them is its own."""
    matrix = ci.to_matrix(TABLE, SEGMENTED)
    assert not matrix.values.flags.writeable
    assert np.asarray(matrix).dtype == np.float64
    copied = np.array(matrix, dtype=np.float32)
    copied[:] = 0
    assert matrix.values.any()


def test_columns_by_default_are_the_numbers() -> None:
    """Labels and instants are no features, and are left out unless they are asked for."""
    assert ci.to_matrix(TABLE, unknown="drop").names == (*SEGMENTED, "average_gap_days")
    for name in ("customer_country", "last_order_at"):
        with pytest.raises(InvalidValue, match=rf"column '{name}' is no feature"):
            ci.to_matrix(TABLE, name)


def test_what_makes_no_matrix_is_refused() -> None:
    """Unknown names, doubled columns, wrong labels and objects that do not group say so."""
    with pytest.raises(UnknownName, match=r"no column of the table named 'orders'.*order_count"):
        ci.to_matrix(TABLE, "orders")
    with pytest.raises(UnknownName, match="no scaling named 'big'"):
        ci.to_matrix(TABLE, SEGMENTED, scaling="big")
    with pytest.raises(UnknownName, match="no scaling named 'big'"):
        ci.to_matrix(TABLE, SEGMENTED, scaling={"order_count": "big"})
    with pytest.raises(UnknownName, match="no feature named 'orders'"):
        ci.to_matrix(TABLE, SEGMENTED, scaling={"orders": "rank"})
    with pytest.raises(UnknownName, match="no rule for unknown values named 'guess'"):
        ci.to_matrix(TABLE, SEGMENTED, unknown="guess")
    for columns in ((), ("order_count", "order_count")):
        with pytest.raises(InvalidValue, match="columns make no matrix"):
            ci.to_matrix(TABLE, columns)
    with pytest.raises(InvalidValue, match="Nothing is known of the column 'total_spent'"):
        ci.to_matrix(TABLE.take(np.array([], dtype=np.int64)), "total_spent")
    with pytest.raises(InvalidValue, match="no CustomerTable"):
        ci.to_matrix(FOUR)  # type: ignore[arg-type]
    matrix = ci.to_matrix(TABLE, SEGMENTED)
    for labels in ([1, 2], "abcd", 5, [1, 2, 3, 1.5]):
        with pytest.raises(InvalidValue, match="one whole number or text for each row"):
            matrix.segments(labels)  # type: ignore[arg-type]
    with pytest.raises(InvalidValue, match="labels are not all named"):
        matrix.segments([0, 1, 1, 0], names={0: "best"})
    with pytest.raises(InvalidValue, match="labels are not all named"):
        matrix.segments([0, 1, 1, 0], names={0: "best", 1: "best"})
    with pytest.raises(InvalidValue, match="names the labels is no Mapping: 'best'"):
        matrix.segments([0, 1, 1, 0], names="best")  # type: ignore[arg-type]
    for space in (5, " "):
        with pytest.raises(InvalidValue, match="space of the names is no text that says something"):
            matrix.segments([0, 1, 1, 0], space=space)  # type: ignore[arg-type]
    with pytest.raises(InvalidValue, match=r"labels are not all named.*'best'.*''"):
        matrix.segments([0, 1, 1, 0], names={0: "best", 1: ""})
    with pytest.raises(InvalidValue, match=r"4 rows, among them values of type float.*put -1"):
        matrix.segments([0.0, 1.0, float("nan"), 0.0])
    with pytest.raises(InvalidValue, match="no CustomerTable: None"):
        matrix.like(None)  # type: ignore[arg-type]
    with pytest.raises(InvalidValue, match=r"an object with fit_predict"):
        matrix.cluster(len)  # type: ignore[arg-type]
    with pytest.raises(InvalidValue, match=r"'a class' was given.*KMeans\(5\)"):
        matrix.cluster(Halves)  # type: ignore[arg-type]
    bare = ci.to_matrix(ci.traits(FOUR, "order_count"))
    with pytest.raises(MissingData, match="the traits total_spent, days_since_last_order"):
        bare.segments([0, 1, 1, 0])
    assert isinstance(matrix.customers, CustomerTable)


def test_who_is_left_out_has_no_part_in_the_scales() -> None:
    """Dropped customers do not shift the scale of the others; dropping everybody is refused."""
    matrix = ci.to_matrix(TABLE, ["total_spent", "average_gap_days"], unknown="drop")
    assert list(matrix.ids) == ["ada", "di"]
    assert matrix.values.mean(axis=0) == pytest.approx([0, 0])
    assert matrix.values.std(axis=0) == pytest.approx([1, 1])
    nobody = TABLE.take(np.array([1, 2]))
    with pytest.raises(InvalidValue, match="Nothing is known of the column 'average_gap_days'"):
        ci.to_matrix(nobody, ["total_spent", "average_gap_days"], unknown="drop")
