"""Which customers there are: found, filtered, sorted, page by page."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest

from custinsights.domain import Customer, Order
from custinsights.errors import AccessRefused, InvalidValue, RuleError, UnknownName
from custinsights.privacy import Access
from custinsights.shop.shop import Shop
from tests.shop.conftest import DAY, NOON, euro

AS_OF = NOON + 40 * DAY
SORTS = ("id", "-id", "name", "-name", "created_at", "-created_at", "total_spent", "-total_spent")


def paged(shop: Shop, sort: str, limit: int, **told: Any) -> Iterator[str]:
    """Yield the ids of all pages."""
    after = None
    while True:
        page = shop.customers(sort=sort, limit=limit, after=after, as_of=AS_OF, **told)
        assert 0 < len(page) <= limit
        yield from page.ids
        after = page.after
        if after is None:
            return


@pytest.mark.covers("A01")
def test_the_directory_lists_everybody(shop: Shop) -> None:
    """Buyers, prospects and who has only an unpaid order, by id, each with the tags they carry."""
    page = shop.customers()
    assert (page.ids, page.after) == (("c1", "c2", "c3", "c4", "c5"), None)
    assert page.values == (None,) * 5
    assert [tag.name for tag in page.customers[1].tags] == ["press", "vip"]
    early = shop.customers(as_of=NOON + DAY).customers[1]
    assert [tag.name for tag in early.tags] == ["press"]


@pytest.mark.parametrize(
    ("sort", "ids"),
    [
        ("-id", ("c5", "c4", "c3", "c2", "c1")),
        ("name", ("c1", "c2", "c5", "c3", "c4")),
        ("-name", ("c5", "c2", "c1", "c4", "c3")),
        ("created_at", ("c1", "c2", "c5", "c3", "c4")),
        ("total_spent", ("c3", "c5", "c2", "c4", "c1")),
        ("-total_spent", ("c1", "c4", "c2", "c5", "c3")),
        ("last_order_at", ("c2", "c1", "c4", "c3", "c5")),
        ("-last_order_at", ("c4", "c1", "c2", "c3", "c5")),
    ],
)
def test_it_sorts_by_anything(shop: Shop, sort: str, ids: tuple[str, ...]) -> None:
    """By id, name without case, creation, or a trait; who has none comes last, both ways."""
    assert shop.customers(sort=sort, as_of=AS_OF).ids == ids


def test_values_of_a_trait_are_in_natural_units(shop: Shop) -> None:
    """Money is a Decimal, who has none has None."""
    page = shop.customers(sort="-average_order_value", as_of=AS_OF)
    assert page.values[:2] == (Decimal("399.00"), Decimal("180.00"))
    assert page.values[-1] is None


@pytest.mark.parametrize("sort", SORTS)
@pytest.mark.parametrize("limit", [1, 2, 3])
def test_pages_add_up_to_the_whole(shop: Shop, sort: str, limit: int) -> None:
    """Page by page everybody comes once, in the same order as on one page."""
    whole = shop.customers(sort=sort, as_of=AS_OF).ids
    assert tuple(paged(shop, sort, limit)) == whole


@pytest.mark.parametrize("sort", SORTS)
def test_pages_go_on_when_somebody_comes_in_between(shop: Shop, sort: str) -> None:
    """Who was on no page yet still comes, and nobody comes twice."""
    whole = shop.customers(sort=sort, as_of=AS_OF).ids
    first = shop.customers(sort=sort, limit=2, as_of=AS_OF)
    shop.add_customer(Customer("c0", name="Aa"), at=NOON - 9 * DAY, by="Bo")
    shop.add_customer(Customer("c9", name="Zz"), at=NOON + 9 * DAY, by="Bo")
    with shop.begin() as work:
        work.orders.add(Order(id="9", customer="c9", placed_at=NOON, total=euro("60.00")))
    rest = shop.customers(sort=sort, after=first.after, as_of=AS_OF).ids
    assert not set(first.ids) & set(rest)
    assert set(whole) <= {*first.ids, *rest}


def test_pages_go_on_when_the_last_of_a_page_is_gone(shop: Shop) -> None:
    """By a trait a page goes on after the value, also when who bore it is another person now."""
    first = shop.customers(sort="-total_spent", limit=2, as_of=AS_OF)
    assert first.ids == ("c1", "c4")
    shop.identities.rename("c4", "dora", by="Bo", at=NOON)
    rest = shop.customers(sort="-total_spent", after=first.after, as_of=AS_OF)
    assert rest.ids[0] == "c2"
    by_id = shop.customers(limit=3)
    assert by_id.ids == ("c1", "c2", "c3")
    shop.identities.merge("c3", "c1", by="Bo", at=NOON)
    assert shop.customers(after=by_id.after).ids == ("c5", "dora")
    falling = shop.customers(sort="-id", limit=2)
    shop.personal_data.erase("c5", at=NOON, by="Bo", key="k" * 32)
    assert shop.customers(sort="-id", after=falling.after).ids == ("c2", "c1")
    by_name = shop.customers(sort="name", limit=2)
    shop.identities.rename("c2", "bert", by="Bo", at=NOON)
    with pytest.raises(InvalidValue, match="Begin anew with the first page"):
        shop.customers(sort="name", after=by_name.after)


def test_it_finds_a_text(shop: Shop) -> None:
    """In ids, names, e-mail addresses and phone numbers, whatever the case and the blanks."""
    for text in ("ADA", "byron", "example.com", "33 6 12", "0612345678"[1:]):
        assert shop.customers(search=text).ids == ("c1",)
    assert shop.customers(search="c").ids == ("c1", "c2", "c3", "c4", "c5")
    assert shop.customers(search="nobody").ids == ()
    assert shop.customers(search="c", sort="-total_spent", limit=1, as_of=AS_OF).ids == ("c1",)
    assert shop.customers(search="bert", sort="-total_spent", as_of=AS_OF).ids == ("c2",)


@pytest.mark.covers("M18")
def test_it_filters_by_tags(shop: Shop) -> None:
    """Any of some, all of some, none of some, spelled in any case; all conditions have to hold."""
    assert shop.customers(tags_any="VIP").ids == ("c1", "c2")
    assert shop.customers(tags_any=["press", "vip"]).ids == ("c1", "c2")
    assert shop.customers(tags_all=["press", "Vip"]).ids == ("c2",)
    assert shop.customers(tags_none=["press"]).ids == ("c1", "c3", "c4", "c5")
    assert shop.customers(tags_any="vip", tags_none="press").ids == ("c1",)
    assert shop.customers(tags_all=["press", "vip"], as_of=NOON + DAY).ids == ()
    with pytest.raises(UnknownName, match="tag named 'vipp'"):
        shop.customers(tags_none="vipp")


def test_before_any_tag_nobody_carries_one(empty: Shop) -> None:
    """In a shop without tags a filter finds nobody, and leaves nobody out."""
    empty.add_customer(Customer("c1"), at=NOON, by="Bo")
    assert empty.customers(tags_any="vip").ids == empty.customers(tags_all="vip").ids == ()
    assert empty.customers(tags_none="vip").ids == ("c1",)


def test_it_filters_by_segment(shop: Shop) -> None:
    """One of the shop's, in any spelling, a built-in one, a rule; with tags and a sort."""
    for segment in ("Big spenders", "big-spenders", "in_segment('big spenders')"):
        assert shop.customers(segment=segment, as_of=AS_OF).ids == ("c1",)
    assert shop.customers(segment="frequency:returning", as_of=AS_OF).ids == ("c1",)
    assert shop.customers(segment="lifecycle:prospect", as_of=AS_OF).ids == ("c3", "c5")
    rule = "order_count >= 1 and not tagged('press')"
    found = shop.customers(segment=rule, sort="-total_spent", as_of=AS_OF)
    assert found.ids == ("c1", "c4")
    assert shop.customers(segment=rule, tags_any="vip", search="ada", as_of=AS_OF).ids == ("c1",)
    assert shop.customers(segment=rule, tags_any="vip", as_of=AS_OF).ids == ("c1",)
    assert shop.customers(segment=rule, as_of=NOON).ids == ()
    with pytest.raises(RuleError, match="order_counts"):
        shop.customers(segment="order_counts > 2")
    with pytest.raises(UnknownName, match=r"segment named 'big spender'.*Nor is it a rule"):
        shop.customers(segment="big spender")


