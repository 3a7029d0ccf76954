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
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import attrs
import numpy as np

from benchmarks.contestants import Contestant, contestant
from benchmarks.measuring import copy_seconds, peak_bytes, timed
from benchmarks.questions import BY_NAME, Answer
from benchmarks.shop import Shop, make_shop

ROOT = Path(__file__).parents[1]
_WARM_UP_ORDERS = 2_000
_ENOUGH_SECONDS = 60.0


@attrs.frozen(kw_only=True)
class Job:
    """What one process measures.

    A `narrow` shop has no countries and channels: only the suite can be asked. `ways` fixes the
    formulation of each part (a memory run asks each part once, in the fastest one); None tries all.
    `answers` names the folder for the answers, or is None.
    """

    contestant: str
    orders: int
    seed: int
    strings: bool = False
    shuffled: bool = False
    narrow: bool = False
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
        ``seconds`` and ``ways``: per part, and per build, the best time and which formulation
        took it; ``copy_seconds``; ``input_bytes``: the most memory until the input lies ready;
        ``peak_bytes``: the most memory of all.
    """
    who = contestant(job.contestant)
    _warm_up(who, job)
    copying = copy_seconds(job.orders)
    prepared = who.prepare(_shop(job, job.orders))
    gc.collect()
    ready = peak_bytes()
    clock = _Clock()
    for _ in range(job.repeats):
        data = prepared
        for name, build in who.builds(prepared).items():
            data = clock.time((name, 0), build)
        for part, way in _asked(who, job):
            clock.time((part, way), partial(who.ways[part][way], data))
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
        data = prepared
        for build in who.builds(prepared).values():
            data = build()
        _write_answers(who, job.answers, data, measured["ways"])
    return measured


@attrs.define
class _Clock:
    """Keeps the best time of every part and formulation."""

    best: dict[tuple[str, int], float] = attrs.field(factory=dict)
    spent: float = 0.0

    def time(self, key: tuple[str, int], question: Callable[[], Any]) -> Any:
        seconds, result = timed(question)
        self.best[key] = min(seconds, self.best.get(key, seconds))
        self.spent += seconds
        return result

    def of(self, part: str) -> list[float]:
        return [seconds for (asked, _), seconds in self.best.items() if asked == part]


def _asked(who: Contestant, job: Job) -> list[tuple[str, int]]:
    if job.ways is not None:
        return [(part, way) for part, way in job.ways.items() if part in job.parts]
    return [(part, way) for part in job.parts for way in range(len(who.ways.get(part, ())))]


def _shop(job: Job, orders: int) -> Shop:
    return make_shop(
        orders,
        seed=job.seed,
        strings=job.strings,
        shuffled=job.shuffled,
        narrow=job.narrow,
        lines=any(BY_NAME[part].lines for part in job.parts),
        activities=any(BY_NAME[part].activities for part in job.parts),
    )


def _warm_up(who: Contestant, job: Job) -> None:
    """Answer every part once for a tiny shop: imports, first calls, thread pools."""
    data = who.ready(_shop(job, _WARM_UP_ORDERS))
    for part, way in _asked(who, job):
        who.ways[part][way](data)


def _write_answers(who: Contestant, folder: str, data: Any, ways: Mapping[str, int]) -> None:
    for part in who.ways.keys() & ways.keys():
        way = ways[part]
        write_answer(folder, who.name, part, who.plain(part, who.ways[part][way](data)))


def write_answer(folder: str, name: str, part: str, answer: Answer) -> None:
    """Keep an answer for `read_answer`."""
    columns: dict[str, Any] = {name: _flat(column) for name, column in answer.items()}
    np.savez(_path(folder, name, part), **columns)


def read_answer(folder: str, name: str, part: str) -> Answer:
    """Return an answer that a job wrote."""
    with np.load(_path(folder, name, part), allow_pickle=False) as stored:
        return {column: stored[column] for column in stored.files}


def _path(folder: str, name: str, part: str) -> Path:
    return Path(folder, f"{name}-{part}.npz")


def _flat(column: np.ndarray) -> np.ndarray:
    """Return texts in an array that needs no pickle."""
    return column.astype(np.str_) if column.dtype == object else column


if __name__ == "__main__":
    described = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
    described["parts"] = tuple(described["parts"])
    Path(sys.argv[2]).write_text(json.dumps(run(Job(**described))), encoding="utf-8")
