"""A model file or folder -> its reader, by its ending and else by its first bytes, and what that found."""

from __future__ import annotations

import zipfile
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

from mlspec.beginning.found import CannotBegin, Found

Reader = Callable[[Path], Found]


def open_model(path: Path, *, load: bool = False) -> Found:
    """Raises CannotBegin, with what to do instead. `load` runs a pickle; nothing else ever runs what it reads."""
    if path.name == "MLmodel" or (path / "MLmodel").is_file():
        from .mlflow import read_mlflow

        return read_mlflow(path, lambda file: open_model(file, load=load))
    if (path / "config.json").is_file():
        from .pretrained import read_pretrained

        return read_pretrained(path)
    if path.is_dir():
        raise CannotBegin(f"{path} is a folder without an MLmodel or a config.json: name the model's file in it")
    if path.stat().st_size == 0:
        raise CannotBegin(f"{path} is empty")
    if path.suffix in _ELSEWHERE:
        raise CannotBegin(f"{path} {_ELSEWHERE[path.suffix]}")
    found = (_by_suffix(path, load) or _by_content(path, load))(path)
    known = _served(found.format)
    return found if (found.suffix or path.suffix) in known else replace(found, suffix=_suffix(found, known))


def _by_suffix(path: Path, load: bool) -> Reader | None:
    if path.suffix == ".onnx":
        from .onnx import read_onnx

        return read_onnx
    if path.suffix == ".pt2":
        from .exported import read_exported

        return read_exported
    if path.suffix == ".skops":
        from .skops import read_skops

        return read_skops
    if path.suffix in (".ubj", ".json"):
        from .trees import read_xgboost

        return read_xgboost
    if path.suffix in (".joblib", ".pkl", ".pickle"):
        return _pickles(load)
    return None


def _by_content(path: Path, load: bool) -> Reader:
    from . import trees

    with path.open("rb") as stream:
        start = stream.read(16)
    if start.startswith(b"tree"):
        return trees.read_lightgbm
    if start.startswith((b'{"', b"{L\x00", b"{i", b"{U")):
        return trees.read_xgboost
    if start[:1] == b"\x80":
        return _pickles(load)
    if zipfile.is_zipfile(path):
        from .skops import read_skops

        return read_skops
    raise CannotBegin(
        f"{path} is no model that mlspec knows by its ending or its beginning: {', '.join(_KNOWN)}, or the folder of "
        "an MLflow model or of save_pretrained. A spec for another one is written by hand, with a handler (format "
        "`python`)"
    )


def _pickles(load: bool) -> Reader:
    from . import sklearn

    return sklearn.load if load else sklearn.read_pickle


def _served(name: str) -> tuple[str, ...]:
    from mlspec.plan.formats import FORMATS

    return FORMATS[name].suffixes


def _suffix(found: Found, known: tuple[str, ...]) -> str:
    """joblib reads a plain pickle, too."""
    return ".joblib" if found.format == "sklearn" else known[0]


_TORCH = (
    "is a PyTorch file that does not say its inputs: save the program with torch.export.save (.pt2), which does, or "
    "write the spec by hand, `format: pytorch` with `model.inputs`"
)
_ELSEWHERE: Mapping[str, str] = {
    ".pt": _TORCH,
    ".pth": _TORCH,
    ".safetensors": (
        "holds weights and no program: name the class that has them, `--program net.py:Net`, which is copied beside it"
    ),
    ".h5": "is of Keras, which no format serves: export it to ONNX (tf2onnx)",
    ".keras": "is of Keras, which no format serves: export it to ONNX (model.export, format onnx)",
    ".cbm": "is of CatBoost, which no format serves: save it as ONNX (save_model, format onnx)",
    ".gguf": "is for llama.cpp, which no format serves: use the original weights (docs/language-models.md)",
}
_KNOWN = (".onnx", ".pt2", ".joblib", ".pkl", ".skops", ".ubj", ".json", ".txt", ".safetensors")
