"""Several workers: one port, one set of figures, and none that stays dead."""

from __future__ import annotations

import fcntl
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import httpx
import pytest

import mlspec_runtime
from tests.runtime.conftest import Start
from tests.runtime.running import PATIENCE, Running, eventually
from tests.runtime.test_batching import infer

NAMES = """
import os, time

class Handler:
    def predict(self, inputs):
        if (inputs["x"] == -9).any():
            os._exit(9)
        while (inputs["x"] == -1).any():
            time.sleep(0.01)
        return inputs["x"][:, 0] * 0 + os.getpid()
"""


FIGURES = "PROMETHEUS_MULTIPROC_DIR"
THREADS = {"OPENBLAS_NUM_THREADS": "2"}
"""Of the parent's own numpy, to which the kernel may give a signal. Not forked: a fork has but one thread."""


@pytest.fixture
def running(start: Start) -> Running:
    return start(NAMES, {"workers": 2, "timeout": 1.0}, environment=THREADS).ready()


def fresh(running: Running, *row: float, patience: float = PATIENCE) -> Any:
    """A request on a connection of its own: any worker may take it."""
    body = {"inputs": [{"name": "x", "datatype": "FP64", "shape": [1, 2], "data": list(row)}]}
    with httpx.Client(base_url=str(running.http.base_url), timeout=patience, trust_env=False) as client:
        return client.post("/v2/models/tested/infer", json=body)


def seen(running: Running) -> set[int]:
    answer = fresh(running, 1.0, 1.0)
    return {int(answer.json()["outputs"][0]["data"][0])} if answer.status_code == 200 else set()


def pids(running: Running, count: int) -> set[int]:
    """The workers that answered until `count` of them had."""
    found: set[int] = set()

    def enough() -> bool:
        found.update(seen(running))
        return len(found) >= count

    eventually(enough)
    return found


def folder_of(running: Running) -> Path:
    """What the workers share."""
    variables = Path(f"/proc/{pids(running, 1).pop()}/environ").read_text().split("\0")
    return next(Path(value) for name, _, value in (each.partition("=") for each in variables) if name == FIGURES)


def state(pid: int) -> str:
    """As proc_pid_stat(5) has it: T is stopped, Z is dead and not yet waited for."""
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]


def test_one_port_and_one_set_of_figures(running: Running) -> None:
    workers = {line["process.pid"] for line in running.log if line.get("event.action") == "ready"}
    eventually(lambda: len({line["process.pid"] for line in running.log if line.get("event.action") == "ready"}) == 2)
    found = pids(running, 2)
    assert workers <= found
    asked = running.metric("mlspec_requests_total", endpoint="infer", code="200")
    for _ in range(10):
        assert fresh(running, 1.0, 1.0).status_code == 200
    assert running.metric("mlspec_requests_total", endpoint="infer", code="200") == asked + 10
    stats = running.http.get("/v2/models/tested/stats").json()["model_stats"][0]
    assert stats["inference_count"] == asked + 10
    assert running.metric("mlspec_model_info") == 1


@pytest.mark.parametrize("slow", ["0", "1"])
def test_once_one_is_ready_all_that_listen_are(start: Start, slow: str) -> None:
    """Whichever is slow to load. "1" is the one that listens meanwhile, to be probed."""
    late = f"import os, time\ntime.sleep(1.5 * (os.environ['MLSPEC_WORKER_FIRST'] == '{slow}'))\n"
    running = start(late + NAMES, {"workers": 2})
    eventually(
        lambda: (
            httpx.get(f"{running.http.base_url}/v2/health/ready", timeout=PATIENCE, trust_env=False).status_code == 200
        )
    )
    assert [fresh(running, 1, 1).status_code for _ in range(60)] == [200] * 60
    assert len(pids(running, 2)) == 2


