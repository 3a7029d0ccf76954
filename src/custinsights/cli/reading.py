"""How does somebody who waits see that a file is being read, or written?"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager

from rich.console import Console
from rich.progress import (
    BarColumn,
    DownloadColumn,
    MofNCompleteColumn,
    Progress,
    ProgressColumn,
    TextColumn,
    TimeRemainingColumn,
)

__all__ = ["progress_in_bytes", "progress_in_orders", "progress_in_sections"]

Told = Callable[[int, int], object]


def progress_in_bytes() -> AbstractContextManager[Told | None]:
    """A bar in bytes on the error output while the block runs; nothing where nobody looks."""
    return _progress("Reading", DownloadColumn())


def progress_in_orders() -> AbstractContextManager[Told | None]:
    """A bar in orders written, as `progress_in_bytes`."""
    return _progress("Writing orders", MofNCompleteColumn())


def progress_in_sections() -> AbstractContextManager[Told | None]:
    """A bar in sections of a page, as `progress_in_bytes`."""
    return _progress("Writing the page", MofNCompleteColumn())


@contextmanager
def _progress(title: str, done_of_all: ProgressColumn) -> Iterator[Told | None]:
    """Show a bar that appears once something is done.

    Yields
    ------
    callable or None
        To be called with what is done and what there is in total; None in a pipe.
    """
    if not (sys.stderr.isatty() and sys.stdout.isatty()):
        yield None
        return
    bar = Progress(
        TextColumn(title),
        BarColumn(bar_width=None),
        done_of_all,
        TimeRemainingColumn(),
        console=Console(stderr=True),
        transient=True,
        expand=True,
    )
    task = bar.add_task(title, total=None)

    def told(done: int, total: int) -> None:
        if not bar.live.is_started:
            bar.start()
        bar.update(task, completed=done, total=total or None)
        if done >= total:
            bar.stop()

    try:
        yield told
    finally:
        bar.stop()
