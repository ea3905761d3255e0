"""Images with small models for the batch command."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.runtime.image import tensor, write_image

Image = Callable[..., Path]

SUM = """
class Handler:
    def predict(self, inputs):
        return {"y": inputs["x"].sum(axis=1)}
"""


@pytest.fixture
def image(tmp_path: Path) -> Image:
    """An image whose handler is `code`: two numbers of a row to one, unless `signature` says otherwise."""

    def write(code: str = SUM, **signature: Any) -> Path:
        described = {"inputs": [tensor("x", "FP64", -1, 2)], "outputs": [tensor("y", "FP64", -1)], **signature}
        return write_image(tmp_path / "image", {"format": "python", **described}, code=code)

    return write
