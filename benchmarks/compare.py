"""Same questions, same shop, same machine: who answers how fast?

``python -m benchmarks.compare --orders 1e7`` runs the contestants one after the other, each in a
process of its own, on rows in time order and in random order; refuses answers that differ; prints
times, ratios to the fastest peer, peak memory and the copy yardstick; and keeps the figures. Those
of some parts or some contestants are kept only where ``--json`` says.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import attrs

from benchmarks.agreement import check_agreement
from benchmarks.contestants import NAMES
from benchmarks.measuring import machine, versions
from benchmarks.printing import comparison_text, scale_text
from benchmarks.questions import BY_NAME, by_shop
from benchmarks.running import ROOT, Job, read_answer, run_apart
from benchmarks.scale import run_scale
from benchmarks.shop import SEED

RESULTS = ROOT / "benchmarks" / "results"
SMOKE_ORDERS = 20_000
_TELLING = 1_000_000


def compare(
    orders: int,
    *,
    contestants: Sequence[str],
    parts: Sequence[str],
    strings: bool = False,
    seed: int = SEED,
    repeats: int = 3,
    shuffles: Sequence[bool] = (False, True),
) -> dict[str, Any]:
    """Run a comparison and return its figures.

    Parameters
    ----------
    orders
        The size of the shop.
    contestants
        Their names; the answers of all are held to those of the first.
    parts
        The names of the questions.
    strings
        Whether customers go by e-mail address.
    seed
        Of the shop.
    repeats
        How often each question is asked; the best time counts.
    shuffles
        The row orders: False is time order, True a random one.

    Raises
    ------
    AnswersDifferError
        Before any time is returned, when two contestants disagree.
    """
    runs = []
    for shuffled in shuffles:
        with TemporaryDirectory() as folder:
            measured = {}
            for name in contestants:
                job = Job(
                    contestant=name,
                    orders=orders,
                    seed=seed,
                    strings=strings,
                    shuffled=shuffled,
                    parts=tuple(parts),
                    repeats=repeats,
                    answers=folder,
                )
                measured[name] = _measured(job)
            for part in parts:
                said = [name for name in contestants if part in measured[name]["seconds"]]
                check_agreement(part, {name: read_answer(folder, name, part) for name in said})
        runs.append({"rows": "random" if shuffled else "time", "contestants": measured})
    return {
        "kind": "compare",
        "orders": orders,
        "ids": "email" if strings else "int",
        "seed": seed,
        "machine": machine(),
        "versions": versions(),
        "runs": runs,
    }


def _measured(job: Job) -> dict[str, Any]:
    """Run a job in each shop that its parts ask about; the memory is that of the first."""
    first, *others = (attrs.evolve(job, parts=parts) for parts in by_shop(job.parts))
    measured = run_apart(first)
    memory = run_apart(attrs.evolve(first, ways=measured["ways"], repeats=1, answers=None))
    measured |= {name: memory[name] for name in ("input_bytes", "peak_bytes")}
    for other in map(run_apart, others):
        for told in ("seconds", "ways"):
            measured[told] = {**other[told], **measured[told]}
    return measured


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command."""
    options = _parser().parse_args(arguments)
    if options.scale:
        sizes = (10_000, 20_000) if options.smoke else (10**5, 10**6, 10**7, 10**8)
        figures = run_scale(sizes, seed=options.seed)
        print(scale_text(figures))
    else:
        figures = compare(
            SMOKE_ORDERS if options.smoke else int(float(options.orders)),
            contestants=options.contestant or NAMES,
            parts=options.part or tuple(BY_NAME),
            strings=options.strings,
            seed=options.seed,
            repeats=1 if options.smoke else options.repeats,
            shuffles=(False,) if options.smoke else (False, True),
        )
        print(comparison_text(figures))
    target = options.json if options.json or options.smoke else _default_path(figures)
    if target is not None:
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(json.dumps(figures, indent=1) + "\n", encoding="utf-8")
        print(f"\nKept in {target}")


def _default_path(figures: dict[str, Any]) -> Path | None:
    """Return where figures of everything, of a telling size, are kept; others are only printed."""
    if figures["kind"] == "scale":
        return RESULTS / "scale.json"
    said = figures["runs"][0]["contestants"]
    is_whole = set(said) == set(NAMES) and set(BY_NAME) <= set(said[NAMES[0]]["seconds"])
    if figures["orders"] < _TELLING or not is_whole:
        return None
    return RESULTS / f"compare-{figures['orders']:.0e}-{figures['ids']}.json".replace("e+0", "e")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.compare", description=__doc__)
    parser.add_argument("--orders", default="1e7", help="size of the shop (default 1e7)")
    parser.add_argument("--strings", action="store_true", help="customers go by e-mail address")
    parser.add_argument("--scale", action="store_true", help="custinsights alone, 1e5 to 1e8")
    parser.add_argument("--smoke", action="store_true", help="tiny, only to see that all agree")
    parser.add_argument("--part", action="append", choices=list(BY_NAME), help="only this part")
    parser.add_argument("--contestant", action="append", choices=NAMES)
    parser.add_argument("--repeats", type=int, default=3, help="runs per part (default 3)")
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--json", type=Path, help="where to keep the figures")
    return parser


if __name__ == "__main__":
    main()
