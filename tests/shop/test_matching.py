"""Who fulfils a rule, as a database tells it and as a history does."""

import datetime as dt
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import attrs
import numpy as np
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from hypothesis.strategies import DrawFn
from sqlalchemy import Engine, event

from custinsights.analyses.catalog import DEFAULT
from custinsights.analyses.declaring.declarations import Trait
from custinsights.analyses.segments.rule import Rule, RuleLike, rule
from custinsights.analyses.segments.segment import segment
from custinsights.domain import (
    Activity,
    Address,
    Customer,
    Money,
    Order,
    OrderLine,
    Product,
    Refund,
    TagChange,
)
from custinsights.domain.calendar import Calendar
from custinsights.domain.rules.tree import (
    Among,
    Attribute,
    Call,
    Comparison,
    Condition,
    Is,
    Literal,
    Name,
    Not,
    Value,
)
from custinsights.errors import CustInsightsError, UnknownName
from custinsights.history.orders import OrderHistory
from custinsights.repositories.batches import REFUND_COLUMNS
from custinsights.repositories.memory import MemoryStore
from custinsights.repositories.order_rows import batch_of_rows
from custinsights.repositories.protocols import Store, UnitOfWork
from custinsights.repositories.sifting import Sifter
from custinsights.repositories.sql import open_store
from custinsights.repositories.sql.rule_days import Days
from custinsights.shop import matching
from custinsights.shop.matching import customers_matching
from custinsights.sources.stored.reading import SHOP, read_store

PEOPLE = ("ada", "bo", "cy", "di")
ZONES = ("UTC", "America/New_York", "America/St_Johns", "Pacific/Apia")
AS_OF = dt.datetime(2010, 11, 10, 15, 30, tzinfo=dt.UTC)
AS_OFS = (AS_OF, AS_OF + dt.timedelta(days=2))
DAYS = ("2010-03-14", "2010-10-12", "2010-11-07", "2010-11-08", "2010-11-10")
MOMENT = dt.timedelta(microseconds=1)
INSTANTS = sorted(
    {
        dt.datetime(2010, month, day, hour, minute, tzinfo=dt.UTC) + shift
        for month, day in [(3, 14), (11, 7), (11, 9)]
        for hour, minute in [(2, 31), (4, 0), (5, 0), (15, 30)]
        for shift in (-MOMENT, dt.timedelta(0))
    }
    | {AS_OF - MOMENT, AS_OF, AS_OF + MOMENT, dt.datetime(2009, 1, 2, tzinfo=dt.UTC)}
)

instants = st.sampled_from(INSTANTS)
people = st.sampled_from(PEOPLE)


def euros(cents: int) -> Money:
    """Return an amount."""
    return Money.from_minor(cents, "EUR")


def maybe(of: Any) -> Any:
    """Draw nothing, or something."""
    return st.none() | of


@st.composite
def orders(draw: DrawFn) -> Order:
    """Draw an order: of somebody or nobody, in any state, with lines or a total, given back."""
    currency = draw(st.sampled_from(["EUR"] * 5 + ["USD"]))
    amounts = st.sampled_from([0, 100, 250]).map(lambda cents: Money.from_minor(cents, currency))
    back = st.sampled_from([30, 100, 250]).map(lambda cents: Money.from_minor(cents, currency))
    lines = draw(
        st.lists(
            st.builds(OrderLine, st.sampled_from("pqr"), st.sampled_from([1, 2]), amounts),
            max_size=2,
        )
    )
    told = {
        "channel": maybe(st.sampled_from(["web", "shop"])),
        "coupon": maybe(st.just("X")),
        "payment_method": maybe(st.sampled_from(["card", "cash"])),
    }
    return Order(
        id=draw(st.sampled_from(["1", "2", "3", "10", "20"])),
        source=draw(maybe(st.sampled_from(["etsy", "web"]))),
        customer=draw(maybe(people) if draw(st.booleans()) else people),
        placed_at=draw(instants),
        lines=lines,
        total=None if lines else draw(amounts),
        status=draw(st.sampled_from(["paid", "paid", "paid", "pending", "cancelled"])),
        cancelled_at=draw(maybe(instants)),
        refunds=draw(
            st.lists(
                st.builds(Refund, back, maybe(instants), product=maybe(st.just("p"))), max_size=2
            )
        ),
        shipping_address=draw(
            maybe(st.sampled_from([Address(country="FR"), Address(country="DE", city="Ulm")]))
        ),
        **{name: draw(one) for name, one in told.items()},
    )


