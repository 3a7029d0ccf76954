"""A format is a declaration: recognised by its header, told by name or object, or installed."""

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import attrs
import numpy as np
import pytest

from custinsights.analyses.measuring.measure import measure
from custinsights.errors import InvalidValue, MissingColumn, MissingData, PlugInFailed, UnknownName
from custinsights.history.columnar.amounts import Decimals
from custinsights.sources import read_orders
from custinsights.sources.formats import OrderFormat, Packed, Rows
from custinsights.sources.formats.finding import format_asked, format_for
from custinsights.sources.formats.shopify import SHOPIFY
from custinsights.sources.texts.columns import Texts
from tests.sources.reading import HEADER, amounts, bad_kinds, owners, read, text_file

# A till of our own invention: a row for each slip and one of totals, day and clock apart, times of
# its own zone, one currency, returns by their sign, a fee that is not the shop's.


def _amount(rows: Rows) -> Decimals:
    return rows.decimals("gross").minus(rows.decimals("fee"))


def _time(rows: Rows) -> Texts:
    days, clocks = rows.texts("day").array(), rows.texts("clock").array()
    return Texts.of(f"{day} {clock}" for day, clock in zip(days, clocks, strict=True))


TILL = OrderFormat(
    name="till",
    columns={
        "customer_id": "Card",
        "day": ("Day", "Date"),
        "clock": "Time",
        "gross": "Gross",
        "fee": "Fee",
        "order_id": "Slip",
        "order_status": "State",
    },
    recognised_by=frozenset({"Slip", "Gross", "Card"}),
    statuses={"ok": "paid", "storno": "voided"},
    timezone="Asia/Tokyo",
    currency="JPY",
    source="till",
    kinds={"gross": "money", "fee": "money", "day": "code", "clock": "code"},
    computed={"amount": _amount, "placed_at": _time},
    skip_rows=lambda rows: rows.texts("order_id").where(lambda text: text == "Total"),
    refund_rows=lambda rows: rows.decimals("gross").digits < 0,
)
SLIP = ("Slip,Card,Day,Time,Gross,Fee,State", "1,7,2024-01-05,09:00,1000,50,ok")


def test_format_is_a_declaration() -> None:
    """A format that is an object says columns, states, zone, currency and what is worked out."""
    file = text_file(
        *SLIP,
        "2,7,2024-01-06,09:00,-300,0,ok",
        "3,8,2024-01-07,09:00,10,0,storno",
        "Total,,,,710,50,",
    )
    history = read_orders(file, format=TILL)
    assert (history.currency, amounts(history)) == ("JPY", {1: 950})
    assert history.refunds.amount.tolist() == [300]
    assert history.placed_at.astype("M8[us]").astype("M8[h]").astype(str).tolist() == [
        "2024-01-05T00"
    ]
    assert history.labels["source"].texts().tolist() == ["till"]
    assert history.load_report.left_out_by("status").rows == 1
    assert history.load_report.timezone_assumed
    assert history.load_report.rows_read == 3
    assert dict(history.load_report.notes) == {"skipped_rows": 1}


def test_what_a_format_works_out_can_be_bad() -> None:
    """A cell that a computation needs and that cannot be read makes its row bad."""
    assert bad_kinds(*SLIP, "2,7,2024-01-06,09:00,?,0,ok", format=TILL, currency="JPY") == {
        "unreadable number": 1
    }


def test_columns_change_a_format() -> None:
    """Single columns of a format can be mapped otherwise."""
    file = text_file(*(line.replace("Card", "Customer No") for line in SLIP))
    with pytest.raises(MissingColumn, match=r"the customer.*looked for 'Card'"):
        read_orders(file, format=TILL)
    file.seek(0)
    assert owners(read_orders(file, format=TILL, columns={"customer": "Customer No"})) == {1: 7}


