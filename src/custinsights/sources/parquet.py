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

_TEXTS = frozenset({"string", "large_string", "string_view"})

MAGIC = b"PAR1"
"""The first bytes of a Parquet file."""


def header_of(source: Source) -> list[str]:
    """Return the names of the columns."""
    with open_bytes(source) as stream:
        return list(_opened(source, stream).schema_arrow.names)


def sheet_of(source: Source, positions: Mapping[str, int], header: Sequence[str]) -> Sheet:
    """Read the columns of some fields, one after another; texts come coded as they lie there."""
    name = name_of(source)
    names = {field: header[at] for field, at in positions.items()}
    with open_bytes(source) as stream:
        schema = _opened(source, stream).schema_arrow
        texts = [one.name for one in schema if str(one.type) in _TEXTS]
        file = _opened(source, stream, texts)
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
        np.arange(n, dtype=np.int64),
        is_typed=True,
    )


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
