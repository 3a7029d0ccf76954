"""A shop in PostgreSQL: the same as in a file, from the first import to the last erasure."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import custinsights as ci
from custinsights.shop.shop import Shop
from tests.shop.answers import answers
from tests.shop.conftest import DAY, NOON, filled
from tests.shop.test_importing import EXPORTS

KEY = "k" * 32
AS_OF = NOON + 40 * DAY
OPTIONS: dict[str, Any] = {"currency": "EUR", "timezone": "Europe/Paris", "country": "FR"}


def seen(shop: Shop) -> Iterator[tuple[str, Any]]:
    """Yield what a shop tells: of all, of some and of one, and what it exports."""
    yield "answers", answers(shop.history())
    for sort in ("id", "-name", "created_at", "-total_spent"):
        page = shop.customers(sort=sort, limit=3, as_of=AS_OF)
        more = shop.customers(sort=sort, limit=9, after=page.after, as_of=AS_OF)
        yield sort, [(one.id, one.name, one.tags) for one in (*page.customers, *more.customers)]
    yield "search", [shop.customers(search=one).ids for one in ("ADA", "34 56", "c")]
    yield "tags", shop.customers(tags_any=["press"], tags_none=["vip"], as_of=NOON).ids
    for segment in ("Returning", "value:vip", "total_spent > 50 and bought(department='Prints')"):
        yield segment, shop.customers(segment=segment, as_of=AS_OF).ids
    for customer in shop.customers().ids:
        yield customer, shop.profile(customer, as_of=AS_OF).to_dict()
    yield (
        "exports",
        [
            shop.exports.customers("customers", as_of=AS_OF).to_dicts(),
            shop.exports.customers("email_list", as_of=AS_OF, key=KEY).to_dicts(),
            shop.exports.orders("accounting").to_dicts(),
        ],
    )


def lived(shop: Shop, folder: Path) -> Iterator[tuple[str, Any]]:
    """Yield what a shop tells from its first day to the erasure of somebody, and their return."""
    files, options = EXPORTS["gumroad"]
    filled(shop)
    yield "import", str(shop.imports.orders(files, at=NOON, **options))
    shop.refresh_cuts(AS_OF)
    yield from seen(shop)
    yield "pairs", [(str(one.left), str(one.right)) for one in shop.identities.review()]
    shop.identities.merge("c2", "c1", by="Bo", at=NOON)
    yield from seen(shop)
    shop.identities.undo("c2", by="Bo", at=NOON + DAY)
    shop.identities.rename("c5", "cleo", by="Bo", at=NOON + DAY)
    yield from seen(shop)
    yield "access", shop.personal_data.export("c1", at=NOON + DAY).to_dict()
    before = answers(shop.history())["totals"]
    shop.personal_data.erase("c1", at=NOON + 2 * DAY, by="Bo", key=KEY)
    assert answers(shop.history())["totals"] == before
    yield "import again", str(shop.imports.orders(files, at=NOON, key=KEY, **options))
    yield from seen(shop)
    page = ci.report(shop.history(), folder / "report.html", sections=["overview"])
    yield "report", page.read_bytes()


def test_a_shop_lives_in_postgresql_as_in_a_file(
    tmp_path: Path, new_database: Callable[[], str]
) -> None:
    """Every answer is the same: of the directory, of profiles, merges, erasures and exports."""
    told = []
    for where in (str(tmp_path / "shop.db"), new_database()):
        with ci.open_shop(where, **OPTIONS) as shop:
            told.append([*lived(shop, tmp_path)])
    for (name, in_file), (_, in_postgresql) in zip(*told, strict=True):
        assert in_postgresql == in_file, name
