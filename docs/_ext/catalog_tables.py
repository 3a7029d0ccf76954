"""The directives `catalog-table`, `group-table`, `facade-table`: what the library says itself."""

import inspect
from collections.abc import Iterable

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective
from sphinx.util.typing import ExtensionMetadata

import custinsights
from custinsights.analyses.customers.groups import PRESETS, Box
from custinsights.analyses.declaring.declarations import Dimension, Metric
from custinsights.analyses.measuring.plan import check
from custinsights.domain.matching import MATCHING_RULES
from custinsights.domain.rules.signatures import ARGUMENTS
from custinsights.errors import CustInsightsError


def list_table(head: Iterable[str], widths: Iterable[int], rows: Iterable[Iterable[str]]) -> str:
    """Write a table in reStructuredText."""
    lines = [
        ".. list-table::",
        "   :header-rows: 1",
        f"   :widths: {' '.join(map(str, widths))}",
        "",
    ]
    for row in [head, *rows]:
        for place, cell in enumerate(row):
            lines.append(f"   {'  ' if place else '* '}- {cell}")
    return "\n".join(lines)


def admits(metric: Metric, dimension: Dimension) -> bool:
    """Tell whether the metric may be asked by the dimension, if need be with age beside it."""
    age = custinsights.DEFAULT.dimensions["age"]
    for by in ((dimension,), (dimension, age)):
        try:
            check(metric, by, has_window=False)
        except CustInsightsError:
            continue
        return True
    return False


def admissible(metric: Metric) -> str:
    """List the dimensions by which a metric may be asked, or those by which it may not."""
    dimensions = custinsights.DEFAULT.dimensions.values()
    yes = _family_names(d for d in dimensions if admits(metric, d))
    no = _family_names(d for d in dimensions if not admits(metric, d))
    if not no:
        return "everything"
    return ", ".join(yes) if len(yes) <= len(no) else "everything but " + ", ".join(no)


def _family_names(dimensions: Iterable[Dimension]) -> list[str]:
    """Name dimensions, the periods and the cohorts each by one word."""
    named = {
        "periods" if d.kind == "period" else "cohorts" if d.kind == "cohort" else f"``{d.name}``"
        for d in dimensions
    }
    return sorted(named, key=lambda name: (name.startswith("`"), name))


def metric_rows() -> Iterable[list[str]]:
    """Give name, definition, unit, kind and dimensions of every metric."""
    for metric in custinsights.DEFAULT.metrics.values():
        words = ["stock" if metric.is_stock else "flow"]
        words += ["proportion"] if metric.proportion else []
        definition = metric.definition
        if metric.target is not None:
            low, high = metric.target
            definition += f" Usually aimed at: {low:.0%} to {high:.0%}."
        yield [
            f"``{metric.name}``",
            definition,
            metric.unit or "count",
            ", ".join(words),
            admissible(metric),
        ]


def dimension_rows() -> Iterable[list[str]]:
    """Give name, definition and facts of every dimension."""
    for dimension in custinsights.DEFAULT.dimensions.values():
        yield [f"``{dimension.name}``", dimension.definition, dimension.facts]


def trait_rows() -> Iterable[list[str]]:
    """Give name, definition and unit of every trait."""
    for trait in custinsights.DEFAULT.traits.values():
        yield [f"``{trait.name}``", trait.definition, trait.unit or trait.kind]


def function_rows() -> Iterable[list[str]]:
    """Give signature, definition and kind of every function that rules may call."""
    for function in custinsights.DEFAULT.functions.values():
        signature = function.signature
        parameters = "; ".join(f"``{one.name}``: {one.kind}" for one in signature.parameters)
        one_of = " At least one is given." if signature.needs_one_of_the_options else ""
        shows = f" Explanations show {function.unit}." if function.shown else ""
        yield [f"``{signature}``", f"{signature.definition}{shows}", f"{parameters}.{one_of}"]


def argument_rows() -> Iterable[list[str]]:
    """Give the kinds of arguments, in words."""
    for kind, words in ARGUMENTS.items():
        yield [kind, f"{words[0].upper()}{words[1:]}."]


def preset_rows() -> Iterable[list[str]]:
    """Give name, definition and rule of every preset segment."""
    for preset in custinsights.DEFAULT.presets.values():
        yield [f"``{preset.name}``", preset.definition, f"``{preset.rule}``"]


