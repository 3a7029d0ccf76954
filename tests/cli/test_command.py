"""The command as a whole: what it prints, where, and with which exit code."""

import contextlib
import json
import os
import re
import signal
import subprocess
import sys
import time
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

import custinsights as ci
from custinsights.cli import main
from custinsights.presentation.report.places import titles
from custinsights.presentation.report.questions import QUESTIONS
from tests.cli.conftest import LINES, Run, seen_in_a_terminal

posix_only = pytest.mark.skipif(os.name == "nt", reason="signals, pipes and terminals of POSIX")


def _started(*arguments: str, **how: Any) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "custinsights", *arguments]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, **how)


def _titles(out: str) -> list[str]:
    return [line.split("  ")[0] for line in out.splitlines() if line and line[0] != " "]


def test_a_report_fits_two_screens_and_says_where_the_rest_is(run: Run) -> None:
    """Each main section shows the rows that tell most, and counts those that it leaves out."""
    code, out, err = run("report")
    assert (code, err) == (0, "")
    assert len(out.splitlines()) < 120
    assert _titles(out)[3:] == [
        "What was read",
        "Overview",
        "New and returning by month",
        "RFM groups",
        "Retention",
        "What is to be expected",
        "Top countries",
        "Top products",
        "What is bought together",
        "More",
    ]
    for key, key_in_json, lines in (
        ("overview", "overview", 8),
        ("products", "products", 5),
        ("baskets", "baskets", 3),
    ):
        rows = json.loads(run("report", "--sections", key, "--json")[1])[key_in_json]
        assert f"  … {len(rows) - lines:,} more rows: --sections {key}\n" in out
    _, whole, _ = run("report", "--sections", "overview,cohorts")
    cohorts = re.findall(r"\n  (?:\d{4}-\d\d|mean) ", whole.partition("Retention")[2])
    assert _titles(whole)[3:] == ["Overview", "Retention"]
    assert "more row" not in whole
    assert f"  … {len(cohorts) - 4} more rows: --sections cohorts\n" in out
    assert "  … 2 more tables: --sections rfm_groups\n" in out
    assert "  Nothing to show of payments, acquisition, funnel" in out


def test_what_a_report_in_brief_names_is_there(run: Run) -> None:
    """Every section is shown, or named at the end under a name that --sections takes."""
    _, out, _ = run("report")
    end = " ".join(out.partition("\nMore")[2].split("\n  ")[1:])
    told = {*re.findall(r"--sections (\w+)\n", out), *re.findall(r"\w+", end)}
    assert {*QUESTIONS} - told == {"quality"}


def test_the_bundled_report_tells_published_figures(run: Run) -> None:
    """Without a file: a year of real orders, every section in its place, nothing on stderr."""
    code, out, err = run("report", "--all")
    assert (code, err) == (0, "")
    assert _titles(out)[3:] == [
        "What was read",
        "Overview",
        "New and returning by month",
        "Growth",
        "What drives growth",
        "Change of revenue by value tier",
        "Change of revenue by country",
        "Revenue by order number",
        "Time since the last order, and between orders",
        "Days between two orders (median 22)",
        "RFM groups",
        "Customers by score",
        "Moves between RFM groups in three months",
        "Tiers",
        "Segments",
        "Moves of the segments in three months",
        "Overlap of the segments",
        "Retention",
        "Lifecycle",
        "Moves between stages in three months",
        "What is to be expected",
        "Forecasts from 2011-09-11",
        "Calibration of ModifiedBetaGeoNBD",
        "Value concentration",
        "Top countries",
        "Top products",
        "What is bought together",
        "Whom to offer what",
        "What customers would like next",
        "What each group prefers",
        "Payment methods",
        "Peak times",
        "Acquisition",
        "Funnel",
        "Experiments",
        "Provenance",
    ]
    assert "18,536 orders of 4,339 customers, 2010-12-01 to 2011-12-09, GBP" in out
    assert "gross revenue 8,911,407.90 − refunded 611,342.09 = revenue 8,300,065.81" in out
    assert "  2010-12   885   37   32   38   36   40   36   35   35   40   37   50   27*\n" in out
    assert "  VIP        top 10% by spend          433" in out.replace("value    ", "")
    assert "  Champions        919" in out
    assert all(len(line) <= 80 for line in out.splitlines())
    assert "\x1b" not in out


