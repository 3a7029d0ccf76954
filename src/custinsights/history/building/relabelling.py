"""How does a label get the same spelling everywhere? A text column of orders and people, anew."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import attrs
import numpy as np

from custinsights.domain.contacts import hidden_if_contact
from custinsights.domain.load_report import LoadReport
from custinsights.history.columnar.columns import Labels
from custinsights.history.facts import Facts

KEPT = "not recognised, kept as written"


def relabelled(facts: Facts, name: str, label_of: Callable[[str], str | None]) -> Facts:
    """Return the facts with other labels in one column; what has no label keeps its own.

    The load report counts, by label, the orders and the rows of the customer table that keep
    theirs: a note each, in place of those of an earlier call.
    """
    table = facts.people_table
    streams = [facts] if facts.aside is None else [facts, facts.aside]
    columns = [("orders", one.labels[name]) for one in streams if name in one.labels]
    columns += [("customers", table.labels[name])] if name in table.labels else []
    notes = tuple(
        (f"{name} of {whose} {KEPT}: {hidden_if_contact(label)}", int(count))
        for whose, column in columns
        for label, count in zip(column.names, _counts(column), strict=True)
        if count and label_of(label) is None
    )
    context = attrs.evolve(
        facts.context,
        source_report=_noted(facts.context.source_report, name, notes),
        load_report=_noted(facts.context.load_report, name, notes),
    )

    def renamed(labels: Mapping[str, Labels]) -> dict[str, Labels]:
        return {n: _renamed(c, label_of) if n == name else c for n, c in labels.items()}

    people = attrs.evolve(table, labels=renamed(table.labels))
    changed, *aside = (
        attrs.evolve(one, labels=renamed(one.labels), people_table=people, context=context)
        for one in streams
    )
    return attrs.evolve(changed, aside=aside[0] if aside else None)


def _counts(column: Labels) -> list[int]:
    known = column.codes[column.codes >= 0]
    found: list[int] = np.bincount(known, minlength=len(column.names)).tolist()
    return found


def _renamed(column: Labels, label_of: Callable[[str], str | None]) -> Labels:
    told = [label_of(name) or name for name in column.names]
    names = tuple(sorted(set(told)))
    place = {name: code for code, name in enumerate(names)}
    table = np.array([*(place[name] for name in told), -1], dtype=np.int32)
    return Labels(table.take(column.codes), names)


def _noted(report: LoadReport, name: str, notes: tuple[tuple[str, int], ...]) -> LoadReport:
    earlier = tuple(
        (note, count)
        for note, count in report.notes
        if not (note.startswith(f"{name} of ") and KEPT in note)
    )
    return attrs.evolve(report, notes=earlier + notes)
