"""HTML for notebooks: one semantic table in which nothing of the data is markup."""

from html.parser import HTMLParser

from hypothesis import given
from hypothesis import strategies as st

from custinsights.presentation.html import as_html
from custinsights.results.table import Column, Table


class Reader(HTMLParser):
    """Collects tags and text, and fails on a tag that is closed out of order."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: list[str] = []
        self.text: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """A tag that opens, with the few attributes that we write."""
        assert {name for name, _ in attrs} <= {"style", "scope", "colspan"}
        self.tags.append(tag)
        if tag != "br":
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        """The innermost open tag closes."""
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        """Text, unescaped."""
        self.text.append(data)


def _read(html: str) -> Reader:
    reader = Reader()
    reader.feed(html)
    reader.close()
    assert reader.open == []
    return reader


def test_a_table_is_semantic(table: Table) -> None:
    """A caption, column headings, row headings, a body and the notes at the foot."""
    reader = _read(table._repr_html_())
    assert reader.tags.count("caption") == 1
    assert reader.tags.count("th") == len(table.columns) + len(table)
    assert reader.text[0] == "Orders by country"
    assert "7,321,845.23" in reader.text
    assert reader.text[-1] == "as_of 2011-12-10 (Europe/Berlin)"


@given(st.text(), st.text(), st.text(min_size=1), st.text())
def test_nothing_of_the_data_is_markup(title: str, name: str, label: str, unit: str) -> None:
    """Titles, names, labels, units and notes are text, whatever they hold."""
    columns = [
        Column("<b>" + name, "label", ["<script>" + label]),
        Column("n", "count", [1], unit=unit),
    ]
    reader = _read(as_html(Table("<i>" + title, columns, notes=["<a href=x>" + title])))
    assert not {"b", "script", "i", "a"} & set(reader.tags)


def test_long_tables_lose_their_middle() -> None:
    """Forty rows are shown, and one line counts the others."""
    reader = _read(as_html(Table("t", [Column("n", "count", range(100))])))
    assert reader.tags.count("tr") == 42
    assert "… 60 more rows" in reader.text
    assert "… 1 more row<" in as_html(Table("t", [Column("n", "count", range(41))]))


def test_a_grid_of_shares_is_shaded() -> None:
    """Many shares beside each other show their pattern; a missing one stays bare."""
    columns = [Column(str(age), "share", [1 - age / 10, float("nan")]) for age in range(3)]
    html = as_html(Table("t", columns))
    assert html.count("background:rgba(66,133,190,0.00)") == 3
    assert "background:rgba(66,133,190,0.90)" in html
    assert "background" not in as_html(Table("t", columns[:2]))