def test_json_is_one_object(run: Run) -> None:
    """Nothing but one JSON object on the output, with every section under its key."""
    code, out, err = run("report", "--json")
    assert (code, err) == (0, "")
    document = json.loads(out, parse_float=Decimal)
    assert document["totals"]["revenue"] == Decimal("8300065.81")
    assert document["totals"]["customers"] == 4_339
    assert document["as_of"] == "2011-12-10T00:00:00+00:00"
    report = document["load_report"]
    parts = report["rows_used"] + report["rows_left_out"] + report["rows_bad"]
    assert report["rows_read"] == parts == 541_909
    first = document["retention"][0]
    assert (first["cohort"], first["size"], first["0"]) == ("2010-12", 885, 1)
    assert [round(885 * first[age]) for age in ("1", "2", "12")] == [324, 286, 235]
    assert first["provisional"] == ["12"]
    new = {row["month"]: row for row in document["monthly_mix"] if row["customer_type"] == "new"}
    assert new["2011-01"]["customers"] == 417
    assert new["2011-12"]["provisional"] == ["customers", "revenue"]
    sizes = {row["segment"]: row["customers"] for row in document["tiers"]}
    assert sizes["VIP"] == 433
    assert sizes["Lapsed"] == 869
    assert [row["customers"] for row in document["rfm_groups"]] == [919, 720, 942, 335, 99, 1_324]


def test_files_are_read_as_told(run: Run, lines_file: Path) -> None:
    """Columns, currency, zone and refunds reach the reader; the numbers are the file's."""
    code, out, err = run("report", str(lines_file), *LINES, "--json")
    assert (code, err) == (0, "")
    document = json.loads(out, parse_float=Decimal)
    assert document["totals"] == {
        "orders": 4,
        "customers": 3,
        "gross_revenue": Decimal("87.25"),
        "refunded": Decimal("5.00"),
        "revenue": Decimal("82.25"),
    }
    assert document["timezone"] == "Europe/Paris"
    assert {row["country"]: row["orders"] for row in document["countries"]} == {
        None: 1,
        "DE": 1,
        "FR": 2,
    }


def test_as_of_hides_what_came_later(run: Run, lines_file: Path) -> None:
    """The report as it was on that day."""
    _, out, _ = run("report", str(lines_file), *LINES, "--as-of", "2024-02-01", "--json")
    document = json.loads(out)
    assert document["totals"]["orders"] == 2
    assert document["as_of"] == "2024-02-01T00:00:00+01:00"


def test_the_policy_reaches_the_history(run: Run, tmp_path: Path) -> None:
    """Pending and zero-amount orders count as the options say."""
    path = tmp_path / "orders.csv"
    path.write_text(
        "id,who,when,total,state\n1,ada,2024-01-05,10,pending\n2,bo,2024-01-06,0,paid\n"
        "3,bo,2024-01-07,5,paid\n"
    )
    how = ["--columns", "order_id=id,customer=who,placed_at=when,amount=total,order_status=state"]
    how += ["--currency", "EUR", "--timezone", "UTC", "--json", str(path)]

    def orders(*options: str) -> int:
        code, out, _ = run("report", *how, *options)
        assert code == 0
        return int(json.loads(out)["totals"]["orders"])

    assert orders() == 2
    assert orders("--count-pending") == 3
    assert orders("--no-zero-amount") == 1


