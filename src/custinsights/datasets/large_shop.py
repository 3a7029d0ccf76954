"""What would a shop of any size look like?

A seeded generator of order columns for benchmarks and load tests: few customers order a lot, most
of them once or twice; the shop grows, sells more in the evening, at the weekend and before
Christmas; some orders carry the same instant as the customer's order before. One pass in chunks, so
that a hundred million orders need little more memory than their columns.
"""

from __future__ import annotations

from typing import Any, Literal

import attrs
import numpy as np

from custinsights.domain.fields import looked_up, refuse_other, whole_number
from custinsights.errors import InvalidValue
from custinsights.history.columnar.columns import AnyArray, FloatArray, IntArray, Labels

_CHUNK = 1 << 20
_SECOND = 1_000_000
_HOUR = 3_600 * _SECOND
_FIRST_MIDNIGHT = 1_625_112_000_000_000  # 2021-07-01 00:00 in New York, microseconds UTC
_DAYS = 914  # to the end of 2023
_ORDERS_PER_CUSTOMER = 10 / 1.2
_ARRIVAL = 0.75  # customers arrive as orders ** 0.75: their share of the orders falls
_CORE = 1_000  # one in so many customers belongs to the core whose orders stop rising with rank
_SAME_INSTANT = 0.004
_FREE = 0.002
_ELSEWHERE = 0.03
_SPOTS = 1 << 16
_FIRST_ID = 100_000
_ID_ROOM = 1.1  # ids leave gaps

COUNTRIES = ("US", "CA", "GB", "DE", "FR", "AU", "NL", "JP", "SE", "IT", "ES", "NZ")
_COUNTRY_SHARES = (0.56, 0.11, 0.09, 0.06, 0.04, 0.04, 0.03, 0.02, 0.015, 0.01, 0.01, 0.005)
_NO_COUNTRY = 0.01
CHANNELS = ("direct", "etsy", "gumroad", "fair")
_CHANNEL_SHARES = (0.6, 0.25, 0.1, 0.05)


def power_law(
    orders: int,
    *,
    seed: int,
    customers: int | None = None,
    ids: Literal["int", "email"] = "int",
    shuffled: bool = False,
    labels: bool = True,
) -> dict[str, Any]:
    """Columns of an invented shop with a power law of orders per customer.

    The shop sells in New York time from July 2021 to the end of 2023. A repeat order goes to the
    customer of rank r (by arrival) with a density of (r + core) ** -2/3. With 4.3 orders per
    customer that gives the shares of UCI Online Retail: a third of the customers order once, the
    busiest hundredth place a seventh of the orders, the busiest tenth 45 %. The rows lie in time
    order unless `shuffled`.

    Parameters
    ----------
    orders
        The number of orders, 0 or more.
    seed
        Equal arguments and seed give equal columns.
    customers
        How many people order, each of them at least once; by default 1.2 for every ten orders.
    ids
        ``"int"``: integers from 100,000 on with gaps, in no order of time; ``"email"``: an object
        array of addresses at example.com.
    shuffled
        Whether the rows come in random order.
    labels
        Whether the columns ``country`` (an order's; 1 % unknown) and ``channel`` are made.

    Returns
    -------
    dict
        ``customer``, ``placed_at`` (int64 microseconds UTC, whole seconds), ``amount_minor``
        (int64), and as `Labels` ``country`` and ``channel``: arguments of
        `OrderHistory.from_arrays`, beside ``currency="USD", timezone="America/New_York"``.

    Raises
    ------
    InvalidValue
        When there are fewer orders than customers, or a number is none.
    UnknownName
        When `ids` is another word.

    Notes
    -----
    Cost: about a tenth of a second for a million orders.

    Examples
    --------
    >>> shop = power_law(1_000, seed=7)
    >>> len(shop["placed_at"]), len(set(shop["customer"].tolist()))
    (1000, 120)
    """
    orders = whole_number("the number of orders is wrong", orders, 0)
    seed = whole_number("the seed is wrong", seed, 0)
    looked_up("kind of ids", ids, dict.fromkeys(("int", "email")))
    for name, value in (("shuffled", shuffled), ("labels", labels)):
        refuse_other(bool, f"the argument {name}", value)
    people = _people(orders, customers)
    columns = _Columns.empty(orders, labels=labels)
    shop = _Shop(orders, people, *_clock())
    starts = range(0, orders, _CHUNK)
    for start, source in zip(starts, np.random.SeedSequence(seed).spawn(len(starts)), strict=True):
        rows = np.arange(start, min(start + _CHUNK, orders), dtype=np.int64)
        shop.fill(columns, rows, np.random.default_rng(source))
    if shuffled:
        columns.shuffle(np.random.default_rng((seed, 1)))
    return columns.named(people, ids)


