"""The command ``import``, and the other commands on what it made."""

import contextlib
import datetime as dt
import json
import os
import pty
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from custinsights.privacy import erase, generate_key
from custinsights.repositories.sql import open_store
from tests.cli.conftest import LINES, Run

DATA = Path(__file__).parents[1] / "data" / "sources"
SHOPIFY = str(DATA / "shopify_orders_export.csv")
NOON = dt.datetime(2024, 6, 1, 12, tzinfo=dt.UTC)
USUAL = ("--currency", "USD", "--timezone", "America/New_York")


def without_load_report(text: str) -> dict[str, object]:
    """Return what a command printed as JSON, but for what a store alone knows of it.

    A store also knows that nobody has a tag or a birthday, and products that nobody bought.
    """
    told: dict[str, object] = json.loads(text)
    told.pop("load_report")
    for name in ("segments", "moves_of_the_segments_in_three_months", "recommendations"):
        told.pop(name, None)
    return told


@pytest.mark.parametrize(
    "arguments", [("report",), ("segment", "total_spent > 20"), ("report", "--as-of", "2023-01-01")]
)
def test_a_database_tells_what_its_files_tell(
    run: Run, tmp_path: Path, arguments: tuple[str, ...]
) -> None:
    """The commands say of a database what they say of the files in it."""
    into = str(tmp_path / "shop.db")
    assert run("import", SHOPIFY, "--into", into, *USUAL)[0] == 0
    command, *more = arguments
    code, of_files, _ = run(command, SHOPIFY, *more, *USUAL, "--json")
    assert code == 0
    code, of_store, error = run(command, into, *more, "--json")
    assert (code, error) == (0, "")
    told, expected = without_load_report(of_store), without_load_report(of_files)
    for found in (told, expected):
        customers = found.get("customers")
        if isinstance(customers, list):
            found["customers"] = sorted(
                repr({n: v for n, v in row.items() if n != "customer"}) for row in customers
            )
    assert told == expected


def test_both_kinds_of_databases_tell_the_same(
    run: Run, tmp_path: Path, new_database: Callable[[], str]
) -> None:
    """The reports of a file of SQLite and of PostgreSQL are the same text, without secrets."""
    address = f"{new_database()}&password=hush"
    name = address.partition("?")[0].rpartition("/")[2]
    told = []
    for into in (str(tmp_path / name), address):
        assert run("import", SHOPIFY, "--into", into, *USUAL)[0] == 0
        told.append([run("report", into, *more) for more in ((), ("--json",))])
    assert told[0] == told[1]
    assert [code for code, *_ in told[0]] == [0, 0]
    assert f"What was read  {name}, America/New_York time" in told[0][0][1]
    assert "hush" not in str(told[1])


def test_what_an_import_did_is_told(run: Run, lines_file: Path, tmp_path: Path) -> None:
    """The screen says what was added, changed and left out, and why; the same again is the same."""
    into = str(tmp_path / "any name")
    code, output, error = run("import", str(lines_file), "--into", into, *LINES)
    assert (code, error) == (0, "")
    assert output.startswith(
        "custinsights import\norders: 5 added, 0 changed, 0 the same; 3 new customers\n"
    )
    assert "What was read" in output
    assert "5  used" in output
    _, output, _ = run("import", str(lines_file), "--into", into, *LINES)
    assert "orders: 0 added, 0 changed, 5 the same; 0 new customers" in output


def test_who_was_erased_stays_away(run: Run, lines_file: Path, tmp_path: Path) -> None:
    """An import needs the key that tells who was erased, and brings them not back with it."""
    into, path, key = tmp_path / "shop.db", tmp_path / "key", generate_key()
    path.write_text(f"{key}\n")
    files = ("import", str(lines_file), "--into", str(into), *LINES)
    assert run(*files)[0] == 0
    with contextlib.closing(open_store(into)) as store, store.begin(at=NOON) as work:
        gone = next(work.people.listed()).id
        erase(work, gone, at=NOON, by="Bea", key=key)
    code, out, error = run(*files)
    assert (code, out) == (1, "")
    assert "--key-file FILE" in error
    code, out, _ = run(*files, "--key-file", str(path))
    assert code == 0
    assert "0 added, 0 changed, 5 the same; 0 new customers" in out
    with contextlib.closing(open_store(into)) as store, store.begin() as work:
        assert work.people.get(gone) is None


