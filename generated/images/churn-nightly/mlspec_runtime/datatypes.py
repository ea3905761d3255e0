"""The Open Inference Protocol's datatypes <-> numpy's."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from mlspec_runtime.errors import InvalidInput

Array = NDArray[Any]
"""A tensor: C order or not, of one of the dtypes below; BYTES is an object array of `bytes`."""

BYTES: Final = "BYTES"

DTYPES: Final[dict[str, np.dtype[Any]]] = {
    "BOOL": np.dtype("?"),
    "INT8": np.dtype("<i1"),
    "INT16": np.dtype("<i2"),
    "INT32": np.dtype("<i4"),
    "INT64": np.dtype("<i8"),
    "UINT8": np.dtype("<u1"),
    "UINT16": np.dtype("<u2"),
    "UINT32": np.dtype("<u4"),
    "UINT64": np.dtype("<u8"),
    "FP16": np.dtype("<f2"),
    "FP32": np.dtype("<f4"),
    "FP64": np.dtype("<f8"),
    BYTES: np.dtype("O"),
}

_NAMES: Final = {dtype: name for name, dtype in DTYPES.items()}


def datatype_of(array: Array) -> str | None:
    """The protocol's word for an array's dtype; None where it has none (complex numbers, dates, …)."""
    dtype = array.dtype
    name = _NAMES.get(dtype)
    if name is None and dtype.kind in "OSUT":
        return BYTES
    return name or _NAMES.get(dtype.newbyteorder("<"))


def decode_text(array: Array) -> Array:
    """BYTES as the frameworks have them: an object array of `str`. Raises InvalidInput where it is not UTF-8."""
    try:
        flat = [element.decode() if isinstance(element, bytes) else str(element) for element in array.ravel().tolist()]
    except UnicodeDecodeError as error:
        raise InvalidInput("a BYTES element is not UTF-8 text") from error
    decoded = np.empty(len(flat), dtype=object)
    decoded[:] = flat
    return decoded.reshape(array.shape)
