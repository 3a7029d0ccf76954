"""Read Parquet files, by pyarrow (the extra ``arrow``)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import BinaryIO

import numpy as np

from custinsights.errors import MissingExtra, UnreadableFile
from custinsights.sources.opening import Source, name_of, open_bytes
from custinsights.sources.sheet import Sheet
from custinsights.sources.typed import Foreign, from_arrow

# What pyarrow raises for a damaged file: its own exceptions derive from these.
_FOREIGN = (OSError, ValueError, KeyError, TypeError, NotImplementedError)

MAGIC = b"PAR1"
"""The first bytes of a Parquet file."""


def header_of(source: Source) -> list[str]:
    """Return the names of the columns."""
    with open_bytes(source) as stream:
        return list(_opened(source, stream).schema_arrow.names)


def sheet_of(source: Source, positions: Mapping[str, int], header: Sequence[str]) -> Sheet:
    """Read the columns of some fields."""
    name = name_of(source)
    names = {field: header[at] for field, at in positions.items()}
    with open_bytes(source) as stream:
        file = _opened(source, stream)
        try:
            table = file.read(columns=sorted(set(names.values())))
            cells = {field: from_arrow(table.column(column)) for field, column in names.items()}
        except _FOREIGN as error:
            raise UnreadableFile(name, "its data is damaged", "Export it again") from error
    n = len(table)
    return Sheet(
        cells,
        names,
        [name],
        np.zeros(n, dtype=np.int32),
        np.arange(n, dtype=np.int64),
        is_typed=True,
    )


def _opened(source: Source, stream: BinaryIO) -> Foreign:
    try:
        from pyarrow import parquet
    except ImportError as error:
        raise MissingExtra("pyarrow", "arrow", "reading Parquet") from error
    stream.seek(0)
    try:
        return parquet.ParquetFile(stream)
    except _FOREIGN as error:
        raise UnreadableFile(
            name_of(source), "it is no whole Parquet file", "Export it again"
        ) from error
