"""Who was erased stays away, whatever is imported again, and the report stays as it was."""

from datetime import timedelta
from io import BytesIO

import pytest

import custinsights as ci
from custinsights.domain import Customer, Identity
from custinsights.errors import InvalidValue, WrongKey
from custinsights.privacy import Erasure, erase, suppressed
from custinsights.repositories.protocols import Store
from custinsights.shop.importing import import_customers, import_orders
from custinsights.sources import read_store
from docs._ext.checklist import DOCS
from tests.privacy.conftest import KEY, LATER
from tests.shop.answers import answers

EXPORT = DOCS / "examples" / "orders_export_1.csv"
ADA, MARKS = "ada@example.com", ("ada@example", "ada example", "example st")


def brought_in(store: Store, *, is_again: bool = False, key: str = KEY) -> None:
    """Import the export, as a shop does that has a list of who was erased."""
    with store.begin(read_only=True) as work:
        erased = suppressed(work, key=key).erased if is_again else None
    import_orders(store, EXPORT, at=LATER, erased=erased, timezone="America/New_York")


def ada(store: Store) -> str:
    """Return the id that the shop gave Ada."""
    with store.begin(read_only=True) as work:
        [found] = work.people.listed(ADA)
    return str(found.id)


def erased(store: Store) -> Erasure:
    """Erase Ada."""
    own = ada(store)
    with store.begin(at=LATER) as work:
        return erase(work, own, at=LATER, by="Ada", key=KEY)


def told(store: Store, customer: str) -> str:
    """Return all that rests of somebody, without case."""
    with store.begin(read_only=True) as work:
        rooms = (work.people, work.orders, work.activities, work.annotations)
        return str([room.export(customer) for room in rooms]).casefold()


def report(store: Store) -> object:
    """Return the answers to all questions of a report, customers under whatever names."""
    return answers(read_store(store, currency="USD"))


@pytest.mark.covers("M56")
def test_the_report_is_the_same_after_an_erasure(empty: Store) -> None:
    """Every number of a report of the store is to the cent what it was before."""
    brought_in(empty)
    before = report(empty)
    done = erased(empty)
    assert done.orders_kept > 1
    assert report(empty) == before


@pytest.mark.covers("M56")
def test_an_import_brings_nobody_back(empty: Store) -> None:
    """The same export again changes no number, no order, and nothing of who was erased."""
    brought_in(empty)
    assert [mark for mark in MARKS if mark not in told(empty, ada(empty))] == []
    before = report(empty)
    done = erased(empty)
    with empty.begin(read_only=True) as work:
        last = work.last_change()
    brought_in(empty, is_again=True)
    with empty.begin(read_only=True) as work:
        changed = [one for one in work.changes(last) if one.repository in ("orders", "people")]
        assert [*work.people.listed(ADA)] == []
    assert changed == []
    assert report(empty) == before
    assert [mark for mark in MARKS if mark in told(empty, done.name)] == []


def test_without_the_list_nothing_is_imported(empty: Store) -> None:
    """Where somebody was erased an import asks for the list, and brings nobody back without it."""
    brought_in(empty)
    erased(empty)
    with pytest.raises(InvalidValue, match="who must not come back"):
        brought_in(empty)
    with pytest.raises(WrongKey, match="list of the suppressed was made with another key"):
        brought_in(empty, is_again=True, key="another key of at least 32 bytes")
    with empty.begin(read_only=True) as work:
        assert [*work.people.listed(ADA)] == []


def test_a_table_of_customers_brings_nobody_back(empty: Store) -> None:
    """A list of customers with their address leaves who was erased as they are."""
    brought_in(empty)
    done = erased(empty)
    table = [Customer("7", name="Ada Example", email=ADA), Customer("8", email="eve@example.com")]
    with empty.begin(read_only=True) as work:
        gone = suppressed(work, key=KEY).erased
    import_customers(empty, table, source="newsletter", at=LATER, erased=gone)
    with empty.begin(read_only=True) as work:
        found = work.people.get(done.name)
        assert found is not None
        assert found.value == Customer(done.name)
        assert [one.email for one in work.people.listed("@example.com") if one.email == ADA] == []
        assert len([*work.people.listed("eve@example.com")]) == 1


