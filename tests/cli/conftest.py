"""A small shop in a file, and the command as a function."""

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
