"""A small shop in a file, and the command as a function."""

import io
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from custinsights.cli import main

ROWS = """\
order_id,customer,placed_at,amount,country,product,quantity,unit_price
1,ada,2024-01-05 10:00,,FR,mug,1,10.00
2,bo,2024-01-06 11:00,,FR,print,2,20.00
3,ada,2024-02-01 12:00,,DE,mug,3,10.00
C4,bo,2024-02-02 09:00,,FR,mug,-1,5.00
5,=cmd,2024-02-03 09:00,,,mug,1,7.25
"""

LINES = [
    "--columns",
    ",".join(f"{name}={name}" for name in ROWS.splitlines()[0].split(",") if name != "amount"),
    "--currency",
    "EUR",
    "--timezone",
    "Europe/Paris",
    "--refunds",
    "invoice_prefix:C",
]

Run = Callable[..., tuple[int, str, str]]


def seen_in_a_terminal(*arguments: str) -> str:
    """Run the command in a terminal of 80 columns, and return all that a reader sees."""
    import pty

    ours, theirs = pty.openpty()
    environment = {**os.environ, "COLUMNS": "80", "TERM": "xterm-256color"}
    command = [sys.executable, "-m", "custinsights", *arguments]
    process = subprocess.Popen(command, stdout=theirs, stderr=theirs, env=environment)
    os.close(theirs)
    seen = io.BytesIO()
    while True:
        try:
            if not (data := os.read(ours, 1 << 16)):
                break
        except OSError:  # the other side is closed
            break
        seen.write(data)
    os.close(ours)
    assert process.wait() == 0
    return seen.getvalue().decode()


@pytest.fixture
def lines_file(tmp_path: Path) -> Path:
    """Order lines of three customers, with a refund and a missing country."""
    path = tmp_path / "lines.csv"
    path.write_text(ROWS)
    return path


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run the command at 80 columns: exit code, output, error output."""
    monkeypatch.setenv("COLUMNS", "80")

    def run(*arguments: str) -> tuple[int, str, str]:
        code = main(list(map(str, arguments)))
        return code, *capsys.readouterr()

    return run
