"""An ONNX file -> its graph's inputs and outputs, as onnxruntime has them, which will serve it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from mlspec.beginning.found import CannotBegin, Found, Tensor

_DATATYPES = {
    "bool": "BOOL",
    **{f"{sign}int{bits}": f"{sign}int{bits}".upper() for sign in ("", "u") for bits in (8, 16, 32, 64)},
    "float16": "FP16",
    "float": "FP32",
    "double": "FP64",
    "string": "BYTES",
}


def read_onnx(path: Path) -> Found:
    """The file's bytes alone: what it keeps in other files would not lie beside the spec."""
    from mlspec.plan.formats import FORMATS

    try:
        import onnxruntime
    except ModuleNotFoundError as error:
        pins = " ".join(FORMATS["onnx"].requirements)
        raise CannotBegin(f"an ONNX file is read by what serves it: pip install {pins}") from error
    options = onnxruntime.SessionOptions()
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
    options.log_severity_level = 4
    try:
        session = onnxruntime.InferenceSession(path.read_bytes(), options, providers=["CPUExecutionProvider"])
    except Exception as error:
        raise CannotBegin(
            f"onnxruntime cannot load {path} by itself: {error}. Weights in a second file have to be saved in this one "
            "(onnx.save_model, save_as_external_data=False)"
        ) from error
    outputs = _tensors(session.get_outputs())
    return Found(
        path,
        "onnx",
        f"graph {session.get_modelmeta().graph_name or 'without a name'}, of "
        f"{session.get_modelmeta().producer_name or 'an unnamed producer'}",
        inputs=_tensors(session.get_inputs()),
        # A classifier's map of class to score has no shape in the graph: the server shows it when it warms up.
        outputs=outputs if len(outputs) == len(session.get_outputs()) else (),
    )


def _tensors(nodes: Any) -> tuple[Tensor, ...]:
    """Those that are tensors."""
    return tuple(
        Tensor(node.name, _DATATYPES[kind], tuple(length if isinstance(length, int) else -1 for length in node.shape))
        for node in nodes
        if (kind := node.type.removeprefix("tensor(").removesuffix(")")) in _DATATYPES and node.shape
    )
