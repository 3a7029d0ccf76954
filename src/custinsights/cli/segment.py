"""How does a segment come about? Read, judge the rule, and tell who is in it or why somebody is."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import typer
from rich.text import Text

from custinsights.analyses.customers.cuts import Cuts
from custinsights.analyses.customers.traits import traits, usual
from custinsights.analyses.segments.rule import Rule
from custinsights.analyses.segments.rule import rule as rule_of
from custinsights.analyses.segments.sets import segments
from custinsights.cli.as_json import as_json
from custinsights.cli.asked import Asked, facts
from custinsights.cli.foretelling import asked_by, catalog_for
from custinsights.cli.screen import screen, show
from custinsights.domain import Money
from custinsights.domain.contacts import hidden_if_contact
from custinsights.errors import UnknownName, counted
from custinsights.history.orders import OrderHistory
from custinsights.presentation.cells import of_unit, plain
from custinsights.presentation.report.answers import Answer
from custinsights.presentation.report.loading import in_short, load_report
from custinsights.results.customer_table import CustomerTable
from custinsights.results.explanation import Explanation
from custinsights.results.segment_set import SegmentSet
from custinsights.sources.orders.identity import INTEGER

__all__ = ["print_segment"]

_FIRST = 20
_NAME = "segment"
_SPENT = "total_spent"
_VERDICTS = {
    True: "is in the segment",
    False: "is not in the segment",
    None: "is not in the segment: what it asks is not known of them",
}


def print_segment(
    asked: Asked,
    text: str,
    *,
    names: Sequence[str] | None,
    csv: Path | None,
    customer: str | None,
    to_json: bool,
) -> None:
    """Print who fulfils a rule.

    Parameters
    ----------
    asked : Asked
        Which history, and as of when.
    text : str
        The rule.
    names : sequence of str or None
        The traits to tell of every customer; None for the usual ones, and what the rule asks for.
    csv : Path or None
        Where the customers of the segment are written to.
    customer : str or None
        Of whom to tell why they are in it or not, in place of who is in it.
    to_json : bool
        Whether to print one JSON object.
    """
    rule = rule_of(text)
    history, remarks = asked.history()
    catalog = catalog_for(history, rule=rule, names=names or ())
    rule = rule_of(text, catalog=catalog)
    cuts = rule.cuts(history) if rule.needs_cuts else None
    judged = segments(history, {_NAME: rule}, cuts=cuts, catalog=catalog)
    told = dict.fromkeys((*usual(history), *asked_by(rule))) if names is None else names
    found = traits(history, [*told], catalog=catalog).take(np.flatnonzero(judged.mask(_NAME)))
    who = None if customer is None else _identity(history, customer)
    explained = None if who is None else _explained(history, rule, who, cuts)
    if csv is not None:
        found.to_csv(csv)
    if to_json:
        loaded = load_report(history.load_report, history.calendar.timezone)
        answers = {"rule": rule.text, **facts(history), loaded.key: loaded.data}
        answers |= _sizes(judged)
        if explained is None:
            answers["customers"] = found.to_dicts()
        else:
            answers["explanation"] = {"customer": who, **explained.to_json()}
        typer.echo(as_json(answers))
        return
    with screen() as console:
        console.print(_heading(rule.text, judged), soft_wrap=True)
        for remark in (*found.provenance.notes(), *remarks, *in_short(history.load_report)):
            console.print(remark)
        if explained is not None and csv is not None:
            console.print(_written(csv, found))
        console.print()
        if explained is None:
            show(console, _customers(found, csv))
        else:
            show(console, _why(who, explained))


def _identity(history: OrderHistory, text: str) -> int | str:
    """The id of a customer that stands on the command line as a text."""
    is_whole = history.customer_ids.dtype.kind != "T" and INTEGER.fullmatch(text)
    return int(text) if is_whole else text


def _explained(history: OrderHistory, rule: Rule, who: int | str, cuts: Cuts | None) -> Explanation:
    """Why a customer is in the segment or not."""
    try:
        one = history.history_of(who)
    except UnknownName:
        advice = "--json and --csv tell the ids; who came first at or after --as-of is not known"
        raise UnknownName("customer", hidden_if_contact(who), (), advice) from None
    return rule.explain(one, as_of=history.observed_until, cuts=cuts)


def _sizes(judged: SegmentSet) -> dict[str, Any]:
    """How many customers, and how much money, are in the segment, of all that are known."""
    [row] = judged.table().to_dicts()
    spent = judged.customers.column(_SPENT)
    return {
        "size": row["customers"],
        "of_customers": len(judged.customers),
        "share": row["share"],
        _SPENT: row[_SPENT],
        "of_total_spent": Money.from_minor(int(spent.values.sum()), spent.unit).amount,
        "share_of_spent": row["share_of_spent"],
    }


def _heading(text: str, judged: SegmentSet) -> Text:
    """Which rule it is, and how many and how much it stands for."""
    sizes = _sizes(judged)
    share, share_of_spent = (
        "" if sizes[name] is None else f" ({of_unit(sizes[name], 'share')})"
        for name in ("share", "share_of_spent")
    )
    return Text.assemble(
        ("custinsights segment\n", "bold"),
        f"{text}\n",
        f"{sizes['size']:,} of {sizes['of_customers']:,} known customers{share}\n",
        f"{judged.customers.column(_SPENT).unit} {sizes[_SPENT]:,} of "
        f"{sizes['of_total_spent']:,} spent{share_of_spent}",
    )


def _customers(found: CustomerTable, csv: Path | None) -> Answer:
    """The first customers of the segment, and where the others are."""
    remarks = () if csv is None else (_written(csv, found),)
    if not len(found):
        remarks = ("No customer is in the segment.", *remarks)
    elif len(found) > _FIRST and csv is None:
        remarks = ("--csv FILE writes all of them, --json prints them.",)
    view = found.table().take(range(min(len(found), _FIRST)))
    about = f"the first {_FIRST} of {len(found):,}" if len(found) > _FIRST else ""
    return Answer(
        key="customers",
        title="Customers in the segment",
        about=about,
        view=view,
        is_cut=True,
        remarks=remarks,
    )


def _written(csv: Path, found: CustomerTable) -> str:
    return f"Written to {plain(str(csv))}: {counted(len(found), 'customer')}."


def _why(who: int | str | None, explained: Explanation) -> Answer:
    """Every clause of the rule, judged for one customer."""
    shown = plain(str(hidden_if_contact(who)))
    return Answer(
        key="explanation",
        title=f"Customer {shown} {_VERDICTS[explained.verdict]}",
        view=explained.table(),
    )
