"""Does a store of a shop's objects do what every store promises?"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import TYPE_CHECKING, Literal, overload

from custinsights.domain.fields import as_tuple, refuse_other, whole_number
from custinsights.errors import CustInsightsError, InvalidValue, UnknownName
from custinsights.repositories.protocols import Store
from custinsights.testing.outcomes import Finding, Outcome, judged, reasons_of

if TYPE_CHECKING:
    from custinsights.testing.storing.asking import Check

__all__ = ["STORE_PARTS", "check_repository"]

STORE_PARTS = ("people", "orders", "refunds", "products", "activities", "annotations", "feed")
"""What a store consists of: the four repositories, the refunds with keys of their own and the
products of the orders, and the feed of changes."""

_REPOSITORIES = ("people", "orders", "activities", "annotations")
MACHINE = "does what the store in memory does"


@overload
def check_repository(
    factory: Callable[[], Store],
    *,
    parts: Sequence[str] = ...,
    examples: int = ...,
    expected: Mapping[str, str] | None = ...,
    raising: Literal[True] = ...,
) -> None: ...
@overload
def check_repository(
    factory: Callable[[], Store],
    *,
    parts: Sequence[str] = ...,
    examples: int = ...,
    expected: Mapping[str, str] | None = ...,
    raising: Literal[False],
) -> tuple[Outcome, ...]: ...
def check_repository(
    factory: Callable[[], Store],
    *,
    parts: Sequence[str] = STORE_PARTS,
    examples: int = 30,
    expected: Mapping[str, str] | None = None,
    raising: bool = True,
) -> tuple[Outcome, ...] | None:
    """Hold a store to the contract of `custinsights.repositories.protocols`.

    What is written comes back, in the order and with the columns that are asked for; writing it
    again changes nothing; whatever fails leaves nothing; the later of two writers is refused;
    merging is undone to the byte; who is forgotten is found nowhere, and an export holds all that
    is somebody's. In the end random things are done to the store and to one in memory, which must
    tell the same.

    Parameters
    ----------
    factory
        What gives an empty store, a fresh one at each call: ``lambda: MyStore(new_database())``.
    parts
        Which parts of it to check, of `STORE_PARTS`. ``("orders",)`` asks only the orders of units
        of work, so that somebody who has but tables of orders can prove these.
    examples
        How many random sequences of up to 25 acts are tried.
    expected
        Check -> why it may fail. Such a check fails when the promise holds after all.
    raising
        False returns the outcomes instead of raising.

    Returns
    -------
    None or tuple of Outcome
        With ``raising=False`` one outcome per check of these parts.

    Raises
    ------
    ContractBroken
        Naming every failed check, what broke it, and what to do.
    InvalidValue, UnknownName
        There is no such part, or none of the parts is a repository.
    MissingExtra
        Hypothesis is not installed.

    Examples
    --------
    >>> from custinsights.repositories.memory import MemoryStore
    >>> check_repository(MemoryStore, parts=("orders", "feed"), examples=1)
    """
    from custinsights.testing.storing import (
        laws,
        machine,
        of_annotations,
        of_facts,
        of_people,
        of_work,
    )

    refuse_other(bool, "the argument raising", raising)
    refuse_other(Callable, "the factory of stores", factory)  # type: ignore[arg-type]  # it is one
    asked = as_tuple(parts)
    for part in asked:
        if part not in STORE_PARTS:
            raise UnknownName("part of a store", part, STORE_PARTS)
    if not {*_REPOSITORIES}.intersection(asked):
        what = "none of the parts to be checked is a repository"
        raise InvalidValue(what, asked, f"one of {', '.join(_REPOSITORIES)} at least")
    count = whole_number("the number of examples is wrong", examples, 0)

    def found(check: Check) -> Finding:
        return Finding(check.name, check.advice, _broken(factory, check, asked), 1)

    known = (
        *laws.CHECKS,
        *of_work.CHECKS,
        *of_people.CHECKS,
        *of_facts.CHECKS,
        *of_annotations.CHECKS,
    )
    reasons = reasons_of(expected, (*(check.name for check in known), MACHINE))
    findings = [found(check) for check in known if check.parts <= {*asked}]
    if count:
        broken = next(machine.faults(factory, asked, count), None)
        advice = "Do the same to a MemoryStore, and compare."
        findings.append(Finding(MACHINE, advice, broken, 1))
    outcomes = judged("store", findings, reasons, raising=raising)
    return None if raising else outcomes


def _broken(factory: Callable[[], Store], check: Check, parts: Collection[str]) -> str | None:
    """Return what a check finds wrong with a fresh store."""
    store = factory()
    try:
        return next(check.faults(store, parts), None)
    except CustInsightsError as error:
        return f"it raises {type(error).__name__}: {str(error).rstrip('.')}"
    except Exception as error:  # noqa: BLE001 - whatever a foreign store raises
        return f"it raises {type(error).__name__}: {error}"
    finally:
        store.close()
