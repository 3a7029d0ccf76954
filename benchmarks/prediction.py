"""How long do forecasts take: the papers' sample beside lifetimes, and a million customers?

``python -m benchmarks.prediction`` fits every model to the CDNOW sample of the papers, beside
lifetimes (which is part of no extra: nobody keeps it up any more) where it is installed, and
refuses parameters or forecasts that differ. Then it makes up a million customers who behave as
BG/NBD says, in whole days, and fits the models and asks about everybody; lifetimes gets the same
customers, and half a minute, in a process of its own. Seconds are those of the processor, of all
threads together, so that what else runs on the machine does not matter.
"""

from __future__ import annotations

import argparse
import importlib
import json
import subprocess
import sys
import time
import warnings
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np

import custinsights as ci
from benchmarks.agreement import AnswersDifferError
from benchmarks.measuring import machine, versions
from benchmarks.printing import prediction_text
from benchmarks.running import ROOT
from benchmarks.shop import SEED
from custinsights.analyses.prediction.patterns import Purchases
from custinsights.results.customer_table import CustomerTable
from tests.oracles.bridge import to_history
from tests.oracles.published import cdnow_sample

RESULT = ROOT / "benchmarks" / "results" / "prediction.json"
CUSTOMERS, SMOKE_CUSTOMERS = 1_000_000, 2_000
PEERS = {
    "BetaGeoNBD": "BetaGeoFitter",
    "ModifiedBetaGeoNBD": "ModifiedBetaGeoFitter",
    "ParetoNBD": "ParetoNBDFitter",
    "GammaGamma": "GammaGammaFitter",
}
_REPEATS = 5
_LIMIT_SECONDS = 30
_SAME = 2e-3
_DAYS = 730


def sample() -> CustomerTable:
    """Return the purchases of the papers' sample."""
    return ci.purchase_summary(to_history(cdnow_sample()), as_of="1997-10-01")


def timed(ask: Callable[[], Any]) -> tuple[float, Any]:
    """Return the seconds of the processor that a call takes, and its result."""
    start = time.process_time()
    result = ask()
    return time.process_time() - start, result


def best(ask: Callable[[], Any]) -> tuple[float, Any]:
    """Return the best of a few times, and the answer."""
    runs = [timed(ask) for _ in range(_REPEATS)]
    return min(seconds for seconds, _ in runs), runs[-1][1]


def columns(name: str, summary: CustomerTable) -> list[Any]:
    """Return what a model of lifetimes is fitted to."""
    seen = Purchases.of(summary)
    if name == "GammaGamma":
        used = np.flatnonzero((seen.x > 0) & (np.nan_to_num(seen.m) > 0))
        return [seen.x[used], seen.m[used]]
    return [seen.x, seen.t_x, seen.T]


