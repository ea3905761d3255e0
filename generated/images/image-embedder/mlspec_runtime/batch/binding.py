"""Columns of a file -> the named tensors of a model's signature: which column goes where, and as which type."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from mlspec_runtime.batch.files import Chunk, Column
from mlspec_runtime.batch.outcome import Hopeless
from mlspec_runtime.datatypes import BYTES, DTYPES, Array
from mlspec_runtime.signature import Tensors, TensorSpec

_FLOATS = ("FP16", "FP32", "FP64")


@dataclass(frozen=True, slots=True)
class Binding:
    """An input of the model, and the columns whose values it is made of: side by side where there are several."""

    spec: TensorSpec
    columns: tuple[str, ...]


def bind(
    inputs: Tensors, named: Mapping[str, Sequence[str]], carried: Collection[str], header: Sequence[str]
) -> tuple[Binding, ...]:
    """For each input the columns that are named for it; else the column of its name; else, for a matrix that is the
    only input, every column that is not carried over, in the file's order. Raises Hopeless where none of these fits.
    """
    unknown = sorted(set(named) - {spec.name for spec in inputs})
    if unknown:
        known = ", ".join(spec.name for spec in inputs)
        raise Hopeless(
            "signature", f"batch.columns names {unknown[0]!r}, which is no input of the model; it has {known}"
        )
    return tuple(_bind(spec, named, carried, header, alone=len(inputs) == 1) for spec in inputs)


def _bind(
    spec: TensorSpec,
    named: Mapping[str, Sequence[str]],
    carried: Collection[str],
    header: Sequence[str],
    *,
    alone: bool,
) -> Binding:
    if spec.name in named:
        missing = [column for column in named[spec.name] if column not in header]
        if missing:
            raise Hopeless("column-missing", f"there is no column {missing[0]!r}; there are {', '.join(header)}")
        return Binding(spec, tuple(named[spec.name]))
    if spec.name in header:
        return Binding(spec, (spec.name,))
    rest = tuple(column for column in header if column not in carried)
    if alone and len(spec.shape) == 2:
        if not carried and _are_values(rest):
            shown = ", ".join((*rest[:3], *["…"][: len(rest) > 3]))
            said = f"there is no header: numbers ({shown}) stand where the names of columns belong"
            raise Hopeless("header-missing", f"{said}; write them above the rows")
        if spec.shape[1] in (-1, len(rest)):
            return Binding(spec, rest)
        said = f"the input {spec.name!r} takes {spec.shape[1]} columns; besides id and keep there are {len(rest)}"
        raise Hopeless("signature", f"{said}. Name them under batch.columns")
    raise Hopeless(
        "signature", f"there is no column {spec.name!r} for the input of that name; name it in batch.columns"
    )


def _are_values(header: Sequence[str]) -> bool:
    """Whether it is a row that nobody named; who writes a matrix without names counts its columns from 0 or 1."""
    counted = ([str(number) for number in range(first, first + len(header))] for first in (0, 1))
    return bool(header) and all(map(_is_number, header)) and list(header) not in list(counted)


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def numbers(bindings: Sequence[Binding]) -> dict[str, str]:
    """The datatype of each column that goes into a tensor of numbers."""
    return {name: each.spec.datatype for each in bindings for name in each.columns if each.spec.datatype != BYTES}


def tensors(bindings: Sequence[Binding], chunk: Chunk) -> dict[str, Array]:
    """The model's inputs for the rows of a chunk. Raises Hopeless where a value is not of the signature's type."""
    return {each.spec.name: _tensor(each, chunk) for each in bindings}


def _tensor(binding: Binding, chunk: Chunk) -> Array:
    spec = binding.spec
    parts = [_values(chunk.column(name), spec, name, chunk) for name in binding.columns]
    array = parts[0] if len(parts) == 1 else np.column_stack(parts)
    if len(parts) == 1 and array.ndim == 1 and len(spec.shape) == 2:
        array = array.reshape(-1, 1)
    elif len(parts) == 1 and array.ndim == 2 and len(spec.shape) > 2:
        array = _folded(array, spec)
    if not spec.allows(array.shape):
        columns = ", ".join(binding.columns)
        said = (
            f"{columns} in {chunk.place} gives shape {list(array.shape)}; the input {spec.name!r} is {list(spec.shape)}"
        )
        raise Hopeless("signature", said)
    return array


def _folded(array: Array, spec: TensorSpec) -> Array:
    """A list of values for each row as the tensor that it was flattened from, where only the rows are open."""
    try:
        return array.reshape(len(array), *spec.shape[1:])
    except ValueError:
        return array


def _values(column: Column, spec: TensorSpec, name: str, chunk: Chunk) -> Array:
    """One value for each row, or a row of them where the column holds lists."""
    try:
        values = column if isinstance(column, pa.Array) else pa.array(column)
        if pa.types.is_dictionary(values.type):
            values = values.dictionary_decode()
        if pa.types.is_nested(values.type):
            width = _width(values)
            return _flat(pc.list_flatten(values), spec.datatype).reshape(len(values), width)
        return _flat(values, spec.datatype)
    except (pa.ArrowException, ValueError, TypeError) as error:
        last = chunk.first + chunk.rows - 1
        said = f"column {name!r} of {chunk.place}, rows {chunk.first} to {last}, is not {spec.datatype}"
        raise Hopeless("column-type", f"{said}: {str(error).partition(chr(10))[0]}") from error


def _width(values: pa.Array) -> int:
    lengths = pc.unique(pc.list_value_length(values)).to_pylist()
    if len(lengths) != 1 or lengths[0] is None:
        raise ValueError("its lists have different lengths")
    width: int = lengths[0]
    return width


def _flat(values: pa.Array, datatype: str) -> Array:
    if values.null_count and datatype not in _FLOATS:
        raise ValueError(f"a value is missing, and {datatype} has none that could stand for it")
    if datatype == BYTES:
        return _texts(values)
    wanted = DTYPES[datatype]
    if datatype in _FLOATS and pa.types.is_null(values.type):
        return np.full(len(values), np.nan, wanted)
    # Through an Arrow type, which refuses what does not fit; a missing float becomes NaN.
    kind = pa.float64() if datatype in _FLOATS else pa.from_numpy_dtype(wanted)
    return np.asarray(values.cast(kind).to_numpy(zero_copy_only=False)).astype(wanted)


def _texts(values: pa.Array) -> Array:
    array = np.empty(len(values), dtype=object)
    if pa.types.is_binary(values.type) or pa.types.is_large_binary(values.type):
        array[:] = values.to_pylist()
    else:
        array[:] = [text.encode() for text in values.cast(pa.string()).to_pylist()]
    return array
