"""The directive `data-inventory`: what the library holds of people, and what for."""

from collections.abc import Iterator

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective
from sphinx.util.typing import ExtensionMetadata

from custinsights.privacy import CATEGORIES, inventory
from docs._ext.catalog_tables import list_table


def category_rows() -> Iterator[list[str]]:
    """Give name, meaning, purpose, retention and masking of every category."""
    for one in CATEGORIES.values():
        masked = "yes" if one.is_masked else "no"
        yield [one.name, one.meaning, one.purpose, one.retention, masked]


def field_rows() -> Iterator[list[str]]:
    """Give name, category and place of every field."""
    for one in inventory():
        yield [f"``{one.name}``", one.category.name, one.rests]


TABLES = {
    "categories": (
        ["Category", "What lies in it", "Purpose", "Retention", "Masked without ``pii``"],
        [15, 25, 25, 25, 10],
        category_rows,
    ),
    "fields": (["Field", "Category", "Where it rests"], [35, 25, 40], field_rows),
}


class DataInventory(SphinxDirective):
    """One row per category, or per field, as the argument says."""

    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        """Write the table."""
        head, widths, rows = TABLES[self.arguments[0]]
        return self.parse_text_to_nodes(list_table(head, widths, rows()))


def setup(app: Sphinx) -> ExtensionMetadata:
    """Make the directive known."""
    app.add_directive("data-inventory", DataInventory)
    return {"parallel_read_safe": True}