def test_tables_beside_the_orders_are_imported(run: Run, tmp_path: Path) -> None:
    """Customers, products and activities come in by their kind."""
    into = str(tmp_path / "shop.db")
    told = {
        "customers": "id,email\n7,ada@example.com\n",
        "products": "id,title\nmug,Mug\n",
        "activities": "email,at,kind\nbo@example.com,2024-01-05,subscribed\n",
    }
    for kind, text in told.items():
        path = tmp_path / f"{kind}.csv"
        path.write_text(text)
        code, output, error = run(
            "import",
            str(path),
            "--into",
            into,
            "--kind",
            kind,
            *(["--timezone", "UTC"] * (kind[0] != "p")),
        )
        assert (code, error) == (0, "")
        assert f"{kind}: 1 added" in output
    code, output, _ = run("segment", into, "order_count < 1", "--currency", "EUR")
    assert code == 0
    assert "2 of 2 known customers" in output


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("import", "--into", "shop.db"), "no FILE is given that could be imported"),
        (("import", "lines.csv"), "Missing option '--into'"),
        (("import", "shop.db", "--into", "other.db"), "a database cannot be imported"),
        (("import", "lines.csv", "--into", "lines.csv"), "is a file, and no database"),
        (
            ("import", "lines.csv", "--into", "x.db", "--kind", "products", "--refunds", "a"),
            "--refunds: files of products are not read so",
        ),
        (("report", "shop.db", "lines.csv"), "a database is asked by itself"),
        (("report", "shop.db", "--columns", "customer=a"), "a database is not read so"),
        (("import", "lines.csv", "--into", "x.db", "--kind", "tags"), "'tags' is none of orders"),
    ],
)
def test_what_is_not_understood_is_exit_2(
    run: Run,
    lines_file: Path,
    monkeypatch: pytest.MonkeyPatch,
    arguments: tuple[str, ...],
    message: str,
) -> None:
    """A command line that cannot be meant is refused, and nothing is made."""
    monkeypatch.chdir(lines_file.parent)
    with contextlib.closing(sqlite3.connect("shop.db")) as database:
        database.execute("create table t (a)")
    code, output, error = run(*arguments)
    assert (code, output) == (2, "")
    assert message in " ".join(error.split())
    assert not Path("x.db").exists()
    assert not Path("other.db").exists()


def test_orders_without_ids_are_exit_1(run: Run, tmp_path: Path) -> None:
    """What cannot be known again is refused with advice for a shell."""
    path = tmp_path / "orders.csv"
    path.write_text("customer,placed_at,amount\n7,2024-01-05,10.00\n")
    code, _, error = run("import", str(path), "--into", str(tmp_path / "x.db"), "--currency", "EUR")
    assert code == 1
    assert "--columns field=Header" in error


def test_a_terminal_sees_how_far_an_import_is(tmp_path: Path) -> None:
    """In a terminal two bars tell of the bytes read and the orders written; a pipe sees none."""
    command = [sys.executable, "-m", "custinsights", "import", SHOPIFY, *USUAL]
    leader, follower = pty.openpty()
    with subprocess.Popen(
        [*command, "--into", str(tmp_path / "a.db")], stdout=follower, stderr=follower
    ) as process:
        os.close(follower)
        shown = b""
        with contextlib.suppress(OSError):
            while read := os.read(leader, 1 << 16):
                shown += read
    os.close(leader)
    assert process.returncode == 0
    assert b"Reading" in shown
    assert b"Writing orders" in shown
    done = subprocess.run(
        [*command, "--into", str(tmp_path / "b.db")], capture_output=True, check=True
    )
    assert done.stderr == b""
