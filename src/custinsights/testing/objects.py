"""Which objects of the domain may rest in a store? Hypothesis draws them.

Ids are texts, as stores give them back. Whatever is personal holds the text `MARK`, so that a
search finds what was forgotten and is there nevertheless.
"""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

from custinsights.domain.activities import Activity
from custinsights.domain.consents import Consent
from custinsights.domain.interests import INTEREST_STATES, Interest
from custinsights.domain.money import Money
from custinsights.domain.notes import Note, NoteText
from custinsights.domain.orders import Order, OrderLine, Refund
from custinsights.domain.people import Address, Customer
from custinsights.domain.products import Product
from custinsights.domain.segments import Segment
from custinsights.domain.statuses import ORDER_STATUSES, Fulfilment
from custinsights.domain.tag_changes import TagChange
from custinsights.errors import InvalidValue, MissingExtra

try:
    from hypothesis import strategies as st
except ImportError as error:
    raise MissingExtra("hypothesis", "testing", "drawing random objects") from error

MARK = "Zzyzx"
"""Stands in all that is personal."""

CUSTOMERS = ("c1", "c2", "c3", "c10", "Éva")
SOURCES = ("", "etsy", "till")
CURRENCIES = ("EUR", "JPY", "KWD")
EPOCH = dt.datetime(2024, 1, 1, tzinfo=dt.UTC)

instants = st.builds(
    lambda seconds, micro, hours: (
        EPOCH + dt.timedelta(seconds=seconds, microseconds=micro)
    ).astimezone(dt.timezone(dt.timedelta(hours=hours))),
    st.integers(0, 10**8),
    st.sampled_from((0, 0, 1, 999_999)),
    st.sampled_from((0, 0, -5, 9)),
)
words = st.sampled_from(("sea", "Sea", "lighthouse", "über", "naïve café", "'); --", "a\nb", "0"))
personal = words.map(lambda word: f"{MARK} {word}")
quantities = st.sampled_from(("1", "2", "0.5", "1.333", "0.001", "12", "1000")).map(Decimal)
scores = st.sampled_from(("0", "5", "-1", "4.5", "-0.125")).map(Decimal)
_minor = st.sampled_from((0, 1, 3, 333, 1999, 4500, 10**7))
_degrees = st.floats(-90, 90, allow_nan=False)