@attrs.frozen
class Installed:
    """A distribution that declares a format: its name, the format's, and what loading gives."""

    dist: Any
    name: str
    value: Any

    def load(self) -> Any:
        """Return the format, or raise what importing it raises."""
        if isinstance(self.value, BaseException):
            raise self.value
        return self.value


Install = Callable[..., None]


@pytest.fixture
def install(monkeypatch: pytest.MonkeyPatch) -> Install:
    """Install formats: pairs of a name and what loading gives, each of a distribution."""

    def installed(*values: tuple[str, Any]) -> None:
        points = [
            Installed(SimpleNamespace(name=f"acme-{number}"), name, value)
            for number, (name, value) in enumerate(values, start=1)
        ]
        monkeypatch.setattr(
            "custinsights.sources.formats.installed.entry_points",
            lambda group: points if group == "custinsights.formats" else [],
        )

    return installed


def test_installed_format_is_found_by_its_name(install: Install) -> None:
    """A name that is not built in is looked up among the entry points, and is the format's."""
    install(("kasse", TILL), ("other", ValueError("no")))
    found = format_asked("kasse", None)
    assert found is not None
    assert found == attrs.evolve(TILL, name="kasse")
    assert read_orders(text_file(*SLIP), format="kasse").amount.tolist() == [950]


def test_installed_format_is_recognised_by_its_header(install: Install) -> None:
    """A file of no shipped format is read by an installed one, whose columns may lie anyhow."""
    with pytest.raises(MissingColumn):
        read_orders(text_file(*SLIP))
    install(("till", TILL))
    turned = text_file(*(",".join(reversed(line.split(","))) for line in SLIP))
    assert amounts(read_orders(text_file(*SLIP))) == amounts(read_orders(turned)) == {1: 950}


BROKEN: list[tuple[tuple[str, Any], str]] = [
    (("till", ImportError("no such module")), r"does not load \(ImportError: no such module\)"),
    (("till", SystemExit("no licence")), r"does not load \(SystemExit: no licence\)"),
    (("till", read_orders), "is no OrderFormat but a function"),
    (("till", attrs.evolve(SHOPIFY, name="till")), "are those of 'shopify', which comes first"),
]


@pytest.mark.parametrize(("broken", "match"), BROKEN)
def test_installed_format_that_does_not_work_is_named(
    install: Install, broken: tuple[str, Any], match: str
) -> None:
    """A plug-in that fails, or is something else, is an error that names its distribution."""
    install(broken)
    with pytest.raises(PlugInFailed, match=f"'till' of acme-1 cannot be used: .*{match}"):
        format_asked("till", None)


@pytest.mark.parametrize("broken", [broken for broken, _ in BROKEN])
def test_broken_plug_in_breaks_no_other_format(install: Install, broken: tuple[str, Any]) -> None:
    """Files of shipped, of other installed and of generic formats are read beside it."""
    shopify = text_file(
        "Name,Email,Financial Status,Created at,Currency,Total,Lineitem name",
        "#1,ada@x.org,paid,2024-01-05 10:00:00 +0000,EUR,9,cup",
    )
    install(broken, ("kasse", TILL))
    assert read_orders(shopify).labels["source"].texts().tolist() == ["shopify"]
    assert amounts(read_orders(text_file(*SLIP))) == {1: 950}
    assert amounts(read(HEADER, "1,ada,2024-01-05,1")) == {1: 100}


def test_name_of_two_distributions_names_both(install: Install) -> None:
    """A name that two distributions bring is an error that names them, where it is asked for."""
    install(("till", TILL), ("till", TILL))
    with pytest.raises(PlugInFailed, match="'till' of acme-1 and acme-2 cannot be used: several"):
        format_asked("till", None)


def test_shipped_name_stays_the_shipped_formats(install: Install) -> None:
    """A plug-in of a name that is taken replaces nothing, and is told of where nothing fits."""
    install(("shopify", TILL), ("generic", TILL))
    assert format_asked("shopify", None) is SHOPIFY
    with pytest.raises(MissingColumn, match=r"(?s)'generic' of acme-2.*'shopify' of acme-1.*name"):
        read_orders(text_file(*SLIP))


