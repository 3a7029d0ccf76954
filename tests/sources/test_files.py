"""Bytes become rows of cells, and what is damaged is told and never dropped."""

import gzip
import io
from pathlib import Path

import pytest

from custinsights.errors import UnreadableFile
from custinsights.sources.texts.files import CHUNK, Chunk, opened
from tests.sources.reading import named


def chunks(data: bytes) -> tuple[list[str], list[Chunk]]:
    """Return the header and all chunks of a file."""
    with opened(named(data)) as file:
        return file.header, list(file.chunks())


def rows(data: bytes) -> list[list[str]]:
    """Return the header and all good rows of a file."""
    header, found = chunks(data)
    return [header, *(row for chunk in found for row in chunk.rows)]


@pytest.mark.parametrize(
    "text",
    [
        "a,b\n1,2\n",
        "a;b\r\n1;2\r\n",
        "a\tb\n1\t2",
        "a|b\n1|2\n",
        "  a b \n  1   2\n",
        "\n\na,b\n1,2\n",
        'sep=;\n"a";"b"\n1;2\n',
        "a,b\r1,2\r",
    ],
)
def test_delimiter_and_line_ends_are_recognised(text: str) -> None:
    """Commas, semicolons, tabs, bars and blanks part cells; any line end ends a row."""
    assert rows(text.encode()) == [["a", "b"], ["1", "2"]]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_byte_order_mark_is_no_part_of_the_header(encoding: str) -> None:
    """A byte order mark tells the encoding and is dropped."""
    assert rows("ä;b\n1;é\n".encode(encoding)) == [["ä", "b"], ["1", "é"]]


def test_semicolons_with_commas_inside_the_cells() -> None:
    """The character that parts the header into most cells parts the rows."""
    assert rows(b"name;amount, net;day\nx;1,50;1\n")[1] == ["x", "1,50", "1"]


def test_line_numbers_count_lines_inside_cells() -> None:
    """A row is named by the line in which it begins, also behind cells of several lines."""
    _, found = chunks(b'a,b\n"1\n\n1",2\n3,4\n\n5,6\n')
    assert [line for chunk in found for line in chunk.lines.tolist()] == [2, 5, 7]


def test_line_numbers_go_on_from_chunk_to_chunk() -> None:
    """Line numbers are those of the file in every chunk."""
    _, found = chunks(b"a,b\n" + b"1,2\n" * (2 * CHUNK + 3))
    lines = [line for chunk in found for line in chunk.lines.tolist()]
    assert lines == list(range(2, 2 * CHUNK + 5))


def test_rows_of_other_widths_are_told() -> None:
    """A row with a cell too many or too few is not among the rows, and named by its line."""
    _, [chunk] = chunks(b"a,b\n1,2\n3\n4,5,6\n7,8\n")
    assert chunk.rows == [["1", "2"], ["7", "8"]]
    assert [(row.kind, row.line) for row in chunk.unread] == [
        ("wrong number of cells", 3),
        ("wrong number of cells", 4),
    ]


def test_blank_rows_and_repeated_headers_are_counted() -> None:
    """Rows of empty cells, and the header of a second export behind the first, are no rows."""
    _, [chunk] = chunks(b"a,b\n1,2\n,\n\na,b\n3,4\n")
    assert chunk.rows == [["1", "2"], ["3", "4"]]
    assert chunk.notes == {"blank_rows": 1, "repeated_headers": 1}


@pytest.mark.parametrize("start", ["", "\ufeff", '\ufeff"'])
def test_header_of_a_second_export_parts_the_rows(start: str) -> None:
    """Rows behind a repeated header are of a further export, also behind a byte order mark."""
    again = f'{start}a{start[1:]},"b c"'
    _, found = chunks(f"a,b c\n1,2\n{again}\n3,4\n{again}\n5,6\n".encode())
    assert [chunk.sections.tolist() for chunk in found] == [[0, 1, 2]]
    assert found[0].rows == [["1", "2"], ["3", "4"], ["5", "6"]]


def test_sections_go_on_from_chunk_to_chunk() -> None:
    """Many rows are of one export as few are."""
    _, found = chunks(b"a,b\n1,2\na,b\n" + b"3,4\n" * CHUNK)
    told = [section for chunk in found for section in chunk.sections.tolist()]
    assert told == [0] + [1] * CHUNK


def test_header_in_another_order_is_refused() -> None:
    """A file that goes on in another order of columns is not read as if it did not."""
    with pytest.raises(UnreadableFile, match=r"in another order, from line 3 on.*file of its own"):
        chunks(b"a,b,c\n1,2,3\nb,a,c\n2,1,3\n")
    with pytest.raises(UnreadableFile, match="with other columns"):
        chunks(b"a,b,c\n1,2,3\na,b,d\n1,2,4\n")
    assert rows(b"a,b,c\na,2,3\n")[1] == ["a", "2", "3"]  # one word is no header


