"""The rules of the house: each takes one module (or all of them) and yields what breaks it."""

import ast
import inspect
import re
import sys
from collections.abc import Iterable, Iterator
from graphlib import CycleError, TopologicalSorter

from tests.architecture.source import PACKAGE, Source, docstrings, dotted, last_name

RANKS = {
    "errors": 0,
    "domain": 1,
    "history": 2,
    "results": 2,
    "repositories": 2,
    "sources": 3,
    "analyses": 3,
    "datasets": 4,
    "engines": 4,
    "presentation": 4,
    "privacy": 4,
    "engagement": 5,
    "shop": 6,
    "testing": 7,
    "__init__": 8,
    "__main__": 9,  # only starts the command
    "cli": 8,
}
# The one place where a lower room names a higher one: a result can be shown without the room of
# results depending on how, because these methods look presentation up by name when called.
DOOR = f"{PACKAGE}.results.door"

CORE_LIBRARIES = {"attrs": 0, "dateutil": 1, "numpy": 2}  # library -> lowest rank that may use it
# An optional library belongs to the modules made for it.
OPTIONAL_LIBRARIES = {
    "cryptography": {"privacy.vault"},
    "hypothesis": {"testing"},
    "jinja2": {"presentation.report.page"},
    "pandas": {"presentation.frames"},
    "phonenumbers": {"domain.phones"},
    "plotly": {"presentation.plots", "presentation.report.page"},
    "polars": {"presentation.frames"},
    "pyarrow": {"presentation.frames", "sources.orders.parquet"},
    "pycountry": {"domain.countries"},
    "rapidfuzz": {"domain.matching.likeness"},
    "rich": {"cli"},
    "sqlalchemy": {"repositories.sql"},
    "scipy": {"analyses.experiments", "analyses.prediction"},
    "typer": {"cli"},
    "xlsxwriter": {"presentation.spreadsheet"},
}
IMPORTERS = {"import_module", "__import__"}
# Modules that import by a name worked out when they run; all others write the name down.
IMPORT_BY_COMPUTED_NAME = {
    PACKAGE,
    DOOR,
    f"{PACKAGE}.presentation.frames",
    f"{PACKAGE}.analyses.declaring.declared",  # finds a function again, as pickle does
}
FORBIDDEN_NAMES = {"utils", "helpers", "common", "base", "core", "manager", "handler"}
MAX_LINES = 400

CLOCKS = {
    "now",
    "utcnow",
    "today",
    "time",
    "time_ns",
    "monotonic",
    "perf_counter",
    "localtime",
    "gmtime",
}
CLOCK_OWNERS = {"datetime", "date", "time", "dt"}
CLOCK_READERS = {"custinsights.cli.importing"}  # the command knows when it was called
SEEDED_ROOMS = {"datasets", "testing"}  # rooms that make data up, always from a seed
SEEDED_MODULES = {"custinsights.analyses.prediction.uncertainty"}  # draws parameters, as asked
SEEDED_GENERATORS = {"default_rng", "Generator", "SeedSequence", "PCG64"}
MUTATORS = {
    "add",
    "append",
    "clear",
    "extend",
    "insert",
    "pop",
    "popitem",
    "remove",
    "setdefault",
    "update",
}
SHOWING_ROOMS = {"presentation", "cli"}

SIFTING = f"{PACKAGE}.repositories.sql.rule_sums"
"""Where a database adds up by itself, so that no history has to be read; a property of random shops
and rules holds it to the answers of histories."""
GROUPING = {"argpartition", "bincount", "groupby", "group_by", "histogram"}
UNIQUE = {"unique", "unique_all", "unique_counts", "unique_inverse", "unique_values", "reduceat"}
UFUNC_AT = re.compile(r"(np|numpy)\.\w+\.at")
SQL = re.compile(r"\s*(SELECT|INSERT INTO|UPDATE|DELETE FROM|CREATE|DROP|ALTER|WITH)\s")
ROUNDING_SPEC = re.compile(r"\.\d+[eEfFgG%]?|[eEfFgG%]$")
ROUNDING_PERCENT = re.compile(r"%[-+ #0]*\d*\.\d+[eEfFgG]")


