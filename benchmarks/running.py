"""One contestant in a process of its own, so that none disturbs another.

``python -m benchmarks.running JOB.json`` makes the shop, prepares the contestant, warms it up on a
tiny shop, asks every part a few times and writes times, peak memory and answers where the job says.
Called by `benchmarks.compare` and `benchmarks.scale`.
"""

from __future__ import annotations

import gc
import json
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import attrs
import numpy as np

from benchmarks.contestants import Contestant, contestant
from benchmarks.measuring import copy_seconds, peak_bytes, timed
from benchmarks.questions import Answer
from benchmarks.shop import make_shop

ROOT = Path(__file__).parents[1]
_WARM_UP_ORDERS = 2_000
_ENOUGH_SECONDS = 60.0


@attrs.frozen(kw_only=True)
class Job:
    """What one process measures.

    `ways` fixes the formulation of each part (a memory run asks each part once, in the fastest
    one); None tries all. `answers` names the folder for the answers, or is None.
    """

    contestant: str
    orders: int
    seed: int
    strings: bool = False
    shuffled: bool = False
    parts: tuple[str, ...] = ()
    repeats: int = 3
    ways: Mapping[str, int] | None = None
    answers: str | None = None


def run_apart(job: Job) -> dict[str, Any]:
    """Run a job in a fresh process and return what it measured."""
    with TemporaryDirectory() as folder:
        order, result = Path(folder, "job.json"), Path(folder, "result.json")
        order.write_text(json.dumps(attrs.asdict(job)), encoding="utf-8")
        command = [sys.executable, "-m", "benchmarks.running", str(order), str(result)]
        subprocess.run(command, check=True, cwd=ROOT)
        measured: dict[str, Any] = json.loads(result.read_text(encoding="utf-8"))
    return measured


def run(job: Job) -> dict[str, Any]:
    """Measure one contestant in this process.

    Returns
    -------
    dict
        ``seconds`` and ``ways``: per part the best time and which formulation took it (where
        there is a build, ``build`` is a part, and ``build_narrow`` from the suite's columns
        alone); ``copy_seconds``; ``input_bytes``: memory once the input lies ready;
        ``peak_bytes``: the most memory of all.
    """
    who = contestant(job.contestant)
    _once(who, job, orders=_WARM_UP_ORDERS)
    copying = copy_seconds(job.orders)
    shop = make_shop(job.orders, seed=job.seed, strings=job.strings, shuffled=job.shuffled)
    prepared = who.prepare(shop)
    del shop
    gc.collect()
    ready = peak_bytes()
    clock = _Clock()
    for _ in range(job.repeats):
        data = prepared
        if who.build_narrow is not None:
            clock.time(("build_narrow", 0), who.build_narrow, data)
        if who.build is not None:
            data = clock.time(("build", 0), who.build, data)
        for part, way in _asked(who, job):
            clock.time((part, way), who.ways[part][way], data)
        del data
        if clock.spent > _ENOUGH_SECONDS:
            break
    measured: dict[str, Any] = {
        "seconds": {part: min(clock.of(part)) for part, _ in clock.best},
        "ways": {part: int(np.argmin(clock.of(part))) for part, _ in clock.best},
        "copy_seconds": copying,
        "input_bytes": ready,
        "peak_bytes": peak_bytes(),
    }
    if job.answers is not None:
        _write_answers(who, job, prepared, measured["ways"])
    return measured


@attrs.define
class _Clock:
    """Keeps the best time of every part and formulation."""

    best: dict[tuple[str, int], float] = attrs.field(factory=dict)
    spent: float = 0.0

    def time(self, key: tuple[str, int], question: Callable[[Any], Any], data: Any) -> Any:
        seconds, result = timed(lambda: question(data))
        self.best[key] = min(seconds, self.best.get(key, seconds))
        self.spent += seconds
        return result

    def of(self, part: str) -> list[float]:
        return [seconds for (asked, _), seconds in self.best.items() if asked == part]


def _asked(who: Contestant, job: Job) -> list[tuple[str, int]]:
    if job.ways is not None:
        return [(part, way) for part, way in job.ways.items() if part in job.parts]
    return [(part, way) for part in job.parts for way in range(len(who.ways.get(part, ())))]


def _once(who: Contestant, job: Job, *, orders: int) -> None:
    """Answer every part once for a tiny shop: imports, first calls, thread pools."""
    data = who.prepare(make_shop(orders, seed=job.seed, strings=job.strings))
    data = data if who.build is None else who.build(data)
    for part, way in _asked(who, job):
        who.ways[part][way](data)


def _write_answers(who: Contestant, job: Job, prepared: Any, ways: Mapping[str, int]) -> None:
    data = prepared if who.build is None else who.build(prepared)
    for part, way in ways.items():
        if part not in who.ways:
            continue
        answer = who.plain(part, who.ways[part][way](data))
        columns: dict[str, Any] = {name: _flat(column) for name, column in answer.items()}
        np.savez(_path(job.answers, who.name, part), **columns)


def read_answer(folder: str, name: str, part: str) -> Answer:
    """Return an answer that a job wrote."""
    with np.load(_path(folder, name, part), allow_pickle=False) as stored:
        return {column: stored[column] for column in stored.files}


def _path(folder: str | None, name: str, part: str) -> Path:
    return Path(str(folder), f"{name}-{part}.npz")


def _flat(column: np.ndarray) -> np.ndarray:
    """Return texts in an array that needs no pickle."""
    return column.astype(np.str_) if column.dtype == object else column


if __name__ == "__main__":
    described = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
    described["parts"] = tuple(described["parts"])
    Path(sys.argv[2]).write_text(json.dumps(run(Job(**described))), encoding="utf-8")