def test_a_shop_without_lines_or_countries_says_so(run: Run, tmp_path: Path) -> None:
    """A section that has no data is one sentence, and the others are there."""
    path = tmp_path / "orders.csv"
    path.write_text("who,when,total\nada,2024-01-05,10\nbo,2024-01-06,3\n")
    how = ["--columns", "customer=who,placed_at=when,amount=total", "--currency", "EUR"]
    code, out, _ = run("report", str(path), *how, "--timezone", "UTC", "--all")
    assert code == 0
    assert "Top countries\n  The orders name no country.\n" in out
    assert "needs order lines, which this history does not hold" in out
    assert "2 orders of 2 customers" in out


def test_nothing_before_the_first_order(run: Run) -> None:
    """A report of nothing is short and no failure, and says why there is nothing."""
    code, out, _ = run("report", "--as-of", "2009-01-01")
    assert code == 0
    assert out.splitlines()[1] == "0 orders of 0 customers, GBP"
    assert "As of 2009-01-01, exclusive; the first order was placed on 2010-12-01.\n" in out
    assert "\n  Nothing to show of overview, composition, " in out
    _, out, _ = run("report", "--as-of", "2009-01-01", "--all")
    assert out.count("Nothing to show: no order that counts falls here.") == 14


def test_report_long_after_the_last_order(run: Run, lines_file: Path) -> None:
    """Where nothing is known of the last days, it is said; as of their end there is nothing to."""
    for option in ("--as-of", "--observed-until"):
        _, out, _ = run("report", str(lines_file), *LINES, option, "2030-01-01")
        assert "As of 2030-01-01, exclusive; the last order was placed on 2024-02-03.\n" in out
        _, out, _ = run("report", str(lines_file), *LINES, option, "2024-02-04")
        assert "As of 2024-02-04, exclusive" not in out
        assert "4 orders of 3 customers, 2024-01-05 to 2024-02-03, EUR" in out


def test_shop_without_orders_has_no_days(run: Run, tmp_path: Path) -> None:
    """A header without rows is a shop that sold nothing, on no day that anybody knows."""
    path = tmp_path / "orders.csv"
    path.write_text("customer,date,total\n")
    code, out, _ = run("report", str(path), "--currency", "EUR")
    assert code == 0
    assert "0 orders of 0 customers, EUR\n" in out
    assert "19" not in out


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["report", "--as-of", "soon"], "'soon' is no date"),
        (["report", "--columns", "customer"], "no pair"),
        (["report", "--currency", "EUR"], "--currency: no FILE is given"),
        (["report", "--rates", "r.csv", "x.csv"], "--rates needs --currency"),
        (["report", "--errors", "ignore"], "'--errors': 'ignore' is none of raise, report"),
        (["report", "--errors", "report"], "--errors: no FILE is given"),
        (["report", "--refund-date", "never"], "'never' is none of order, refund"),
        (["report", "x.csv", "--decimal", "dot"], "'dot' is none of ., ,"),
        (["report", "--as-of", "1800-01-01"], "too far out"),
        (["report", "x.csv", "--format", "nope"], "no format named 'nope'"),
        (["report", "x.csv", "--columns", "custmer=Who"], "Did you mean 'customer'?"),
        (["report", "x.csv", "--columns", "Customer ID=customer"], "a name that is no field"),
        (["report", "x.csv", "--statuses", "x=payed"], "Did you mean 'paid'?"),
        (["report", "x.csv", "--identity", "name"], "no kind of identity named 'name'"),
        (["report", "x.csv", "--identity", ""], "does not name kinds of identity"),
        (["report", "x.csv", "--refunds", "C"], "does not say which rows are refunds"),
        (["report", "x.csv", "--currency", "euro"], "Did you mean 'EUR'?"),
        (["report", "--timezone", "Mars"], "'Mars' is no time zone"),
        (["report", "--unheard-of"], "--unheard-of"),
        (["report", "--all", "--sections", "tiers"], "--sections names some of them"),
        (["rapport"], "rapport"),
    ],
)
def test_what_is_not_understood_is_exit_2(run: Run, arguments: list[str], message: str) -> None:
    """A command that makes no sense says why on stderr and prints nothing else."""
    code, out, err = run(*arguments)
    assert (code, out) == (2, "")
    assert message in err
    assert "Value error" not in err
    assert "Traceback" not in err


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("who,when,total\nada,2024-01-05,5\n", "--currency CODE"),
        ("customer,date,total\nada,1/2/2024,5\n", "--dayfirst or --monthfirst"),
        ('customer,date,total\nada,2024-01-05,"1,234"\n', "--decimal . or --decimal ,"),
        ("customer,date,total\nada,2024-01-05 10:00,5\n", "--timezone Europe/London"),
        ("customer,date,total,status\nada,2024-01-05,5,da\n", "--errors report, --statuses"),
        ("customer,date,total\nada,2024-01-05,-5\n", "--refunds invoice_prefix:C"),
    ],
)
def test_advice_is_given_for_a_shell(run: Run, tmp_path: Path, text: str, message: str) -> None:
    """What a message says of an argument is said of the option too."""
    path = tmp_path / "orders.csv"
    path.write_text(text)
    columns = ["--columns", "customer=who,placed_at=when,amount=total"]
    how = columns if "who" in text else ["--currency", "EUR"]
    code, out, err = run("report", str(path), *how)
    assert (code, out) == (1, "")
    assert "On the command line: " in err
    assert message in err


