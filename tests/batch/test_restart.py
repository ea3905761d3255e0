"""A run that is killed goes on where it stopped, and what comes out is what an undisturbed run would have written."""

from __future__ import annotations

import signal
from pathlib import Path

import pytest

from tests.batch.conftest import SUM, Image
from tests.batch.scoring import end, left, parts, run, start
from tests.batch.tables import WRITERS, Row, read
from tests.runtime.running import eventually

ROWS: list[Row] = [{"id": f"{number}", "a": float(number), "b": 1.0} for number in range(3000)]
WORDS = ("--id=id", "--batch-size=100", "--shards=3")

GATED = """
import pathlib, time

class Handler:
    def predict(self, inputs):
        gate = pathlib.Path(r"{gate}")
        if (inputs["x"][:, 0] == {row}).any() and not gate.exists():
            gate.with_name("asked").touch()
            time.sleep(600)
        return {{"y": inputs["x"].sum(axis=1)}}
"""


def _source(folder: Path, form: str) -> Path:
    folder.mkdir()
    for number in range(3):
        WRITERS[form](folder / f"{number}.{form}", ROWS[number * 1000 : (number + 1) * 1000])
    return folder


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM])
@pytest.mark.parametrize("form", WRITERS)
def test_killed_in_the_middle_of_a_shard(form: str, number: signal.Signals, image: Image, tmp_path: Path) -> None:
    source = _source(tmp_path / "in", form)
    words = (f"--format={form}", *WORDS)
    assert run(image(SUM), source, tmp_path / "undisturbed", *words).status == 0
    gate, target = tmp_path / "gate", tmp_path / "out"
    folder = image(GATED.format(gate=gate, row=1550))
    process = start(folder, source, target, *words)
    eventually((tmp_path / "asked").exists)
    process.send_signal(number)
    assert end(process).status in (-signal.SIGKILL, 128 + signal.SIGTERM)
    half = left(target)
    assert [path.name for path in parts(target)] == [f"part-00000-of-00003.{form}"]
    assert "_SUCCESS" not in half
    gate.touch()
    ended = run(folder, source, target, *words)
    assert ended.status == 0
    assert [record["message"] for record in ended.records if record.get("event.action") == "batch-shard"] == [
        "shard was done before",
        "shard done",
        "shard done",
    ]
    assert left(target) == left(tmp_path / "undisturbed")
    assert [row["id"] for row in read(parts(target))] == [row["id"] for row in ROWS]


LOADING = """
import pathlib, time

class Handler:
    def load(self, path):
        pathlib.Path(r"{gate}").touch()
        time.sleep(600)

    def predict(self, inputs):
        return inputs
"""


def test_told_to_stop_while_it_loads_its_model_it_is_worth_another_attempt(image: Image, tmp_path: Path) -> None:
    """Status 2 would fail the Job for good, when a node is drained."""
    source = _source(tmp_path / "in", "csv")
    process = start(image(LOADING.format(gate=tmp_path / "loading")), source, tmp_path / "out", "--format=csv")
    eventually((tmp_path / "loading").exists)
    process.terminate()
    assert end(process).status == 128 + signal.SIGTERM


def test_told_to_stop_before_it_has_imported_what_it_needs(image: Image, tmp_path: Path) -> None:
    # With a model that never ends to load: it must not have done before it is told.
    folder = image(LOADING.format(gate=tmp_path / "loading"))
    process = start(folder, _source(tmp_path / "in", "csv"), tmp_path / "out", "--format=csv")
    maps = Path(f"/proc/{process.pid}/maps")
    while "/_multiarray_umath." not in maps.read_text():
        assert process.poll() is None
    process.terminate()
    assert end(process).status == 128 + signal.SIGTERM


def test_killed_between_the_part_and_its_marker(image: Image, tmp_path: Path) -> None:
    source, target = _source(tmp_path / "in", "csv"), tmp_path / "out"
    words = ("--format=csv", *WORDS)
    folder = image()
    assert run(folder, source, target, *words).status == 0
    whole = left(target)
    (target / "_SUCCESS").unlink()
    (target / "_done/00001-of-00003.json").unlink()
    (target / ".part-00001-of-00003.csv.0badcafe").write_text("half of a li")
    assert run(folder, source, target, *words).status == 0
    assert left(target) == whole


def test_a_run_that_is_done_writes_nothing(image: Image, tmp_path: Path) -> None:
    source, target = _source(tmp_path / "in", "jsonl"), tmp_path / "out"
    words = ("--format=jsonl", *WORDS)
    folder = image()
    assert run(folder, source, target, *words).status == 0
    before = {path: path.stat().st_ino for path in parts(target)}
    assert run(folder, source, target, *words).status == 0
    assert {path: path.stat().st_ino for path in parts(target)} == before


def test_what_arrives_later_belongs_to_another_run(image: Image, tmp_path: Path) -> None:
    source, target = _source(tmp_path / "in", "csv"), tmp_path / "out"
    words = ("--format=csv", *WORDS)
    first = {"JOB_COMPLETION_INDEX": "0"}
    folder = image()
    assert run(folder, source, target, *words, environment=first).status == 0
    WRITERS["csv"](source / "0a.csv", ROWS[:10])
    for index in ("1", "2"):
        assert run(folder, source, target, *words, environment={"JOB_COMPLETION_INDEX": index}).status == 0
    assert [row["id"] for row in read(parts(target))] == [row["id"] for row in ROWS]


def test_an_input_that_changes_under_a_run_ends_it(image: Image, tmp_path: Path) -> None:
    source, target = _source(tmp_path / "in", "csv"), tmp_path / "out"
    words = ("--format=csv", *WORDS)
    folder = image()
    assert run(folder, source, target, *words, environment={"JOB_COMPLETION_INDEX": "0"}).status == 0
    WRITERS["csv"](source / "2.csv", ROWS[:10])
    ended = run(folder, source, target, *words, environment={"JOB_COMPLETION_INDEX": "2"})
    assert (ended.status, ended.reason) == (2, "input-changed")


def test_the_output_of_another_run_is_left_alone(image: Image, tmp_path: Path) -> None:
    source, target = _source(tmp_path / "in", "csv"), tmp_path / "out"
    folder = image()
    assert run(folder, source, target, "--format=csv", *WORDS).status == 0
    before = left(target)
    ended = run(folder, source, target, "--format=csv", "--batch-size=7", *WORDS[:1], *WORDS[2:])
    assert (ended.status, ended.reason) == (2, "output-taken")
    assert "its batchSize is 100, not 7" in ended.last["message"]
    assert left(target) == before
    (tmp_path / "taken").mkdir()
    (tmp_path / "taken/report.csv").write_text("somebody else's\n")
    ended = run(folder, source, tmp_path / "taken", "--format=csv", *WORDS)
    assert (ended.status, ended.reason) == (2, "output-taken")
    assert list(left(tmp_path / "taken")) == ["report.csv"]
