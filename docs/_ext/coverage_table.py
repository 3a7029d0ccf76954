"""The directive `coverage-table`: what the library shall do, by which names and tests."""

from collections.abc import Iterator

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective
from sphinx.util.typing import ExtensionMetadata

from docs._ext.catalog_tables import list_table
from docs._ext.checklist import COVERAGE, covering_tests, entries


def done_rows() -> Iterator[list[str]]:
    """Give id, capability, names, page and tests of all that is done."""
    tests = covering_tests()
    for ident, entry in entries().items():
        if isinstance(names := entry.get("names"), list):
            yield [
                ident,
                str(entry["capability"]),
                ", ".join(f"``{name}``" for name in names),
                f":doc:`/{entry['page']}`",
                "; ".join(spoken(place) for place in tests[ident]),
            ]


def spoken(place: str) -> str:
    """Return what a test says by its name."""
    return place.rpartition("::test_")[2].replace("_", " ")


def planned_rows() -> Iterator[list[str]]:
    """Give id and capability of all that is not done yet, and with what it comes."""
    for ident, entry in entries().items():
        if "names" not in entry:
            yield [ident, str(entry["capability"]), f"planned: {entry['planned']}"]


TABLES = {
    "done": (["Id", "Capability", "Names", "Page", "Tests"], [7, 26, 27, 15, 25], done_rows),
    "planned": (["Id", "Capability", "Comes with"], [7, 58, 35], planned_rows),
}


class CoverageTable(SphinxDirective):
    """One row per id that is done, or planned, as the argument says."""

    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        """Write the table and note what it was written from."""
        self.env.note_dependency(str(COVERAGE))
        head, widths, rows = TABLES[self.arguments[0]]
        return self.parse_text_to_nodes(list_table(head, widths, rows()))


def setup(app: Sphinx) -> ExtensionMetadata:
    """Make the directive known."""
    app.add_directive("coverage-table", CoverageTable)
    return {"parallel_read_safe": True}