def test_the_one_that_is_probed_may_die_before_it_has_loaded(start: Start, tmp_path: Path) -> None:
    died = tmp_path / "died"
    dying = f"""
import os
from pathlib import Path
if os.environ["MLSPEC_WORKER_FIRST"] == "1" and not Path({str(died)!r}).exists():
    Path({str(died)!r}).touch()
    os._exit(9)
"""
    running = start(dying + NAMES, {"workers": 2}).ready()
    assert running.wait_for("worker-restart")["process.exit_code"] == 9
    assert len(pids(running, 2)) == 2


def test_figures_can_be_read_while_a_worker_is_just_beginning_its_own(running: Running) -> None:
    """prometheus-client makes a file, and then gives it a size."""
    folder = folder_of(running)
    asked = running.metric("mlspec_requests_total", endpoint="infer", code="200")
    (folder / "counter_1.db").touch()
    assert running.metric("mlspec_requests_total", endpoint="infer", code="200") == asked
    assert running.http.get("/v2/models/tested/stats").status_code == 200


def test_workers_take_turns_at_the_log(start: Start) -> None:
    running = start(NAMES, {"workers": 2, "logging": {"payloads": 1}}).ready()
    assert fresh(running, 1, 1).status_code == 200
    with (folder_of(running) / "log").open("r+") as turn:
        fcntl.lockf(turn, fcntl.LOCK_EX)
        with pytest.raises(httpx.ReadTimeout):
            fresh(running, 1, 1, patience=1)
    assert fresh(running, 1, 1).status_code == 200


PAYLOADS = """
import sys
from pathlib import Path
from mlspec_runtime.logs import configure, log, take_turns

configure("info", {})
take_turns(Path(sys.argv[1]))
for _ in range(400):
    log.info("x" * 12_000)
"""


def test_no_line_of_the_log_is_torn_by_another_workers(tmp_path: Path) -> None:
    """The pipe is full all the time: its reader is slower than two that write."""
    pipe, end = os.pipe()
    environment = customised(tmp_path, "")
    command = [sys.executable, "-c", PAYLOADS, str(tmp_path / "log")]
    both = [subprocess.Popen(command, stdout=end, env={**os.environ, **environment}) for _ in range(2)]
    os.close(end)
    written: list[str] = []
    with os.fdopen(pipe, encoding="utf-8") as lines:
        for line in lines:
            written.append(line)
            time.sleep(0.002)
    assert [process.wait() for process in both] == [0, 0]
    assert {len(json.loads(line)["message"]) for line in written} == {12_000}
    assert len(written) == 800


FORKED = """
import os, sys
from pathlib import Path
from mlspec_runtime.logs import configure, log, take_turns

configure("info", {})
take_turns(Path(sys.argv[1]))
if os.fork() == 0:
    os.close(1)
    os.read(0, 1)
    os._exit(0)
log.info("x" * 300_000)
"""