def test_header_of_several_installed_formats_is_refused(install: Install) -> None:
    """Of two formats with the same headers none is guessed; the one with more of them is taken."""
    install(("till", TILL), ("kasse", TILL))
    with pytest.raises(InvalidValue, match="several installed formats: 'kasse', 'till'"):
        read_orders(text_file(*SLIP))
    closer = attrs.evolve(TILL, recognised_by=TILL.recognised_by | {"Time"}, source="closer")
    install(("till", TILL), ("kasse", closer))
    history = read_orders(text_file(*SLIP))
    assert history.labels["source"].texts().tolist() == ["closer"]


def test_installed_formats_are_listed(install: Install) -> None:
    """A name that is none, and a header that is none, list the installed formats too."""
    install(("till", TILL))
    with pytest.raises(UnknownName, match="'till'"):
        format_asked("tiller", None)
    with pytest.raises(MissingColumn, match=r"none of .*till"):
        read_orders(text_file("a,b", "1,2"))


def test_installed_family_is_read_in_one_call(install: Install) -> None:
    """Formats of a family of others' are read together: one adds to the orders of the other."""
    orders = attrs.evolve(
        TILL,
        family="till",
        columns={
            "order_id": "Slip",
            "customer_id": "Card",
            "placed_at": "Day",
            "amount": "Gross",
        },
        kinds={},
        computed={},
        refund_rows=None,
    )
    items = OrderFormat(
        name="items",
        family="till",
        columns={"order_id": "Slip", "product": "Article", "line_amount": "Worth"},
        recognised_by={"Slip", "Article"},
        required=("order_id",),
        layout="beside",
        adds=("order_id", "product", "line_amount"),
    )
    install(("orders", orders), ("items", items))
    goods = ("Slip,Article,Worth", "1,cup,600", "1,jug,350")
    for format in (None, "orders", orders):
        history = read_orders([text_file(*goods), text_file(*SLIP)], format=format)
        assert amounts(history) == {1: 1000}
        assert history.lines is not None
        assert history.lines.amount.tolist() == [600, 350]


@pytest.mark.parametrize(
    ("options", "error", "match"),
    [
        ({"name": ""}, InvalidValue, "name of an OrderFormat"),
        ({"layout": "rows"}, UnknownName, "no layout named 'rows'"),
        ({"statuses": {"ok": "payed"}}, UnknownName, "no order status named 'payed'"),
        ({"columns": ["Slip"]}, InvalidValue, "Map our field to its header"),
        ({"decimal": ";"}, UnknownName, "no decimal mark named ';'.*'.', ','"),
        ({"dayfirst": "no"}, InvalidValue, "dayfirst of an OrderFormat"),
        ({"date_pattern": "("}, InvalidValue, "date_pattern of a format is no regular expression"),
        ({"computed": {"amount": 5}}, InvalidValue, r"computed\['amount'\] .* is no function: 5"),
        ({"converters": {"amount": 5}}, InvalidValue, "converter of 'amount' is no function: 5"),
        ({"skip_rows": "Total"}, InvalidValue, "function skip_rows, .* is no function: 'Total'"),
        ({"kinds": {"x": "mony"}}, UnknownName, "no kind of field named 'mony'.*'money'"),
        ({"currency": "eur"}, UnknownName, "no currency named 'eur'.*'EUR'"),
        ({"timezone": "Mars"}, UnknownName, "no time zone named 'Mars'"),
        ({"fallbacks": {"email": "zzz"}}, UnknownName, "no field of the format for fallbacks="),
        ({"column_patterns": {"Note": "note"}}, InvalidValue, "with \\* for what differs"),
        ({"refunded_statuses": {"back"}}, UnknownName, "no status of the format for refunded_"),
    ],
)
def test_declaration_is_checked_where_it_is_made(
    options: dict[str, Any], error: type[Exception], match: str
) -> None:
    """A declaration that no file could be read with is refused when it is written."""
    with pytest.raises(error, match=match):
        OrderFormat(**{"name": "till", "columns": {}, **options})


