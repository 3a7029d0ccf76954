"""Why is a customer in a segment, or not? Every clause of the rule, judged for one customer."""

from __future__ import annotations

import attrs
import numpy as np

from custinsights.analyses.customers.cuts import SCORED
from custinsights.analyses.customers.rfm import SCORE_OF
from custinsights.analyses.segments.columns import Numbers
from custinsights.analyses.segments.judging import Judge
from custinsights.analyses.segments.population import Against
from custinsights.domain.rules.printing import written
from custinsights.domain.rules.tree import (
    Among,
    And,
    Call,
    Comparison,
    Condition,
    Is,
    IsUnknown,
    Literal,
    Name,
    Not,
    Or,
    Value,
)
from custinsights.results.explanation import Explanation, Told


@attrs.frozen(eq=False)
class Explainer:
    """Explains clauses of a rule for the one customer of a judge.

    Parameters
    ----------
    judge
        Of one customer.
    against
        What the words about other customers and segments mean.
    """

    judge: Judge
    against: Against

    def explain(self, condition: Condition) -> Explanation:
        """Return a clause with its parts, its verdict and what was found."""
        match condition:
            case And(parts) | Or(parts):
                return self._joined(condition, parts)
            case Not(part) if not isinstance(part, Among | IsUnknown):
                return self._joined(condition, (part,))
        meant = self.against.meant(condition)
        if meant is not None:
            return self._joined(condition, (meant,))
        return (
            self._scored(condition) if self.against.is_of_rfm(condition) else self._leaf(condition)
        )

    def _verdict(self, condition: Condition) -> bool | None:
        plain = self.against.plain(self.against.filled(condition))
        if self.judge.holds(plain)[0]:
            return True
        return False if self.judge.fails(plain)[0] else None

    def _joined(self, condition: Condition, parts: tuple[Condition, ...]) -> Explanation:
        verdict = self._verdict(condition)
        told = tuple(self.explain(part) for part in parts)
        return Explanation(clause=written(condition), verdict=verdict, parts=told)

    def _scored(self, condition: Condition) -> Explanation:
        """Return a clause about an RFM group with the three scores."""
        cuts = self.against.population("in_segment")
        told = []
        for name in SCORED:
            raw = self.judge.value(Name(name))
            assert isinstance(raw, Numbers)  # noqa: S101 - recency, frequency and value are
            if raw.is_known[0]:
                told.append(
                    f"{SCORE_OF[name][0].upper()}{cuts.score(name, raw.values.astype(np.int64))[0]}"
                )
        return Explanation(
            clause=written(condition),
            verdict=self._verdict(condition),
            subject="the score",
            value=" ".join(told) or None,
        )

    def _leaf(self, condition: Condition) -> Explanation:
        value, threshold = _sides(condition)
        found, unit = self._told(value)
        told = Explanation(
            clause=written(condition),
            verdict=self._verdict(condition),
            subject=written(value),
            value=found,
            unit=unit,
            threshold=self._thresholds(threshold),
        )
        return self._compared(told, value) if isinstance(value, Call) else told

    def _compared(self, told: Explanation, call: Call) -> Explanation:
        """Return an explanation with what a function has compared."""
        compared = self.judge.catalog.function(call.function).compared
        if compared is None:
            return told
        found = compared(self.judge.view, **self.judge.arguments(call))
        if found.value is not None:
            told = attrs.evolve(told, value=found.value, unit=found.unit)
        return attrs.evolve(told, threshold=found.threshold, since=found.since)

    def _told(self, value: Value) -> tuple[Told, str]:
        """Return the value of the customer, and its unit."""
        if isinstance(value, Call):
            function = self.judge.catalog.function(value.function)
            if function.shown is not None:
                shown = function.shown(self.judge.view, **self.judge.arguments(value))
                return Numbers(shown).told(0), function.unit
            return self.judge.value(value).told(0), function.unit
        unit = self.judge.catalog.trait(value.name).unit if isinstance(value, Name) else ""
        currency = self.judge.view.facts.context.currency
        return self.judge.value(value).told(0), currency if unit == "money" else unit

    def _thresholds(self, threshold: tuple[Value, ...] | Value | None) -> Told | tuple[Told, ...]:
        if isinstance(threshold, tuple):
            return tuple(one.value for one in threshold if isinstance(one, Literal))
        if threshold is None or isinstance(threshold, Literal):
            return None if threshold is None else threshold.value
        return self.judge.value(threshold).told(0)


def _sides(condition: Condition) -> tuple[Value, tuple[Value, ...] | Value | None]:
    """Return what a clause looks at, and what it compares it with."""
    inner = condition.part if isinstance(condition, Not) else condition
    if isinstance(inner, Comparison):
        return inner.left, inner.right
    if isinstance(inner, Among):
        return inner.value, inner.options
    assert isinstance(inner, IsUnknown | Is)  # noqa: S101 - the others are joined
    return inner.value, None
