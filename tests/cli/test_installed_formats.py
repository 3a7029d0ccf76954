"""Formats of other distributions on the command line, installed as their metadata says."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.cli.conftest import Run
from tests.documents.pages import EXAMPLES

ORDERS = EXAMPLES / "magento_orders.csv"
OPTIONS = ("--currency", "USD", "--timezone", "America/Chicago")


@pytest.fixture
def install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Install a distribution that declares a format, whose module is a text."""

    def installed(module: str) -> None:
        (tmp_path / "acme_format.py").write_text(module)
        metadata = tmp_path / "acme-1.0.dist-info"
        metadata.mkdir()
        (metadata / "METADATA").write_text("Metadata-Version: 2.1\nName: acme\nVersion: 1.0\n")
        entry = "[custinsights.formats]\nacme = acme_format:ACME\n"
        (metadata / "entry_points.txt").write_text(entry)
        monkeypatch.syspath_prepend(tmp_path)

    return installed


@pytest.mark.parametrize("told", [(), ("--format", "magento")])
def test_file_of_an_installed_format_is_reported(
    run: Run, monkeypatch: pytest.MonkeyPatch, told: tuple[str, ...]
) -> None:
    """The distribution of the how-to is found by its metadata, by header and by name."""
    monkeypatch.syspath_prepend(EXAMPLES / "magento")
    code, out, err = run("report", str(ORDERS), *OPTIONS, *told)
    assert (code, err) == (0, "")
    assert "188.45" in out


def test_broken_plug_in_is_told_where_it_is_asked_for(
    run: Run, install: Callable[[str], None]
) -> None:
    """A plug-in that raises when it is imported is named where it is meant, and nowhere else."""
    install("raise RuntimeError('no licence')\n")
    code, out, err = run("report", str(ORDERS), *OPTIONS, "--format", "acme")
    assert (out, "Traceback" in err) == ("", False)
    assert code != 0
    assert "'acme' of acme cannot be used" in " ".join(err.split())
    assert run("report", str(EXAMPLES / "orders_export_1.csv"), "--currency", "USD")[0] == 0
    _, _, err = run("report", str(ORDERS), *OPTIONS)
    assert "'acme' of acme cannot be used" in " ".join(err.split())
