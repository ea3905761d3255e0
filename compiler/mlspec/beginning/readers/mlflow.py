"""An MLflow model's folder, or its `MLmodel` -> the file of a flavor that a format serves, and its signature."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from mlspec.beginning.found import CannotBegin, Found, Tensor

_FILE = {"sklearn": "pickled_model", "xgboost": "data", "lightgbm": "data", "onnx": "data"}
"""Each flavor that is also a format, with its key for the file."""
_NUMPY = {
    "bool": "BOOL",
    **{f"{sign}int{bits}": f"{sign}int{bits}".upper() for sign in ("", "u") for bits in (8, 16, 32, 64)},
    "float16": "FP16",
    "float32": "FP32",
    "float64": "FP64",
    "str": "BYTES",
}


def read_mlflow(path: Path, read_file: Callable[[Path], Found]) -> Found:
    """What the file says itself; where that leaves something open, the signature says it."""
    folder = path if path.is_dir() else path.parent
    described = _described(folder / "MLmodel")
    flavors = described.get("flavors")
    flavors = flavors if isinstance(flavors, dict) else {}
    flavor = next((name for name in _FILE if name in flavors), None)
    if flavor is None:
        named = ", ".join(name for name in flavors if name != "python_function") or "python_function alone"
        raise CannotBegin(
            f"{folder} is an MLflow model of {named}: mlspec begins with {', '.join(_FILE)}; for another one write a "
            "handler (format `python`), or save it as ONNX"
        )
    row = flavors[flavor]
    file = folder / str(row.get(_FILE[flavor], ""))
    if not file.is_file():
        raise CannotBegin(f"{folder}/MLmodel names {row.get(_FILE[flavor])} as its {flavor} model, which is not there")
    read = read_file(file)
    tensors = _tensors(described, "inputs")
    return replace(
        read,
        said=f"{read.said}; an MLflow model",
        inputs=read.inputs or (tensors if len(tensors) == 1 and tensors[0].shape[0] == -1 else ()),
        columns=read.columns or _columns(described),
        requirements=_with_cloudpickle(read, row, flavors),
    )


def _described(file: Path) -> Mapping[str, Any]:
    import yaml

    try:
        described = yaml.safe_load(file.read_text(encoding="utf-8"))
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise CannotBegin(f"{file} is not YAML: {error}") from error
    if not isinstance(described, dict):
        raise CannotBegin(f"{file} is not what MLflow writes: no mapping")
    return described


def _signature(described: Mapping[str, Any], side: str) -> list[dict[str, Any]]:
    """JSON in YAML, as MLflow writes it."""
    signature = described.get("signature")
    text = signature.get(side) if isinstance(signature, dict) else None
    try:
        found = json.loads(text) if isinstance(text, str) else []
    except ValueError:
        return []
    return [each for each in found if isinstance(each, dict)] if isinstance(found, list) else []


def _tensors(described: Mapping[str, Any], side: str) -> tuple[Tensor, ...]:
    found = []
    for index, each in enumerate(_signature(described, side)):
        spec = each.get("tensor-spec")
        if isinstance(spec, dict) and spec.get("dtype") in _NUMPY:
            name = str(each.get("name") or ("input" if side == "inputs" else f"output_{index}"))
            found.append(Tensor(name, _NUMPY[spec["dtype"]], tuple(map(int, spec.get("shape") or ()))))
    return tuple(found)


def _columns(described: Mapping[str, Any]) -> tuple[str, ...]:
    rows = _signature(described, "inputs")
    return tuple(str(row["name"]) for row in rows if row.get("type") != "tensor" and row.get("name"))


def _with_cloudpickle(read: Found, row: Mapping[str, Any], flavors: Mapping[str, Any]) -> tuple[str, ...]:
    """What MLflow pickled with cloudpickle is loaded with it, of the version that it says."""
    if read.format != "sklearn" or row.get("serialization_format") != "cloudpickle":
        return read.requirements
    from mlspec.plan.formats import FORMATS

    version = flavors.get("python_function", {}).get("cloudpickle_version") or row.get("cloudpickle_version")
    pin = f"cloudpickle=={version}" if version else "cloudpickle==3.1.2"
    return (*(read.requirements or FORMATS["sklearn"].requirements), pin)
