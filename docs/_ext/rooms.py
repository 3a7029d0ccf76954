"""The directive `room`: the reference of all modules in one folder of the library.

The modules are found, not listed, so that a new one cannot be forgotten.
"""

import importlib
import pkgutil

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective
from sphinx.util.typing import ExtensionMetadata


class Room(SphinxDirective):
    """Document the package or module named by the argument and every public module inside it."""

    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        """Write one section per module and let autodoc fill it."""
        room = importlib.import_module(self.arguments[0])
        lines = [f".. automodule:: {room.__name__}"]
        if hasattr(room, "__path__"):
            for module in pkgutil.walk_packages(room.__path__, f"{room.__name__}."):
                if not module.name.rpartition(".")[2].startswith("_"):
                    lines += ["", module.name, "-" * len(module.name), ""]
                    lines.append(f".. automodule:: {module.name}")
                    if not module.ispkg:  # what a package passes on is told where it is at home
                        lines.append("   :members:")
        else:
            lines.append("   :members:")
        return self.parse_text_to_nodes("\n".join(lines), allow_section_headings=True)


def setup(app: Sphinx) -> ExtensionMetadata:
    """Make the directive known."""
    app.add_directive("room", Room)
    return {"parallel_read_safe": True}