customers = st.builds(
    Customer,
    people,
    created_at=maybe(instants),
    acquisition_channel=maybe(st.sampled_from(["web", "fair"])),
    addresses=st.sampled_from([[], [], [Address(country="FR")], [Address(city="Ulm")]]),
    attributes=st.fixed_dictionaries(
        {},
        optional={
            "vip": st.booleans(),
            "size": st.sampled_from(["L", "M", "ü"]),
            "points": st.sampled_from([1.0, 2.5]),
        },
    ),
)
activities = st.builds(
    Activity,
    people,
    instants,
    st.sampled_from(["visit", "Bid", "email_opened"]),
    subject=maybe(st.sampled_from("pq")),
    outcome=maybe(st.sampled_from(["won", "lost"])),
    id=st.integers(0, 9).map(str),
    amount=maybe(st.sampled_from([euros(5), Money.from_minor(5, "USD")])),
)
tags = st.builds(
    TagChange,
    people,
    st.sampled_from(["Gold", "gold ", "old"]),
    st.just("added"),
    instants,
    by=st.just("me"),
    why=st.just("x"),
)
lone_refunds = st.fixed_dictionaries(
    {
        "source": st.sampled_from(["", "etsy"]),
        "id": st.sampled_from(["r1", "r2", "r3"]),
        "customer": maybe(people),
        "refunded_at": instants,
        "amount": st.sampled_from([30, 100, 250]),
        "currency": st.sampled_from(["EUR", "EUR", "USD"]),
        "names": maybe(st.sampled_from(["1", "2", "10", "99"])),
    }
)
PRODUCTS = (
    Product("p", title="Sea at night", category="Prints ", department="Wall"),
    Product("q", title="Mug", category="prints", keywords=("sea",)),
    Product("r"),
)


def refund_alone(work: UnitOfWork, told: dict[str, Any]) -> None:
    """Write a refund with a key of its own."""
    row = dict.fromkeys(REFUND_COLUMNS) | {"order": -1}
    at = (told["refunded_at"] - dt.datetime(1970, 1, 1, tzinfo=dt.UTC)) // MOMENT
    work.orders.write(batch_of_rows([], [{**row, **told, "refunded_at": at}]))


WRITERS: dict[str, Callable[[UnitOfWork, Any], object]] = {
    "customer": lambda work, one: work.people.write([one]),
    "order": lambda work, one: work.orders.add(one),
    "activity": lambda work, one: work.activities.add(one),
    "tag": lambda work, one: work.annotations.tag(one),
    "refund": refund_alone,
    "product": lambda work, one: work.orders.put_products([one]),
}
acts = st.one_of(
    orders().map(lambda one: ("order", one)),
    orders().map(lambda one: ("order", one)),
    orders().map(lambda one: ("order", one)),
    customers.map(lambda one: ("customer", one)),
    activities.map(lambda one: ("activity", one)),
    tags.map(lambda one: ("tag", one)),
    lone_refunds.map(lambda one: ("refund", one)),
    st.sampled_from(PRODUCTS).map(lambda one: ("product", one)),
)

