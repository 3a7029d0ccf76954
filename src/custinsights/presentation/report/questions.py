"""What does a report ask? One list of questions, for a page, a screen, a spreadsheet, a program.

A question that is added here stands in all of them. Its rows are those behind what the page shows,
unless they are told otherwise: as a screen and a program want them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Final

import attrs

from custinsights.domain.fields import as_tuple, looked_up
from custinsights.errors import MissingData, MissingExtra, NoModel, Refused
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

__all__ = ["QUESTIONS", "Question", "Told", "answers", "chosen"]

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
    """

    key: str
    title: str
    ask: Callable[[Inquiry], Section]
    told: Told | None = None

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
        ),
        Question("composition", "New and returning customers", buying.composition, _BY_MONTH),
        Question("trend", "Growth", buying.trend),
        Question("drivers", "What drives growth", driving.drivers),
        Question(
            "order_numbers",
            "Purchase history by order number",
            buying.order_numbers,
            Told("order_numbers", "Revenue by order number", telling.order_numbers),
        ),
        Question("intervals", "Time since the last order, and between orders", buying.intervals),
        Question("rfm_groups", "RFM groups", groups.rfm_groups),
        Question("tiers", "Tiers", groups.tier_sizes, Told("tiers", "Tiers", telling.tier_sizes)),
        Question("segments", "Segments", groups.segment_sizes),
        Question(
            "cohorts",
            "Cohorts",
            coming_back.retention,
            Told("retention", "Retention", telling.retention),
        ),
        Question("lifecycle", "Lifecycle", groups.lifecycles),
        Question("forecast", "What is to be expected", expecting.expectations),
        Question("concentration", "Value concentration", groups.concentrations),
        Question("geography", "Geography", places.geography, _COUNTRIES),
        Question("products", "Products", places.products, _PRODUCTS),
        Question("baskets", "What is bought together", offering.bought_together),
        Question("cross_sell", "Whom to offer what", offering.audiences),
        Question("recommendations", "What customers would like next", offering.liked_next),
        Question("preferences", "What each group prefers", driving.tastes),
        Question("payments", "Payment methods", places.payments),
        Question("peak_times", "Peak times", places.peak_times),
        Question("acquisition", "Acquisition", winning.channels),
        Question("funnel", "Funnel", winning.steps),
        Question("experiments", "Experiments", winning.experiments),
        Question(
            "quality",
            "Data quality",
            sourcing.quality,
            Told("load_report", "What was read", sourcing.what_was_read),
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


def answers(inquiry: Inquiry, questions: Sequence[Question]) -> Iterator[Answer]:
    """Yield what is told in rows, one after the other; what was read stands above the rest."""
    for question in sorted(questions, key=lambda one: one.key != _HEAD):
        yield from question.answers(inquiry)
