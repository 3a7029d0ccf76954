"""Importing the library costs next to nothing and loads no library that the user may lack."""

import json
import subprocess
import sys

OPTIONAL = {
    "cryptography",
    "duckdb",
    "hypothesis",
    "pandas",
    "phonenumbers",
    "plotly",
    "polars",
    "psycopg",
    "pyarrow",
    "rapidfuzz",
    "rich",
    "scipy",
    "sqlalchemy",
    "typer",
}
FACADE = {"custinsights", "custinsights.errors"}


def loaded_by(code: str) -> set[str]:
    """Name the modules that a fresh interpreter loads by the code and not without it."""
    script = f"""
import json, sys
before = set(sys.modules)
{code}
print(json.dumps(sorted(set(sys.modules) - before)))
"""
    run = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    return set(json.loads(run.stdout))


def test_the_facade_alone_is_light() -> None:
    """`import custinsights` loads the façade, no other room, and few modules of Python itself."""
    loaded = loaded_by("import custinsights")
    assert {name for name in loaded if name.split(".")[0] == "custinsights"} <= FACADE
    assert not {name.split(".")[0] for name in loaded} & (OPTIONAL | {"numpy", "attrs", "dateutil"})
    assert len(loaded) <= 40


def test_no_name_loads_an_optional_library() -> None:
    """Every public name but the room of tests resolves without the libraries that extras bring."""
    loaded = loaded_by(
        "import custinsights\n"
        "for name in custinsights.__all__:\n"
        "    name == 'testing' or getattr(custinsights, name)"
    )
    assert "numpy" in loaded
    assert not {name.split(".")[0] for name in loaded} & OPTIONAL


def test_the_count_sees_what_is_loaded() -> None:
    """The way of counting notices a library that is loaded."""
    assert "attrs" in loaded_by("import attrs")
