"""Named inputs -> the one matrix that tabular models take: a 2-D input as it is, several inputs as its columns."""

from __future__ import annotations

import numpy as np

from mlspec_runtime.datatypes import Array, decode_text


def matrix(inputs: dict[str, Array]) -> Array:
    """Rows by columns; the columns in the inputs' order. BYTES become `str`."""
    if len(inputs) > 1:
        return np.column_stack([column(array) for array in inputs.values()])
    (array,) = inputs.values()
    if array.dtype.kind == "O":
        return decode_text(array)
    return array.reshape(-1, 1) if array.ndim == 1 else array


def column(array: Array) -> Array:
    """One value for each row where that is its shape, else several columns."""
    flat = array.reshape(len(array), -1) if array.ndim > 1 else array
    if flat.ndim > 1 and flat.shape[1] == 1:
        flat = flat[:, 0]
    return decode_text(flat) if flat.dtype.kind == "O" else flat
