"""The header of a safetensors file and the class that has its weights -> a PyTorch model with a handler."""

from __future__ import annotations

import json
import re
from pathlib import Path

from mlspec.beginning.found import CannotBegin, Found, Tensor

_LONGEST_HEADER = 100_000_000
"""Source: MAX_HEADER_SIZE in safetensors/src/tensor.rs."""


def read_safetensors(path: Path) -> Found:
    """Eight bytes say how long the header is, which is JSON: a shape and a type for each tensor."""
    with path.open("rb") as stream:
        length = int.from_bytes(stream.read(8), "little")
        header = stream.read(length) if length <= _LONGEST_HEADER else b""
    try:
        tensors = {name: each["shape"] for name, each in json.loads(header).items() if name != "__metadata__"}
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise CannotBegin(f"{path} is no safetensors file: its header is not what it says") from error
    first = next((tensors[name] for name in sorted(tensors, key=_natural) if len(tensors[name]) > 1), None)
    return Found(
        path,
        "pytorch",
        f"{len(tensors)} tensors of safetensors",
        # A layer of two dimensions takes as many columns as its weight's second has.
        inputs=(Tensor("input", "FP32", (-1, int(first[1]))),) if first and len(first) == 2 else (),
    )


def _natural(name: str) -> list[tuple[int, str]]:
    """`layers.10` stands behind `layers.9`."""
    return [(int(part), "") if part.isdigit() else (0, part) for part in re.split(r"(\d+)", name)]
