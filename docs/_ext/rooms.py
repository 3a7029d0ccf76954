"""The directive `room`: the reference of all modules in one folder of the library.

The modules are found, not listed, so that a new one cannot be forgotten.
"""

import importlib
import inspect
import pkgutil
from collections.abc import Iterator
from types import ModuleType

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective
from sphinx.util.typing import ExtensionMetadata

from docs._ext.catalog_tables import list_table


class Room(SphinxDirective):
    """Document the package or module named by the argument and every public module inside it."""

    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        """List the questions of the modules, then write a section for each; autodoc fills it."""
        room = importlib.import_module(self.arguments[0])
        inside = list(modules(room))
        lines = [f".. automodule:: {room.__name__}"]
        if not inside:
            lines.append("   :members:")
        else:
            rows = [[f":py:mod:`{m.__name__}`", question(m)] for m in inside]
            lines += ["", list_table(["Module", "What it answers"], [40, 60], rows)]
        for module in inside:
            lines += ["", module.__name__, "-" * len(module.__name__), ""]
            lines.append(f".. automodule:: {module.__name__}")
            if not hasattr(module, "__path__"):  # what a package passes on is told at its home
                lines.append("   :members:")
        return self.parse_text_to_nodes("\n".join(lines), allow_section_headings=True)


def modules(room: ModuleType) -> Iterator[ModuleType]:
    """Import every public module inside a package, in the order of their names."""
    for found in pkgutil.walk_packages(getattr(room, "__path__", ()), f"{room.__name__}."):
        if not found.name.rpartition(".")[2].startswith("_"):
            yield importlib.import_module(found.name)


def question(module: ModuleType) -> str:
    """Return the first sentences of a module, which say what it is there for."""
    return " ".join((inspect.getdoc(module) or "").partition("\n\n")[0].split())


def setup(app: Sphinx) -> ExtensionMetadata:
    """Make the directive known."""
    app.add_directive("room", Room)
    return {"parallel_read_safe": True}
