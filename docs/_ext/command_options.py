"""The directive `command-options`: what the command itself says that it understands."""

from collections.abc import Iterable
from itertools import groupby
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective
from sphinx.util.typing import ExtensionMetadata
from typer.main import get_group

from custinsights.cli.command import app as command
from docs._ext.catalog_tables import list_table


def rows(options: Iterable[Any]) -> Iterable[list[str]]:
    """Give how an option is written and what it does."""
    for option in options:
        written = ", ".join(f"``{name}``" for name in (*option.opts, *option.secondary_opts))
        takes = f" {option.metavar}" if option.metavar else ""
        default = getattr(option.default, "value", None)  # of a choice; others say it in words
        yield [f"{written}{takes}", option.help + (f" Default: {default}." if default else "")]


def _options(subcommand: Any) -> list[Any]:
    return [one for one in subcommand.params if one.param_type_name == "option"]


class CommandOptions(SphinxDirective):
    """The options of a subcommand, one table per group; without those of a second one."""

    required_arguments = 1
    optional_arguments = 1

    def run(self) -> list[nodes.Node]:
        """Write the tables."""
        subcommand, *others = (get_group(command).commands[name] for name in self.arguments)
        told = {(one.name, one.help) for other in others for one in _options(other)}
        options = [one for one in _options(subcommand) if (one.name, one.help) not in told]
        tables = [
            list_table([title, "What it does"], [35, 65], rows(group))
            for title, group in groupby(options, key=lambda option: option.rich_help_panel)
        ]
        return self.parse_text_to_nodes("\n\n".join(tables))


def setup(app: Sphinx) -> ExtensionMetadata:
    """Make the directive known."""
    app.add_directive("command-options", CommandOptions)
    return {"parallel_read_safe": True}