def test_bad_input_is_exit_1(run: Run, lines_file: Path) -> None:
    """Bad rows are listed without a traceback, with what to do at a shell."""
    lines_file.write_text(lines_file.read_text().replace("2024-02-01 12:00", "2024-02-31 12:00"))
    code, out, err = run("report", str(lines_file), *LINES)
    assert (code, out) == (1, "")
    assert "2024-02-31 12:00" in err
    assert "On the command line: --errors report\n" in err
    assert "Traceback" not in err
    code, out, _ = run("report", str(lines_file), *LINES, "--errors", "report")
    assert code == 0
    assert "3 orders of 3 customers" in out


@pytest.mark.parametrize("make", [Path.resolve, Path.mkdir, Path.touch])
def test_unreadable_files_are_exit_1(run: Run, tmp_path: Path, make: Any) -> None:
    """A file that is absent, a folder or empty is named."""
    path = tmp_path / "orders.csv"
    make(path)
    code, out, err = run("report", str(path))
    assert (code, out) == (1, "")
    assert "orders.csv cannot be read" in err


def test_missing_rates_are_exit_1(run: Run, lines_file: Path, tmp_path: Path) -> None:
    """Also the files that options name are input."""
    code, _, err = run("report", str(lines_file), *LINES, "--rates", str(tmp_path / "r.csv"))
    assert code == 1
    assert "r.csv cannot be read" in err


def test_labels_cannot_command_the_terminal(run: Run, lines_file: Path) -> None:
    """An escape code in a country arrives as a blank."""
    lines_file.write_text(lines_file.read_text().replace("DE", "\x1b[31mDE"))
    code, out, _ = run("report", str(lines_file), *LINES)
    assert code == 0
    assert "[31mDE" in out
    assert "\x1b" not in out


