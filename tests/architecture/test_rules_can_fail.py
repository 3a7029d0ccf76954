"""Every rule of the house goes red on code that breaks it and stays green on code that keeps it."""

from collections.abc import Callable, Iterator

import pytest

from tests.architecture import rules
from tests.architecture.source import Source

MODULES = frozenset(
    f"custinsights.{inner}"
    for inner in (
        "errors",
        "domain",
        "domain.money",
        "domain.orders",
        "history",
        "history.blocks",
        "results.door",
        "results.table",
        "presentation",
        "presentation.text",
    )
) | {"custinsights"}


def module(name: str, text: str, *, is_package: bool = False) -> Source:
    """Write a module of an imagined library."""
    return Source(f"custinsights.{name}", text, is_package, MODULES)


BROKEN: list[tuple[Callable[[Source], Iterator[str]], str, str]] = [
    (rules.imports_upward, "domain.money", "from custinsights.history import blocks"),
    (rules.imports_upward, "domain.money", "def f():\n    import custinsights.history.blocks"),
    (rules.imports_upward, "domain.money", "from ..history import blocks"),
    (rules.imports_upward, "history.blocks", "from custinsights.results import table"),
    (rules.imports_upward, "history.blocks", "import custinsights as ci"),
    (rules.imports_upward, "history.blocks", "load('custinsights.presentation.text')"),
    (rules.imports_upward, "results.table", "load('custinsights.presentation.text')"),
    (rules.imports_upward, "results.table", "load(f'custinsights.presentation.{room}')"),
    (rules.imports_upward, "results", "import_module(f'{__name__}.door')\nimport custinsights"),
    (rules.imports_upward, "results.door", "from custinsights.presentation import text"),
    (rules.imports_upward, "attic.old", "x = 1"),
    (rules.foreign_libraries, "domain.money", "import numpy as np"),
    (rules.foreign_libraries, "history.blocks", "def f():\n    import pandas as pd"),
    (rules.foreign_libraries, "history.blocks", "importlib.import_module('polars')"),
    (rules.foreign_libraries, "presentation.text", "import tabulate"),
    (rules.imports_unseen, "history.blocks", "importlib.import_module(name)"),
    (rules.imports_unseen, "history.blocks", "__import__(f'{name}')"),
    (rules.names_and_sizes, "history.utils", "x = 1"),
    (rules.names_and_sizes, "core.blocks", "x = 1"),
    (rules.names_and_sizes, "history.blocks", "x = 1\n" * 401),
    (rules.clocks, "history.blocks", "datetime.now(tz=UTC)"),
    (rules.clocks, "history.blocks", "dt.date.today()"),
    (rules.clocks, "history.blocks", "time.perf_counter()"),
    (rules.clocks, "history.blocks", "from time import time"),
    (rules.clocks, "history.blocks", "np.datetime64('now')"),
    (rules.prints_and_logs, "history.blocks", "print(1)"),
    (rules.prints_and_logs, "history.blocks", "from logging import getLogger"),
    (rules.random_draws, "history.blocks", "import random"),
    (rules.random_draws, "datasets.shop", "np.random.seed(1)"),
    (rules.random_draws, "datasets.shop", "np.random.default_rng()"),
    (rules.random_draws, "analyses.customers.rfm", "np.random.default_rng(7)"),
    (rules.global_state, "history.blocks", "x = 1\ndef f():\n    global x\n    x = 2"),
    (rules.global_state, "history.blocks", "seen = {}\ndef f(key):\n    seen[key] = 1"),
    (
        rules.global_state,
        "history.blocks",
        "seen: list[int] = []\ndef f(key):\n    seen.append(key)",
    ),
    (rules.foreign_raises, "history.blocks", "raise ValueError('no')"),
    (rules.foreign_raises, "history.blocks", "raise ValueError"),
    (rules.foreign_raises, "history.blocks", "from custinsights.errors import A\nraise B()"),
    (rules.foreign_raises, "history.blocks", "raise (A if x else B)"),
    (rules.foreign_raises, "history.blocks", "raise SystemExit(1)"),
    (rules.foreign_raises, "history.blocks", "raise AttributeError(name)"),
    (rules.grouping_outside_history, "analyses.customers.rfm", "np.add.at(cells, index, amount)"),
    (rules.grouping_outside_history, "analyses.customers.rfm", "np.add.reduceat(amount, offsets)"),
    (rules.grouping_outside_history, "analyses.customers.rfm", "np.bincount(codes)"),
    (rules.grouping_outside_history, "analyses.customers.rfm", "np.unique(codes)"),
    (rules.grouping_outside_history, "analyses.customers.rfm", "np.bincount(codes)"),
    (rules.grouping_outside_history, "repositories.sql.orders", "select(a).group_by(a)"),
    (rules.grouping_outside_history, "repositories.sql.rule_sums", "np.bincount(codes)"),
    (rules.sql_outside_sql, "repositories.memory", "query = 'SELECT id FROM orders'"),
    (rules.display_rounding, "analyses.customers.rfm", "round(x, 2)"),
    (rules.display_rounding, "analyses.customers.rfm", "f'{x:,.2f}'"),
    (rules.display_rounding, "analyses.customers.rfm", "f'{x:{width}.1%}'"),
    (rules.display_rounding, "analyses.customers.rfm", "format(x, '.3g')"),
    (rules.display_rounding, "analyses.customers.rfm", "'%.2f' % x"),
]

