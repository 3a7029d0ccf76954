"""What came out of the checks, and does it pass?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import attrs

from custinsights.domain.fields import refuse_other
from custinsights.errors import ContractBroken, InvalidValue, UnknownName


@attrs.frozen
class Outcome:
    """What one check came to.

    Parameters
    ----------
    name
        The check.
    passed
        Whether the law holds, or fails as was expected of it.
    detail
        What broke it and what to do, or why it may be broken; empty for a plain pass.
    """

    name: str
    passed: bool
    detail: str = ""


@attrs.frozen
class Finding:
    """What one check found: a sentence for what broke the law, or None; `tried` on how many."""

    name: str
    advice: str
    broken: str | None
    tried: int


def reasons_of(expected: Mapping[str, str] | None, names: tuple[str, ...]) -> Mapping[str, str]:
    """Return why checks may fail, where each is one of the names and has a reason."""
    reasons = {} if expected is None else expected
    refuse_other(Mapping, "what is expected to fail", reasons)
    for name, reason in reasons.items():
        if name not in names:
            raise UnknownName("check", name, names)
        if not isinstance(reason, str) or not reason.strip():
            raise InvalidValue(
                what=f"the check {name!r} is expected to fail for no reason",
                given=reason,
                allowed="a sentence that says why the law may be broken",
            )
    return reasons


def judged(
    thing: str, findings: Sequence[Finding], reasons: Mapping[str, str], *, raising: bool
) -> tuple[Outcome, ...]:
    """Return the outcomes of some findings, or raise `ContractBroken` for those that failed."""
    outcomes = tuple(_outcome(finding, reasons.get(finding.name)) for finding in findings)
    failed = [f"{one.name}: {one.detail}" for one in outcomes if not one.passed]
    if failed and raising:
        raise ContractBroken(thing, failed)
    return outcomes


def _outcome(finding: Finding, reason: str | None) -> Outcome:
    if not finding.tried:
        untried = "no random history holds what it needs, so that nothing was tried."
        return Outcome(finding.name, passed=reason is not None, detail=reason or untried)
    if finding.broken is None:
        if reason is None:
            return Outcome(finding.name, passed=True)
        surprise = f"it passes, and was expected to fail ({reason}): drop the expectation."
        return Outcome(finding.name, passed=False, detail=surprise)
    if reason is None:
        return Outcome(
            finding.name, passed=False, detail=f"{finding.broken}. {finding.advice}".rstrip()
        )
    return Outcome(finding.name, passed=True, detail=f"expected, {reason}: {finding.broken}.")
