"""scikit-learn's handwritten digits -> model.pt2, and in expected.json a request with the answer it must get.

The embedding is the image's place along the directions in which digits differ most. They are computed, not learnt, so
that the same numbers come out on every machine; a network in their place would be exported in the same way.
"""

from __future__ import annotations

import json
import sys
import warnings
from pathlib import Path
from typing import Any

import numpy as np
from sklearn.datasets import load_digits

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # of PyTorch about itself
    import torch
    from torch.export import Dim, ExportedProgram, export, save

BRIGHTEST = 16.0
DIMENSIONS = 16


class Embedder(torch.nn.Module):
    """Images of shape [n, 8, 8] -> embeddings of shape [n, 16] and length 1, so that a dot product tells likeness."""

    def __init__(self, mean: Any, directions: Any) -> None:
        super().__init__()
        self.register_buffer("mean", torch.from_numpy(mean))
        self.register_buffer("directions", torch.from_numpy(directions))

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        centred = images.flatten(1) - self.mean
        return torch.nn.functional.normalize(centred @ self.directions)


def digits() -> Any:
    """1,797 images of 8 by 8 grey values between 0 and 1."""
    return (load_digits().images / BRIGHTEST).astype(np.float32)


def train() -> ExportedProgram:
    rows = digits().reshape(-1, 64).astype(np.float64)
    mean = rows.mean(axis=0)
    _, _, directions = np.linalg.svd(rows - mean, full_matrices=False)
    chosen = directions[:DIMENSIONS]
    # The sign of a direction is the library's choice.
    chosen *= np.sign(chosen[np.arange(DIMENSIONS), np.abs(chosen).argmax(axis=1)])[:, np.newaxis]
    embedder = Embedder(mean.astype(np.float32), np.ascontiguousarray(chosen.T, dtype=np.float32)).eval()
    # Any number of rows: the server joins requests to batches.
    program = export(embedder, (torch.zeros(2, 8, 8),), dynamic_shapes=({0: Dim("rows")},))
    for node in program.graph.nodes:
        # Where each line of this file lies on this machine: the model should change only when its numbers do.
        for key in ("stack_trace", "nn_module_stack", "source_fn_stack", "from_node"):
            node.meta.pop(key, None)
    return program


def expected(program: ExportedProgram) -> dict[str, object]:
    """An inference request of three images in the Open Inference Protocol, and the output that answers it."""
    images = digits()[100:103]
    with torch.inference_mode():
        embedding = program.module()(torch.from_numpy(images)).numpy()
    return {"inputs": [tensor("images", "FP32", images)], "outputs": [tensor("embedding", "FP32", embedding)]}


def tensor(name: str, datatype: str, values: Any) -> dict[str, object]:
    return {"name": name, "datatype": datatype, "shape": list(values.shape), "data": values.ravel().tolist()}


def main(folder: Path) -> None:
    program = train()
    save(program, folder / "model.pt2")
    (folder / "expected.json").write_text(json.dumps(expected(program)) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent)
