"""The command ``segment``: who fulfils a rule, told to a person, a program and a spreadsheet."""

import csv
import json
import re
from inspect import signature
from pathlib import Path
from typing import Any

import pytest
from typer.main import get_group

import custinsights as ci
from custinsights.cli.as_json import as_json
from custinsights.cli.command import app
from custinsights.cli.shared_options import asked, reading
from tests.cli.conftest import LINES, Run

LATELY = "order_count >= 3 and days_since_last_order < 90"


def _options(command: str) -> dict[str, tuple[object, ...]]:
    params: Any = get_group(app).commands[command].params
    return {one.name: (one.opts, one.metavar, one.help, one.default) for one in params}


def test_both_commands_read_alike() -> None:
    """Every option of reading is one option with one meaning, whoever asks."""
    _, *of_asked = signature(asked).parameters
    shared = {*signature(reading).parameters, *of_asked}
    report, segment = _options("report"), _options("segment")
    page = {"html", "title", "include_orders", "most_orders", "include_personal"}
    assert report.keys() == shared | page | {"xlsx", "sections", "everything", "as_json"}
    assert {name: segment[name] for name in shared} == {name: report[name] for name in shared}
    assert segment.keys() == shared | {"rule", "traits", "csv", "explain", "as_json"}


def test_a_person_sees_who_is_in_it(run: Run) -> None:
    """The rule, how many, how much money, as of when, and the first twenty, within the width."""
    code, out, err = run("segment", "days_since_last_order<90 and order_count>=3")
    assert (code, err) == (0, "")
    lines = out.splitlines()
    assert lines[:6] == [
        "custinsights segment",
        "days_since_last_order < 90 and order_count >= 3",
        "1,721 of 4,372 known customers (39.4%)",
        "GBP 6,828,550.52 of 8,300,065.81 spent (82.3%)",
        "As of 2011-12-10 00:00 Europe/London, exclusive.",
        "135,080 rows of 541,909 in no number: see custinsights report.",
    ]
    assert lines[7] == "Customers in the segment  the first 20 of 1,721"
    assert lines[10].split()[:3] == ["12347", "7", "4,310.00"]
    assert sum(line.startswith("     1") for line in lines) == 20
    assert "  6 more columns on a wider screen and in --json." in lines
    assert "  --csv FILE writes all of them, --json prints them." in lines
    assert all(len(line) <= 80 for line in lines)


def test_a_program_gets_one_object(run: Run) -> None:
    """The canonical rule, what it rests on, the sizes and every customer, equal to the façade."""
    code, out, err = run("segment", f"({LATELY})", "--json", "--as-of", "2011-06-01")
    assert (code, err) == (0, "")
    document = json.loads(out)
    history = ci.datasets.load_online_retail()
    inside = ci.segment(history, LATELY, as_of="2011-06-01")
    spent = ci.traits(history, "total_spent", as_of="2011-06-01").minor("total_spent")
    members = ci.traits(history.where(customers=inside), as_of="2011-06-01")
    assert document["rule"] == LATELY
    assert document["as_of"] == "2011-06-01T00:00:00+01:00"
    assert document["currency"] == "GBP"
    assert document["load_report"]["rows_read"] == 541_909
    assert document["size"] == inside.sum() == len(document["customers"]) == 778
    assert document["of_customers"] == len(spent) == 2_767
    assert document["share"] == 778 / 2_767
    part = members.minor("total_spent").sum()
    assert document["total_spent"] == part / 100
    assert document["of_total_spent"] == spent.sum() / 100
    assert document["share_of_spent"] == part / spent.sum()
    assert document["customers"] == json.loads(as_json(members.to_dicts()))


def test_files_are_read_as_told(run: Run, lines_file: Path, tmp_path: Path) -> None:
    """Files stand before the rule; the CSV holds the traits asked for and starts no formula."""
    target = tmp_path / "winback.csv"
    traits = ("--traits", "order_count, total_spent")
    code, out, err = run(
        "segment", str(lines_file), *LINES, "total_spent > 7", "--csv", str(target), *traits
    )
    assert (code, err) == (0, "")
    assert "3 of 3 known customers (100.0%)\nEUR 82.25 of 82.25 spent (100.0%)\n" in out
    assert "winback.csv: 3 customers." in " ".join(out.split())
    assert list(csv.reader(target.read_text().splitlines())) == [
        ["customer", "order_count", "total_spent"],
        ["'=cmd", "1", "7.25"],
        ["ada", "2", "40.00"],
        ["bo", "1", "35.00"],
    ]


def test_columns_that_are_asked_for_are_shown(run: Run) -> None:
    """A screen shows the traits that are named, all where they fit."""
    _, out, _ = run("segment", LATELY, "--traits", "units,lifecycle")
    [heads] = [line.split() for line in out.splitlines() if line.startswith("  customer")]
    assert heads == ["customer", "units", "lifecycle"]
    assert "more columns" not in out


