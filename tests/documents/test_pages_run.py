"""What the README and the documentation show is what happens."""

import doctest
import os
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.documents import pages

RUNNABLE = {"pycon", "doctest", "console"}
SHOWN_ONLY = {"", "text", "toml", "sh"}  # pictures, settings, and the two commands that CI runs


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Work in a copy of the example files, and forget afterwards what a page put on the path."""
    monkeypatch.setattr(sys, "path", [*sys.path])
    shutil.copytree(pages.EXAMPLES, tmp_path, dirs_exist_ok=True)
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize("page", pages.pages(), ids=lambda page: page.name)
def test_the_examples_of_a_page_give_what_it_shows(page: Path, folder: Path) -> None:
    """Every Python session of a page runs from top to bottom and prints what stands there."""
    text = page.read_text(encoding="utf-8")
    runner = doctest.DocTestRunner(optionflags=pages.OPTIONS)
    report: list[str] = []
    runner.run(pages.session(text, page.suffix, page.name), out=report.append)
    assert runner.failures == 0, "".join(report)
    assert folder.is_dir()


@pytest.mark.parametrize("page", pages.pages(), ids=lambda page: page.name)
def test_the_commands_of_a_page_print_what_it_shows(page: Path, folder: Path) -> None:
    """Every call of the command in a page succeeds and prints what stands below it."""
    environment = os.environ | {
        "PATH": os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]]),
        "COLUMNS": "100",
        "PYTHONIOENCODING": "utf-8",
    }
    for command, expected in pages.commands(page.read_text(encoding="utf-8"), page.suffix):
        run = subprocess.run(
            shlex.split(command),
            cwd=folder,
            env=environment,
            capture_output=True,
            encoding="utf-8",
            check=False,
        )
        assert run.returncode == 0, run.stderr
        assert doctest.OutputChecker().check_output(expected, run.stdout, pages.OPTIONS), (
            f"{command} printed\n{run.stdout}"
        )


@pytest.mark.parametrize("page", pages.pages(), ids=lambda page: page.name)
def test_no_example_escapes(page: Path) -> None:
    """An example is a session, so that it is run, or it is no code: there is no third kind."""
    text = page.read_text(encoding="utf-8")
    languages = {block.language for block in pages.blocks(text, page.suffix)}
    assert languages <= RUNNABLE | SHOWN_ONLY
    for block in pages.blocks(text, page.suffix):
        assert (">>>" in block.text) == (block.language in {"pycon", "doctest"})


def test_a_wrong_example_is_seen() -> None:
    """A page that shows another output than the code gives fails, in both kinds of page."""
    for suffix, text in {
        ".md": "```pycon\n>>> 1 + 1\n3\n```\n",
        ".rst": ".. doctest::\n\n   >>> 1 + 1\n   3\n",
    }.items():
        runner = doctest.DocTestRunner(verbose=False)
        runner.run(pages.session(text, suffix, "page"), out=lambda _: None)
        assert (runner.failures, runner.tries) == (1, 1)


def test_a_command_is_found_with_its_output() -> None:
    """A call that goes over two lines is one call, and what follows is its output."""
    text = "```console\n$ custinsights report \\\n    a.csv\nfirst\nsecond\n$ ls\n```\n"
    assert list(pages.commands(text, ".md")) == [("custinsights report a.csv", "first\nsecond\n")]