def test_another_of_the_household_is_not_taken_for_them(empty: Store) -> None:
    """Who shares a phone number with somebody who was erased, and has an address, is kept."""
    phone = "+33 6 11 22 33 44"
    with empty.begin(at=LATER) as work:
        work.people.put(Customer("c1", email=ADA, phone=phone))
    done = erased(empty)
    with empty.begin(read_only=True) as work:
        gone = suppressed(work, key=KEY).erased
    table = [Customer("7", email="bo@example.com", phone=phone), Customer("8", phone=phone)]
    import_customers(empty, table, source="letters", at=LATER, erased=gone)
    with empty.begin(read_only=True) as work:
        [bo] = work.people.listed("bo@example.com")
        assert bo.phone == phone
        assert bo.id != done.name


@pytest.mark.covers("M56")
@pytest.mark.parametrize(
    ("was", "others"),
    [
        ({"phone": "+49 30 1234567"}, ["030 1234567", "0049 30 1234567", "(030) 123 45 67"]),
        ({"phone": "030 1234567"}, ["+49301234567", "030/1234567"]),
        (
            {"email": "An.na+Shop@GMail.com"},
            ["anna@gmail.com", "an.na@googlemail.com", "annA+b@gmail.com"],
        ),
        ({"email": "eve@outlook.com"}, ["EVE+letters@outlook.com"]),
    ],
    ids=["number with its country", "number without", "mailbox of Gmail", "tagged address"],
)
def test_other_ways_of_writing_bring_nobody_back(
    empty: Store, was: dict[str, str], others: list[str]
) -> None:
    """Numbers compare as dialled from the shop's country, addresses by the mailbox they reach."""
    shop = ci.open_shop(empty, currency="EUR", timezone="Europe/Berlin", country="DE")
    shop.add_customer(Customer("k1", **was), at=LATER, by="Ada")  # type: ignore[arg-type]
    done = shop.personal_data.erase("k1", at=LATER, by="Ada", key=KEY)
    [(kind, first)] = was.items()
    for number, written in enumerate([first, *others]):
        table = f"order_id,{kind},placed_at,amount\n{number},{written},2024-05-02,7.00\n"
        report = shop.imports.orders(BytesIO(table.encode()), at=LATER, key=KEY)
        assert (report.added, report.new_customers) == (1, 0)
    assert [one.id for one in shop.customers()] == [done.name]
    assert len(shop.personal_data.suppressed(key=KEY)) == 2  # the contact, and the id
    objecting = [Identity(kind, written) for written in others]
    assert shop.personal_data.suppress(objecting, at=LATER, key=KEY) == 1


def test_a_list_from_before_is_still_asked(empty: Store) -> None:
    """What was put on the list before the shop told its country is found as it was written."""
    shop = ci.open_shop(empty, currency="EUR", timezone="Europe/Berlin")
    shop.personal_data.suppress([Identity("phone", "030 1234567")], at=LATER, key=KEY)
    shop = ci.open_shop(empty, country="DE")
    told = shop.personal_data.suppressed(key=KEY)
    assert Identity("phone", "(030) 1234567") in told
    assert Identity("phone", "+49 40 1234567") not in told


def test_who_comes_back_on_their_own_is_written_to(empty: Store) -> None:
    """What somebody agrees to after their erasure counts; what they agreed to before does not."""
    shop = ci.open_shop(empty, currency="USD", timezone="America/New_York")
    day, form = timedelta(days=1), {"how": "form"}
    eve = shop.sign_up("eve@example.com", at=LATER - 9 * day, **form)
    shop.personal_data.erase(eve.id, at=LATER, by="Ada", key=KEY)
    objecting = [Identity("email", "ed@example.com")]
    shop.personal_data.suppress(objecting, at=LATER, key=KEY)
    shop.sign_up("ed@example.com", at=LATER + day, **form)
    for at, reached in ((LATER - day, []), (LATER + day, ["eve@example.com"])):
        shop.sign_up("eve@example.com", at=at, **form)
        export = shop.exports.customers("email_list", key=KEY)
        assert [one["email"] for one in export.to_dicts()] == reached
        assert export.left_out["suppressed"] == 2 - len(reached)
    with empty.begin(read_only=True) as work:
        [own] = work.people.listed("eve@example.com")
        assert [one.at for one in work.people.consents(own.id)] == [LATER - day, LATER + day]


