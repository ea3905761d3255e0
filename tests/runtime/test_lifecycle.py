"""Start and end of a server: what it says while it loads, why it refuses to start, how it leaves."""

from __future__ import annotations

import hashlib
import json
import shutil
import socket
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from mlspec_runtime.digest import digest
from tests.runtime.conftest import Start
from tests.runtime.image import tensor, write_image
from tests.runtime.running import Running, eventually
from tests.runtime.test_batching import GATED, infer, open_gate

SLOW = """
import time, pathlib

class Handler:
    def load(self, path):
        gate = pathlib.Path(__file__).with_name("go")
        while not gate.exists():
            time.sleep(0.01)

    def predict(self, inputs):
        return inputs["x"].sum(axis=1)
"""


def test_while_loading_it_is_live_and_not_ready(start: Start, tmp_path: Path) -> None:
    running = start(SLOW)
    assert running.http.get("/v2/health/live").status_code == 200
    for path in ("/v2/health/ready", "/ping", "/v2/models/tested/ready", "/v2/models/tested"):
        assert running.http.get(path).status_code == 503
    refused = infer(running, 1.0, 2.0)
    assert refused.status_code == 503
    assert refused.headers["retry-after"] == "1"
    (tmp_path / "image0/code/go").touch()
    running.ready()
    assert running.http.get("/v2/health/ready").status_code == 200
    assert infer(running, 1.0, 2.0).json()["outputs"][0]["data"] == [3.0]
    assert running.metric("mlspec_model_load_seconds") > 0
    assert running.metric("mlspec_rejected_total", reason="not_ready") == 1


def refuse(image: Path, reason: str, **environment: str) -> str:
    """The message with which a server refuses to start."""
    running = Running(image, environment)
    assert running.exit_status() == 1
    message = running.wait_for("start", event_outcome="failure", event_reason=reason)["message"]
    running.stop()
    assert "Traceback" not in message
    return str(message)


@pytest.fixture
def image(tmp_path: Path, classifier: Path) -> Path:
    """A copy of the classifier's image that a test may break."""
    shutil.copytree(classifier / "model", tmp_path / "image/model")
    return write_image(tmp_path / "image", {"format": "sklearn", "path": "model/model.joblib"})


def test_a_wrong_digest_refuses_to_start_and_says_both(image: Path) -> None:
    wrong = "sha256:" + "0" * 64
    found = digest(image / "model/model.joblib")
    write_image(image, {"format": "sklearn", "path": "model/model.joblib", "digest": wrong})
    message = refuse(image, "digest")
    assert wrong in message
    assert found in message


def test_nothing_is_unpickled_before_the_digest_is_right(image: Path) -> None:
    witness = image / "witness"
    evil = b"cos\nsystem\n(S'touch " + str(witness).encode() + b"'\ntR."
    (image / "model/model.joblib").write_bytes(evil)
    refuse(image, "digest")
    assert not witness.exists()
    write_image(image, {"format": "sklearn", "path": "model/model.joblib"})
    refuse(image, "method")
    assert witness.exists(), "the pickle does what this test fears"


def test_a_missing_model_refuses_to_start(image: Path) -> None:
    (image / "model/model.joblib").unlink()
    assert "model is missing" in refuse(image, "missing")


def test_a_corrupt_model_refuses_to_start(image: Path) -> None:
    (image / "model/model.joblib").write_bytes(b"\x80\x05 not a pickle")
    write_image(image, {"format": "sklearn", "path": "model/model.joblib"})
    assert "cannot be loaded" in refuse(image, "load")


MANIFESTS: list[tuple[dict[str, Any], str, str]] = [
    ({"format": "sklearn", "path": "model/model.joblib", "colour": 1}, "manifest", "unknown key 'colour'"),
    ({"format": "cobol"}, "format", "format 'cobol' is not known"),
    ({"format": "python"}, "handler", "written as module:Class"),
    ({"format": "sklearn", "path": "model/model.joblib", "predict": "guess"}, "manifest", "must be one of predict"),
    ({"format": "sklearn", "path": "model/model.joblib", "inputs": [{"name": "x"}]}, "manifest", "datatype"),
]


@pytest.mark.parametrize(("manifest", "reason", "message"), MANIFESTS)
def test_a_manifest_that_cannot_be_right(image: Path, manifest: dict[str, Any], reason: str, message: str) -> None:
    write_image(image, manifest)
    assert message in refuse(image, reason)


SETTINGS: list[tuple[Any, str]] = [
    ({"colour": 1}, "unknown key 'colour'"),
    ({"batching": {"size": 1}}, "unknown key 'size'"),
    ({"concurrency": 0}, "settings.concurrency must be a whole number of at least 1"),
    ({"timeout": "30s"}, "settings.timeout must be a number"),
    ({"logging": {"level": "loud"}}, "must be one of debug"),
    ({"logging": {"payloads": 1.5}}, "between 0 and 1"),
    ({"latencyBuckets": [1, 0.5]}, "rising order"),
    ([], "settings must be an object"),
]