CLAUSES = (
    "order_count >= {n}",
    "order_count == {n}",
    "order_count < 1.5",
    "order_count != 2.5",
    "order_count in [0, 2, 2.5]",
    "order_count <= 99999999999999999999",
    "total_spent > {m}",
    "total_spent == {m}",
    "total_spent != {m}",
    "total_spent <= 1.005",
    "total_spent < -0.01",
    "refunded >= {m}",
    "first_order_at >= '{d}'",
    "first_order_at < '{d}'",
    "last_order_at == '{d}'",
    "last_order_at != '{d}'",
    "last_order_at <= '{d}'",
    "last_order_at > '{d}'",
    "first_order_at > '1m'",
    "last_order_at in ['{d}', '3d']",
    "first_order_at is None",
    "days_since_last_order is not None",
    "days_since_last_order <= {n}",
    "days_since_last_order == {n}",
    "days_since_last_order != {n}",
    "days_since_first_order > {n}.5",
    "days_since_first_order < 3.999999999999",
    "days_since_last_order not in [1, 3]",
    "orders_last_year >= {n}",
    "average_order_value > {m}",
    "total_spent > 2 * average_order_value",
    "order_count + 1 > total_spent",
    "median_gap_days is None",
    "order_frequency < 1",
    "customer_country == 'FR'",
    "customer_country != 'FR'",
    "customer_country in ['FR', 'DE']",
    "customer_city is None",
    "acquisition_channel == 'web'",
    "first_channel != 'web'",
    "preferred_channel == 'web'",
    "preferred_payment_method not in ['card']",
    "first_coupon == 'X'",
    "lifecycle == 'Prospect'",
    "lifecycle != 'Repeat Customer'",
    "lifecycle in ['Loyal Fan', 'Advocate']",
    "in_segment('frequency:returning')",
    "in_segment('recency:active')",
    "attribute('vip')",
    "attribute('vip') is None",
    "attribute('size') == 'L'",
    "attribute('size') not in ['M', 'ü']",
    "attribute('points') > 1",
    "attribute('nobody_has_it') == 'x'",
    "status('vip')",
    "status('size')",
    "tagged('gold')",
    "tagged(['old', 'new'])",
    "ordered(channel='web')",
    "ordered(count=2, within='30d')",
    "ordered(country='FR')",
    "ordered(country=['DE', 'FR'], within='4d', payment_method='card')",
    "ordered(between=['2010-03-14', '{d}'])",
    "ordered(between=[None, '3d'], coupon='X')",
    "bought(product='p')",
    "bought(product=['p', 'q'], within='{n}d', at_least=2)",
    "bought(category='PRINTS')",
    "bought(keyword='Sea')",
    "bought(department='wall', category='prints')",
    "bought(product='p', spent={m})",
    "bought(within='1m')",
    "did('visit')",
    "did('visit', within='4d', at_least=2)",
    "did(['bid', 'visit'], subject='p')",
    "did('bid', outcome='Won')",
    "never_did('email opened')",
    "units > 1",
    "anniversary('created_at', within='1m')",
    "email_domain('example.com')",
)
numbers = st.fixed_dictionaries(
    {
        "n": st.integers(1, 4),
        "m": st.sampled_from(["0", "1", "1.00", "2.5", "0.30"]),
        "d": st.sampled_from(DAYS),
    }
)
clauses = st.builds(lambda text, told: text.format(**told), st.sampled_from(CLAUSES), numbers)
rules = st.recursive(
    clauses,
    lambda some: st.one_of(
        st.builds("({} and {})".format, some, some),
        st.builds("({} or {})".format, some, some),
        st.builds("not {}".format, some),
    ),
    max_leaves=4,
)


def answer(of: Callable[..., Any], *given: Any) -> object:
    """Return what is answered, or which error is raised."""
    try:
        return of(*given)
    except CustInsightsError as error:
        return type(error)


def in_memory(work: UnitOfWork, text: RuleLike, as_of: dt.datetime) -> frozenset[str]:
    """Return who fulfils a rule as the whole history tells."""
    return members(read_store(work), text, as_of)


def members(history: OrderHistory, text: RuleLike, as_of: dt.datetime) -> frozenset[str]:
    """Return who of a history fulfils a rule."""
    return frozenset(history.customer_ids[segment(history, text, as_of=as_of)].tolist())


def in_database(work: UnitOfWork, text: RuleLike, as_of: dt.datetime) -> frozenset[str]:
    """Return who fulfils a rule as the database tells, as far as it does."""
    return customers_matching(work, text, as_of=as_of)


@contextmanager
def undone(store: Store) -> Iterator[UnitOfWork]:
    """Begin a unit of work of which nothing is kept."""
    work = store.begin()
    try:
        yield work
    finally:
        work.__exit__(KeyboardInterrupt, None, None)


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def store(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Store]:
    """Return a store that stays empty."""
    where: Path | str = tmp_path_factory.mktemp("stores") / "shop.db"
    if request.param == "postgresql":
        where = request.getfixturevalue("new_database")()
    opened = open_store(where)
    yield opened
    opened.close()


def paid(number: int, who: str, at: dt.datetime, cents: int, **more: Any) -> tuple[str, Any]:
    """Return the act of writing an order."""
    return "order", Order(id=str(number), customer=who, placed_at=at, total=euros(cents), **more)


