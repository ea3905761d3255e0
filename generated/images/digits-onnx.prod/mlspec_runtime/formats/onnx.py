"""An ONNX file -> a model that onnxruntime runs on the best device it finds."""

from __future__ import annotations

import os
from typing import Any

import numpy as np

from mlspec_runtime.datatypes import BYTES, Array, decode_text
from mlspec_runtime.devices import CPU, Device, driver_problem
from mlspec_runtime.errors import InvalidInput
from mlspec_runtime.fit import tensors_misfit
from mlspec_runtime.formats import model_file
from mlspec_runtime.manifest import Manifest
from mlspec_runtime.signature import Tensors, TensorSpec

_DATATYPES = {
    "tensor(bool)": "BOOL",
    "tensor(int8)": "INT8",
    "tensor(int16)": "INT16",
    "tensor(int32)": "INT32",
    "tensor(int64)": "INT64",
    "tensor(uint8)": "UINT8",
    "tensor(uint16)": "UINT16",
    "tensor(uint32)": "UINT32",
    "tensor(uint64)": "UINT64",
    "tensor(float16)": "FP16",
    "tensor(float)": "FP32",
    "tensor(double)": "FP64",
    "tensor(string)": BYTES,
}

_NOT_USED = ("TensorrtExecutionProvider", "AzureExecutionProvider")
"""TensorRT is named in every wheel for GPUs and installed by none; Azure's asks a server elsewhere."""


class OnnxModel:
    """Gives the outputs that are declared; where none is, all that are tensors or maps of class to score."""

    platform = "onnxruntime_onnx"
    classes: tuple[str, ...] = ()

    def __init__(self, session: Any, manifest: Manifest, invalid: type[Exception], device: Device) -> None:
        self.device = device
        self._session = session
        self._invalid = invalid
        self.inputs = manifest.inputs or _tensors(session.get_inputs())
        # A classifier's zipmap (a list of maps) has no shape in the graph: warm-up shows it.
        graph = session.get_outputs()
        plain = all(output.type in _DATATYPES for output in graph)
        self.outputs = manifest.outputs or (_tensors(graph) if plain else ())
        self._names = [output.name for output in manifest.outputs] or [output.name for output in graph]

    def predict(self, inputs: dict[str, Array]) -> dict[str, Array]:
        feeds = {
            name: decode_text(array) if array.dtype.kind == "O" else np.ascontiguousarray(array)
            for name, array in inputs.items()
        }
        try:
            results = self._session.run(self._names, feeds)
        except self._invalid as error:
            raise InvalidInput(str(error)) from error
        return {name: _array(result) for name, result in zip(self._names, results, strict=True)}

    def misfit(self, error: Exception) -> str | None:  # noqa: ARG002 - the graph knows it before
        return tensors_misfit(self.inputs, _tensors(self._session.get_inputs()))


def load(manifest: Manifest) -> OnnxModel:
    import onnxruntime
    from onnxruntime.capi.onnxruntime_pybind11_state import InvalidArgument

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = int(os.environ.get("OMP_NUM_THREADS") or len(os.sched_getaffinity(0)))
    # Spinning threads would take the core that parses requests.
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    options.log_severity_level = 3
    providers = [name for name in onnxruntime.get_available_providers() if name not in _NOT_USED]
    if "CUDAExecutionProvider" in providers:
        # CUDA comes as wheels, below site-packages, where the loader does not look by itself.
        onnxruntime.preload_dlls()
    session = onnxruntime.InferenceSession(str(model_file(manifest)), options, providers=providers)
    return OnnxModel(session, manifest, InvalidArgument, _device(session.get_providers()[0], providers))


def _device(used: str, offered: list[str]) -> Device:
    """`CUDAExecutionProvider` is `cuda`; a session leaves out, in silence, a provider that does not start."""
    name = used.removesuffix("ExecutionProvider").lower()
    if name != CPU:
        return Device(name)
    if "CUDAExecutionProvider" not in offered:
        return Device(CPU, "this build of onnxruntime has no CUDA; onnxruntime-gpu has")
    return Device(CPU, driver_problem() or "onnxruntime cannot load the libraries of CUDA; its own lines say which")


def _tensors(nodes: Any) -> Tensors:
    return tuple(
        TensorSpec(
            node.name,
            _DATATYPES.get(node.type, node.type),
            tuple(length if isinstance(length, int) else -1 for length in node.shape),
        )
        for node in nodes
    )


def _array(result: Any) -> Array:
    if isinstance(result, list) and result and isinstance(result[0], dict):
        classes = sorted(result[0])
        return np.asarray([[row[name] for name in classes] for row in result], dtype=np.float32)
    return np.asarray(result)
