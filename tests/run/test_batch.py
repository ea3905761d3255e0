"""`mlspec run --batch` with real files: what comes out, what it shows, and how it goes on after an end."""

from __future__ import annotations

import csv
import json
import signal
from pathlib import Path

import numpy as np
import pytest

from tests.batch.scoring import left
from tests.run.conftest import Run, write_model
from tests.runtime.running import eventually

ROOT = Path(__file__).parents[2]
BATCH = """\
replicas: 0
batch:
  input: pvc://lake/in/{date}/
  output: pvc://lake/out/{date}/
  format: csv
  schedule: "@daily"
  shards: 2
  columns: {x: [a, b]}
  batchSize: 1
"""


def test_the_example_gives_what_it_should(run: Run, tmp_path: Path) -> None:
    folder, target = ROOT / "specs/churn-nightly", tmp_path / "scores"
    started = run(ROOT, "churn-nightly", "--batch", "--input", str(folder / "customers.csv"), "--output", str(target))
    assert started.status() == 0, started.shown
    assert started.shown == f"churn-nightly 1.0.0 as in prod\nscored 40 rows into {target}\n"
    (part,) = target.glob("part-*.csv")
    with part.open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    assert list(rows[0]) == ["customer", "region", "probability.0", "probability.1"]
    assert [row["customer"] for row in rows] == [f"{number:05d}" for number in range(40)]
    assert rows[2]["region"] == "east, far"
    expected = json.loads((folder / "expected.json").read_text(encoding="utf-8"))["outputs"][0]["data"]
    found = [[float(row["probability.0"]), float(row["probability.1"])] for row in rows]
    assert np.allclose(np.ravel(found), expected, rtol=1e-6)


SLOW = """
import time

class Handler:
    def predict(self, inputs):
        time.sleep(0.02)
        return {"y": inputs["x"].sum(axis=1)}
"""


def test_on_a_terminal_a_bar_shows_how_far_it_is(run: Run, tmp_path: Path) -> None:
    source = tmp_path / "in"
    source.mkdir()
    for number in range(20):
        (source / f"{number:02d}.csv").write_text("a,b\n1,2\n3,4\n")
    write_model(tmp_path, SLOW, more=BATCH)
    words = ("--input", str(source), "--output", str(tmp_path / "out"))
    started = run(tmp_path, "sum", "--batch", *words, terminal=True)
    started.wait_for(r"scoring .*\[#+-+\]")
    assert started.status() == 0
    started.wait_for(r"\[#+\] *100%")


GATED = """
import pathlib, time

class Handler:
    def predict(self, inputs):
        gate = pathlib.Path(r"{gate}")
        while (inputs["x"] == -1).any() and not gate.exists():
            gate.with_name("asked").touch()
            time.sleep(0.01)
        return {{"y": inputs["x"].sum(axis=1)}}
"""


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGKILL])
def test_what_was_interrupted_goes_on(number: signal.Signals, run: Run, tmp_path: Path) -> None:
    source, gate = tmp_path / "in", tmp_path / "gate"
    source.mkdir()
    (source / "1.csv").write_text("a,b\n1,2\n")
    (source / "2.csv").write_text("a,b\n-1,3\n")
    write_model(tmp_path, GATED.format(gate=gate), more=BATCH)
    words = ("--batch", "--input", str(source), "--output", str(tmp_path / "out"))
    started = run(tmp_path, "sum", *words)
    eventually((tmp_path / "asked").exists)
    started.process.send_signal(number)
    assert started.status() in (2, -signal.SIGKILL)
    assert "_SUCCESS" not in left(tmp_path / "out")
    gate.touch()
    resumed = run(tmp_path, "sum", *words)
    assert resumed.status() == 0
    assert "scored 1 row into" in resumed.shown
    assert "which has 2 rows with those of an earlier run" in resumed.shown
    again = run(tmp_path, "sum", *words)
    assert again.status() == 0
    assert "nothing was left to score" in again.shown
    parts = [path.read_text() for path in sorted((tmp_path / "out").glob("part-*"))]
    assert parts == ["y\n3.0\n", "y\n2.0\n"]


def test_a_file_without_rows_says_so(run: Run, tmp_path: Path) -> None:
    (tmp_path / "rows.csv").write_text("a,b\n")
    write_model(tmp_path, more=BATCH)
    words = ("--batch", "--input", str(tmp_path / "rows.csv"), "--output", str(tmp_path / "out"))
    started = run(tmp_path, "sum", *words)
    assert started.status() == 0
    assert f"scored 0 rows into {tmp_path / 'out'}: the input has none" in started.shown


def test_what_cannot_be_scored_is_told(run: Run, tmp_path: Path) -> None:
    source = tmp_path / "rows.csv"
    source.write_text("a,b\n1,two\n")
    write_model(tmp_path, more=BATCH)
    write_model(tmp_path, name="server")
    words = ("--batch", "--input", str(source), "--output", str(tmp_path / "out"))
    refused = run(tmp_path, "sum", *words)
    assert refused.status() == 2
    assert "error: rows.csv cannot be read: In CSV column #1: Row #2: CSV conversion error" in refused.shown
    for asked, said in (
        (("server", *words), "`server` has no `batch` in `default`"),
        (("sum",), "sum serves nobody in default: run its batch with --batch"),
        (("sum", "--batch"), "say which files to score, and where to: --input FILE_OR_FOLDER --output FOLDER"),
    ):
        other = run(tmp_path, *asked)
        assert other.status() == 2
        assert said.replace("`", "") in other.shown.replace("`", "")
    usage = run(tmp_path, "sum", "--output", "x")
    assert usage.status() == 2
    assert "--input and --output belong to --batch" in usage.shown
