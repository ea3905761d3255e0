"""A model's signature -> a command that asks the server for a prediction, to be pasted into a shell."""

from __future__ import annotations

import json
import shlex
from pathlib import Path
from urllib.parse import quote

from mlspec.client.message import infer_message
from mlspec.client.tensors import BINARY_ONLY, Spec, sample

LONGEST = 4000
"""Characters that a terminal still takes in one line; a longer body goes into a file."""


def curl(address: str, model: str, inputs: tuple[Spec, ...], folder: Path) -> str | None:
    """None where an input has no JSON form. `folder` takes a body that is too long for a line."""
    if any(spec.datatype == BINARY_ONLY for spec in inputs):
        return None
    body = json.dumps(infer_message(map(sample, inputs)).document)
    url = shlex.quote(f"{address}/v2/models/{quote(model, safe='')}/infer")
    if len(body) <= LONGEST:
        return f"curl -s {url} -d {shlex.quote(body)}"
    file = folder / "request.json"
    file.write_text(body, encoding="utf-8")
    return f"curl -s {url} -d @{shlex.quote(str(file))}"
