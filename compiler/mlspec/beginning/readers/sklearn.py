"""A scikit-learn estimator in a joblib, pickle or skops file -> what it was fitted on and answers."""

from __future__ import annotations

import bz2
import gzip
import lzma
import pickle
import warnings
import zlib
from collections.abc import Callable, Iterator, Mapping
from io import BytesIO
from pathlib import Path
from typing import Any, BinaryIO

from mlspec.beginning.found import CannotBegin, Found, Tensor
from mlspec.beginning.readers.inert import Array, Thing, array_of, read

_FACTS = ("n_features_in_", "feature_names_in_", "_sklearn_version")
_TEXT = "sklearn.feature_extraction.text"
_PIN = "scikit-learn=="
_DATATYPES = {"i1": "INT8", "i2": "INT16", "i4": "INT32", "i8": "INT64", "f4": "FP32", "f8": "FP64", "b1": "BOOL"}
_PACKED: Mapping[bytes, Callable[[BinaryIO], Any]] = {
    b"\x1f\x8b": lambda stream: gzip.GzipFile(fileobj=stream),
    b"BZ": bz2.BZ2File,
    b"\xfd7": lzma.LZMAFile,
    b"]\x00": lzma.LZMAFile,
    b"x": lambda stream: BytesIO(zlib.decompress(stream.read())),
}
"""How joblib packs, by the first bytes."""


def read_pickle(path: Path) -> Found:
    """Without running it: what a pickle would import or call is replaced by values that do nothing."""
    with path.open("rb") as stream:
        try:
            made = read(_unpacked(stream))
        except CannotBegin:
            raise
        except Exception as error:
            raise CannotBegin(
                f"{path} is no pickle that can be read without running it ({str(error) or type(error).__name__}). If "
                "you trust whoever made it: --load runs it, as the server will"
            ) from error
    return found(path, made)


def load(path: Path) -> Found:
    """By running it: whatever code stands in the file runs here, now. What it makes is then read as any other."""
    try:
        import joblib
    except ModuleNotFoundError as error:
        raise CannotBegin("--load needs joblib and what the model was made with: pip install scikit-learn") from error
    try:
        with warnings.catch_warnings(record=True) as warned:
            warnings.simplefilter("always")
            made = read(BytesIO(pickle.dumps(joblib.load(path))))
    except Exception as error:
        raise CannotBegin(f"{path} cannot be loaded here: {type(error).__name__}: {error}") from error
    # Another scikit-learn says so of each estimator in it.
    versions = [getattr(each.message, "original_sklearn_version", None) for each in warned]
    return found(path, made, next(filter(None, versions), None))


def found(path: Path, made: object, version: str | None = None) -> Found:
    """`made` is the estimator, whatever it was read by; `version` that of the scikit-learn which wrote it, if known."""
    if not isinstance(made, Thing):
        raise CannotBegin(f"{path} holds {_article(made)}, not an estimator: save the fitted estimator itself")
    parts = list(_parts(made))
    if not any(part.module.split(".")[0] == "sklearn" or "n_features_in_" in part.fields for part in parts):
        raise CannotBegin(
            f"{path} holds {made.module}.{made.kind}, which is not of scikit-learn: export it to ONNX, or load it in a "
            "handler (format `python`)"
        )
    facts = {name: part.fields[name] for part in reversed(parts) for name in _FACTS if name in part.fields}
    classes = next((part.fields["classes_"] for part in reversed(parts) if "classes_" in part.fields), None)
    columns = _names(facts.get("feature_names_in_"))
    if version is None and "_sklearn_version" in facts:
        version = str(facts["_sklearn_version"])
    by_name = _chooses_by_name(parts)
    return Found(
        path,
        "sklearn",
        f"{made.kind} of scikit-learn {version or '(of a version that it does not say)'}",
        inputs=_by_column(parts, columns) or _inputs(parts, facts.get("n_features_in_")),
        outputs=_labels(array_of(classes)),
        columns=columns,
        requirements=_requirements(path, version, by_name=by_name),
        methods=("predict_proba",) if classes is not None else (),
        note="it chooses columns by their names, so its image has pandas; `mlspec run` needs it, too"
        if by_name
        else "",
    )


