"""A build context and a request whose answer is known -> the same answer from the image, run as a pod would run it."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from .engine import Container, Engine, ImageConfig

PYTHON = "/opt/venv/bin/python"
_CLIENT = Path(__file__).with_name("client.py").read_text()
_PATIENCE = 120.0
"""Seconds for a start; the tests fail by what happens, this only ends a hang."""

LEFTOVER = "leftover"
"""Name of files that lie in a build context by accident: no image may have one."""

_FILES = f"""
import os
for top in ("/app", "/opt/venv"):
    for folder, folders, files in os.walk(top, onerror=lambda error: print(error)):
        for name in folders + files:
            path = os.path.join(folder, name)
            if name == "{LEFTOVER}":
                print("not part of the image:", path)
            if os.path.islink(path):
                continue
            state = os.stat(path)
            if not state.st_mode & 0o004 or (name in folders and not state.st_mode & 0o001):
                print("not everybody's to read:", path)
            if state.st_mode & 0o022 or state.st_uid != 0:
                print("not only root's to write:", path)
"""

_WRITE = """
import os
print("read-only" if os.statvfs("/").f_flag & os.ST_RDONLY else "writable", "root")
for path in ("/app/main.py", "/app/new", "/opt/venv/new"):
    try:
        open(path, "a")
        print("opened", path)
    except OSError:
        pass
open("/tmp/new", "w").close()
"""


def ask(container: Container, path: str, body: object = None) -> tuple[int, Any]:
    """Status and JSON body of an answer; GET where there is no body. Status 0 where nothing listens."""
    printed = json.loads(container.execute(PYTHON, "-c", _CLIENT, stdin=json.dumps({"path": path, "body": body})))
    text = printed["body"]
    return printed["status"], json.loads(text) if text.startswith(("{", "[")) else text


def wait_until_ready(container: Container) -> None:
    end = time.monotonic() + _PATIENCE
    while True:
        try:
            status, body = ask(container, "/v2/health/ready")
        except AssertionError as gone:
            pytest.fail(f"{gone}\n--- log\n{container.logs()}")
        if status == 200:
            return
        assert time.monotonic() < end, f"not ready after {_PATIENCE} s: {status} {body}\n{container.logs()}"
        time.sleep(0.2)


def predict(container: Container, model: str, inputs: list[Mapping[str, object]]) -> dict[str, list[Any]]:
    """Output tensors of an inference request, name -> data."""
    status, body = ask(container, f"/v2/models/{model}/infer", {"inputs": inputs})
    assert status == 200, f"{status} {body}\n{container.logs()}"
    return {output["name"]: output["data"] for output in body["outputs"]}


def check_config(config: ImageConfig, labels: Mapping[str, str]) -> None:
    """The image says itself how it is to be run."""
    assert re.fullmatch(r"[1-9]\d*:[1-9]\d*", config.user), "Kubernetes can check only a numeric user"
    assert config.entrypoint[0] != "/bin/sh", "a shell as process 1 does not pass SIGTERM on"
    assert config.environment["MLSPEC_HOST"] == "0.0.0.0"
    assert labels.items() <= config.labels.items()


def check_confinement(container: Container, uid: int) -> None:
    """Own user, no capabilities, read-only root with all that is needed readable, no pip left."""
    status = container.execute("cat", "/proc/1/status")
    assert re.search(rf"^Uid:\s+{uid}\s+{uid}\s+{uid}\s+{uid}$", status, re.MULTILINE)
    assert re.search(r"^CapEff:\s+0+$", status, re.MULTILINE)
    assert re.search(r"^NoNewPrivs:\s+1$", status, re.MULTILINE)
    assert container.execute(PYTHON, "-c", _WRITE) == "read-only root\n"
    assert container.execute(PYTHON, "-c", _FILES) == ""
    found = container.execute(PYTHON, "-c", "import importlib.util; print(importlib.util.find_spec('pip'))")
    assert found.strip() == "None"


def check_image(
    engine: Engine,
    image: str,
    model: str,
    inputs: list[Mapping[str, object]],
    expected: Mapping[str, list[Any]],
    user: tuple[int, int] | None = None,
) -> None:
    """From start to SIGTERM: confined, ready, right, and gone without an error."""
    with engine.start(image, user) as container:
        wait_until_ready(container)
        outputs = predict(container, model, inputs)
        assert outputs.keys() == expected.keys()
        for name, data in expected.items():
            measured = all(isinstance(value, float) for value in data)
            assert outputs[name] == (pytest.approx(data, rel=1e-5, abs=1e-6) if measured else data), name
        uid = user[0] if user else int(engine.config(image).user.partition(":")[0])
        check_confinement(container, uid)
        assert container.stop() == 0, container.logs()