def imports_upward(source: Source) -> Iterator[str]:
    """A module imports from a strictly lower rank or from its own room, the façade never."""
    rank = RANKS.get(source.room)
    if rank is None:
        yield f"{source.name}: the room {source.room!r} has no rank"
        return
    for use in source.imports():
        package, _, inner = use.target.partition(".")
        room = inner.partition(".")[0] or "__init__"
        if package != PACKAGE or (room == source.room and (inner or use.by_name)):
            continue
        if source.name == DOOR and use.by_name and room == "presentation":
            continue
        if RANKS.get(room, 99) >= rank:
            yield f"{source.name}:{use.line}: rank {rank} imports {use.target}"


def imports_in_a_circle(sources: Iterable[Source]) -> Iterator[str]:
    """No chain of imports leads back to where it began, also not one inside a function."""
    names = {source.name for source in sources}
    graph = {
        source.name: {
            use.target
            for use in source.imports()
            if use.target in names and not (source.name == DOOR and use.by_name)
        }
        for source in sources
    }
    yield from _circle(graph)


def folders_in_a_circle(sources: Iterable[Source]) -> Iterator[str]:
    """The folders inside a room have an order too: no two of them import from each other."""
    graph: dict[str, set[str]] = {}
    for source in sources:
        folder = _folder(source.name)
        inside = {_folder(use.target) for use in source.imports()}
        graph.setdefault(folder, set()).update(
            other for other in inside if other != folder and other.startswith(f"{source.room}.")
        )
    yield from _circle(graph)


def _folder(name: str) -> str:
    return ".".join(name.removeprefix(f"{PACKAGE}.").split(".")[:2])


def _circle(graph: dict[str, set[str]]) -> Iterator[str]:
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        yield "circle: " + " <- ".join(error.args[1])


def foreign_libraries(source: Source) -> Iterator[str]:
    """The core uses attrs, dateutil and (from rank 2) numpy; any other library has its module."""
    for use in source.imports():
        library = use.target.partition(".")[0]
        if library in {PACKAGE, ""} or library in sys.stdlib_module_names:
            continue
        if library in CORE_LIBRARIES:
            allowed = RANKS.get(source.room, 0) >= CORE_LIBRARIES[library]
        else:
            homes = OPTIONAL_LIBRARIES.get(library, set())
            inside = source.name.removeprefix(f"{PACKAGE}.")
            allowed = any(inside == home or inside.startswith(f"{home}.") for home in homes)
        if not allowed:
            yield f"{source.name}:{use.line}: {library} has no place here"


def imports_unseen(source: Source) -> Iterator[str]:
    """What a module imports can be read in it, except in the few that are made to load others."""
    if source.name in IMPORT_BY_COMPUTED_NAME:
        return
    for node in ast.walk(source.tree):
        match node:
            case ast.Call(func=function, args=[ast.Constant() | ast.JoinedStr() as name, *_]) if (
                last_name(function) in IMPORTERS
            ):  # f"{__name__}.inner" is written down too
                is_seen = isinstance(name, ast.Constant) or any(
                    use.by_name and use.line == name.lineno for use in source.imports()
                )
            case ast.Call(func=function) if last_name(function) in IMPORTERS:
                is_seen = False
            case _:
                continue
        if not is_seen:
            yield f"{source.name}:{node.lineno}: imports by a computed name"


def names_and_sizes(source: Source) -> Iterator[str]:
    """A module's name says what is inside, and the module fits in a reader's head."""
    if bad := FORBIDDEN_NAMES & set(source.name.split(".")):
        yield f"{source.name}: {bad.pop()!r} says nothing about what is inside"
    if (lines := len(source.text.splitlines())) > MAX_LINES:
        yield f"{source.name}: {lines} lines, at most {MAX_LINES}"