def by_lifetimes(name: str, told: Sequence[Any]) -> Any:
    """Return a model of lifetimes, fitted."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return getattr(importlib.import_module("lifetimes"), PEERS[name])().fit(*told)


def is_there(library: str) -> bool:
    """Tell whether a library is installed."""
    return library in versions((library,))


def compare_sample() -> dict[str, dict[str, float]]:
    """Return the seconds of both for each model, after equal answers.

    Raises
    ------
    AnswersDifferError
        Before any time is returned, when parameters or forecasts differ.
    """
    summary = sample()
    found = {}
    for name in PEERS:
        seconds, ours = best(partial(getattr(ci, name).fit, summary))
        found[name] = {"custinsights": seconds}
        if not is_there("lifetimes"):
            continue
        told = columns(name, summary)
        found[name]["lifetimes"], theirs = best(partial(by_lifetimes, name, told))
        check(name, ours, theirs, told)
    return found


def check(name: str, ours: Any, theirs: Any, told: Sequence[Any]) -> None:
    """Refuse other parameters than ours, and other orders to expect in 39 weeks."""
    params = np.array([*ours.params.values()])
    if not np.allclose([*dict(theirs.params_).values()], params, rtol=_SAME):
        raise AnswersDifferError(f"{name}: the parameters differ: {theirs.params_} and {params}")
    if name == "GammaGamma":
        return
    forecast = theirs.conditional_expected_number_of_purchases_up_to_time(39, *told)
    if not np.allclose(forecast, ours.expected_orders(horizon=39)["expected_orders"], rtol=_SAME):
        raise AnswersDifferError(f"{name}: the orders to expect differ")


def made_up(customers: int, *, seed: int = SEED) -> ci.OrderHistory:
    """Return the orders of customers who behave as BG/NBD says, two years long, by the day."""
    dice = np.random.default_rng(seed)
    rate = dice.gamma(0.5, 1 / 60.0, customers)
    leaves = dice.beta(0.8, 2.5, customers)
    first = dice.integers(0, _DAYS - 30, customers)
    who, days = [np.arange(customers)], [first]
    alive, now = np.arange(customers), first.astype(np.float64)
    while len(alive):
        now = now + dice.exponential(1 / rate[alive])
        stays = now < _DAYS
        alive, now = alive[stays], now[stays]
        who.append(alive)
        days.append(now.astype(np.int64))
        stays = dice.uniform(size=len(alive)) >= leaves[alive]
        alive, now = alive[stays], now[stays]
    placed = np.datetime64("2022-01-01", "s") + np.concatenate(days).astype("m8[D]")
    amount = dice.gamma(4.0, 700.0, len(placed)).astype(np.int64) + 100
    return ci.OrderHistory.from_arrays(
        customer=np.concatenate(who),
        placed_at=placed,
        amount_minor=amount,
        currency="EUR",
        timezone="UTC",
    )


def large(customers: int) -> dict[str, Any]:
    """Return what many customers take: to be summed up, fitted, and asked about."""
    history = made_up(customers)
    seconds, summary = timed(lambda: ci.purchase_summary(history, unit="day"))
    seen, _ = Purchases.of(summary).distinct()
    found: dict[str, Any] = {
        "customers": customers,
        "orders": len(history),
        "patterns": len(seen.x),
        "summary": seconds,
        "fit": {},
        "ask": {},
        "lifetimes": {},
    }
    with TemporaryDirectory() as folder:
        for name in PEERS:
            found["fit"][name], model = timed(partial(getattr(ci, name).fit, summary))
            if not model.convergence:
                raise AnswersDifferError(f"{name}: {model.convergence.reason}")
            is_of_values = name == "GammaGamma"
            ask = (
                model.expected_value
                if is_of_values
                else partial(model.expected_orders, horizon="1y")
            )
            found["ask"][name], _ = timed(ask)
            if is_there("lifetimes"):
                path = Path(folder, f"{name}.npz")
                np.savez(path, *columns(name, summary))
                found["lifetimes"][name] = _apart(name, path)
    return found


def _apart(name: str, path: Path) -> dict[str, Any]:
    """Fit a model of lifetimes in a process of its own, which is stopped after its seconds."""
    command = [sys.executable, "-m", "benchmarks.prediction", "--job", name, str(path)]
    done = subprocess.run(command, cwd=ROOT, check=False, capture_output=True, text=True)
    if done.returncode:
        return {"seconds": float(_LIMIT_SECONDS), "verdict": "stopped"}
    told: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return told


def job(name: str, path: Path) -> dict[str, Any]:
    """Fit a model of lifetimes to columns of a file; say how long it took and whether it ended."""
    import resource

    resource.setrlimit(resource.RLIMIT_CPU, (_LIMIT_SECONDS, _LIMIT_SECONDS))
    importlib.import_module("lifetimes")  # not timed
    with np.load(path) as kept:
        told = [kept[column] for column in kept.files]
    try:
        seconds, _ = timed(partial(by_lifetimes, name, told))
    except Exception as error:  # noqa: BLE001 - whatever it says is its answer
        return {"seconds": None, "verdict": type(error).__name__}
    return {"seconds": seconds, "verdict": "fitted"}


def measure_prediction(customers: int) -> dict[str, Any]:
    """Return the figures."""
    return {
        "kind": "prediction",
        "sample": compare_sample(),
        "large": large(customers),
        "machine": machine(),
        "versions": versions(("numpy", "scipy", "lifetimes")),
    }


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.prediction", description=__doc__)
    parser.add_argument("--smoke", action="store_true", help="tiny, only to see that all agree")
    parser.add_argument("--customers", type=int, default=CUSTOMERS, help="how many")
    parser.add_argument("--job", nargs=2, metavar=("MODEL", "FILE"), help=argparse.SUPPRESS)
    options = parser.parse_args(arguments)
    if options.job:
        print(json.dumps(job(options.job[0], Path(options.job[1]))))
        return
    figures = measure_prediction(SMOKE_CUSTOMERS if options.smoke else options.customers)
    print(prediction_text(figures))
    if not options.smoke and options.customers == CUSTOMERS:
        RESULT.write_text(json.dumps(figures, indent=1) + "\n", encoding="utf-8")
        print(f"\nKept in {RESULT}")


if __name__ == "__main__":
    main()
