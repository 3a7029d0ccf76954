"""The room as a whole: what it offers, and that it loads quickly."""

import json
import subprocess
import sys

from custinsights import domain


def test_what_the_room_lists_is_there_and_whole() -> None:
    """`__all__` names everything that the room offers, and nothing else."""
    offered = {
        name
        for name, value in vars(domain).items()
        if not name.startswith("_") and not hasattr(value, "__path__")
    }
    modules = {name for name in offered if type(getattr(domain, name)).__name__ == "module"}
    assert offered - modules == set(domain.__all__)


def test_the_room_loads_nothing_heavy() -> None:
    """Naming the objects costs no time zones, no numbers library and no search for near names."""
    script = "import json, sys, custinsights.domain; print(json.dumps(list(sys.modules)))"
    run = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert not {"numpy", "zoneinfo", "difflib", "pandas"} & set(json.loads(run.stdout))