def clocks(source: Source) -> Iterator[str]:
    """Nothing reads the wall clock: the instant of a question is an argument.

    The command alone knows when somebody asked for an import.
    """
    if source.name in CLOCK_READERS:
        return
    for node in ast.walk(source.tree):
        match node:
            case ast.Call(func=ast.Attribute(value=owner, attr=attr)) if attr in CLOCKS and (
                dotted(owner).rpartition(".")[2] in CLOCK_OWNERS
            ):
                yield f"{source.name}:{node.lineno}: reads the clock by {attr}()"
            case (
                ast.ImportFrom(module="time") | ast.Call(args=[ast.Constant(value="now" | "today")])
            ):
                yield f"{source.name}:{node.lineno}: reads the clock"


def prints_and_logs(source: Source) -> Iterator[str]:
    """A calculation answers by its value: it neither prints nor logs."""
    for use in source.imports():
        if use.target.partition(".")[0] == "logging":
            yield f"{source.name}:{use.line}: logs"
    for node in ast.walk(source.tree):
        if isinstance(node, ast.Call) and dotted(node.func) in {"print", "sys.stdout.write"}:
            yield f"{source.name}:{node.lineno}: prints"


def random_draws(source: Source) -> Iterator[str]:
    """Random numbers are drawn where data is made up, or as asked, from a seed that was given."""
    for use in source.imports():
        if use.target.partition(".")[0] in {"random", "secrets"}:
            yield f"{source.name}:{use.line}: draws random numbers without a seed of ours"
    for node in ast.walk(source.tree):
        match node:
            case ast.Attribute(value=owner, attr=attr) if dotted(owner) in {
                "np.random",
                "numpy.random",
            }:
                if attr not in SEEDED_GENERATORS:
                    yield f"{source.name}:{node.lineno}: numpy.random.{attr} is shared by all"
                elif source.room not in SEEDED_ROOMS and source.name not in SEEDED_MODULES:
                    yield f"{source.name}:{node.lineno}: a calculation draws random numbers"
            case ast.Call(args=[], keywords=[], func=function) if (
                last_name(function) == "default_rng"
            ):
                yield f"{source.name}:{node.lineno}: default_rng without a seed"


def global_state(source: Source) -> Iterator[str]:
    """What a module holds is made once: no function changes it."""
    shared = {
        target.id
        for statement in source.tree.body
        if isinstance(statement, ast.Assign | ast.AnnAssign)
        for target in (
            statement.targets if isinstance(statement, ast.Assign) else [statement.target]
        )
        if isinstance(target, ast.Name)
    }
    for function in ast.walk(source.tree):
        if isinstance(function, ast.Global):
            yield f"{source.name}:{function.lineno}: global {', '.join(function.names)}"
        if not isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef):
            continue
        bound = {a.arg for a in ast.walk(function.args) if isinstance(a, ast.arg)} | {
            n.id
            for n in ast.walk(function)
            if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)
        }
        for node in ast.walk(function):
            match node:
                case ast.Subscript(value=ast.Name(id=name), ctx=ast.Store() | ast.Del()):
                    pass
                case ast.Attribute(value=ast.Name(id=name), ctx=ast.Store() | ast.Del()):
                    pass
                case ast.Call(func=ast.Attribute(value=ast.Name(id=name), attr=attr)) if (
                    attr in MUTATORS
                ):
                    pass
                case _:
                    continue
            if name in shared - bound:
                yield f"{source.name}:{node.lineno}: changes the module's {name}"


def foreign_raises(source: Source) -> Iterator[str]:
    """Every raise of ours is a class of errors.py; one that passes on what was caught is bare."""
    if source.name == f"{PACKAGE}.errors":
        return
    ours = {"errors"} if any(u.target == f"{PACKAGE}.errors" for u in source.imports()) else set()
    for node in ast.walk(source.tree):
        if isinstance(node, ast.ImportFrom) and node.module == f"{PACKAGE}.errors":
            ours |= {alias.asname or alias.name for alias in node.names}
    for node in ast.walk(source.tree):
        match node:
            case ast.Raise(
                exc=ast.Call(func=function) | (ast.Name() | ast.Attribute() as function)
            ):
                raised = dotted(function)
                is_right = raised.partition(".")[0] in ours or _leaves_the_command(source, raised)
                if not is_right and not _is_lazy(source, raised):
                    yield f"{source.name}:{node.lineno}: raises {raised or 'something computed'}"
            case ast.Raise(exc=ast.expr()):
                yield f"{source.name}:{node.lineno}: raises something computed"


