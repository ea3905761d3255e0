"""The content of a Parquet file -> its columns; reading it takes pyarrow, which nothing else here needs."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from typing import Any

from .json_columns import flat
from .table import Cell, unreadable

_MOST_CELLS = 5_000_000
"""A few bytes of Parquet may hold any number of them."""


def parquet_columns(content: bytes) -> Mapping[str, Sequence[Cell]]:
    """Raises Refused where it is no such file, or pyarrow is not installed."""
    try:
        import pyarrow as pa
        import pyarrow.parquet as pq
    except ImportError:
        raise unreadable(
            "is Parquet, and pyarrow, which reads it, is not installed",
            "needs pyarrow",
            "install it: `pip install 'mlspec[parquet]'`; or write the reference as CSV",
        ) from None
    try:
        file = pq.ParquetFile(io.BytesIO(content))
        cells = file.metadata.num_rows * file.metadata.num_columns
        if cells > _MOST_CELLS:
            said = f"has {cells:,} cells; at most {_MOST_CELLS:,} are read"
            raise unreadable(said, "too large", "take a sample of its rows: ten thousand say as much")
        table = file.read()
    except (pa.ArrowException, OSError) as error:
        said = str(error).partition("\n")[0]
        raise unreadable(f"is not Parquet: {said}", "not readable as Parquet") from None
    return _columns(pa, table)


def _columns(pa: Any, table: Any) -> Mapping[str, Sequence[Cell]]:
    found: dict[str, Sequence[Cell]] = {}
    for field in table.schema:
        column = table.column(field.name)
        if pa.types.is_decimal(field.type):
            column = column.cast(pa.float64())
        cells = column.to_pylist()
        if pa.types.is_list(field.type) or pa.types.is_fixed_size_list(field.type):
            rows = [flat({field.name: cell}) for cell in cells]
            names = dict.fromkeys(name for row in rows for name in row if name != field.name)
            found |= {name: [row.get(name) for row in rows] for name in names}
        else:
            found[field.name] = cells
    return found