@pytest.mark.parametrize(("settings", "message"), SETTINGS)
def test_settings_that_cannot_be_right(image: Path, settings: Any, message: str) -> None:
    (image / "settings.json").write_text(json.dumps(settings))
    assert message in refuse(image, "settings")


def test_a_port_that_is_taken_or_is_none(image: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        assert "cannot listen" in refuse(image, "bind", MLSPEC_PORT=str(taken.getsockname()[1]))
    assert "must be a number" in refuse(image, "settings", MLSPEC_PORT="http")


def test_a_model_that_breaks_its_signature_at_warm_up_does_not_start(start: Start) -> None:
    running = start("class Handler:\n    def predict(self, inputs):\n        return inputs['x']\n")
    assert running.exit_status() == 1
    assert "shape" in running.wait_for("start", event_reason="signature")["message"]


def test_a_model_that_can_take_nothing_that_is_declared_does_not_start(start: Start, image: Path) -> None:
    """Ready, it would fail every request."""
    running = start("class Handler:\n    def predict(self, inputs):\n        return inputs['features']\n")
    assert running.exit_status() == 1
    said = running.wait_for("start", event_reason="signature")["message"]
    assert said == "every request would fail: the handler asks for an input 'features', and the signature has x"
    declared = [tensor("x", "FP64", -1, 3)]
    write_image(image, {"format": "sklearn", "path": "model/model.joblib", "inputs": declared})
    assert "x has 3 columns in the signature, and the model takes" in refuse(image, "signature")


def test_zeros_that_a_handler_refuses_say_nothing_about_requests(start: Start) -> None:
    code = "class Handler:\n    def predict(self, inputs):\n        return 1 / inputs['x'].sum(axis=1, dtype=object)\n"
    running = start(code).ready()
    assert "zeros may be nothing that this model takes" in running.wait_for("warm-up")["message"]


def test_sigterm_finishes_what_was_accepted_and_refuses_the_rest(start: Start) -> None:
    running = start(GATED, {"drain": 60.0}).ready()
    with ThreadPoolExecutor(3) as pool:
        accepted = [pool.submit(infer, running, -1, -1) for _ in range(3)]
        eventually(lambda: running.metric("mlspec_requests_in_progress") == 3)
        running.process.terminate()
        running.wait_for("drain")
        assert running.http.get("/v2/health/live").status_code == 200
        assert running.http.get("/v2/health/ready").status_code == 503
        late = infer(running, 1.0, 1.0)
        assert late.status_code == 503
        assert late.headers["connection"] == "close"
        open_gate(running)
        assert [future.result().status_code for future in accepted] == [200] * 3
    assert running.exit_status() == 0
    assert running.wait_for("stop")["requests.unanswered"] == 0


def test_told_to_stop_before_it_has_imported_what_it_needs(image: Path) -> None:
    running = Running(image)
    loaded = Path(f"/proc/{running.process.pid}/maps")
    while "/_multiarray_umath." not in loaded.read_text():
        assert running.process.poll() is None, running.raw
    assert running.stop() == 0


HANGS = """
import time

class Handler:
    def predict(self, inputs):
        while (inputs["x"] == -1).any():
            time.sleep(0.01)
        return inputs["x"].sum(axis=1)
"""


def test_a_model_that_hangs_turns_liveness_false_and_does_not_stop_the_end(start: Start) -> None:
    running = start(HANGS, {"timeout": 0.3, "drain": 0.5}).ready()
    # Asked again: one that is over time before the model's thread runs never reaches the model.
    eventually(
        lambda: (infer(running, -1, -1).status_code, running.http.get("/v2/health/live").status_code) == (504, 503)
    )
    assert running.stop() == 0


def test_digest_of_a_folder_is_that_of_its_sorted_sums(tmp_path: Path) -> None:
    for name, content in (("b.txt", b"b"), ("a/z.bin", b"z"), ("a.txt", b"")):
        file = tmp_path / "model" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content)
    lines = "".join(
        f"{hashlib.sha256(content).hexdigest()}  {name}\n"
        for name, content in (("a.txt", b""), ("a/z.bin", b"z"), ("b.txt", b"b"))
    )
    assert digest(tmp_path / "model") == "sha256:" + hashlib.sha256(lines.encode()).hexdigest()


def test_the_package_itself_needs_only_the_standard_library() -> None:
    import subprocess
    import sys

    import mlspec_runtime

    code = (
        "import sys, mlspec_runtime.metric_names, mlspec_runtime.digest; "
        "print([m for m in ('numpy', 'uvicorn', 'orjson', 'prometheus_client') if m in sys.modules])"
    )
    root = str(Path(mlspec_runtime.__file__).parents[1])
    shown = subprocess.run(
        [sys.executable, "-c", code], env={"PYTHONPATH": root}, capture_output=True, text=True, check=True
    )
    assert shown.stdout.strip() == "[]"
