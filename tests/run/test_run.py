"""`mlspec run` with its real server: what it shows, how it ends, and what it says when it cannot."""

from __future__ import annotations

import json
import shlex
import signal
import socket
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import psutil
import pytest

from tests.run.conftest import Run, write_model
from tests.run.started import Started
from tests.runtime.running import PATIENCE, eventually

ROOT = Path(__file__).parents[2]
TIME = r"[\d.]+ m?s"


def address(started: Started) -> str:
    return started.wait_for(r"(http://127\.0\.0\.1:\d+)   docs: \1/openapi\.json\r?\n")[1]


def infer(url: str, *row: float) -> httpx.Response:
    body = {"inputs": [{"name": "x", "datatype": "FP64", "shape": [1, 2], "data": row}]}
    return httpx.post(f"{url}/v2/models/sum/infer", json=body, timeout=PATIENCE, trust_env=False)


def test_the_line_that_it_prints_asks_for_a_prediction(run: Run, require_tool: Callable[[str], str]) -> None:
    curl = require_tool("curl")
    started = run(ROOT, "digits-onnx", "--port", "0")
    assert (
        httpx.get(f"{address(started)}/openapi.json", timeout=PATIENCE, trust_env=False).json()["info"]["title"]
        == "digits-onnx"
    )
    line = started.wait_for(r"\ncurl (.*)\n")[1]
    answer = json.loads(subprocess.run([curl, *shlex.split(line)], capture_output=True, check=True).stdout)
    assert [output["name"] for output in answer["outputs"]] == ["label", "probabilities"]
    assert started.shown.startswith("digits-onnx 2.1.0 as in staging\n")
    assert "requests/s" not in started.shown
    started.process.send_signal(signal.SIGINT)
    assert started.status() == 0
    assert started.shown.count("\n") == 3


def test_on_a_terminal_a_line_lives_and_ctrl_c_ends_it(run: Run, tmp_path: Path) -> None:
    started = run(write_model(tmp_path), "sum", "--port", "0", terminal=True)
    url = address(started)
    started.wait_for(r"0 requests/s   p50 –   p99 –   queue 0   batch –")
    with ThreadPoolExecutor(1) as pool:
        counted = pool.submit(
            started.wait_for, rf"[1-9]\d* requests/s   p50 {TIME}   p99 {TIME}   queue \d+   batch 1\.0"
        )
        while not counted.done():
            assert infer(url, 1, 2).json()["outputs"][0]["data"] == [3.0]
    children = psutil.Process(started.process.pid).children(recursive=True)
    started.press(b"\x03")
    assert started.status() == 0
    assert "Traceback" not in started.shown
    assert not any(child.is_running() and child.status() != psutil.STATUS_ZOMBIE for child in children)


GATED = """
import pathlib, time

class Handler:
    def predict(self, inputs):
        gate = pathlib.Path(r"{gate}")
        if (inputs["x"] == -1).any():
            gate.with_name("asked").touch()
            while not gate.exists():
                time.sleep(0.01)
        return {{"y": inputs["x"].sum(axis=1)}}
"""


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_what_was_accepted_is_answered_before_it_ends(run: Run, tmp_path: Path, number: signal.Signals) -> None:
    gate = tmp_path / "gate"
    started = run(write_model(tmp_path, GATED.format(gate=gate)), "sum", "--port", "0")
    url = address(started)
    with ThreadPoolExecutor(1) as pool:
        answer = pool.submit(infer, url, -1, 3)
        eventually((tmp_path / "asked").exists)
        started.process.send_signal(number)
        eventually(lambda: httpx.get(f"{url}/v2/health/ready", timeout=PATIENCE, trust_env=False).status_code == 503)
        gate.touch()
        assert answer.result().json()["outputs"][0]["data"] == [2.0]
    assert started.status() == 0


FAILS = """
class Handler:
    def predict(self, inputs):
        if inputs["x"].sum() != 1:  # zeros, with which it is warmed up, too
            raise KeyError("no such column")
        return {"y": inputs["x"].sum(axis=1)}
"""


def test_a_failure_of_the_users_code_is_told_with_its_line(run: Run, tmp_path: Path) -> None:
    started = run(write_model(tmp_path, FAILS), "sum", "--port", "0")
    url = address(started)
    started.wait_for(r"\n(the model may refuse .*:)\ncurl ")
    assert infer(url, 1, 2).status_code == 500
    shown = started.wait_for(r"error: the model failed: (.*)\n")[1]
    assert shown == f"KeyError: 'no such column' ({tmp_path}/specs/sum/src/handler.py:5)"


NO_WEIGHTS = """
class Handler:
    def load(self, path):
        raise ValueError("no weights")

    def predict(self, inputs):
        return inputs
"""