KEPT: list[tuple[Callable[[Source], Iterator[str]], str, str]] = [
    (rules.imports_upward, "history.blocks", "from custinsights.domain import money"),
    (rules.imports_upward, "domain.orders", "from .money import Money"),
    (rules.imports_upward, "results.door", "load('custinsights.presentation.text')"),
    (rules.imports_upward, "results.door", "load(f'custinsights.presentation.{room}')"),
    (rules.imports_upward, "history.blocks", "'''custinsights.presentation.text'''"),
    (
        rules.foreign_libraries,
        "history.blocks",
        "import numpy as np\nimport attrs\nimport datetime",
    ),
    (rules.foreign_libraries, "presentation.frames", "def f():\n    import pandas as pd"),
    (rules.imports_unseen, "presentation.frames", "importlib.import_module(name)"),
    (rules.imports_unseen, "domain", "import_module(f'{__name__}.money')"),
    (rules.foreign_raises, "domain", "def __getattr__(name):\n    raise AttributeError(name)"),
    (rules.names_and_sizes, "history.blocks", "x = 1\n" * 400),
    (rules.clocks, "history.blocks", "history.time()\nperiod.date.isoformat()"),
    (rules.random_draws, "datasets.shop", "np.random.default_rng(seed)"),
    (rules.global_state, "history.blocks", "seen = {}\ndef f():\n    seen = {}\n    seen[1] = 1"),
    (
        rules.foreign_raises,
        "history.blocks",
        "from custinsights.errors import A\nraise A(1) from None",
    ),
    (rules.foreign_raises, "history.blocks", "from custinsights import errors\nraise errors.A(1)"),
    (rules.foreign_raises, "history.blocks", "try:\n    f()\nexcept OSError:\n    raise"),
    (rules.foreign_raises, "cli.report", "raise typer.Exit(1)"),
    (rules.grouping_outside_history, "history.blocks", "np.add.at(cells, index, amount)"),
    (rules.grouping_outside_history, "analyses.customers.rfm", "cube.at(month='2024-03')"),
    (rules.grouping_outside_history, "repositories.sql.rule_sums", "select(a).group_by(a)"),
    (rules.sql_outside_sql, "repositories.sql.orders", "query = 'SELECT id FROM orders'"),
    (rules.sql_outside_sql, "repositories.memory", "'''SELECT is not written here.'''"),
    (rules.display_rounding, "analyses.customers.rfm", "round(x)"),
    (rules.display_rounding, "presentation.text", "f'{x:,.2f}'"),
    (rules.display_rounding, "errors", "f'{rows:,} rows, week {week:02d}'"),
]


@pytest.mark.parametrize(("rule", "name", "text"), BROKEN)
def test_a_rule_sees_what_breaks_it(
    rule: Callable[[Source], Iterator[str]], name: str, text: str
) -> None:
    """Code that breaks the rule is reported, with the module's name."""
    found = list(rule(module(name, text)))
    assert found
    assert found[0].startswith(f"custinsights.{name}:")


@pytest.mark.parametrize(("rule", "name", "text"), KEPT)
def test_a_rule_leaves_the_rest_alone(
    rule: Callable[[Source], Iterator[str]], name: str, text: str
) -> None:
    """Code that looks alike and keeps the rule is not reported."""
    assert list(rule(module(name, text))) == []


@pytest.mark.parametrize("rule", rules.MODULE_RULES)
def test_no_rule_goes_untested(rule: Callable[[Source], Iterator[str]]) -> None:
    """Each rule that the library is held to has an example that breaks it."""
    assert rule in {broken for broken, _, _ in BROKEN}


def test_a_circle_is_found() -> None:
    """Two modules that import each other, one of them inside a function, are a circle."""
    money = module("domain.money", "from custinsights.domain.orders import Order")
    orders = module("domain.orders", "def f():\n    from custinsights.domain import money")
    assert list(rules.imports_in_a_circle([money, orders]))
    assert list(rules.imports_in_a_circle([money, module("domain.orders", "x = 1")])) == []


def test_a_circle_of_folders_is_found() -> None:
    """Two folders of a room that import from each other are a circle, though no modules are."""
    cells = module("sources.texts.cells", "from custinsights.sources.orders import rows")
    rows = module("sources.orders.rows", "x = 1")
    sheet = module("sources.orders.sheet", "from custinsights.sources.texts import files")
    assert list(rules.folders_in_a_circle([cells, rows])) == []
    assert list(rules.folders_in_a_circle([cells, rows, sheet]))


def test_a_package_and_its_module_can_be_a_circle() -> None:
    """A module that imports from the package that imports it is in a circle."""
    package = module("domain", "from .money import Money", is_package=True)
    money = module("domain.money", "from custinsights.domain import Calendar")
    assert list(rules.imports_in_a_circle([package, money]))


@pytest.mark.parametrize(
    ("listed", "defined", "complaint"),
    [
        (["there", "gone"], ["there"], "__all__ names gone, which is not there"),
        (["there"], ["there", "extra"], "extra is public and not in __all__"),
        (["there", "there"], ["there"], "__all__ names something twice"),
    ],
)
def test_an_untrue_all_is_found(listed: list[str], defined: list[str], complaint: str) -> None:
    """A list of public names is wrong when it names too much, too little or a name twice."""
    made: dict[str, object] = {name: type(name, (), {"__module__": "m"}) for name in defined}
    assert list(rules.untrue_all("m", {"__all__": listed, **made})) == [f"m: {complaint}"]
    assert list(rules.untrue_all("m", {"__all__": sorted(made), **made})) == []