REPEATED = dt.datetime(2010, 11, 7, 2, 31, tzinfo=dt.UTC)
"""When clocks in Newfoundland went back over midnight: the day before goes on."""
FRANCE, GERMANY = Address(country="FR"), Address(country="DE")
EDGES = [
    paid(1, "ada", INSTANTS[2], 100, refunds=[Refund(euros(100), AS_OF - MOMENT)]),
    paid(2, "ada", AS_OF - MOMENT, 250, refunds=[Refund(euros(250), AS_OF)]),
    paid(3, "ada", AS_OF, 250, channel="web"),
    paid(4, "bo", INSTANTS[3], 100, refunds=[Refund(euros(100))], cancelled_at=AS_OF),
    paid(5, "cy", REPEATED - MOMENT, 100, shipping_address=FRANCE, channel="web"),
    paid(6, "cy", REPEATED, 100, shipping_address=GERMANY, channel="shop", coupon="X"),
    paid(7, "di", REPEATED - dt.timedelta(minutes=1), 100, shipping_address=FRANCE),
    paid(8, "di", REPEATED - dt.timedelta(minutes=1) - MOMENT, 200, status="pending"),
    paid(9, "eva", INSTANTS[4], 101, lines=[OrderLine("p", 1, euros(101))]),
    ("customer", Customer("di", addresses=[GERMANY], acquisition_channel="fair")),
    ("product", PRODUCTS[0]),
    ("activity", Activity("ada", AS_OF, "visit", id="1")),
    ("activity", Activity("bo", REPEATED, "visit", id="2", outcome="Won")),
]


@settings(max_examples=8, suppress_health_check=list(HealthCheck))
@given(
    shop=st.tuples(st.lists(acts, min_size=12, max_size=30), maybe(st.tuples(people, people))),
    words=numbers,
    joined=st.lists(rules, min_size=5, max_size=8),
    where=st.tuples(st.sampled_from(ZONES), st.sampled_from([*AS_OFS, *INSTANTS])),
)
@example((EDGES, None), {"n": 2, "m": "1", "d": "2010-11-07"}, [], ("America/St_Johns", AS_OF))
@example((EDGES, None), {"n": 1, "m": "2.5", "d": "2010-11-10"}, [], ("UTC", AS_OF))
def test_a_database_tells_what_a_history_tells(
    store: Store,
    shop: tuple[list[tuple[str, Any]], tuple[str, str] | None],
    words: dict[str, Any],
    joined: list[str],
    where: tuple[str, dt.datetime],
) -> None:
    """The same customers fulfil a rule, or the same is refused, whatever the shop and the rule."""
    each = [clause.format(**words) for clause in CLAUSES]
    texts = [*each, *map("not {}".format, each), *joined]
    assert differing(store, shop, texts, where) == []


def differing(
    store: Store,
    shop: tuple[list[tuple[str, Any]], tuple[str, str] | None],
    texts: list[str],
    where: tuple[str, dt.datetime],
) -> list[str]:
    """Return the rules that a database answers otherwise than a history."""
    (told, merged), (zone, as_of) = shop, where
    with undone(store) as work:
        work.annotations.set(SHOP, {"currency": "EUR", "timezone": zone})
        for kind, one in told:
            answer(WRITERS[kind], work, one)
        if merged is not None:
            answer(work.people.merge, *merged)
        history = answer(read_store, work)
        if not isinstance(history, OrderHistory):
            return []  # what cannot be read as a whole has no answer to be held to
        return [
            text
            for text in texts
            if answer(in_database, work, text, as_of) != answer(members, history, text, as_of)
        ]


def small_shop(work: UnitOfWork) -> None:
    """Write a shop of which every word of a rule can be asked."""
    work.annotations.set(SHOP, {"currency": "EUR", "timezone": "America/New_York"})
    flags: dict[str, Any] = {"vip": True, "size": "L"}
    work.people.write([Customer("ada", attributes=flags), Customer("bo"), Customer("cy")])
    for number, (who, cents) in enumerate([("ada", 500), ("ada", 700), ("bo", 300)]):
        line = OrderLine("p", 1, euros(cents))
        ways: dict[str, Any] = {"channel": "web", "payment_method": "card", "coupon": "X"}
        address = Address(country="FR")
        at = INSTANTS[number + 1]
        work.orders.add(
            Order(
                id=str(number),
                customer=who,
                placed_at=at,
                lines=[line],
                shipping_address=address,
                **ways,
            )
        )
    work.orders.put_products(PRODUCTS)
    work.activities.add(Activity("ada", INSTANTS[1], "visit", subject="p", outcome="won"))
    work.annotations.tag(TagChange("ada", "Gold", "added", INSTANTS[1], by="me", why="x"))