def test_a_model_that_cannot_be_loaded_ends_it_with_the_reason(run: Run, tmp_path: Path) -> None:
    started = run(write_model(tmp_path, NO_WEIGHTS), "sum", "--port", "0")
    assert started.status() == 2
    reason = f"the model cannot be loaded: ValueError: no weights ({tmp_path}/specs/sum/src/handler.py:4)"
    assert started.shown == f"sum 1.0.0 as in default\nerror: {reason}\n"


def test_a_port_that_is_taken_ends_it_with_the_reason(run: Run, tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        started = run(write_model(tmp_path), "sum", "--port", str(port))
        assert started.status() == 2
    assert f"error: cannot listen on 127.0.0.1 port {port}: Address already in use; take another" in started.shown
    assert "mlspec-run-" not in started.shown


def test_a_server_that_is_killed_ends_it_with_the_signal(run: Run, tmp_path: Path) -> None:
    started = run(write_model(tmp_path), "sum", "--port", "0")
    address(started)
    (child,) = psutil.Process(started.process.pid).children()
    child.kill()
    assert started.status() == 2
    assert "error: the server was ended by SIGKILL (out of memory?)\n" in started.shown


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells a process of its parent's end")
def test_the_server_ends_with_a_command_that_is_killed(run: Run, tmp_path: Path) -> None:
    started = run(write_model(tmp_path), "sum", "--port", "0")
    address(started)
    (server,) = psutil.Process(started.process.pid).children()
    started.process.kill()
    eventually(lambda: not server.is_running() or server.status() == psutil.STATUS_ZOMBIE)


def test_a_missing_distribution_is_told_with_the_command_that_brings_it(run: Run, tmp_path: Path) -> None:
    more = "  requirements: ['nowhere-to-be-found>=2', numpy, 'other; python_version < \"3\"']"
    started = run(write_model(tmp_path, more=more), "sum")
    assert started.status() == 2
    assert started.shown.endswith("this brings it:\n  pip install 'nowhere-to-be-found>=2'\n")


def test_settings_and_variables_are_those_of_the_environment(run: Run, tmp_path: Path) -> None:
    code = (
        "import os\n\nprint('greeting', os.environ['GREETING'])\n\n\n"
        "class Handler:\n    def predict(self, inputs):\n        return {'y': inputs['x'].sum(axis=1)}\n"
    )
    more = (
        "server:\n  maxBody: 1Ki\n  env:\n    - {name: GREETING, value: 'a $$ $(b)'}\n"
        "    - {name: TOKEN, secret: token/value}\n"
    )
    started = run(write_model(tmp_path, code, more=more), "sum", "--port", "0", "--logs")
    url = address(started)
    assert "warning: TOKEN: a Secret in the cluster, nothing here" in started.shown
    assert "greeting a $$ $(b)" in started.shown
    assert (
        httpx.post(f"{url}/v2/models/sum/infer", content=b" " * 1025, timeout=PATIENCE, trust_env=False).status_code
        == 413
    )
    started.wait_for(r'"event\.action": "ready".*\n')
    records = [json.loads(line) for line in started.shown.rpartition("\n")[0].splitlines() if line[:1] == "{"]
    assert {"listen", "ready"} <= {record.get("event.action") for record in records}


def test_what_is_not_there_is_told_with_what_is(run: Run, tmp_path: Path) -> None:
    write_model(tmp_path)
    other = run(tmp_path, "sun")
    assert (other.status(), other.shown) == (2, "error: there is no model `sun`; did you mean `sum`?\n")
    nowhere = run(tmp_path, "sum", "-e", "prod")
    assert nowhere.status() == 2
    assert nowhere.shown == "error: `sum` does not run in `prod`; it runs in: default\n"


def test_a_model_of_vllm_is_left_to_vllm(run: Run) -> None:
    started = run(ROOT, "support-llm", "-e", "prod")
    assert started.status() == 2
    assert "error: support-llm is served by vLLM in its own image, which needs cards" in started.shown


def test_mistakes_of_another_model_do_not_matter_and_its_own_do(run: Run, tmp_path: Path) -> None:
    write_model(tmp_path)
    write_model(tmp_path, name="broken", more="replica: 3\n")
    torn = tmp_path / "specs/torn/model.yaml"
    torn.parent.mkdir()
    torn.write_text("apiVersion: mlspec.dev/v1\nkind: Model\nmetadata: {name: torn\n")
    address(run(tmp_path, "sum", "--port", "0"))
    wrong = (
        ("broken", "specs/broken/model.yaml:13:3", "broken does not compile\n"),
        ("torn", "specs/torn/model.yaml:", "there is no model `torn`; there are: broken, sum\n"),
    )
    for name, file, verdict in wrong:
        refused = run(tmp_path, name, "--port", "0")
        assert refused.status() == 2
        assert refused.shown.endswith(f"\nerror: {verdict}")
        assert "error[MLS" in refused.shown
        assert file in refused.shown
        assert "docs:" not in refused.shown
