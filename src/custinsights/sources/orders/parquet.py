"""Read Parquet files, by pyarrow (the extra ``arrow``)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import BinaryIO

import numpy as np

from custinsights.errors import MissingExtra, UnreadableFile
from custinsights.sources.orders.sheet import Sheet
from custinsights.sources.texts.opening import Source, name_of, open_bytes
from custinsights.sources.texts.typed import Foreign, from_arrow

# What pyarrow raises for a damaged file: its own exceptions derive from these.
_FOREIGN = (OSError, ValueError, KeyError, TypeError, NotImplementedError)

_TEXTS = frozenset({"string", "large_string", "string_view"})
_BYTES_OF_A_CODE = 4

MAGIC = b"PAR1"
"""The first bytes of a Parquet file."""


def header_of(source: Source) -> list[str]:
    """Return the names of the columns."""
    with open_bytes(source) as stream:
        return list(_opened(source, stream).schema_arrow.names)


def sheet_of(source: Source, positions: Mapping[str, int], header: Sequence[str]) -> Sheet:
    """Read the columns of some fields, one after another; texts that repeat come as codes."""
    name = name_of(source)
    names = {field: header[at] for field, at in positions.items()}
    with open_bytes(source) as stream:
        file = _opened(source, stream, _coded_texts(_opened(source, stream)))
        try:
            cells = {
                field: from_arrow(file.read(columns=[column]).column(column))
                for field, column in names.items()
            }
        except _FOREIGN as error:
            raise UnreadableFile(name, "its data is damaged", "Export it again") from error
    n = int(file.metadata.num_rows)
    return Sheet(
        cells,
        names,
        [name],
        np.zeros(n, dtype=np.int32),
        range(n),
        is_typed=True,
    )


def _coded_texts(file: Foreign) -> list[str]:
    """Return the columns of texts that repeat: these lie there as codes, and need not be made."""
    sizes: dict[str, int] = defaultdict(int)
    for at in range(file.metadata.num_row_groups):
        group = file.metadata.row_group(at)
        for column in map(group.column, range(group.num_columns)):
            sizes[column.path_in_schema] += column.total_uncompressed_size
    most = _BYTES_OF_A_CODE * file.metadata.num_rows
    texts = [one.name for one in file.schema_arrow if str(one.type) in _TEXTS]
    return [name for name in texts if sizes[name] <= most]


def _opened(source: Source, stream: BinaryIO, texts: Sequence[str] = ()) -> Foreign:
    try:
        from pyarrow import parquet
    except ImportError as error:
        raise MissingExtra("pyarrow", "arrow", "reading Parquet") from error
    stream.seek(0)
    try:
        return parquet.ParquetFile(stream, read_dictionary=list(texts))
    except _FOREIGN as error:
        raise UnreadableFile(
            name_of(source), "it is no whole Parquet file", "Export it again"
        ) from error
