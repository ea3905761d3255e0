"""Real servers that the suite examines."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from mlspec.client.exchange import Address
from mlspec.client.tensors import DATATYPES
from tests.runtime.image import tensor, write_image
from tests.runtime.running import PATIENCE, Running

ECHO = """
class Handler:
    def predict(self, inputs):
        return {f"same_{name}": array for name, array in inputs.items()}
"""


def echo_image(folder: Path) -> Path:
    """A model that gives back one input of each datatype."""
    manifest = {
        "name": "echo",
        "format": "python",
        "inputs": [tensor(word.lower(), word, -1, 2) for word in DATATYPES],
        "outputs": [tensor(f"same_{word.lower()}", word, -1, 2) for word in DATATYPES],
    }
    return write_image(folder, manifest, {"batching": {"maxSize": 2048}}, ECHO)


@pytest.fixture(scope="session")
def echo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Address]:
    running = Running(echo_image(tmp_path_factory.mktemp("echo")))
    running.ready()
    yield address_of(running)
    running.stop()


def address_of(running: Running) -> Address:
    return Address(secure=False, host="127.0.0.1", port=running.port, timeout=PATIENCE)
