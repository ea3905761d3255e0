"""A PyTorch program -> a model: TorchScript, `torch.export` (`.pt2`), or safetensors that a handler builds on."""

from __future__ import annotations

import zipfile
from pathlib import Path
from typing import Any

import numpy as np

from mlspec_runtime.datatypes import Array
from mlspec_runtime.devices import CPU, Device, driver_problem
from mlspec_runtime.errors import InvalidInput, StartupError
from mlspec_runtime.formats import model_path
from mlspec_runtime.handlers import as_outputs, load_handler
from mlspec_runtime.manifest import Manifest


class PytorchModel:
    """Called with the inputs in the signature's order; gives one tensor, several, or a mapping by name."""

    classes: tuple[str, ...] = ()

    def __init__(self, module: Any, manifest: Manifest, platform: str) -> None:
        import torch

        self._torch = torch
        self.device = torch_device()
        self._device = torch.device(self.device.name)
        self._module = module.to(self._device) if hasattr(module, "to") else module
        self.platform = platform
        self.inputs = manifest.inputs
        self.outputs = manifest.outputs
        if not manifest.inputs and manifest.handler is None:
            raise StartupError("signature", "a PyTorch program does not say its inputs: declare them in the spec")

    def predict(self, inputs: dict[str, Array]) -> dict[str, Array]:
        with self._torch.inference_mode():
            result = self._module(*[self._tensor(name, array) for name, array in inputs.items()])
        return self._named(result)

    def misfit(self, error: Exception) -> str | None:
        """A program computes with shapes and types alone: where no length is open, other numbers fare no better."""
        is_fixed = bool(self.inputs) and all(-1 not in spec.shape[1:] for spec in self.inputs)
        if not is_fixed or not isinstance(error, InvalidInput | RuntimeError | TypeError):
            return None
        return f"the program refuses zeros of the shape of `model.inputs`: {str(error).partition(chr(10))[0]}"

    def _tensor(self, name: str, array: Array) -> Any:
        if array.dtype.kind == "O":
            raise InvalidInput(f"input {name!r} is BYTES, which PyTorch has no tensors for")
        # A view of the request's bytes is read-only, and PyTorch may write into its tensors.
        return self._torch.from_numpy(array if array.flags.writeable else array.copy()).to(self._device)

    def _named(self, result: Any) -> dict[str, Array]:
        if isinstance(result, dict):
            return {str(name): self._array(value) for name, value in result.items()}
        if isinstance(result, tuple | list):
            names = [spec.name for spec in self.outputs] or [f"output_{index}" for index in range(len(result))]
            return {name: self._array(value) for name, value in zip(names, result, strict=False)}
        return as_outputs(self._array(result), self.outputs)

    def _array(self, value: Any) -> Array:
        if isinstance(value, self._torch.Tensor):
            tensor = value.detach().cpu()
            # numpy has no bfloat16.
            return np.asarray((tensor.float() if tensor.dtype == self._torch.bfloat16 else tensor).numpy())
        return np.asarray(value)


def load(manifest: Manifest) -> PytorchModel:
    """Raises StartupError when the file is none of the three kinds."""
    path = model_path(manifest)
    if path.is_dir() or path.suffix == ".safetensors":
        return PytorchModel(_load_with_handler(manifest, path), manifest, "pytorch_safetensors")
    import torch

    if path.suffix == ".pt2":
        return PytorchModel(torch.export.load(path).module(), manifest, "pytorch_export")
    if not zipfile.is_zipfile(path):
        raise StartupError("load", f"{path.name} is no TorchScript archive; save the model with torch.jit.save")
    return PytorchModel(torch.jit.load(str(path), map_location="cpu").eval(), manifest, "pytorch_torchscript")


def torch_device() -> Device:
    """`cuda` where PyTorch can use it, AMD's cards included, which it calls so too."""
    import torch

    if torch.cuda.is_available():
        return Device("cuda")
    if not torch.backends.cuda.is_built():
        return Device(CPU, "this build of torch has no CUDA")
    return Device(CPU, driver_problem() or "torch finds no card that it can use")


def _load_with_handler(manifest: Manifest, path: Path) -> Any:
    """Weights without a program: the handler's `load(path)` gives the module that has them."""
    handler: Any = load_handler(manifest) if manifest.handler else None
    if not hasattr(handler, "load"):
        raise StartupError(
            "handler", f"{path.name} holds weights only: name a handler whose load(path) gives the module"
        )
    module = handler.load(path)
    return module.eval() if hasattr(module, "eval") else module