@attrs.frozen(eq=False)
class _Columns:
    person: IntArray
    placed_at: IntArray
    amount: IntArray
    country: AnyArray | None
    channel: AnyArray | None

    @classmethod
    def empty(cls, n: int, *, labels: bool) -> _Columns:
        person, placed_at, amount = (np.empty(n, dtype=np.int64) for _ in range(3))
        country, channel = (np.empty(n, dtype=np.int32) if labels else None for _ in range(2))
        return cls(person, placed_at, amount, country, channel)

    def shuffle(self, rng: np.random.Generator) -> None:
        """Mix the rows, one column after the other: that takes the memory of two more."""
        order = rng.permutation(len(self.amount))
        for column in (self.person, self.placed_at, self.amount, self.country, self.channel):
            if column is not None:
                column[:] = column[order]

    def named(self, people: int, ids: Literal["int", "email"]) -> dict[str, Any]:
        outside = _outside(people)
        customer: AnyArray
        if ids == "email":
            names = np.empty(people, dtype=object)
            names[:] = [f"buyer.{number}@example.com" for number in outside.tolist()]
            customer = names[self.person]
        else:
            customer = self.person
            np.take(outside, self.person, out=customer, mode="clip")
        named: dict[str, Any] = {
            "customer": customer,
            "placed_at": self.placed_at,
            "amount_minor": self.amount,
        }
        if self.country is not None:
            named["country"] = Labels(self.country, COUNTRIES)
        if self.channel is not None:
            named["channel"] = Labels(self.channel, CHANNELS)
        return named


def _people(orders: int, customers: int | None) -> int:
    if customers is None:
        return max(round(orders / _ORDERS_PER_CUSTOMER), min(orders, 1))
    people = whole_number("the number of customers is wrong", customers, 0)
    if people > orders or (orders and not people):
        raise InvalidValue(
            what="a shop of so many customers cannot be made",
            given=f"{orders} orders of {people} customers",
            allowed="0 orders of 0 customers, or at least one customer and one order for each",
        )
    return people


def _outside(people: int) -> IntArray:
    """Return the outside id of each person: dense with gaps, and in no order of arrival."""
    room = max(int(people * _ID_ROOM), 1)
    step = max(int(room * 0.618_034), 1)
    while np.gcd(step, room) != 1:
        step += 1
    return _FIRST_ID + np.arange(people, dtype=np.int64) * step % room


