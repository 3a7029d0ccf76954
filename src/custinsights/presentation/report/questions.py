"""What does a report ask? One list of questions, for a page, a screen, a spreadsheet, a program.

A question that is added here stands in all of them. Its rows are those behind what the page shows,
unless they are told otherwise: as a screen and a program want them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Final

import attrs

from custinsights.domain.fields import as_tuple, looked_up
from custinsights.errors import MissingData, MissingExtra, NoModel, Refused, counted
from custinsights.presentation.report import (
    buying,
    coming_back,
    driving,
    expecting,
    groups,
    headline,
    offering,
    places,
    sourcing,
    telling,
    winning,
)
from custinsights.presentation.report.answers import Answer
from custinsights.presentation.report.inquiry import Inquiry
from custinsights.presentation.report.parts import Section, name_of, without_blanks
from custinsights.presentation.report.rows import answers_of

__all__ = ["QUESTIONS", "Question", "Told", "answers", "chosen", "pointer", "told_in_order"]

_UNTOLD: Final = (MissingData, MissingExtra, NoModel, Refused)


@attrs.frozen
class Told:
    """Rows that are told otherwise than the page shows them.

    Parameters
    ----------
    key, title : str
        Their name for a program, and what they are.
    ask : callable
        Fills in an answer of that name.
    instead_of : str, optional
        The title of the part of the page that they stand for; all parts unless told.
    """

    key: str
    title: str
    ask: Callable[[Inquiry, Answer], Answer]
    instead_of: str | None = None


@attrs.frozen
class Question:
    """A section of the report.

    Parameters
    ----------
    key, title : str
        Its name, and what it asks.
    ask : callable
        What the page shows.
    told : Told, optional
        What is told in rows in place of what the page shows.
    rows : int, default 0
        How many rows a report in brief shows of it; it is only named there where they are none.
    """

    key: str
    title: str
    ask: Callable[[Inquiry], Section]
    told: Told | None = None
    rows: int = 0

    def section(self, inquiry: Inquiry) -> Section:
        """Return what the page shows; one that the history holds nothing for says so in a line."""
        try:
            return without_blanks(self.ask(inquiry))
        except _UNTOLD as error:
            return Section(key=self.key, title=self.title, remarks=(str(error),))

    def answers(self, inquiry: Inquiry) -> Iterator[Answer]:
        """Yield what is told in rows, without which there is a sentence that says why."""
        if self.told is None:
            yield from answers_of(self.section(inquiry))
            return
        answer = Answer(key=self.told.key, title=self.told.title)
        try:
            yield telling.unless_blank(self.told.ask(inquiry, answer))
        except _UNTOLD as error:
            yield attrs.evolve(answer, remarks=(str(error),))
        if self.told.instead_of is not None:
            section = self.section(inquiry)
            parts = tuple(p for p in section.parts if name_of(p) != self.told.instead_of)
            yield from answers_of(attrs.evolve(section, parts=parts), is_whole=False)

    def in_brief(self, found: Sequence[Answer]) -> Answer | None:
        """Return the first of its answers with the rows that tell most, and how much is left.

        None where it has no rows.
        """
        first, *others = found
        if not self.rows or first.view is None or not len(first.view):
            return None
        brief, rows = first.in_brief(self.rows)
        tables = sum(one.view is not None for one in others)
        left = [counted(n, what) for n, what in ((rows, "more row"), (tables, "more table")) if n]
        if not left:
            return brief
        more = f"… {' and '.join(left)}: --sections {self.key}"
        return attrs.evolve(brief, on_screen=(more, *brief.on_screen))


_BY_MONTH = Told("monthly_mix", "New and returning by month", telling.monthly_mix)
_COUNTRIES = Told("countries", "Top countries", telling.countries, "revenue by country")
_PRODUCTS = Told("products", "Top products", telling.products, "products with most revenue")

QUESTIONS: Final = {
    question.key: question
    for question in (
        Question(
            "overview",
            "Overview",
            headline.headlines,
            Told("overview", "Overview", telling.headlines),
            rows=8,
        ),
        Question(
            "composition", "New and returning customers", buying.composition, _BY_MONTH, rows=5
        ),
        Question("trend", "Growth", buying.trend),
        Question("drivers", "What drives growth", driving.drivers),
        Question(
            "order_numbers",
            "Purchase history by order number",
            buying.order_numbers,
            Told("order_numbers", "Revenue by order number", telling.order_numbers),
        ),
        Question("intervals", "Time since the last order, and between orders", buying.intervals),
        Question("rfm_groups", "RFM groups", groups.rfm_groups, rows=6),
        Question("tiers", "Tiers", groups.tier_sizes, Told("tiers", "Tiers", telling.tier_sizes)),
        Question("segments", "Segments", groups.segment_sizes),
        Question(
            "cohorts",
            "Cohorts",
            coming_back.retention,
            Told("retention", "Retention", telling.retention),
            rows=4,
        ),
        Question("lifecycle", "Lifecycle", groups.lifecycles),
        Question("forecast", "What is to be expected", expecting.expectations, rows=3),
        Question("concentration", "Value concentration", groups.concentrations),
        Question("geography", "Geography", places.geography, _COUNTRIES, rows=3),
        Question("products", "Products", places.products, _PRODUCTS, rows=5),
        Question("baskets", "What is bought together", offering.bought_together, rows=3),
        Question("cross_sell", "Whom to offer what", offering.audiences),
        Question("recommendations", "What customers would like next", offering.liked_next),
        Question("preferences", "What each group prefers", driving.tastes),
        Question("payments", "Payment methods", places.payments, rows=3),
        Question("peak_times", "Peak times", places.peak_times),
        Question("acquisition", "Acquisition", winning.channels, rows=3),
        Question("funnel", "Funnel", winning.steps, rows=5),
        Question("experiments", "Experiments", winning.experiments),
        Question(
            "quality",
            "Data quality",
            sourcing.quality,
            Told("load_report", "What was read", sourcing.what_was_read),
            rows=8,
        ),
        Question(
            "provenance",
            "Provenance",
            sourcing.provenance,
            Told("provenance", "Provenance", sourcing.definitions),
        ),
    )
}
"""The sections by their names, in order."""

_HEAD: Final = "quality"


def chosen(names: Iterable[str] | str | None) -> list[Question]:
    """Return the questions of these names in the order of the report, all of them without any.

    Raises
    ------
    UnknownName
        A name is that of no section.
    """
    if names is None:
        return [*QUESTIONS.values()]
    wanted = {looked_up("section", one, QUESTIONS).key for one in as_tuple(names)}
    return [question for key, question in QUESTIONS.items() if key in wanted]


def told_in_order(questions: Iterable[Question]) -> list[Question]:
    """Return questions as they are told in rows: what was read stands above the rest."""
    return sorted(questions, key=lambda one: one.key != _HEAD)


def answers(inquiry: Inquiry, questions: Iterable[Question]) -> Iterator[Answer]:
    """Yield what is told in rows, one after the other."""
    for question in told_in_order(questions):
        yield from question.answers(inquiry)


def pointer(named: Sequence[Question], blank: Sequence[Question]) -> Answer:
    """Return what a report in brief ends with: where the rest is, and of what nothing is known."""
    said = [", ".join(one.key for one in named)]
    if blank:
        names = ", ".join(one.key for one in blank)
        said.append(f"Nothing to show of {names}: --sections NAME says why.")
    about = "--sections NAME,… shows sections whole, --all shows everything"
    return Answer(key="more", title="More", about=about, remarks=tuple(filter(None, said)))