def test_ctrl_c_is_quiet(run: Run, monkeypatch: pytest.MonkeyPatch, lines_file: Path) -> None:
    """Interrupted: exit code 130 and not a word."""

    def interrupted(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("custinsights.sources.read_orders", interrupted)
    assert run("report", str(lines_file)) == (130, "", "")


@pytest.mark.parametrize("library", ["typer", "rich"])
def test_without_the_extra_one_sentence(
    library: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A missing library is named with the command that brings it: exit code 2."""
    for name in [name for name in sys.modules if name.partition(".")[0] == library]:
        monkeypatch.delitem(sys.modules, name)
    for name in [name for name in sys.modules if name.startswith("custinsights.cli.")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, library, None)
    assert main(["report", "--json"]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert f"needs {library}" in err
    assert "pip install 'custinsights[report]'" in err


def test_version_and_help(run: Run) -> None:
    """The version is one line; the help fits 80 columns and knows every option of reading."""
    code, out, _ = run("--version")
    assert code == 0
    assert out.startswith("custinsights ")
    code, out, _ = run("report", "--help")
    assert code == 0
    assert all(len(line) <= 80 for line in out.splitlines())
    for option in ("--format", "--columns", "--identity", "--refunds", "--rates", "--as-of"):
        assert option in out


@posix_only
def test_a_reader_that_leaves_is_no_error() -> None:
    """``custinsights report | head -1`` ends without a word on stderr."""
    with _started("report") as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.readline()
        process.stdout.close()
        assert process.stderr.read() == b""
        assert process.wait() in (0, 141)


@posix_only
def test_a_real_interrupt_is_quiet(tmp_path: Path) -> None:
    """Ctrl-C while a file is awaited: exit code 130 and not a word."""
    pipe = tmp_path / "orders.csv"
    os.mkfifo(pipe)
    with _started("report", str(pipe)) as process:
        writer = _opened_when_read(pipe, process)
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=30)
        os.close(writer)
    assert (process.returncode, out, err) == (130, b"", b"")


def _opened_when_read(pipe: Path, process: subprocess.Popen[bytes]) -> int:
    """The writing end of a pipe, as soon as the process reads from it."""
    for _ in range(600):
        with contextlib.suppress(OSError):  # nobody reads yet
            return os.open(pipe, os.O_WRONLY | os.O_NONBLOCK)
        if process.poll() is not None:
            break
        time.sleep(0.05)
    process.kill()
    pytest.fail(f"the file was never opened: {process.communicate()}")


@posix_only
def test_a_terminal_sees_progress_in_bytes(lines_file: Path) -> None:
    """On a terminal a bar in bytes comes and goes on stderr; the report itself has colour."""
    text = seen_in_a_terminal("report", str(lines_file), *LINES)
    assert f"{lines_file.stat().st_size}" in text.partition("custinsights report")[0]
    assert "bytes" in text
    assert "\x1b[1m" in text.partition("custinsights report")[2]


@posix_only
def test_a_pipe_sees_no_progress(lines_file: Path) -> None:
    """In a pipe the error output stays empty."""
    with _started("report", str(lines_file), *LINES) as process:
        out, err = process.communicate(timeout=60)
    assert process.returncode == 0
    assert err == b""
    assert b"\x1b" not in out


def test_shares_of_countries_are_of_the_net_revenue(run: Run, lines_file: Path) -> None:
    """Refunds that name no order are of no country; they are in the whole, and are told."""
    _, out, _ = run("report", str(lines_file), *LINES)
    countries = out.partition("Top countries")[2].partition("Top products")[0]
    [france] = [line for line in countries.splitlines() if "FR" in line]
    assert "60.8%" in france  # 50.00 of 82.25
    assert "EUR 2.25 of the revenue is of no country." in countries


def test_refunds_of_no_country_are_told(run: Run, tmp_path: Path) -> None:
    """Revenue without a label is below zero where it is of refunds that name no order."""
    path = tmp_path / "orders.csv"
    path.write_text(
        "order_id,customer,placed_at,amount,country\n1,ada,2024-01-05,10,FR\n"
        "2,bo,2024-01-06,30,DE\nC3,bo,2024-01-07,-8,DE\n"
    )
    how = ["--currency", "EUR", "--timezone", "UTC", "--refunds", "invoice_prefix:C"]
    code, out, _ = run("report", str(path), *how)
    countries = " ".join(out.partition("Top countries")[2].split())
    assert code == 0
    assert "93.8%" in countries  # 30 of 32
    assert "EUR -8.00 of the revenue is of no country (such as refunds that" in countries


def test_only_the_sections_that_are_asked_for(run: Run, lines_file: Path, tmp_path: Path) -> None:
    """In the order of the report, in every form; a name that is none is told with what there is."""
    asked = (str(lines_file), *LINES, "--sections", "baskets, tiers")
    code, out, _ = run("report", *asked, "--json")
    assert code == 0
    assert [*json.loads(out)][-2:] == ["tiers", "baskets"]
    code, out, _ = run("report", *asked, "--html", str(tmp_path / "r.html"))
    assert code == 0
    page = (tmp_path / "r.html").read_text("utf-8")
    assert '<section id="tiers"' in page
    assert '<section id="cohorts"' not in page
    code, out, err = run("report", *asked[:-1], "basket")
    assert (code, out) == (2, "")
    assert "Did you mean 'baskets'?" in err


def test_what_is_bought_together_is_in_every_form(run: Run) -> None:
    """Pairs, audiences and recommendations are records, with what the library says of them."""
    names = ("baskets", "cross_sell", "recommendations", "experiments")
    _, out, _ = run("report", "--sections", ",".join(names), "--json")
    document = json.loads(out)
    assert {*names} <= {*document}
    pair = document["baskets"][0]
    assert (pair["bought"], pair["also"]) == ("REGENCY TEA PLATE PINK", "REGENCY TEA PLATE GREEN")
    assert (pair["n"], pair["orders"]) == (224, 202)
    assert pair["confidence"] == pytest.approx(202 / 224)
    history = ci.datasets.load_online_retail()
    offer = document["cross_sell"][0]
    ids = {title: str(one) for one, title in titles(history).items()}
    [found] = ci.cross_sell(history, ids[offer["bought"]], ids[offer["offer"]]).to_dicts()
    assert offer["audience"] == found["audience"]
    assert offer["expected_takers"] == pytest.approx(found["expected_takers"])
    assert 0 < document["recommendations"][0]["share"] < 1
    assert document["experiments"] == []


def _beside(folder: Path) -> list[str]:
    """Write tables beside the orders, and return the options that name them."""
    tables = {
        "customers": "id,email\nada,a@example.com\nzoe,z@example.com\n",
        "products": "id,title,category\nmug,Blue mug,Kitchen\nprint,Sea,Prints\n",
        "activities": "customer,at,kind\nada,2024-01-04 10:00,visit\nzoe,2024-01-04 11:00,visit\n",
    }
    told = []
    for name, text in tables.items():
        path = folder / f"{name}.csv"
        path.write_text(text)
        told += [f"--{name}", str(path)]
    return told


def test_tables_beside_the_orders_are_known(run: Run, lines_file: Path, tmp_path: Path) -> None:
    """Titles, prospects and visits are told; the orders are the same."""
    how = (str(lines_file), *LINES, *_beside(tmp_path))
    code, out, err = run("report", *how, "--json")
    assert (code, err) == (0, "")
    document = json.loads(out)
    assert document["totals"]["orders"] == 4
    assert {row["title"] for row in document["products"]} == {"Blue mug", "Sea"}
    lifecycle = {row["segment"]: row["customers"] for row in document["lifecycle"]}
    assert lifecycle["Prospect"] == 1
    assert document["funnel"][0]["people"] == 2
    code, out, _ = run("segment", *how, "order_count == 0", "--json")
    assert (code, json.loads(out)["size"]) == (0, 1)
    code, _, err = run("segment", *how[:-1], str(tmp_path / "none.csv"), "order_count == 0")
    assert code == 1
    assert "none.csv cannot be read" in err


def test_tables_beside_need_orders_in_files(run: Run, lines_file: Path, tmp_path: Path) -> None:
    """Without orders they belong to nobody, and a database has its own; nothing is overwritten."""
    beside = _beside(tmp_path)
    code, out, err = run("report", *beside)
    assert (code, out) == (2, "")
    assert "no FILE of orders is given" in " ".join(err.split())
    into = str(tmp_path / "shop.db")
    assert run("import", str(lines_file), *LINES, "--into", into)[0] == 0
    code, _, err = run("report", into, *beside)
    assert code == 2
    assert "custinsights import brings them in" in " ".join(err.split())
    code, _, err = run("report", str(lines_file), *LINES, *beside, "--xlsx", beside[1])
    assert code == 2
    assert "would be overwritten" in " ".join(err.split())