def test_a_forecast_is_fitted_on_the_spot(run: Run) -> None:
    """A rule or a column that asks what customers are going to do has models of the history."""
    columns = ("--traits", "churn_risk,predicted_orders_365d")
    code, out, err = run("segment", "churn_risk == 'low' and predicted_orders_365d > 20", *columns)
    assert (code, err) == (0, "")
    history = ci.datasets.load_online_retail()
    catalog = ci.DEFAULT.with_models(ci.fit_models(history))
    asked = ci.segment(history, "predicted_orders_365d > 20", catalog=catalog)
    assert f"{int(asked.sum())} of 4,372 known customers" in out
    assert "churn_risk" in out


def test_what_the_rule_asks_for_is_told(run: Run, tmp_path: Path) -> None:
    """Without --traits the usual ones are told, and those by which the rule judged, once each."""
    target = tmp_path / "risky.csv"
    rule = "churn_risk == 'low' and order_count > 30 and probability_alive > 0.9"
    code, _, err = run("segment", rule, "--csv", str(target))
    assert (code, err) == (0, "")
    heads, *rows = csv.reader(target.read_text().splitlines())
    usual = ci.traits(ci.datasets.load_online_retail()).columns
    assert heads == ["customer", *usual, "churn_risk", "probability_alive"]
    assert {row[-2] for row in rows} == {"low"}
    assert all(0.9 < float(row[-1]) <= 1 for row in rows)


def test_why_somebody_is_in_it(run: Run) -> None:
    """Every clause, judged against all customers, in place of who is in it."""
    rule = "order_count >= 3 and percentile(total_spent) >= 0.9"
    code, out, err = run("segment", rule, "--explain", "12748")
    assert (code, err) == (0, "")
    assert "Customer 12748 is in the segment\n" in out
    assert "order_count is 210 orders" in out
    assert "12347" not in out
    _, out, _ = run("segment", rule, "--explain", "12346")
    assert "Customer 12346 is not in the segment\n" in out
    _, out, _ = run("segment", "average_gap_days > 3", "--explain", "12346")
    assert "Customer 12346 is not in the segment: what it asks is not known of them\n" in out


def test_why_for_a_program(run: Run, tmp_path: Path) -> None:
    """The tree stands in place of the customers; a CSV that is asked for too is written."""
    history = ci.datasets.load_online_retail()
    asked = ci.rule("in_segment('rfm:champions') and order_count > 5")
    target = tmp_path / "in.csv"
    arguments = ("--explain", "12347", "--csv", str(target))
    _, out, _ = run("segment", asked.text, *arguments, "--json")
    document = json.loads(out)
    explained = asked.explain(
        history.history_of(12347), as_of="2011-12-10", cuts=asked.cuts(history)
    )
    assert "customers" not in document
    assert document["explanation"] == {"customer": 12347, **explained.to_json()}
    assert len(target.read_text().splitlines()) == document["size"] + 1
    _, out, _ = run("segment", asked.text, *arguments, "--traits", "units")
    assert target.read_text().startswith('"customer","units"')
    assert f"in.csv: {document['size']} customers." in " ".join(out.split())


def test_a_screen_shows_no_contact(run: Run, tmp_path: Path) -> None:
    """Ids that are e-mail addresses stand in the CSV, and only as their shape on a screen."""
    path, target = tmp_path / "orders.csv", tmp_path / "out.csv"
    path.write_text("customer,date,total\nada@example.com,2024-01-05T10:00:00Z,5\n")
    how = (str(path), "--currency", "EUR", "order_count >= 1", "--csv", str(target))
    code, out, _ = run("segment", *how)
    assert code == 0
    assert "xxx@xxxxxxx.xxx" in out
    assert "No --timezone was given: days and hours are those of UTC.\n" in out
    code, why, _ = run("segment", *how, "--explain", "ada@example.com")
    assert "Customer xxx@xxxxxxx.xxx is in the segment" in why
    code, nobody, err = run("segment", *how, "--explain", "bo@example.com")
    assert (code, nobody) == (1, "")
    assert "There is no customer named 'xx@xxxxxxx.xxx'." in err
    assert "example" not in out + why + err
    assert '"ada@example.com"' in target.read_text()


def test_nobody_in_it(run: Run) -> None:
    """An empty segment says so, and so does a shop of which nothing is known yet."""
    code, out, _ = run("segment", "order_count > 2000")
    assert code == 0
    assert "0 of 4,372 known customers (0.0%)\nGBP 0.00 of 8,300,065.81 spent (0.0%)\n" in out
    assert "Customers in the segment\n  No customer is in the segment.\n" in out
    code, out, _ = run("segment", "order_count > 2", "--as-of", "2009-01-01")
    assert code == 0
    assert "0 of 0 known customers\nGBP 0.00 of 0.00 spent\n" in out
    assert "As of 2009-01-01, exclusive; the first order was placed on 2010-12-01.\n" in out
    _, out, _ = run("segment", "order_count > 2", "--as-of", "2009-01-01", "--json")
    assert json.loads(out)["share"] is json.loads(out)["share_of_spent"] is None


