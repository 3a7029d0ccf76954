"""The worked example of a package that extends segments: built, installed, found, and lawful."""

import os
import subprocess
import sys
from importlib.metadata import Distribution
from pathlib import Path

import pytest

import custinsights as ci
from custinsights.errors import PlugInFailed, UnknownName
from tests.documents.pages import EXAMPLES

PLUG_IN = EXAMPLES / "segment_plug_in"
METADATA = "custinsights_seasons-1.0.dist-info"
QUIET = ("--quiet", "--disable-pip-version-check", "--no-input")


def run(*arguments: str, path: str) -> None:
    """Run a module of Python in a process of its own."""
    found = subprocess.run(
        [sys.executable, "-m", *arguments],
        env=os.environ | {"PYTHONPATH": path},
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    assert found.returncode == 0, found.stdout + found.stderr


def test_the_example_is_installed_and_passes_its_own_tests(tmp_path: Path) -> None:
    """It is built and installed by pip; its own tests find it by name; the page declares alike."""
    path = os.environ.get("PYTHONPATH", "")
    install = ("pip", "install", "--no-index", "--no-deps", "--no-build-isolation", *QUIET)
    run(*install, "--target", str(tmp_path), str(PLUG_IN), path=path)
    entries, shown = (
        {(one.group, one.name, one.value) for one in Distribution.at(place / METADATA).entry_points}
        for place in (tmp_path, PLUG_IN)
    )
    assert entries == shown
    assert len(entries) == 3
    tests = ("pytest", "-q", "-p", "no:cacheprovider", str(PLUG_IN / "test_seasons.py"))
    run(*tests, path=os.pathsep.join(filter(None, (str(tmp_path), path))))


def test_without_it_its_names_are_unknown() -> None:
    """Nothing of the example is known where it is not installed."""
    with pytest.raises(UnknownName, match="preset named 'gift_giver'"):
        ci.presets["gift_giver"]
    with pytest.raises(UnknownName, match="word of rules named 'bought_in_season'"):
        _ = ci.words.bought_in_season


def test_words_of_a_package_are_written_as_built_in_ones(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its trait and function are words, each refused as the other; its preset is no word."""
    monkeypatch.syspath_prepend(PLUG_IN)
    w = ci.words
    rule = w.bought_in_season("summer", at_least=2) & (w.holiday_order_share > "0.5")
    assert rule.text == 'bought_in_season("summer", at_least=2) and holiday_order_share > 0.5'
    with pytest.raises(ci.errors.RuleError, match="bought_in_season"):
        ci.rule("bought_in_season > 3")
    with pytest.raises(ci.errors.RuleError, match="holiday_order_share"):
        ci.rule("holiday_order_share(3) > 3")
    with pytest.raises(PlugInFailed, match="it is a Segment, not a Trait or SegmentFunction"):
        ci.rule("gift_giver")
    with pytest.raises(UnknownName, match="Did you mean 'summer'"):
        ci.segment(ci.datasets.gallery(), 'bought_in_season("sumer")')


def test_names_of_packages_are_suggested_and_told_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nearest names know of packages without loading them; a wrong use says which is the right."""
    monkeypatch.syspath_prepend(PLUG_IN)
    sys.modules.pop("custinsights_seasons", None)
    with pytest.raises(ci.errors.RuleError, match="Did you mean 'bought_in_season'"):
        ci.rule('bought_in_seasn("summer")')
    with pytest.raises(UnknownName, match="Did you mean 'holiday_order_share'"):
        _ = ci.words.holiday_order_shar
    with pytest.raises(UnknownName, match="Did you mean 'gift_giver'"):
        ci.presets["gift_givr"]
    with pytest.raises(UnknownName, match="Did you mean 'preset:gift_giver'"):
        ci.presets.actions["preset:gift_givr"]
    with pytest.raises(ci.errors.RuleError, match="trait that is a number"):
        ci.rule("percentile(gift_givr) > 0.9")
    assert "custinsights_seasons" not in sys.modules
    assert ci.presets.actions["preset:Gift giver"].startswith("Write in the first days")
    with pytest.raises(PlugInFailed, match=r"It is a trait: .* holiday_order_share == ") as told:
        ci.rule('in_segment("preset:holiday_order_share")')
    assert "uninstall" not in str(told.value)
    with pytest.raises(PlugInFailed, match=r'a preset: in_segment\("preset:gift_giver"\)'):
        ci.rule("gift_giver > 3")
