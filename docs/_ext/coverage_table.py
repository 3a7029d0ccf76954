"""The directive `coverage-table`: what the library shall do, by which names and tests."""

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective
from sphinx.util.typing import ExtensionMetadata

from docs._ext.checklist import COVERAGE, covering_tests, entries

HEAD = """\
.. list-table::
   :header-rows: 1
   :widths: 7 38 30 25

   * - Id
     - Capability
     - Names
     - Tests
"""


class CoverageTable(SphinxDirective):
    """One row per id."""

    def run(self) -> list[nodes.Node]:
        """Write the table and note what it was written from."""
        self.env.note_dependency(str(COVERAGE))
        tests = covering_tests()
        rows = []
        for ident, entry in entries().items():
            names = entry.get("names", [])
            page = entry.get("page")
            shown = ", ".join(f"``{name}``" for name in names) if isinstance(names, list) else ""
            told = f" (:doc:`/{page}`)" if page else ""
            places = ", ".join(f"``{place}``" for place in tests.get(ident, [])) or "—"
            rows.append(
                f"   * - {ident}\n     - {entry['capability']}\n"
                f"     - {shown + told if names else 'planned'}\n     - {places}\n"
            )
        return self.parse_text_to_nodes(HEAD + "".join(rows))


def setup(app: Sphinx) -> ExtensionMetadata:
    """Make the directive known."""
    app.add_directive("coverage-table", CoverageTable)
    return {"parallel_read_safe": True}
