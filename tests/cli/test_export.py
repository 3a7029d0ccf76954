"""The command ``export``: who and what leaves the memory of a shop, and into which file."""

import csv
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook

from custinsights.domain import Consent, Customer, Money, Order, Segment
from custinsights.domain.identities import Identity
from custinsights.privacy import generate_key, suppress
from custinsights.repositories.sql import open_store
from tests.cli.conftest import Run

NOON = datetime(2024, 3, 5, 12, tzinfo=UTC)
SAID: Any = {"purpose": "newsletter", "channel": "email", "how": "checkout box", "at": NOON}


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    """A shop of three customers in a file, of whom two agreed to the newsletter."""
    path = tmp_path / "shop.db"
    store = open_store(path)
    with store.begin(at=NOON) as work:
        work.annotations.set("shop", {"currency": "EUR", "timezone": "Asia/Tokyo"})
        for place, name in enumerate(("ada", "bo", "cy")):
            work.people.put(Customer(name, name=name.title(), email=f"{name}@example.com"))
            for number in range(place + 1):
                work.orders.add(
                    Order(
                        id=f"{name}-{number}",
                        customer=name,
                        placed_at=NOON + number * timedelta(days=1),
                        total=Money(10, "EUR"),
                    )
                )
        work.people.consent(*(Consent(customer=one, granted=True, **SAID) for one in ("ada", "cy")))
        work.annotations.put(Segment("regulars", "order_count >= 2"))
    store.close()
    return path


def _rows(path: Path) -> list[list[str]]:
    with path.open(encoding="utf-8", newline="") as stream:
        return list(csv.reader(stream))


@pytest.mark.covers("A45", "A46")
def test_a_preset_leaves_as_csv_and_as_a_spreadsheet(run: Run, shop: Path, tmp_path: Path) -> None:
    """Who agreed is in both files; who is not in them is told on the screen."""
    out_csv, out_xlsx = tmp_path / "letter.csv", tmp_path / "letter.xlsx"
    code, out, err = run(
        *("export", str(shop), "--preset", "email_list"),
        *("--csv", str(out_csv), "--xlsx", str(out_xlsx)),
    )
    assert (code, err) == (0, "")
    assert out.splitlines()[0] == (
        "email_list: 2 rows of 5 fields. 2 of 3 agreed to newsletter by email; left out: "
        "no address 0, suppressed 0, unsubscribed 0, no consent 1."
    )
    assert "letter.csv: written." in out
    assert "example.com" not in out
    assert [row[0] for row in _rows(out_csv)] == ["email", "ada@example.com", "cy@example.com"]
    book: Any = load_workbook(out_xlsx)
    assert book["Data"]["C1"].value == "agreed_at (Asia/Tokyo)"
    assert book["Data"]["C2"].value == datetime(2024, 3, 5, 21)


@pytest.mark.covers("A44", "M24")
def test_fields_and_rows_are_chosen(run: Run, shop: Path, tmp_path: Path) -> None:
    """Traits and contacts side by side, of a segment that the shop keeps, or of one customer."""
    target = tmp_path / "out.csv"
    rule = 'in_segment("regulars")'
    fields = ("--fields", "id, total_spent", "--csv", str(target))
    assert run("export", str(shop), "--segment", rule, *fields)[0] == 0
    assert _rows(target) == [["id", "total_spent"], ["bo", "20.00"], ["cy", "30.00"]]
    orders = ("export", str(shop), "--preset", "orders", "--fields", "id", "--csv", str(target))
    assert run(*orders, "--customer", "bo")[0] == 0
    assert _rows(target) == [["id"], ["bo-0"], ["bo-1"]]
    assert run(*orders, "--from", "2024-03-06", "--until", "2024-03-07")[0] == 0
    assert _rows(target) == [["id"], ["bo-1"], ["cy-1"]]
    assert run(*orders, "--segment", "total_spent > 25", "--from", "2024-03-07")[0] == 0
    assert _rows(target) == [["id"], ["cy-2"]]


def test_a_forecast_of_a_shop_that_is_too_small_says_so(
    run: Run, shop: Path, tmp_path: Path
) -> None:
    """Models are fitted to the whole shop; three customers have none, and nothing is written."""
    target = tmp_path / "risky.csv"
    told = ("export", str(shop), "--csv", str(target))
    for asked in (("--segment", "churn_risk == 'high'"), ("--fields", "id,churn_risk")):
        code, _, err = run(*told, *asked)
        assert code == 1
        assert "there are fewer than 10 customers" in err
    assert not target.exists()


def test_who_objected_needs_the_key_of_the_list(run: Run, shop: Path, tmp_path: Path) -> None:
    """Advertising does not leave a shop whose list of objections cannot be read."""
    key, path, target = generate_key(), tmp_path / "key", tmp_path / "out.csv"
    path.write_text(f"{key}\n")
    store = open_store(shop)
    with store.begin() as work:
        suppress(work, [Identity("email", "ada@example.com")], key=key)
    store.close()
    letter = ("export", str(shop), "--preset", "email_list", "--csv", str(target))
    code, out, err = run(*letter)
    assert (code, out) == (1, "")
    assert "must not be written to" in err
    assert not target.exists()
    code, out, _ = run(*letter, "--key-file", str(path))
    assert code == 0
    assert "suppressed 1," in out
    assert [row[0] for row in _rows(target)] == ["email", "cy@example.com"]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--preset", "emaillist", "--csv", "x.csv"], "Did you mean 'email_list'?"),
        ([], "write --csv FILE or --xlsx FILE"),
        (["--csv", "none/x.csv"], "there is no folder"),
        (["--csv", "x.csv", "--from", "2024-01-01"], "--from: an export of customers"),
        (["--csv", "x.csv", "--preset", "orders", "--topic", "a"], "--topic: an export of"),
        (["--csv", "x.csv", "--segment", "1", "--customer", "bo"], "one of them says whose rows"),
    ],
)
def test_what_is_not_understood_is_exit_2(
    run: Run, shop: Path, arguments: list[str], message: str
) -> None:
    """The call is wrong: a sentence, and nothing is written."""
    code, out, err = run("export", str(shop), *arguments)
    assert (code, out) == (2, "")
    assert message in " ".join(err.replace("│", " ").split())


def test_what_is_not_there_is_exit_1(run: Run, shop: Path, tmp_path: Path) -> None:
    """What is none of the shop's is told in a sentence; a shop that is not there is not made."""
    target = tmp_path / "x.csv"
    code, _, err = run("export", str(shop), "--fields", "emial", "--csv", str(target))
    assert code == 1
    assert "Did you mean 'email'?" in err
    code, _, err = run("export", str(shop), "--customer", "dora", "--csv", str(target))
    assert code == 1
    assert "no customer named 'dora'" in err
    code, _, err = run("export", str(shop), "--segment", "order_cuont > 1", "--csv", str(target))
    assert code == 1
    assert "Did you mean 'order_count'?" in err
    code, _, err = run("export", str(tmp_path / "none.db"), "--csv", str(target))
    assert code == 2
    assert "there is no file" in err
    assert sorted(one.name for one in tmp_path.iterdir() if "shop.db" not in one.name) == []