def action_rows() -> Iterable[list[str]]:
    """Give every segment that there always is with what to do."""
    for name, action in custinsights.presets.actions.items():
        yield [f"``{name}``", action]


def matching_rows() -> Iterable[list[str]]:
    """Give name, definition, points and limits of every rule that tells who is one person."""
    for rule in MATCHING_RULES.rules:
        limits = ["at most doubtful"] if rule.at_most == "doubtful" else []
        limits += ["tells apart"] if rule.tells_apart else []
        yield [rule.name, rule.definition, str(rule.points), ", ".join(limits)]


TABLES = {
    "metrics": (
        ["Name", "Definition", "Unit", "Kind", "May be asked by"],
        [20, 35, 10, 10, 25],
        metric_rows,
    ),
    "dimensions": (["Name", "Definition", "Labels"], [25, 55, 20], dimension_rows),
    "traits": (["Name", "Definition", "Unit"], [30, 50, 20], trait_rows),
    "functions": (["Call", "Definition", "Parameters"], [25, 45, 30], function_rows),
    "presets": (["Name", "Definition", "Rule"], [20, 40, 40], preset_rows),
    "actions": (["Segment", "Suggested action"], [25, 75], action_rows),
    "matching": (["Rule", "When it holds", "Points", "Limit"], [22, 50, 10, 18], matching_rows),
    "arguments": (["Kind", "What is written"], [20, 80], argument_rows),
}


class CatalogTable(SphinxDirective):
    """The metrics, dimensions, traits, functions or presets of the built-in catalog."""

    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        """Write the table that the argument names."""
        head, widths, rows = TABLES[self.arguments[0]]
        return self.parse_text_to_nodes(list_table(head, widths, rows()))


def group_rows(name: str) -> Iterable[list[str]]:
    """Give every group of a preset with the scores of its boxes."""
    boxes: dict[str, list[str]] = {}
    for box in PRESETS[name].boxes:
        boxes.setdefault(box.group, []).append(f"{_scores(box)} and {_value(box)}")
    for group, conditions in boxes.items():
        yield [group, "; or ".join(conditions)]


def _scores(box: Box) -> str:
    assert box.r is not None  # noqa: S101 - every box of a preset has both
    low, high = box.r
    return f"R = {low}" if low == high else f"R {low} to {high}"


def _value(box: Box) -> str:
    assert box.v is not None  # noqa: S101 - every box of a preset has both
    low, high = (f"{end:g}" for end in box.v)
    if box.v[0] <= 0:
        return f"V < {high}"
    return f"V ≥ {low}" if box.v[1] > PRESETS["five"].bins else f"{low} ≤ V < {high}"


class GroupTable(SphinxDirective):
    """The groups of a preset of RFM."""

    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        """Write the table of the preset that the argument names."""
        rows = group_rows(self.arguments[0])
        return self.parse_text_to_nodes(list_table(["Group", "Scores"], [30, 70], rows))


class FacadeTable(SphinxDirective):
    """Every public name of the library with the first line of what it says about itself."""

    def run(self) -> list[nodes.Node]:
        """Write one row per name, linked to the room where the thing is at home."""
        rows = []
        for name in sorted({*custinsights.__all__} - {"__version__"}):
            thing = getattr(custinsights, name)
            home = f"{getattr(thing, '__module__', '')}.{getattr(thing, '__qualname__', '')}"
            is_told = inspect.isroutine(thing) or inspect.isclass(thing) or inspect.ismodule(thing)
            if inspect.ismodule(thing):
                home = thing.__name__
            told = (inspect.getdoc(thing) or "") if is_told else repr(thing).strip("<>")
            says = told.partition("\n\n")[0]
            linked = f":py:obj:`{name} <{home}>`" if is_told else f"``{name}``"
            rows.append([linked, " ".join(says.split())])
        return self.parse_text_to_nodes(list_table(["Name", "What it does"], [25, 75], rows))


def setup(app: Sphinx) -> ExtensionMetadata:
    """Make the directives known."""
    app.add_directive("catalog-table", CatalogTable)
    app.add_directive("group-table", GroupTable)
    app.add_directive("facade-table", FacadeTable)
    return {"parallel_read_safe": True}
