"""How does somebody who waits see that a file is being read?"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn

__all__ = ["progress_in_bytes"]


@contextmanager
def progress_in_bytes() -> Iterator[Callable[[int, int], object] | None]:
    """A bar in bytes on the error output while the block runs; nothing where nobody looks.

    Yields
    ------
    callable or None
        To be called with the bytes done and the bytes in total; None in a pipe.
    """
    if not (sys.stderr.isatty() and sys.stdout.isatty()):
        yield None
        return
    bar = Progress(
        TextColumn("Reading"),
        BarColumn(bar_width=None),
        DownloadColumn(),
        TimeRemainingColumn(),
        console=Console(stderr=True),
        transient=True,
        expand=True,
    )
    with bar:
        task = bar.add_task("Reading", total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total or None)
