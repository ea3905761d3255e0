"""Columns of a reference -> the columns of tensors that they are about, bound as those of a batch are."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

from msgspec import Struct

from .reference import Fault, Refused

_SHOWN = 6


class Tensor(Struct, frozen=True):
    """An input or output of the signature; its first dimension counts rows."""

    name: str
    datatype: str
    shape: tuple[int, ...]

    @property
    def columns(self) -> tuple[str, ...] | None:
        """The names of its columns in a file; None where it has any number of them."""
        if len(self.shape) == 1 or self.shape[1] == 1:
            return (self.name,)
        return None if self.shape[1] < 0 else tuple(f"{self.name}.{place}" for place in range(self.shape[1]))


class Bound(Struct, frozen=True):
    """A column of the file, and which column of which tensor it is."""

    name: str
    tensor: Tensor
    column: int
    is_output: bool = False


def bind(
    header: Sequence[str], inputs: Sequence[Tensor], outputs: Sequence[Tensor], excluded: Collection[str]
) -> tuple[Bound, ...]:
    """The columns of the inputs, then those of the outputs that the file has, but for the `excluded` ones.

    An input has the column of its name, or those of its name and a place in it: `scores.0`, `scores.1`. Where a matrix
    is the only input, it has every column that is no output's, in the file's order. Raises Refused where one lacks.
    """
    taken = {tensor.name for tensor in inputs}
    predicted = tuple(bound for tensor in outputs if tensor.name not in taken for bound in _output(header, tensor))
    names = {bound.name for bound in predicted}
    rest = [name for name in header if name not in names]
    if len(inputs) == 1 and len(inputs[0].shape) == 2:
        found = (*_matrix(rest, inputs[0]), *predicted)
    else:
        asked = [tensor for tensor in inputs if tensor.name not in excluded]
        found = (*(bound for tensor in asked for bound in _named(rest, tensor)), *predicted)
    _check_excluded(excluded, {*(bound.name for bound in found), *taken})
    return tuple(bound for bound in found if bound.name not in excluded)


def _check_excluded(excluded: Collection[str], known: Collection[str]) -> None:
    for name in excluded:
        if name not in known:
            said = f"has no column {name!r} that `exclude` could be about; it has {_listed(sorted(known))}"
            raise Refused(Fault("drift-exclude-unknown", said, "no such column", about=name))


def _output(header: Sequence[str], tensor: Tensor) -> Iterator[Bound]:
    for column, name in enumerate(tensor.columns or ()):
        if name in header:
            yield Bound(name, tensor, column, is_output=True)


def _matrix(rest: list[str], tensor: Tensor) -> tuple[Bound, ...]:
    named = tensor.columns
    if named is not None and set(named) <= set(rest):
        return tuple(Bound(name, tensor, column) for column, name in enumerate(named))
    if tensor.shape[1] in (-1, len(rest)):
        return tuple(Bound(name, tensor, column) for column, name in enumerate(rest))
    said = f"has {len(rest)} columns beside those of outputs: {_listed(rest)}; `{tensor.name}` takes {tensor.shape[1]}"
    raise _refused(said, "keep the columns of the input, in its order, and those of outputs under their names")


def _named(rest: list[str], tensor: Tensor) -> tuple[Bound, ...]:
    names = tensor.columns or tuple(name for name in rest if name.rpartition(".")[0] == tensor.name)
    missing = [name for name in names if name not in rest] or ([] if names else [f"{tensor.name}.0"])
    if missing:
        said = f"has no column {missing[0]!r} for the input `{tensor.name}`; it has {_listed(rest)}"
        raise _refused(said, f"write the column, or do not watch the input: `exclude: [{tensor.name}]`")
    return tuple(Bound(name, tensor, column) for column, name in enumerate(names))


def _refused(message: str, remedy: str) -> Refused:
    return Refused(Fault("drift-reference-columns", message, "does not fit `model.inputs`", remedy))


def _listed(names: Sequence[str]) -> str:
    more = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
    return (", ".join(names[:_SHOWN]) or "none") + more