def _parts(estimator: Thing) -> Iterator[Thing]:
    """The estimator, and those within it that see its rows, the first one first."""
    yield estimator
    fields = estimator.fields
    steps = fields.get("steps")
    inside = [step[1] for step in steps if isinstance(step, tuple | list)] if isinstance(steps, list) else []
    if not inside and "n_features_in_" not in fields:
        inside = [fields[name] for name in ("best_estimator_", "estimator_", "estimator") if name in fields][:1]
    for each in inside:
        if isinstance(each, Thing):
            yield from _parts(each)


def _names(value: object) -> tuple[str, ...]:
    array = array_of(value)
    return tuple(map(str, array.values)) if array else ()


def _inputs(parts: list[Thing], width: object) -> tuple[Tensor, ...]:
    """A matrix, or the texts that a vectorizer takes."""
    if isinstance(width, int):
        return (Tensor("input", "FP64", (-1, width)),)
    takes_text = any(part.module == _TEXT for part in parts)
    return (Tensor("text", "BYTES", (-1,)),) if takes_text else ()


def _by_column(parts: list[Thing], columns: tuple[str, ...]) -> tuple[Tensor, ...]:
    """An input for each column, where some hold text: a matrix has one type."""
    texts = {text for part in parts for text in _texts(part, columns)}
    if not texts:
        return ()
    return tuple(Tensor(name, "BYTES" if name in texts else "FP64", (-1,)) for name in columns)


def _texts(transformer: Thing, columns: tuple[str, ...]) -> Iterator[str]:
    """The columns of a ColumnTransformer whose categories, or words, are text."""
    rows = transformer.fields.get("transformers_")
    for row in rows if isinstance(rows, list) else []:
        inside = list(_parts(row[1])) if len(row) == 3 and isinstance(row[1], Thing) else []
        of_row = [row[2]] if inside and isinstance(row[2], str | int) else row[2] if inside else []
        named = [columns[each] if isinstance(each, int) else str(each) for each in of_row if _is_column(each, columns)]
        for part in inside:
            categories = part.fields.get("categories_")
            kinds = [array_of(each) for each in categories] if isinstance(categories, list) else []
            yield from (name for name, kind in zip(named, kinds, strict=False) if kind and kind.dtype[:1] in "OUS")
            if part.module == _TEXT:
                yield from named


def _chooses_by_name(parts: list[Thing]) -> bool:
    """Whether a ColumnTransformer asks for columns of a frame, which a matrix has not."""
    rows = [row for part in parts if isinstance(found := part.fields.get("transformers_"), list) for row in found]
    chosen = [row[2] for row in rows if len(row) == 3]
    return any(isinstance(each, str) or (isinstance(each, list) and any(map(_is_text, each))) for each in chosen)


def _is_text(column: object) -> bool:
    return isinstance(column, str)


def _is_column(column: object, columns: tuple[str, ...]) -> bool:
    return column in columns or (isinstance(column, int) and column < len(columns))


def _labels(classes: Array | None) -> tuple[Tensor, ...]:
    """What `predict` gives, where it is certain."""
    if classes is None or len(classes.shape) != 1:
        return ()
    datatype = "BYTES" if classes.dtype[:1] in ("U", "S", "O") else _DATATYPES.get(classes.dtype)
    return (Tensor("predict", datatype, (-1,)),) if datatype else ()


def _requirements(path: Path, version: str | None, *, by_name: bool) -> tuple[str, ...]:
    """Another scikit-learn than an image has by itself; one estimator is only sure to load in its own."""
    from mlspec.plan.formats import FORMATS, PANDAS, SCIKIT_LEARN

    pin = SCIKIT_LEARN if version is None else f"{_PIN}{version}"
    if pin == SCIKIT_LEARN and not by_name:
        return ()
    return (pin, *([PANDAS] if by_name else []), *FORMATS["sklearn"].by_suffix.get(path.suffix, ()))


def _unpacked(stream: BinaryIO) -> BinaryIO:
    start = stream.read(2)
    stream.seek(0)
    if start == b"\x04\x22":
        raise CannotBegin("it is packed with lz4, which is not read here: dump it again with `compress=3`")
    for magic, opened in _PACKED.items():
        if start.startswith(magic):
            unpacked: BinaryIO = opened(stream)
            return unpacked
    return stream


def _article(made: object) -> str:
    return f"a {type(made).__name__}" if not isinstance(made, Array) else "an array"
