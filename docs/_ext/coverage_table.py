"""The directive `coverage-table`: what the library shall do, by which names and tests."""

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective
from sphinx.util.typing import ExtensionMetadata

from docs._ext.catalog_tables import list_table
from docs._ext.checklist import COVERAGE, covering_tests, entries


class CoverageTable(SphinxDirective):
    """One row per id."""

    def run(self) -> list[nodes.Node]:
        """Write the table and note what it was written from."""
        self.env.note_dependency(str(COVERAGE))
        tests = covering_tests()
        rows = []
        for ident, entry in entries().items():
            names, page = entry.get("names"), entry.get("page")
            shown = ", ".join(f"``{name}``" for name in names) if isinstance(names, list) else ""
            rows.append(
                [
                    ident,
                    str(entry["capability"]),
                    shown or "planned",
                    f":doc:`/{page}`" if page else "—",
                    ", ".join(f"``{place}``" for place in tests.get(ident, [])) or "—",
                ]
            )
        head = ["Id", "Capability", "Names", "Page", "Tests"]
        return self.parse_text_to_nodes(list_table(head, [6, 30, 24, 16, 24], rows))


def setup(app: Sphinx) -> ExtensionMetadata:
    """Make the directive known."""
    app.add_directive("coverage-table", CoverageTable)
    return {"parallel_read_safe": True}