def test_characters_that_no_text_holds_are_marked() -> None:
    """A NUL, and bytes that are no UTF-8, mark their rows and columns."""
    _, [chunk] = chunks(b"a,b\n1,2\nx,\xe9\n\0,3\n")
    assert chunk.marked == [(1, 1, "not UTF-8"), (2, 0, "NUL character")]


def test_cell_that_is_too_long_costs_its_row_only() -> None:
    """A cell beyond any sense makes its row bad; the rows around it are read."""
    _, found = chunks(b"a,b\n1,2\n" + b"x" * 200_000 + b",3\n4,5\n")
    assert [row for chunk in found for row in chunk.rows] == [["1", "2"], ["4", "5"]]
    [lost] = [row for chunk in found for row in chunk.unread]
    assert (lost.kind, lost.line) == ("cell too long", 3)
    assert lost.cell == "a cell holds more than 131,072 characters"


def test_gzip_cut_short_gives_what_is_there() -> None:
    """A truncated gzip file gives the rows before the cut, and one bad row for the rest."""
    data = gzip.compress(b"a,b\n" + b"".join(b"%d,2\n" % n for n in range(100_000)))
    _, found = chunks(data[: len(data) // 2])
    read = [row[0] for chunk in found for row in chunk.rows]
    assert read == [str(n) for n in range(len(read))]
    assert len(read) > 10_000
    [lost] = [row for chunk in found for row in chunk.unread]
    assert (lost.kind, lost.cell) == (
        "truncated gzip",
        "the data ends here, and what should follow is lost",
    )


def test_gzip_with_a_wrong_checksum_is_told() -> None:
    """A gzip file whose checksum does not agree is damaged."""
    data = bytearray(gzip.compress(b"a,b\n1,2\n"))
    data[-6] ^= 255
    _, found = chunks(bytes(data))
    assert [row.kind for chunk in found for row in chunk.unread] == ["damaged gzip"]


def test_utf16_cut_inside_a_character_is_told() -> None:
    """A file of two bytes a character that ends in the middle of one is no text there."""
    _, found = chunks("a,b\n1,2\n".encode("utf-16")[:-1])
    assert [row.kind for chunk in found for row in chunk.unread] == ["not UTF-8"]


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "it is empty"),
        (b" \n\n", "it is empty"),
        (b"PK\x03\x04rest", "a spreadsheet or a zip archive"),
        (b"\xd0\xcf\x11\xe0rest", "a spreadsheet"),
        (b"%PDF-1.7", "a PDF"),
        (b"\x1f\x8bgarbage", "gzip data"),
        (gzip.compress(gzip.compress(b"a,b\n1,2\n")), "compressed twice"),
        (b"<!DOCTYPE html><title>Log in</title>", "a web page"),
        (b'[{"order_id": 1}]', "it is JSON"),
        (b"x" * 200_000, "longer than any header"),
        (b"a,\xe9\n1,2\n", "no UTF-8 text. Save it as CSV in UTF-8"),
        ("a,b\n1,2\n".encode("utf-16-le"), "no UTF-8 text"),
        ("a,b\n1,2\n".encode("utf-32"), "no UTF-8 text"),
        (bytes(range(256)), "no UTF-8 text"),
    ],
    ids=lambda value: value if isinstance(value, str) else "data",
)
def test_what_is_no_table_is_refused(data: bytes, reason: str) -> None:
    """A file without a header, or of another kind, is refused and says what it is."""
    with pytest.raises(UnreadableFile, match=reason):
        chunks(data)


def test_missing_file_and_folder_are_refused(tmp_path: Path) -> None:
    """A path that leads to no file is refused with its reason."""
    with (
        pytest.raises(UnreadableFile, match="there is no such file"),
        opened(tmp_path / "none.csv"),
    ):
        pass
    with pytest.raises(UnreadableFile, match="it is a folder"), opened(tmp_path):
        pass


def test_progress_comes_to_the_size_of_the_file(tmp_path: Path) -> None:
    """The bytes that are told as done are those of the file on the disk."""
    path = tmp_path / "orders.csv.gz"
    path.write_bytes(gzip.compress(b"a,b\n" + b"1,2\n" * 50_000))
    told: list[int] = []
    with opened(path, told.append) as file:
        for _ in file.chunks():
            pass
    assert sum(told) == path.stat().st_size


def test_open_file_stays_open() -> None:
    """A file that the caller opened is the caller's to close."""
    file = io.BytesIO(b"a,b\n1,2\n")
    with opened(file) as found:
        assert found.name == "file"
        list(found.chunks())
    assert not file.closed