@pytest.mark.parametrize("customer", ["zz", "1", "012347", "18274"])
def test_unknown_customers_are_exit_1(run: Run, customer: str) -> None:
    """Who is not there is named, with where the ids are; nor is there who came only later."""
    code, out, err = run("segment", LATELY, "--explain", customer, "--as-of", "2011-01-15")
    assert (code, out) == (1, "")
    assert f"There is no customer named '{customer}'" in err.replace(
        f"named {customer}", f"named '{customer}'"
    )
    assert "--json and --csv tell the ids" in err
    assert "Traceback" not in err


def test_a_rule_that_cannot_be_read_is_exit_2(run: Run) -> None:
    """The place in the rule is pointed at, before any file is read."""
    code, out, err = run("segment", "absent.csv", "order_count >= 3 and dayssince < 90")
    assert (code, out) == (2, "")
    assert err.endswith(
        "Did you mean 'days_since_last_order'?\n"
        "  order_count >= 3 and dayssince < 90\n"
        "                       ^^^^^^^^^\n"
    )


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([], "Missing argument 'RULE'"),
        (["--currency", "EUR", "{file}"], "names a file, and what comes last is the rule"),
        (["order_count >= 3", "{file}"], 'write custinsights segment FILES "order_count >= 3"'),
        (["absent.csv"], "'absent.csv' names a file"),
        (["{file}", "order_count", "3"], "Put the rule in quotes, as one text."),
        pytest.param(["x" * 5_000], "Expected: at most", id="too long"),
        (["in_segment('champions')"], "Did you mean 'rfm:champions'?"),
        (["--traits", "total_spnt", LATELY], "Did you mean 'total_spent'?"),
        (["--traits", "units,units", LATELY], "name something twice"),
        (["--traits", ",", LATELY], "--traits: it names no trait"),
        (["--traits", "units", "--explain", "12347", LATELY], "--explain lists no customers"),
        (["--csv", "{folder}", LATELY], "is a directory"),
        (["--csv", "{folder}/absent/x.csv", LATELY], "make it first"),
        (["{folder}/../{name}/lines.csv", LATELY, "--csv", "{file}"], "would be overwritten"),
        (["--currency", "EUR", LATELY], "--currency: no FILE is given"),
    ],
)
def test_what_is_not_understood_is_exit_2(
    run: Run, lines_file: Path, arguments: list[str], message: str
) -> None:
    """What another command line would mend is said before anything is read or written."""
    folder = lines_file.parent
    places = {"file": lines_file, "folder": folder, "name": folder.name}
    before = lines_file.read_bytes()
    code, out, err = run("segment", *(one.format(**places) for one in arguments))
    assert (code, out) == (2, "")
    assert message in err
    assert "Traceback" not in err
    assert lines_file.read_bytes() == before


def test_any_file_is_told_from_a_rule(run: Run, lines_file: Path) -> None:
    """Also one whose name does not say that it holds orders."""
    assert "names a file" in run("segment", str(lines_file.rename(lines_file.parent / "x")))[2]


def test_numbers_among_ids_that_are_texts(run: Run, lines_file: Path) -> None:
    """A customer is found by the id as it stands in the file, of whatever kind the ids are."""
    lines_file.write_text(lines_file.read_text().replace("ada", "7"))
    code, out, _ = run("segment", str(lines_file), *LINES, "order_count >= 2", "--explain", "7")
    assert code == 0
    assert "Customer 7 is in the segment\n" in out


def test_a_rule_stands_on_one_line(run: Run) -> None:
    """It can be taken from the screen as it is, and commands no terminal."""
    rule = f"{LATELY} and customer_country in ('Cameroon', 'Cape Verde', 'Côte d’Ivoire')"
    assert f"\n{ci.rule(rule)}\n" in run("segment", rule)[1]
    assert "\x1b" not in run("segment", "customer_country == '\x1b[31mFR'")[1]


def test_a_name_of_a_file_may_be_a_rule(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A rule that can be read is one, also where a file has its name."""
    (tmp_path / "is_overdue").touch()
    monkeypatch.chdir(tmp_path)
    assert run("segment", "is_overdue")[0] == 0


def test_what_the_orders_do_not_hold_is_exit_1(run: Run, tmp_path: Path) -> None:
    """A rule about items, of orders that hold none, is found out by reading."""
    path, target = tmp_path / "orders.csv", tmp_path / "out.csv"
    path.write_text("customer,date,total\nada,2024-01-05,5\n")
    code, out, err = run(
        "segment", str(path), "--currency", "EUR", "units > 3", "--csv", str(target)
    )
    assert (code, out) == (1, "")
    assert err.startswith("custinsights: ")
    assert not target.exists()


def test_help_fits_the_screen(run: Run) -> None:
    """The help shows that the rule comes last, and fits 80 columns."""
    code, out, _ = run("segment", "--help")
    assert code == 0
    assert re.search(r"\[FILES\]\.\.\. \{?RULE", out)
    assert all(len(line) <= 80 for line in out.splitlines())