def _clock() -> tuple[FloatArray, FloatArray]:
    """Return the share of all orders placed by each hour, and the hours' instants."""
    hour = np.arange(_DAYS * 24)
    year = hour / (365.25 * 24)
    weekday = (hour // 24 + 3) % 7  # the first day is a Thursday
    of_day = 1.0 + 0.9 * np.sin((hour % 24 - 13) / 24 * 2 * np.pi)
    of_week = np.array([0.9, 0.9, 0.95, 1.0, 1.1, 1.2, 1.15])[weekday]
    of_year = 1.0 + 0.8 * np.exp(-(((year + 0.5) % 1.0 - 0.92) ** 2) / 0.002)
    weight = 1.4**year * of_day * of_week * of_year
    share: FloatArray = np.concatenate([[0.0], np.cumsum(weight) / weight.sum()])
    hours = _FIRST_MIDNIGHT + np.arange(_DAYS * 24 + 1) * float(_HOUR)
    return share, hours.astype(np.float64)


def _arrived(orders_before: IntArray, orders: int, people: int) -> IntArray:
    """Return how many customers have ordered once so many orders are placed."""
    curve = np.ceil(people * (orders_before / orders) ** _ARRIVAL - 1e-9).astype(np.int64)
    return np.minimum(np.minimum(curve, orders_before), people)


@attrs.frozen(eq=False)
class _Shop:
    orders: int
    people: int
    share_by_hour: FloatArray
    hours: FloatArray

    def fill(self, columns: _Columns, rows: IntArray, rng: np.random.Generator) -> None:
        """Write the orders of some consecutive rows."""
        here = slice(int(rows[0]), int(rows[-1]) + 1)
        person, placed_at = self._visits(rows, rng)
        columns.person[here], columns.placed_at[here] = person, placed_at
        columns.amount[here] = _amounts(len(rows), rng)
        if columns.country is not None:
            columns.country[here] = _countries(person, rng)
        if columns.channel is not None:
            spots = rng.integers(0, _SPOTS, len(rows), dtype=np.uint16)
            columns.channel[here] = _wheel(_CHANNEL_SHARES, missing=0.0)[spots]

    def _visits(self, rows: IntArray, rng: np.random.Generator) -> tuple[IntArray, IntArray]:
        """Return who orders, as the number of their arrival, and when."""
        n, core = len(rows), max(self.people / _CORE, 1.0)
        before, after = (_arrived(count, self.orders, self.people) for count in (rows, rows + 1))
        ranks = np.cbrt(core) + rng.random(n) * (np.cbrt(before + core) - np.cbrt(core))
        ranks = ranks * ranks * ranks - core  # the cube of an even draw: a density of rank ** -2/3
        repeat = np.minimum(np.maximum(ranks, 0.0).astype(np.int64), before - 1)
        person = np.where(after > before, before, repeat)
        share = (rows + rng.random(n)) / self.orders
        seconds = np.interp(share, self.share_by_hour, self.hours) // _SECOND
        placed_at = seconds.astype(np.int64) * _SECOND
        is_tied = (after == before)[1:] & (rng.random(n - 1) < _SAME_INSTANT)
        tied = np.flatnonzero(is_tied) + 1
        person[tied], placed_at[tied] = person[tied - 1], placed_at[tied - 1]
        return person, placed_at


def _amounts(n: int, rng: np.random.Generator) -> IntArray:
    dollars = np.exp(rng.standard_normal(n, dtype=np.float32) * 0.9 + 3.7)
    cents: IntArray = np.rint(dollars * 100).astype(np.int64)
    cents[rng.random(n, dtype=np.float32) < _FREE] = 0
    return cents


def _countries(person: IntArray, rng: np.random.Generator) -> AnyArray:
    """Return the country of each order: mostly the customer's own."""
    n = len(person)
    home = (person.astype(np.uint64) * np.uint64(0x9E37_79B9_7F4A_7C15)) >> np.uint64(48)
    is_elsewhere = rng.random(n, dtype=np.float32) < _ELSEWHERE
    abroad = rng.integers(0, _SPOTS, n, dtype=np.uint16)
    spots = np.where(is_elsewhere, abroad, home.astype(np.uint16))
    return _wheel(_COUNTRY_SHARES, missing=_NO_COUNTRY)[spots]


def _wheel(shares: tuple[float, ...], *, missing: float) -> AnyArray:
    """Return a code for each spot, so that each label holds its share; -1 is the missing one."""
    edges = np.cumsum([missing, *(np.array(shares) * (1.0 - missing) / sum(shares))])
    places = np.searchsorted(edges, (np.arange(_SPOTS) + 0.5) / _SPOTS, side="right")
    return (places - 1).astype(np.int32)