def told(**fields: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    """Draw some of some fields."""
    return st.fixed_dictionaries({}, optional=fields)


def moneys(currency: str, least: int = 0) -> st.SearchStrategy[Money]:
    """Draw an amount."""
    return _minor.map(lambda minor: Money.from_minor(max(minor, least), currency))


@st.composite
def addresses(draw: st.DrawFn) -> Address:
    """Draw where somebody lives."""
    fields = draw(
        told(street=personal, postal_code=personal, city=words, region=words, country=words)
    )
    if draw(st.booleans()):
        fields |= {"latitude": draw(_degrees), "longitude": draw(_degrees)}
    return Address(**fields)


def customers(ids: st.SearchStrategy[str] | None = None) -> st.SearchStrategy[Customer]:
    """Draw a person without tags, with contacts or without."""
    attributes = st.one_of(
        personal, st.floats(allow_nan=False, allow_infinity=False), st.booleans(), st.dates()
    )
    fields = told(
        name=personal,
        email=st.sampled_from(("a", "b", "C")).map(lambda name: f"{name}.{MARK}@example.com"),
        phone=st.sampled_from(("+33 6 12 34 56 78", "+44 20 7946 0000")),
        created_at=instants,
        acquisition_channel=words,
        addresses=st.lists(addresses(), max_size=2),
        birthday=st.dates(dt.date(1900, 1, 1), dt.date(2020, 1, 1)),
        attributes=st.dictionaries(
            st.sampled_from(("vip", "shoe_size", "since")), attributes, max_size=2
        ),
    )
    named = st.sampled_from(CUSTOMERS) if ids is None else ids
    return st.builds(lambda name, told: Customer(name, **told), named, fields)


@st.composite
def orders(draw: st.DrawFn, *, guests: bool = True) -> Order:
    """Draw an order, with lines or a total or both."""
    currency = draw(st.sampled_from(CURRENCIES))
    who = st.sampled_from(CUSTOMERS)
    fields = draw(
        told(
            shipping=moneys(currency),
            tax=moneys(currency),
            tip=moneys(currency),
            refunds=st.lists(refunds(currency), max_size=2),
            status=st.sampled_from(ORDER_STATUSES),
            fulfilment=fulfilments(),
            cancelled_at=instants,
            channel=words,
            source=st.sampled_from(SOURCES[1:]),
            payment_method=words,
            campaign=words,
            coupon=words,
            shipping_address=addresses(),
            billing_address=addresses(),
            labels=st.dictionaries(st.sampled_from(("utm_source", "Gift?")), words, max_size=2),
        )
    )
    fields |= {
        "id": draw(st.sampled_from(("1", "2", "10", "ä"))),
        "customer": draw(st.none() | who if guests else who),
        "placed_at": draw(instants),
        "lines": draw(st.lists(order_lines(currency), max_size=3)),
    }
    if fields["lines"] and draw(st.booleans()):
        return Order(**fields)
    fields |= draw(told(discount=moneys(currency, 1)))
    return _with_total(fields, draw(moneys(currency)))


def _with_total(fields: dict[str, Any], total: Money) -> Order:
    """Return an order with a total, which stands as told only where nothing makes it."""
    try:
        order = Order(**fields, total=total)
    except InvalidValue:
        return Order(**fields, total=total, total_as_told=True)
    made = Order(**fields) if order.lines else None
    return order if made is None or made.amount != total else made


@st.composite
def order_lines(draw: st.DrawFn, currency: str) -> OrderLine:
    """Draw a line, with a discount that it can bear."""
    line = OrderLine(draw(words), draw(quantities), draw(moneys(currency)))
    off = draw(st.none() | st.integers(0, line.revenue.minor))
    discount = None if off is None else Money.from_minor(off, currency)
    exact = line.quantity * line.unit_price.minor
    fits = discount is None or discount.minor <= exact
    return OrderLine(
        line.product, line.quantity, line.unit_price, discount=discount if fits else None
    )


def refunds(currency: str) -> st.SearchStrategy[Refund]:
    """Draw a refund inside an order."""
    fields = told(refunded_at=instants, product=words)
    return st.builds(lambda money, told: Refund(money, **told), moneys(currency, 1), fields)


def fulfilments() -> st.SearchStrategy[Fulfilment]:
    """Draw how far an order has got."""
    times = st.lists(instants, min_size=2, max_size=2).map(sorted)
    sent = st.builds(
        lambda pair, status: Fulfilment(shipped_at=pair[0], delivered_at=pair[1], status=status),
        times,
        st.sampled_from(("partial", "fulfilled")),
    )
    return st.just(Fulfilment()) | st.just(Fulfilment(status="fulfilled")) | sent


def products() -> st.SearchStrategy[Product]:
    """Draw something that is sold."""
    fields = told(
        title=words,
        category=words,
        department=words,
        keywords=st.lists(words, max_size=3),
        price=moneys("EUR"),
        stock=scores,
        ladder=words,
        sale=words,
    )
    return st.builds(
        lambda name, told: Product(name, **told), st.sampled_from(("p1", "p2", "p10")), fields
    )


def activities(
    ids: st.SearchStrategy[str | None] | None = None,
) -> st.SearchStrategy[Activity]:
    """Draw something that somebody did, with an id or without."""
    named = st.sampled_from((None, "1", "2", "#3")) if ids is None else ids
    fields = told(
        subject=words,
        outcome=st.sampled_from(("won", "bounced")),
        campaign=words,
        channel=words,
        amount=st.sampled_from(CURRENCIES).flatmap(moneys),
        score=scores,
    )
    return st.builds(
        lambda who, at, kind, name, told: Activity(who, at, kind, id=name, **told),
        st.none() | st.sampled_from(CUSTOMERS),
        instants,
        st.sampled_from(("visit", "bid", "subscribed", "studio_tour")),
        named,
        fields,
    )


def notes(customer: str) -> st.SearchStrategy[Note]:
    """Draw a note about somebody."""
    texts = st.lists(st.builds(NoteText, personal, instants, words), min_size=1, max_size=3)
    return st.builds(
        lambda name, texts: Note(name, customer, sorted(texts, key=lambda one: one.at)),
        st.sampled_from(("n1", "n2", "n10")),
        texts,
    )


def interests(customer: str) -> st.SearchStrategy[Interest]:
    """Draw what somebody cares for."""
    return st.builds(Interest, st.just(customer), personal, st.sampled_from(INTEREST_STATES))


def segments() -> st.SearchStrategy[Segment]:
    """Draw a named rule."""
    return st.builds(
        Segment,
        st.sampled_from(("Big spenders", "big-spenders", "New")),
        st.sampled_from(("total_spent >= 500", "order_count >= 2")),
        st.just("") | words,
    )


def tag_changes(customer: str) -> st.SearchStrategy[TagChange]:
    """Draw what happened to a tag."""
    return st.builds(
        lambda tag, what, at, why: TagChange(
            customer,
            tag,
            what,
            at,
            by="Kim",
            why=why,
            was=f"{tag} 0" if what == "renamed" else None,
        ),
        personal,
        st.sampled_from(("added", "removed", "entered", "left", "renamed")),
        instants,
        personal,
    )


def consents(customer: str) -> st.SearchStrategy[Consent]:
    """Draw what somebody agreed to."""
    return st.builds(
        lambda purpose, granted, at, proof: Consent(
            customer=customer,
            purpose=purpose,
            channel="email",
            granted=granted,
            at=at,
            how="a form",
            evidence=proof,
        ),
        st.sampled_from(("news", "offers")),
        st.booleans(),
        instants,
        st.none() | personal,
    )


def everything() -> st.SearchStrategy[Any]:
    """Draw an object of any kind that rests in a store."""
    somebody = "c1"
    own = (notes, interests, tag_changes, consents)
    return st.one_of(
        *(customers(), orders(), products(), activities(), segments()),
        *(kind(somebody) for kind in own),
    )
