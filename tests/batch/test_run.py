"""When a run is meant, how far it is, and how much memory it takes."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.batch.conftest import Image
from tests.batch.scoring import end, left, run, start
from tests.batch.tables import WRITERS, Row
from tests.ports import free_port
from tests.runtime.running import PATIENCE, eventually


@pytest.mark.parametrize(
    ("zone", "folder"),
    [("UTC", "2026-11-22/2330"), ("Europe/Berlin", "2026-11-23/0030"), ("America/New_York", "2026-11-22/1830")],
)
def test_the_date_is_the_scheduled_one_in_its_zone(zone: str, folder: str, image: Image, tmp_path: Path) -> None:
    """The Job's name says it, as the CronJob controller makes it: minutes since 1970."""
    WRITERS["csv"](tmp_path / "rows.csv", [{"a": 1.0, "b": 2.0}])
    minutes = 29_923_170  # 2026-11-22T23:30:00Z
    ended = run(
        image(),
        tmp_path / "rows.csv",
        f"{tmp_path}/out/{{date}}/{{time}}",
        "--format=csv",
        f"--time-zone={zone}",
        environment={"MLSPEC_JOB_NAME": f"churn-batch-{minutes}"},
    )
    assert ended.status == 0, ended.records
    assert f"{folder}/_SUCCESS" in left(tmp_path / "out")


GATED = """
import pathlib, time

class Handler:
    def predict(self, inputs):
        gate = pathlib.Path(r"{gate}")
        while (inputs["x"][:, 0] == 75).any() and not gate.exists():
            time.sleep(0.01)
        return {{"y": inputs["x"].sum(axis=1)}}
"""


@pytest.fixture
def port() -> Iterator[int]:
    with free_port() as port:
        yield port


def test_prometheus_sees_how_far_it_is(image: Image, tmp_path: Path, port: int) -> None:
    rows: list[Row] = [{"a": float(number), "b": 0.0} for number in range(100)]
    WRITERS["parquet"](tmp_path / "rows.parquet", rows)
    gate = tmp_path / "gate"
    folder = image(GATED.format(gate=gate))
    words = ("--format=parquet", "--batch-size=25", f"--metrics-port={port}", "--progress-every=0")
    process = start(folder, tmp_path / "rows.parquet", tmp_path / "out", *words)

    def shown() -> str:
        try:
            return httpx.get(f"http://127.0.0.1:{port}/metrics", timeout=PATIENCE, trust_env=False).text
        except httpx.TransportError:
            return ""

    labels = r'\{model="tested",version="1.2.0"\}'
    eventually(lambda: re.search(rf"^mlspec_batch_progress_ratio{labels} 0\.75$", shown(), re.MULTILINE) is not None)
    assert re.search(rf"^mlspec_batch_rows_total{labels} 75\.0$", shown(), re.MULTILINE)
    assert re.search(rf"^mlspec_batch_model_seconds_total{labels} ", shown(), re.MULTILINE)
    gate.touch()
    ended = end(process)
    assert ended.status == 0
    told = [record["batch.progress"] for record in ended.records if record.get("event.action") == "batch-progress"]
    assert told[:4] == [0.25, 0.5, 0.75, 1.0]
    assert ended.last["event.action"] == "batch-end"
    assert ended.last["batch.rows"] == 100


_MEASURED = "import resource, subprocess, sys; done = subprocess.run(sys.argv[1:]); \
print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss); sys.exit(done.returncode)"


@pytest.mark.parametrize("form", WRITERS)
def test_memory_does_not_grow_with_the_input(form: str, image: Image, tmp_path: Path) -> None:
    folder = image()
    peaks = []
    for name, count in (("small", 60_000), ("large", 180_000)):
        rows: list[Row] = [{"note": f"{number:0400d}", "a": 1.0, "b": 2.0} for number in range(count)]
        WRITERS[form](tmp_path / f"{name}.{form}", rows)
        words = [f"--input={tmp_path}/{name}.{form}", f"--output={tmp_path}/{name}", f"--format={form}", "--keep=note"]
        command = [sys.executable, "-m", "mlspec_runtime", "batch", *words, '--columns={"x": ["a", "b"]}']
        done = subprocess.run(
            [sys.executable, "-c", _MEASURED, *command], cwd=folder, capture_output=True, text=True, check=True
        )
        peaks.append(int(done.stdout.splitlines()[-1]) * 1024)
        assert json.loads((tmp_path / name / "_SUCCESS").read_text())["rows"] == count
    # The large one has 48 MB more of text alone. Parquet is written in row groups of at most 64 MiB.
    assert peaks[1] - peaks[0] < (96 if form == "parquet" else 36) * 2**20, peaks