def test_orders_of_who_came_back_are_theirs(empty: Store) -> None:
    """From then on: what they ordered before stays with the nameless customer."""
    shop = ci.open_shop(empty, currency="USD", timezone="America/New_York")
    head = "order_id,customer,email,placed_at,amount\n"
    old = f"{head}1,7,{ADA},2024-01-05,10.00\n2,7,{ADA},2024-02-05,5.00\n"
    shop.imports.orders(BytesIO(old.encode()), at=LATER)
    done = shop.personal_data.erase(ada(empty), at=LATER, by="Ada", key=KEY)
    back = LATER + timedelta(days=9)
    new = shop.sign_up(ADA, at=back, how="form")
    between, after = (f"{back + timedelta(days=days):%Y-%m-%d}" for days in (-2, 2))
    more = f"{old}3,7,{ADA},{between},3.00\n4,7,{ADA},{after},4.00\n"
    report = shop.imports.orders(BytesIO(more.encode()), at=back, key=KEY)
    assert (report.added, report.same, report.new_customers) == (2, 2, 0)
    with empty.begin(read_only=True) as work:
        whose = {name: [one.id for one in work.orders.of(name)] for name in (done.name, new.id)}
    assert whose == {done.name: ["1", "2", "3"], new.id: ["4"]}
    again = shop.imports.orders(BytesIO(more.encode()), at=back, key=KEY)
    assert again.same == 4


@pytest.mark.parametrize("is_whole", [False, True], ids=["what is new", "the whole export"])
def test_an_id_goes_before_the_address_of_who_was_erased(empty: Store, is_whole: bool) -> None:
    """Orders under a customer's id are theirs; the address of who was erased is left away."""
    shop = ci.open_shop(empty, currency="EUR", timezone="Europe/Berlin")
    head = "order_id,customer,email,placed_at,amount\n"
    old = f"1,a,{ADA},2024-01-01,10.00\n2,b,bo@example.com,2024-01-02,20.00\n"
    shop.imports.orders(BytesIO((head + old).encode()), at=LATER)
    done = shop.personal_data.erase("a", at=LATER, by="Ada", key=KEY)
    new = f"{head}{old if is_whole else ''}9,b,{ADA},2024-05-02,20.00\n"
    for added in (1, 0):
        report = shop.imports.orders(BytesIO(new.encode()), at=LATER, key=KEY)
        assert (report.added, report.changed, report.new_customers) == (added, 0, 0)
        assert report.kept_away == (2 if is_whole else 1)
        assert f"{report.kept_away} kept away as of who was erased" in str(report)
    with empty.begin(read_only=True) as work:
        ids = {name: [one.id for one in work.orders.of(name)] for name in (done.name, "b")}
        assert ids == {done.name: ["1"], "b": ["2", "9"]}
        assert work.people.find(Identity("email", ADA)) is None
    assert [one.email for one in shop.customers()] in (
        [None, "bo@example.com"],
        ["bo@example.com", None],
    )


def test_what_is_left_away_of_a_table_is_counted(empty: Store) -> None:
    """Of whom the id is known all but the address is taken; who has it and no id is counted."""
    shop = ci.open_shop(empty, currency="EUR", timezone="Europe/Berlin")
    both = [Customer("a", email=ADA), Customer("b", email="bo@example.com")]
    shop.imports.customers(both, source="s", at=LATER)
    shop.personal_data.erase("a", at=LATER, by="Ada", key=KEY)
    for name, address in (("b", ADA), ("z", ADA)):
        told = [Customer(name, name="Zoe", email=address), Customer("y", name="Yan")]
        report = shop.imports.customers(told, source="s", at=LATER, key=KEY)
        assert report.kept_away == 1
    [bo] = shop.customers(search="bo@example.com")
    assert (bo.id, bo.name) == ("b", "Zoe")
    shared = [Customer("z", name="Zoe", email=ADA), Customer("a", name="Ada", email=ADA)]
    report = shop.imports.customers(shared, source="s", at=LATER, key=KEY)
    assert (report.new_customers, report.kept_away) == (1, 2)
    assert [one.email for one in shop.customers() if one.email != "bo@example.com"] == [None] * 3
    with empty.begin(read_only=True) as work:
        assert work.people.find(Identity("email", ADA)) is None
