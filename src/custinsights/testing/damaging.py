"""Is a damaged export read or refused, without a loss and without telling of people?"""

from __future__ import annotations

from collections.abc import Iterator

from custinsights.errors import CustInsightsError
from custinsights.testing.exports import Case, money_of
from custinsights.testing.rewriting import rows_lost

_SHORTEST = 5
_PEOPLE = frozenset({"customer_id", "email", "phone"})
_NO_MONEY = _PEOPLE | {"placed_at", "refunded_at", "cancelled_at", "country", "region", "city"}


def survives_cells(case: Case) -> str | None:
    """Find a cell that makes a function of the format raise, or that loses a row."""
    for trial in case.trials:
        broken = None
        if not isinstance(trial.outcome, Exception):
            broken = rows_lost(case, trial.outcome, [*trial.exports, *case.beside])
        elif not isinstance(trial.outcome, CustInsightsError):
            broken = f"it raises {type(trial.outcome).__name__}: {trial.outcome}"
        if broken is not None:
            return f"{trial.what} {broken}"
    return None


def survives_damage(case: Case) -> str | None:
    """Find a damage of the whole file that makes a function of the format raise."""
    for what, files in _damaged(case):
        try:
            history = case.read_bytes(files)
        except CustInsightsError:
            continue
        except Exception as error:  # noqa: BLE001 - whatever a format's function raises
            return f"{what} it raises {type(error).__name__}: {error}"
        if not history.load_report.balances:
            return f"{what} rows are lost"
    return None


def money_survives(case: Case) -> str | None:
    """Find money that is lost where a cell that is no amount cannot be read."""
    whole = money_of(case.history)
    for trial in case.trials:
        if trial.fields <= _NO_MONEY and not isinstance(trial.outcome, Exception):
            found = money_of(trial.outcome)
            if found != whole:
                return f"{trial.what} {dict(whole)} minor units become {dict(found)}"
    return None


def tells_of_nobody(case: Case) -> str | None:
    """Find a message in which a customer can be recognised."""
    known = _personal(case)
    for trial in case.trials:
        if isinstance(trial.outcome, Exception):
            told = str(trial.outcome)
        else:
            told = str(trial.outcome.load_report)
        if any(cell in told for cell in known):
            return f"{trial.what} a message tells a customer's id, e-mail address or phone number"
    return None


def _damaged(case: Case) -> Iterator[tuple[str, list[bytes]]]:
    """Yield the files of the example, each time damaged in another way."""
    whole = [one.data() for one in case.exports]
    for part in range(1, 10):
        yield f"cut after {part} tenths", [data[: len(data) * part // 10] for data in whole]
    yield "in Latin-1", [data.replace(b"e", b"\xe9", 9) for data in whole]
    first = case.exports[0]
    places = [*range(len(first.header))]
    for at in sorted({*case.format.positions(first.header).values()}):
        name = first.header[at]
        less = [place for place in places if place != at]
        yield f"with two columns {name!r}", [first.with_columns([*places, at]).data()]
        yield f"without the column {name!r}", [first.with_columns(less).data()]
    twice = [one.with_rows([row for row in one.rows for _ in range(2)]) for one in case.exports]
    yield "with every row twice", [one.data() for one in twice]
    yield "without any row", [one.with_rows([]).data() for one in case.exports]


def _personal(case: Case) -> set[str]:
    """Return the ids, e-mail addresses and phone numbers of the example that nothing else tells."""
    people: set[str] = set()
    others: set[str] = set()
    for export in case.exports:
        places = case.format.positions(export.header)
        columns = {at for field, at in places.items() if field in _PEOPLE}
        for row in export.rows:
            for at in places.values():
                is_personal = at in columns or "@" in row[at]
                (people if is_personal else others).add(row[at].strip())
    return {cell for cell in people - others if len(cell) >= _SHORTEST}