@pytest.mark.parametrize(
    ("options", "error", "match"),
    [
        ({"skip_rows": lambda _: [1]}, InvalidValue, "does not tell of each row .*: 'list'"),
        ({"skip_rows": lambda _: np.array([True])}, InvalidValue, "2 truth values"),
        ({"skip_rows": lambda _: np.array([0, 1])}, InvalidValue, "2 truth values"),
        ({"computed": {"amount": lambda _: [1, 2]}}, InvalidValue, "no value for each row: 'list'"),
        (
            {"computed": {"amount": lambda _: Decimals.of([1])}},
            InvalidValue,
            r"computed\['amount'\] of a format gives no value for each row: '1 values'",
        ),
        (
            {"computed": {"amount": lambda rows: rows.decimals("nope")}},
            UnknownName,
            "no field named 'nope'.*Known names: 'amount', 'clock', .*'gross'",
        ),
        ({"skip_rows": lambda rows: rows.has("nope")}, UnknownName, "no field named 'nope'"),
    ],
)
def test_what_functions_ask_and_give_is_checked(
    options: dict[str, Any], error: type[Exception], match: str
) -> None:
    """They ask for fields of their format, and tell something of each row."""
    computed = {**TILL.computed, **options.get("computed", {})}
    format = attrs.evolve(TILL, **{**options, "computed": computed})
    file = text_file(*SLIP, "2,7,2024-01-06,09:00,300,0,ok")
    with pytest.raises(error, match=match):
        read_orders(file, format=format)


def test_words_for_states_are_written_as_the_system_writes_them() -> None:
    """Case and blanks of the words for states do not matter."""
    format = attrs.evolve(TILL, statuses={"All OK": "paid"}, refunded_statuses={"All  OK"})
    assert format.statuses == {"all_ok": "paid"}
    history = read_orders(text_file(SLIP[0], SLIP[1].replace(",ok", ",ALL ok")), format=format)
    assert amounts(history) == {1: 950}


def test_format_that_is_none_is_refused() -> None:
    """`format=` takes a name or an OrderFormat."""
    with pytest.raises(InvalidValue, match="The format is no format: 'int'"):
        read(HEADER, "1,ada,2024-01-05,1", format=7)


def test_shopify_is_recognised_whatever_the_order_of_its_columns() -> None:
    """A format is recognised by its headers, in any order and case, also without optional ones."""
    header = ["created at", "LINEITEM NAME", "Total", "Financial Status", "Name"]
    assert format_for(None, header) is SHOPIFY
    assert format_for(format_asked(None, {"placed_at": "created at"}), header).name == "generic"


def test_files_of_several_formats_are_refused() -> None:
    """Files that are read together are of one format."""
    shopify = text_file(
        "Name,Email,Financial Status,Created at,Currency,Total,Lineitem name",
        "#1,ada@x.org,paid,2024-01-05 10:00:00 +0000,EUR,9,cup",
    )
    generic = text_file(HEADER, "1,ada,2024-01-05,1")
    with pytest.raises(InvalidValue, match="several formats: 'shopify', 'generic'"):
        read_orders([shopify, generic], currency="EUR")


def test_format_knows_its_decimal_mark() -> None:
    """Where a system writes all numbers with one mark, three decimals are no thousands."""
    file = text_file(
        "Name,Email,Financial Status,Created at,Currency,Total,Lineitem name",
        "#1,ada@x.org,paid,2024-01-05 10:00:00 +0000,KWD,12.500,cup",
    )
    assert read_orders(file).amount.tolist() == [12_500]


