"""A pickle, or joblib's file of one -> what it is made of, as values that do nothing: no code in it runs."""

from __future__ import annotations

import pickle
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from math import prod
from typing import Any, BinaryIO, ClassVar, cast

_BYTES_OF_A_CHARACTER = 4
"""In numpy's texts."""
_CHUNK = 1 << 20


@dataclass(frozen=True)
class Array:
    """A numpy array by its shape and type (`i8`, `U12`, `O`); `values` only where it holds objects."""

    shape: tuple[int, ...]
    dtype: str
    values: tuple[object, ...] = ()


class Thing:
    """In place of whatever a pickle asks for: it keeps what it is given, and nothing is imported or called."""

    module = ""
    kind = ""

    def __init__(self, *arguments: object, **_: object) -> None:
        self.arguments = arguments
        self.state: object = None

    def __setstate__(self, state: object) -> None:
        self.state = state

    def __setitem__(self, key: object, value: object) -> None:
        """What a mapping of a class of its own holds does not matter here; nor do the next three."""

    def append(self, item: object) -> None: ...

    def extend(self, items: Sequence[object]) -> None: ...

    def add(self, item: object) -> None: ...

    @property
    def fields(self) -> Mapping[str, object]:
        """Its attributes; of one with slots the first of the two parts."""
        state = self.state[0] if isinstance(self.state, tuple) and self.state else self.state
        return {str(key): value for key, value in state.items()} if isinstance(state, dict) else {}


def read(stream: BinaryIO) -> object:
    """Raises whatever a broken file brings about in pickle's own reader, and pickle.UnpicklingError."""
    return _Reader(stream).load()


class _Reader(pickle._Unpickler):
    """Python's own reader in Python, so that arrays which joblib writes between two instructions can be passed over."""

    dispatch: ClassVar[dict[int, Callable[..., None]]] = dict(pickle._Unpickler.dispatch)

    def __init__(self, stream: BinaryIO) -> None:
        super().__init__(stream)
        self._stream = stream
        self._known: dict[tuple[str, str], type] = {}

    def find_class(self, module: str, name: str) -> Any:
        if (module, name) == ("copyreg", "_reconstructor"):
            return _reconstructed
        if (module, name) not in self._known:
            self._known[module, name] = type("Thing", (Thing,), {"module": module, "kind": name})
        return self._known[module, name]

    def _load_build(self) -> None:
        super().load_build()  # type: ignore[misc]  # typeshed has none of the reader's methods
        stack: list[object] = self.stack  # type: ignore[attr-defined]  # nor its stack
        built = stack[-1]
        if isinstance(built, Thing) and built.kind == "NumpyArrayWrapper":
            stack[-1] = self._array(built.fields)

    dispatch[pickle.BUILD[0]] = _load_build

    def _array(self, wrapper: Mapping[str, object]) -> object:
        """joblib's array: its bytes, or a pickle of its objects, follow here."""
        dtype, size = _dtype(wrapper["dtype"])
        shape = cast("tuple[int, ...]", wrapper["shape"])
        if dtype == "O":
            return _Reader(self._stream).load()
        if wrapper.get("numpy_array_alignment_bytes") is not None:
            self._stream.read(self._stream.read(1)[0])
        left = size * prod(shape)
        while left > 0:
            passed = len(self._stream.read(min(left, _CHUNK)))
            if not passed:
                raise pickle.UnpicklingError("the file ends within an array")
            left -= passed
        return Array(tuple(shape), dtype)


def _reconstructed(kind: type[Thing], *_: object) -> Thing:
    """`copyreg._reconstructor`, for a class that stands for another."""
    return kind()


def array_of(value: object) -> Array | None:
    """joblib's arrays are Arrays already; numpy pickles its own as version, shape, type, order and content."""
    if isinstance(value, Array):
        return value
    state = value.state if isinstance(value, Thing) else None
    if not isinstance(state, tuple) or len(state) != 5 or not isinstance(state[1], tuple):
        return None
    _, shape, described, _, content = state
    dtype, _ = _dtype(described)
    return Array(shape, dtype, tuple(content) if isinstance(content, list) else ())


def _dtype(thing: object) -> tuple[str, int]:
    """Its letter and number, and the bytes of one element."""
    if not isinstance(thing, Thing) or not thing.arguments:
        raise pickle.UnpicklingError("an array of a type that cannot be told")
    text = str(thing.arguments[0]).lstrip("<>|=")
    kind, number = text[:1], text[1:]
    if kind == "O":
        return "O", 0
    size = int(number or 1)
    return text, size * _BYTES_OF_A_CHARACTER if kind == "U" else size