def _is_lazy(source: Source, raised: str) -> bool:
    """Tell whether a package says, as PEP 562 asks it to, that it has no such attribute."""
    has_getattr = any(
        isinstance(node, ast.FunctionDef) and node.name == "__getattr__"
        for node in source.tree.body
    )
    return raised == "AttributeError" and has_getattr


def _leaves_the_command(source: Source, raised: str) -> bool:
    return source.room == "cli" and raised in {"SystemExit", "typer.Exit", "typer.BadParameter"}


def grouping_outside_history(source: Source) -> Iterator[str]:
    """Facts are grouped and added by the kernels of history alone, so that one law covers all."""
    if source.room == "history":
        return
    seen = GROUPING | UNIQUE
    if source.name == SIFTING:
        seen -= {"group_by"}
    for node in ast.walk(source.tree):
        if isinstance(node, ast.Attribute) and (
            node.attr in seen or UFUNC_AT.fullmatch(dotted(node))
        ):
            yield f"{source.name}:{node.lineno}: groups by {dotted(node) or node.attr}"


def sql_outside_sql(source: Source) -> Iterator[str]:
    """SQL is written in modules named sql, or inside packages of that name."""
    if "sql" in source.name.split("."):
        return
    prose = set(map(id, docstrings(source.tree)))
    for node in ast.walk(source.tree):
        match node:
            case ast.Constant(value=str(text)) if id(node) not in prose and SQL.match(text):
                yield f"{source.name}:{node.lineno}: holds SQL"


def display_rounding(source: Source) -> Iterator[str]:
    """Numbers leave a calculation whole: only what shows them rounds them."""
    if source.room in SHOWING_ROOMS:
        return
    for node in ast.walk(source.tree):
        match node:
            case ast.Call(func=function, args=args, keywords=keywords) if (
                dotted(function) in {"round", "np.round", "numpy.round"}
                and len(args + keywords) > 1
            ):  # to whole numbers it is arithmetic, to decimals it is display
                yield f"{source.name}:{node.lineno}: {dotted(function)}() to decimals"
            case ast.FormattedValue(
                format_spec=ast.JoinedStr(values=[*_, ast.Constant(value=str(spec))])
            ) if ROUNDING_SPEC.search(spec):
                yield f"{source.name}:{node.lineno}: formats by {spec!r}"
            case ast.Call(func=ast.Name(id="format"), args=[_, ast.Constant(value=str(spec))]) if (
                ROUNDING_SPEC.search(spec)
            ):
                yield f"{source.name}:{node.lineno}: formats by {spec!r}"
            case ast.BinOp(left=ast.Constant(value=str(text)), op=ast.Mod()) if (
                ROUNDING_PERCENT.search(text)
            ):
                yield f"{source.name}:{node.lineno}: formats by {text!r}"


def untrue_all(name: str, namespace: dict[str, object]) -> Iterator[str]:
    """What `__all__` lists exists, once, and nothing that the module itself defines is left out."""
    listed = namespace.get("__all__")
    if not isinstance(listed, list | tuple):
        return
    if len(set(listed)) != len(listed):
        yield f"{name}: __all__ names something twice"
    yield from (
        f"{name}: __all__ names {n}, which is not there" for n in listed if n not in namespace
    )
    yield from (
        f"{name}: {public} is public and not in __all__"
        for public, value in namespace.items()
        if not public.startswith("_")
        and (inspect.isclass(value) or inspect.isroutine(value))
        and value.__module__ == name
        and public not in listed
    )


MODULE_RULES = (
    imports_upward,
    foreign_libraries,
    imports_unseen,
    names_and_sizes,
    clocks,
    prints_and_logs,
    random_draws,
    global_state,
    foreign_raises,
    grouping_outside_history,
    sql_outside_sql,
    display_rounding,
)