@pytest.mark.parametrize(
    ("told", "message"),
    [
        ({"limit": 0}, "the limit of a page"),
        ({"limit": 10_001}, "the limit of a page"),
        ({"limit": True}, "the limit of a page"),
        ({"after": "c2"}, "no place in a directory"),
        ({"after": "%%%"}, "no place in a directory"),
        ({"after": 3}, "no place in a directory"),
        ({"after": "garbage"}, "'another text' was given; allowed is the `after` of the page"),
        ({"search": None}, "what is searched is no text"),
        ({"sort": 7}, "the sort is no text"),
        ({"tags_any": 7}, "single value"),
    ],
    ids=[
        "no rows",
        "too many",
        "flag",
        "id",
        "signs",
        "number",
        "no token",
        "search",
        "sort",
        "tags",
    ],
)
def test_what_is_no_page_is_refused(shop: Shop, told: dict[str, Any], message: str) -> None:
    """With what is allowed instead."""
    with pytest.raises(InvalidValue, match=f"(?i){message}"):
        shop.customers(**told)


def test_a_place_is_one_of_its_sort(shop: Shop) -> None:
    """What comes after one page says nothing of a page that is sorted in another way."""
    page = shop.customers(sort="name", limit=2)
    with pytest.raises(InvalidValue, match="sorted in another way: 'name'"):
        shop.customers(sort="id", after=page.after)
    with pytest.raises(UnknownName, match="trait named 'spent'"):
        shop.customers(sort="spent")