ALONE = (
    "order_count >= 2",
    "total_spent > 11.99 and not refunded > 0",
    "first_order_at < '2010-03-15' or last_order_at >= '30d'",
    "days_since_last_order <= 400 and days_since_first_order > 2.5",
    "orders_last_year >= 1",
    "customer_country == 'FR'",
    "acquisition_channel in ['web'] or first_channel == 'web'",
    "lifecycle == 'Repeat Customer'",
    "in_segment('frequency:returning')",
    "in_segment('recency:active')",
    "attribute('size') == 'L'",
    "attribute('vip') is not None or attribute('vip')",
    "status('vip')",
    "ordered(channel='web', country='FR', within='1y')",
    "bought(product='p', category='prints', keyword='sea')",
    "did('visit', within='1y') or never_did('bid')",
)
PARTLY = (
    "order_count >= 2 and average_order_value > 1",
    "tagged('gold')",
    "bought(product='p', spent=4)",
    "lifecycle == 'Loyal Fan' or order_count == 3",
)
NEVER = (
    "average_order_value > 1",
    "units > 1",
    "attribute('nobody_has_it') == 'x'",
    "order_count >= 2 and email_domain('example.com')",
    "percentile(total_spent) >= 0.5",
)


@pytest.mark.parametrize("text", ALONE)
def test_what_a_database_tells_alone(
    store: Store, text: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No history is read for what the database tells exactly."""

    def refuse(*_: object, **__: object) -> None:
        pytest.fail("a history was read")

    with undone(store) as work:
        small_shop(work)
        expected = in_memory(work, text, AS_OF)
        monkeypatch.setattr(matching, "read_store", refuse)
        assert customers_matching(work, text, as_of=AS_OF) == expected
        assert isinstance(work, Sifter)


@pytest.mark.parametrize("text", PARTLY + NEVER)
def test_only_the_undecided_are_read(
    store: Store, text: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The history of those alone is read of whom the database cannot tell."""
    asked = []

    def listening(work: UnitOfWork, *, customers: Any = None) -> Any:
        asked.append(customers)
        return read_store(work, customers=customers)

    with undone(store) as work:
        small_shop(work)
        work.orders.add(
            *(
                Order(id=f"x{one}", customer="di", placed_at=INSTANTS[2], total=euros(1))
                for one in range(4)
            )
        )
        expected = answer(in_memory, work, text, AS_OF)
        monkeypatch.setattr(matching, "read_store", listening)
        assert answer(in_database, work, text, AS_OF) == expected
        assert asked[-1] is None if text in NEVER else {*asked[0]} < {"ada", "bo", "cy", "di"}


HOSTILE = (
    "'; DROP TABLE people; --",
    '" OR 1=1 --',
    "') UNION SELECT name FROM people --",
    "x' AND '1'='1",
    "%",
    "_",
    "\\",
    "\\u0000",
    ":person_1",
    "%(person_1)s",
    "%s ? $1 {0} {{",
    "$.vip",
    "🦉 ü \u202e",
    "a\0b",
    "half \ud83d",
    "long " * 2_000,
)


def rules_with(text: str) -> list[Condition]:
    """Return rules that hold a text wherever a rule can hold one."""
    words: dict[str, Any] = {
        "channel": text,
        "coupon": text,
        "payment_method": text,
        "country": (text, "FR"),
    }
    told = [Call("ordered", (), ((name, value),)) for name, value in words.items()]
    told += [Call("bought", (), ((name, text),)) for name in ("product", "category", "keyword")]
    told += [Call("did", ("visit",), ((name, text),)) for name in ("outcome", "subject")]
    told += [Call("tagged", (text,)), Call("status", (text,))]
    names = ("customer_country", "acquisition_channel", "first_channel", "lifecycle")
    values: list[Value] = [*map(Name, names), Attribute("size"), Attribute(text)]
    return [
        *map(Is, told),
        *(Comparison(value, "==", Literal(text)) for value in values),
        *(Not(Among(value, (Literal(text), Literal("L")))) for value in values),
    ]


@pytest.mark.parametrize("number", range(len(HOSTILE)))
def test_no_text_of_a_rule_is_part_of_a_question(store: Store, number: int) -> None:
    """Hostile texts find whom they are told of, travel beside the SQL, and change nothing."""
    text = HOSTILE[number]
    can_rest = all(sign != "\0" and not "\ud800" <= sign <= "\udfff" for sign in text)
    said: list[str] = []

    def listen(_connection: Any, _cursor: Any, statement: str, *_: object) -> None:
        said.append(statement)

    with undone(store) as work:
        small_shop(work)
        if can_rest:
            who = Customer("eva", acquisition_channel=text, attributes={"size": text})
            work.people.write([who])
            one = Order(id="h", customer="eva", placed_at=AS_OF - MOMENT, total=euros(1))
            address = Address(country=text)
            more: dict[str, Any] = {"channel": text, "coupon": text, "payment_method": text}
            work.orders.add(attrs.evolve(one, shipping_address=address, **more))
        before = work.last_change()
        event.listen(Engine, "before_cursor_execute", listen)
        try:
            found = [
                (
                    answer(in_database, work, Rule(one), AS_OF),
                    answer(in_memory, work, Rule(one), AS_OF),
                )
                for one in rules_with(text)
            ]
        finally:
            event.remove(Engine, "before_cursor_execute", listen)
        assert [one for one, _ in found] == [other for _, other in found]
        assert any(one == {"eva"} for one, _ in found) == can_rest
        assert len(text) < 3 or not any(text in statement for statement in said)
        assert (work.last_change(), len([*work.people.listed()])) == (before, 3 + can_rest)


def test_words_of_ones_own_are_judged_in_memory(store: Store) -> None:
    """A catalog may mean something else by the name of a built-in trait: the history is asked."""
    always = Trait("order_count", lambda view: np.full(view.people, 7), "count", "orders", "7.")
    own = attrs.evolve(DEFAULT, traits={**DEFAULT.traits, "order_count": always})
    with undone(store) as work:
        small_shop(work)
        assert customers_matching(work, "order_count == 7", as_of=AS_OF) == frozenset()
        found = customers_matching(work, "order_count == 7", as_of=AS_OF, catalog=own)
        assert found == {"ada", "bo", "cy"}


def test_a_rule_about_all_is_judged_by_cuts(store: Store) -> None:
    """With the cuts of all customers a rule about them is one about each, and is sifted."""
    text = "in_segment('value:vip') or percentile(total_spent) >= 0.5"
    with undone(store) as work:
        small_shop(work)
        history, asked = read_store(work), rule(text)
        cuts = asked.cuts(history, as_of=AS_OF)
        expected = frozenset(
            history.customer_ids[segment(history, text, as_of=AS_OF, cuts=cuts)].tolist()
        )
        assert expected == {"ada"}
        assert customers_matching(work, text, as_of=AS_OF, cuts=cuts) == expected
        assert customers_matching(work, text, as_of=AS_OF) == expected


def test_a_store_that_cannot_sift_is_read() -> None:
    """A store in memory answers by its history."""
    store = MemoryStore()
    with store.begin() as work:
        small_shop(work)
        assert not isinstance(work, Sifter)
        assert customers_matching(work, "order_count == 2", as_of="2010-11-10") == {"ada"}
        with pytest.raises(UnknownName, match="no attribute"):
            customers_matching(work, "attribute('x') == 1", as_of=AS_OF)


@pytest.mark.parametrize("zone", ["America/St_Johns", "America/Havana", "Pacific/Apia", "UTC"])
def test_the_instants_of_a_day_are_those_of_the_calendar(zone: str) -> None:
    """An instant is on a local day or after it as the calendar says, or nothing is told."""
    calendar = Calendar(zone)
    days = Days(calendar, 0)
    untold = 0
    for day in range(dt.date(2010, 1, 1).toordinal(), dt.date(2012, 1, 2).toordinal()):
        start = days.start(day)
        if start is None:
            untold += 1
            continue
        begin = dt.datetime(1970, 1, 1, tzinfo=dt.UTC) + start * MOMENT
        for hours in (-25, -1, -1 / 60, 0, 1 / 60, 1, 3, 25):
            at = begin + dt.timedelta(hours=hours)
            assert (calendar.local_date(at).toordinal() >= day) == (at >= begin)
        assert calendar.local_date(begin - MOMENT).toordinal() < day
    assert untold == (zone == "America/St_Johns")