# A till that keeps the lines of a slip in one cell, and has a column for each of its counters.
PACKED = OrderFormat(
    name="packed",
    columns={"order_id": "Slip", "customer_id": ("Card", "Karte"), "placed_at": "Day",
             "amount": "Gross", "lines": "Lines", "coupon": "Coupon"},
    recognised_by=frozenset({"Slip", "Card"}),
    currency="EUR",
    kinds={"lines": "code", "counter": "code"},
    column_patterns={"counter *": "counter", "Note:*": "note"},
    converters={"coupon": str.upper},
    lines=Packed(
        field="lines",
        separator="/",
        rows=OrderFormat(
            name="line",
            columns={"product": "art", "quantity": ("pieces", "qty"), "line_amount": "sum"},
            layout="lines",
        ),
    ),
)  # fmt: skip


def test_header_of_the_same_field_recognises_a_format_too() -> None:
    """Where a field has several headers, any of them is what the format is recognised by."""
    assert PACKED.recognises(["Slip", "Karte"])
    assert PACKED.recognises([" slip ", "CARD"])
    assert not PACKED.recognises(["Slip", "Gross"])


def test_any_number_of_columns_may_be_alike() -> None:
    """Headers that fit a pattern are fields, of the stem's kind; without one they are labels."""
    assert PACKED.positions(["Slip", "Counter 1", "counter 2", "Note: By whom?", "Note:"]) == {
        "order_id": 0, "counter_1": 1, "counter_2": 2, "note_by_whom": 3,
    }  # fmt: skip
    assert [PACKED.kind(field) for field in ("counter_2", "note_by_whom", "amount")] == [
        "code", "label", "money",
    ]  # fmt: skip


def test_rows_in_cells_are_read_as_any_others() -> None:
    """Lines in a cell are lines; columns that are alike become labels, texts are rewritten."""
    history = read_orders(
        text_file(
            "Slip,Card,Day,Gross,Lines,Counter 1,Note: by,Coupon",
            '1,7,2024-01-05,9,"art:a|qty:2|sum:5.00/art:b|qty:1,5|sum:4.00",x,ann,ten',
            "2,8,2024-01-06,1,,y,,",
        ),
        format=PACKED,
    )
    assert history.lines is not None
    assert history.lines.offsets.tolist() == [0, 2, 2]
    assert history.lines.quantity.tolist() == [2000, 1500]
    assert history.numbers["units"].tolist() == [3500, 0]
    assert set(history.labels) == {"note_by", "coupon"}
    assert history.labels["note_by"].texts().tolist() == ["ann", None]
    assert history.labels["coupon"].texts().tolist() == ["TEN", None]


def test_field_that_is_told_is_not_worked_out() -> None:
    """A column that a user names for a field is read, whatever the format would compute of it."""
    file = text_file(*(line.replace("Fee", "Net").replace(",50,", ",950,") for line in SLIP))
    assert amounts(read_orders(file, format=TILL, columns={"amount": "Net"})) == {1: 950}


def test_rows_may_tell_the_zone_of_their_times() -> None:
    """A column of zones, of which only some rows have one, places each row's time."""
    file = text_file(
        "order_id,customer,placed_at,amount,time_zone",
        "1,a,2024-01-05 09:00,1,Asia/Tokyo",
        "2,b,2024-01-05 09:00,1,Hawaii",
        "3,c,2024-01-05 09:00,1,",
        "4,d,2024-01-05 09:00:00Z,1,Hawaii",
    )
    history = read_orders(file, currency="EUR", timezone="Europe/Paris")
    hours = history.placed_at.astype("M8[us]").astype("M8[h]").astype(str).tolist()
    assert dict(zip(owners(history).values(), hours, strict=True)) == {
        "a": "2024-01-05T00",
        "b": "2024-01-05T19",
        "c": "2024-01-05T08",
        "d": "2024-01-05T09",
    }
    assert "time_zone" not in history.labels
    days = text_file("order_id,customer,placed_at,amount,time_zone", "1,a,2024-01-05,1,Asia/Tokyo")
    with pytest.raises(MissingData, match="hour"):  # a day is no hour, whatever its zone
        measure(read_orders(days, currency="EUR"), ["orders"], by=["hour"])