def test_a_page_shows_nobody(shop: Shop) -> None:
    """Neither repr nor what leads to the next page bears a name."""
    page = shop.customers(sort="name", limit=2)
    assert repr(page) == "<CustomerPage: 2 customers by name, and more>"
    assert "Ada" not in str(page.after)
    assert "bert" not in str(page.after)


def test_a_page_is_as_somebody_may_see_it(shop: Shop) -> None:
    """Without pii contacts are shapes, and nobody is found or sorted by what is not seen."""
    clerk = shop.seen_by(Access({"customer_insights"}, who="Kim"))
    [ada, *_] = clerk.customers(sort="-total_spent", as_of=AS_OF)
    assert (str(ada.id), ada.name, ada.email) == ("c1", "Xxx Xxxxx".lower(), "xxx@xxxxxxx.xxx")
    for told in ({"search": "ada"}, {"sort": "name"}, {"sort": "-name"}):
        with pytest.raises(AccessRefused, match="pii"):
            clerk.customers(**told)  # type: ignore[arg-type]
    with pytest.raises(AccessRefused, match="customer_insights"):
        shop.seen_by(Access({"pii"}, who="Kim")).customers()


def test_who_is_one_person_is_listed_once(shop: Shop) -> None:
    """Who was merged is not there, and who they are now bears what both did."""
    shop.identities.merge("c2", "c4", by="Bo", at=NOON)
    page = shop.customers(sort="-total_spent", as_of=AS_OF)
    assert page.ids[:2] == ("c1", "c4")
    assert page.values[1] == Decimal("184.00")
    assert "c2" not in page.ids


def test_an_empty_shop_lists_nobody(empty: Shop) -> None:
    """Whatever is asked."""
    for told in ({}, {"sort": "-total_spent"}, {"segment": "order_count > 1"}, {"search": "a"}):
        assert empty.customers(**told).ids == ()  # type: ignore[arg-type]
