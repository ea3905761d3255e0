"""The command to paste: one line while a terminal takes it, then a file, and none where JSON has no form for it."""

from __future__ import annotations

import json
import shlex
from pathlib import Path

from mlspec.client.tensors import Spec
from mlspec.serving.example_request import LONGEST, curl


def test_names_are_quoted_for_shell_and_url(tmp_path: Path) -> None:
    command = curl("http://127.0.0.1:1", "a b'c", (Spec("it's", "BYTES", (-1,)),), tmp_path)
    _, _, url, _, body = shlex.split(command or "")
    assert url == "http://127.0.0.1:1/v2/models/a%20b%27c/infer"
    assert json.loads(body) == {"inputs": [{"name": "it's", "datatype": "BYTES", "shape": [1], "data": ["0"]}]}


def test_a_long_body_lies_in_a_file(tmp_path: Path) -> None:
    command = curl("http://127.0.0.1:1", "a", (Spec("x", "FP32", (-1, 3, 64, 64)),), tmp_path) or ""
    assert len(command) < LONGEST
    file = Path(shlex.split(command)[-1].removeprefix("@"))
    assert len(json.loads(file.read_text())["inputs"][0]["data"]) == 3 * 64 * 64


def test_what_has_no_json_form_has_no_command(tmp_path: Path) -> None:
    assert curl("http://127.0.0.1:1", "a", (Spec("x", "FP16", (-1,)),), tmp_path) is None