def is_taken(turn: Path) -> bool:
    with turn.open("r+") as file:
        try:
            fcntl.lockf(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            return True
        return False


def test_a_worker_that_is_killed_while_it_logs_leaves_the_turn_to_others(tmp_path: Path) -> None:
    """Its line does not fit into the pipe, and a process that it has forked outlives it."""
    turn = tmp_path / "log"
    environment = {**os.environ, **customised(tmp_path, "")}
    with subprocess.Popen(
        [sys.executable, "-c", FORKED, str(turn)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=environment
    ) as process:
        eventually(lambda: turn.exists() and is_taken(turn))
        process.kill()
        process.wait()
        assert not is_taken(turn)


def test_a_worker_that_dies_is_replaced_and_its_counts_stay(running: Running) -> None:
    before = pids(running, 2)
    counted = running.metric("mlspec_requests_total", endpoint="infer", code="200")
    victim = before.pop()
    os.kill(victim, signal.SIGKILL)
    running.wait_for("worker-restart")
    after = pids(running, 2)
    assert victim not in after
    assert running.metric("mlspec_requests_total", endpoint="infer", code="200") >= counted


def test_a_worker_that_hangs_gives_itself_up(running: Running) -> None:
    before = pids(running, 2)
    assert fresh(running, -1.0, -1.0).status_code == 504
    running.wait_for("stuck")
    assert running.wait_for("worker-restart")["process.exit_code"] == 70
    assert pids(running, 2) != before


def test_sigterm_ends_them_all(running: Running) -> None:
    workers = pids(running, 2)
    assert infer(running, 1.0, 1.0).status_code == 200
    assert running.stop() == 0
    assert not any(Path(f"/proc/{pid}").exists() for pid in workers)


@pytest.mark.parametrize("wait", [0.0, 0.001, 0.01, 0.03])
def test_told_to_stop_while_a_worker_is_replaced(running: Running, wait: float) -> None:
    workers = pids(running, 2)
    os.kill(max(workers), signal.SIGKILL)
    time.sleep(wait)
    assert running.stop() == 0
    workers |= {line["process.pid"] for line in running.log if "process.pid" in line}
    assert not any(Path(f"/proc/{pid}").exists() for pid in workers)


def test_told_to_stop_before_it_learns_that_a_worker_has_ended(running: Running) -> None:
    workers = pids(running, 2)
    os.kill(running.process.pid, signal.SIGSTOP)
    eventually(lambda: state(running.process.pid) == "T")
    os.kill(max(workers), signal.SIGKILL)
    eventually(lambda: state(max(workers)) == "Z")
    os.kill(running.process.pid, signal.SIGTERM)
    os.kill(running.process.pid, signal.SIGCONT)
    assert running.stop() == 0


@pytest.mark.parametrize("wait", [0.0, 0.03, 0.1, 0.3])
def test_told_to_stop_while_it_starts(start: Start, wait: float) -> None:
    running = start(NAMES, {"workers": 3}, environment=THREADS)
    pid = running.process.pid
    children = Path(f"/proc/{pid}/task/{pid}/children")
    while not children.read_text():
        assert running.process.poll() is None, running.raw  # at once: it starts the others within a millisecond
    time.sleep(wait)
    assert running.stop() == 0


def customised(folder: Path, code: str) -> dict[str, str]:
    """An environment in which the parent and its workers run some code first."""
    (folder / "sitecustomize.py").write_text(code)
    return THREADS | {"PYTHONPATH": os.pathsep.join([str(folder), str(Path(mlspec_runtime.__file__).parents[1])])}


def test_a_signal_of_somebody_else_ends_nothing(start: Start, tmp_path: Path) -> None:
    profiler = customised(tmp_path, "import signal; signal.signal(signal.SIGUSR1, lambda *_: None)")
    running = start(NAMES, {"workers": 2}, environment=profiler).ready()
    os.kill(running.process.pid, signal.SIGUSR1)
    os.kill(max(pids(running, 2)), signal.SIGKILL)
    running.wait_for("worker-restart")
    assert fresh(running, 1, 1).status_code == 200
    assert running.stop() == 0


def test_where_no_process_can_be_started_none_is_left(start: Start, tmp_path: Path) -> None:
    python = tmp_path / "python"
    python.write_text(f'#!/bin/sh\nexec {sys.executable} "$@"\n')
    python.chmod(0o755)
    running = start(NAMES, {"workers": 2}, environment=customised(tmp_path, f"import sys; sys.executable = '{python}'"))
    workers = pids(running.ready(), 2)
    python.unlink()
    os.kill(max(workers), signal.SIGKILL)
    assert running.exit_status() == 1
    assert "a worker cannot be started: " in running.wait_for("worker-start", event_outcome="failure")["message"]


def test_a_model_that_cannot_be_loaded_ends_them_all(start: Start) -> None:
    running = start("raise RuntimeError('broken')", {"workers": 2})
    assert running.exit_status() == 1
    assert "broken" in running.wait_for("start", event_outcome="failure")["message"]
