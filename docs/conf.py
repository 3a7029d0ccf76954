"""How the documentation is built: `python -m sphinx -W docs docs/_build`."""

import os
import sys
from importlib.metadata import version as version_of
from pathlib import Path

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parent))

project = "custinsights"
author = "The custinsights authors"
project_copyright = author
version = release = version_of("custinsights")

extensions = [
    "myst_nb",
    "sphinx.ext.autodoc",
    "sphinx.ext.doctest",
    "sphinx.ext.napoleon",
    "docs._ext.catalog_tables",
    "docs._ext.command_options",
    "docs._ext.coverage_table",
    "docs._ext.inventory_tables",
    "docs._ext.rooms",
]
exclude_patterns = ["_build"]
default_role = "py:obj"  # a name in single backticks links to what it names, where that exists
suppress_warnings = ["ref.python"]  # where two rooms use a short name, the link takes either

html_theme = "furo"
html_title = "custinsights"
html_show_copyright = False
html_static_path = ["_static"]
html_css_files = ["pages.css"]

autodoc_typehints = "none"  # the docstrings say type, shape and unit
autodoc_member_order = "bysource"
napoleon_google_docstring = False
napoleon_use_rtype = False

# The notebooks come without results: they run here, and a cell that fails fails the build. What
# draws their pictures is in their pages.
nb_execution_mode = "force"
nb_execution_raise_on_error = True
nb_execution_timeout = 120
os.environ["PLOTLY_RENDERER"] = "notebook"

# The pages' own examples run in pytest (tests/documents), and so do those in docstrings.
doctest_test_doctest_blocks = ""
