"""A program of `torch.export` (`.pt2`) -> its inputs and outputs, from the JSON in the archive: no code in it runs."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from mlspec.beginning.found import CannotBegin, Found, Tensor

_PROGRAMS = ("/models/model.json", "serialized_exported_program.json")
"""Where the graph stands in the archive: since torch 2.8, and before."""
_DATATYPES = {
    1: "UINT8",
    2: "INT8",
    3: "INT16",
    4: "INT32",
    5: "INT64",
    6: "FP16",
    7: "FP32",
    8: "FP64",
    12: "BOOL",
    28: "UINT16",
    34: "UINT32",
    35: "UINT64",
}
"""Source: ScalarType in torch/_export/serde/schema.py."""


def read_exported(path: Path) -> Found:
    """Names, types and shapes; a dimension that was exported as dynamic is -1."""
    program = _program(path)
    try:
        graph = program["graph_module"]["graph"]
        signature = program["graph_module"]["signature"]
        inputs = tuple(_tensors(signature["input_specs"], "user_input", graph["tensor_values"]))
        outputs = tuple(_tensors(signature["output_specs"], "user_output", graph["tensor_values"]))
        _refuse_nested(path, program["graph_module"]["module_call_graph"][0]["signature"]["in_spec"])
    except (KeyError, TypeError, IndexError, ValueError) as error:
        raise CannotBegin(_other_torch(path, program)) from error
    if not inputs:
        raise CannotBegin(f"{path} takes no tensors: nobody could send it a request")
    return Found(
        path,
        "pytorch",
        f"program of torch.export{_version(program)}",
        inputs=inputs,
        outputs=tuple(replace(each, name=name) for name, each in zip(_names(outputs), outputs, strict=True)),
        note=_note(inputs),
    )


def _program(path: Path) -> Mapping[str, Any]:
    try:
        with zipfile.ZipFile(path) as archive:
            name = next(each for each in archive.namelist() if each.endswith(_PROGRAMS))
            program = json.loads(archive.read(name))
    except (zipfile.BadZipFile, StopIteration, ValueError, RuntimeError) as error:
        raise CannotBegin(f"{path} is not what torch.export.save writes: it has no program in JSON") from error
    if not isinstance(program, dict):
        raise CannotBegin(f"{path} is not what torch.export.save writes: its program is no mapping")
    return program


def _tensors(specs: Sequence[Mapping[str, Any]], kind: str, values: Mapping[str, Any]) -> Iterator[Tensor]:
    """What callers give or get, in order; parameters and buffers are the program's own."""
    for spec in specs:
        if kind in spec:
            name = spec[kind]["arg"]["as_tensor"]["name"]
            meta = values[name]
            yield Tensor(name, _DATATYPES[meta["dtype"]], tuple(each.get("as_int", -1) for each in meta["sizes"]))


def _names(outputs: Sequence[Tensor]) -> Iterator[str]:
    """An output is called after the last operation, which says nothing to callers."""
    for index in range(len(outputs)):
        yield "output" if len(outputs) == 1 else f"output_{index}"


def _refuse_nested(path: Path, described: str) -> None:
    """The server calls a program with one tensor after the other."""
    tree = json.loads(described)[1]
    arguments, keywords = tree["children_spec"]
    if keywords["children_spec"] or any(child["children_spec"] for child in arguments["children_spec"]):
        raise CannotBegin(
            f"{path} takes named or nested arguments, and the server gives it one tensor after the other: export a "
            "module whose forward takes tensors by position"
        )


def _other_torch(path: Path, program: Mapping[str, Any]) -> str:
    return (
        f"the program in {path}{_version(program)} is not of a kind that is known here, or takes something else than "
        "tensors: write its spec by hand, `format: pytorch` with `model.inputs`"
    )


def _version(program: Mapping[str, Any]) -> str:
    version = program.get("torch_version")
    return f", of torch {version}" if isinstance(version, str) else ""


def _note(inputs: Sequence[Tensor]) -> str:
    fixed = next((each for each in inputs if each.shape and each.shape[0] != -1), None)
    if fixed is None:
        return ""
    return (
        f"`{fixed.name}` was exported for {fixed.shape[0]} rows and takes no other number: for any, export with "
        "dynamic_shapes and torch.export.Dim"
    )
