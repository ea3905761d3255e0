"""Rows of each format come out with predictions, whole and in order, however the work is cut."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest

from tests.batch.conftest import Image
from tests.batch.scoring import end, left, parts, run, start
from tests.batch.tables import WRITERS, Row, read, write_jsonl, write_parquet
from tests.runtime.image import tensor

ROWS: list[Row] = [
    {"customer": f"{number:05d}", "region": 'so"uth, far', "a": number / 4, "b": 2.0} for number in range(1000)
]
WORDS = ("--id=customer", "--keep=region", '--columns={"x": ["a", "b"]}', "--batch-size=64")


@pytest.mark.parametrize("shards", [1, 3])
@pytest.mark.parametrize("form", WRITERS)
def test_a_folder_of_each_format(form: str, shards: int, image: Image, tmp_path: Path) -> None:
    source, target = tmp_path / "in", tmp_path / "out"
    (source / "more").mkdir(parents=True)
    WRITERS[form](source / f"a.{form}", ROWS[:400])
    WRITERS[form](source / f"more/b.{form}", ROWS[400:])
    (source / "_SUCCESS").touch()
    ended = run(image(), source, target, f"--format={form}", f"--shards={shards}", *WORDS)
    assert ended.status == 0, ended.records
    found = read(parts(target))
    number = float if form == "csv" else (lambda value: value)
    assert [(row["customer"], row["region"], number(row["y"])) for row in found] == [
        (row["customer"], row["region"], row["a"] + row["b"]) for row in ROWS
    ]
    assert all(list(row) == ["customer", "region", "y"] for row in found)
    names = [path.name for path in parts(target)]
    assert json.loads((target / "_SUCCESS").read_text()) == {"rows": 1000, "parts": names}
    # Two CSV files are two pieces, whatever the shards; Parquet is cut by row group, too.
    assert len(names) == (shards if form == "parquet" else min(shards, 2))


@pytest.mark.parametrize("form", WRITERS)
def test_every_pod_scores_its_own_shard(form: str, image: Image, tmp_path: Path) -> None:
    source, alone, together = tmp_path / "in", tmp_path / "alone", tmp_path / "together"
    source.mkdir()
    for number in range(5):
        WRITERS[form](source / f"{number}.{form}", ROWS[number * 200 : (number + 1) * 200])
    words = (f"--format={form}", "--shards=4", *WORDS)
    folder = image()
    assert run(folder, source, alone, *words).status == 0
    pods = [start(folder, source, together, *words, environment={"JOB_COMPLETION_INDEX": str(n)}) for n in range(4)]
    assert [end(pod).status for pod in pods] == [0, 0, 0, 0]
    assert left(together) == left(alone)


def test_compressed_lines_and_a_file_that_is_named_itself(image: Image, tmp_path: Path) -> None:
    plain, packed = tmp_path / "rows.jsonl", tmp_path / "rows.jsonl.gz"
    write_jsonl(plain, ROWS)
    packed.write_bytes(gzip.compress(plain.read_bytes()))
    for number, file in enumerate((plain, packed)):
        assert run(image(), file, tmp_path / f"out{number}", "--format=jsonl", *WORDS).status == 0
    assert read(parts(tmp_path / "out0")) == read(parts(tmp_path / "out1"))


LISTS = """
class Handler:
    def predict(self, inputs):
        x = inputs["x"]
        return {"scores": x * 2, "word": [b"yes" if row.sum() > 1 else b"no" for row in x]}
"""


def test_lists_go_in_and_out(image: Image, tmp_path: Path) -> None:
    folder = image(LISTS, outputs=[tensor("scores", "FP64", -1, 2), tensor("word", "BYTES", -1)])
    rows: list[Row] = [{"x": [0.5, 1.0]}, {"x": [0.25, 0.0]}]
    for form in ("parquet", "jsonl"):
        file = tmp_path / f"rows.{form}"
        WRITERS[form](file, rows)
        assert run(folder, file, tmp_path / form, f"--format={form}").status == 0
        assert read(parts(tmp_path / form)) == [
            {"scores": [1.0, 2.0], "word": "yes"},
            {"scores": [0.5, 0.0], "word": "no"},
        ]
    (tmp_path / "rows.csv").write_text("x1,x2\n0.5,1\n0.25,0\n")
    assert run(folder, tmp_path / "rows.csv", tmp_path / "csv", "--format=csv").status == 0
    (part,) = parts(tmp_path / "csv")
    assert part.read_text() == "scores.0,scores.1,word\n1.0,2.0,yes\n0.5,0.0,no\n"


ASYNC = """
import asyncio

class Handler:
    async def predict(self, inputs):
        await asyncio.sleep(0)
        return {"y": inputs["x"].sum(axis=1)}
"""


def test_a_coroutine_is_awaited(image: Image, tmp_path: Path) -> None:
    write_parquet(tmp_path / "rows.parquet", [{"a": 1.0, "b": 2.0}])
    assert run(image(ASYNC), tmp_path / "rows.parquet", tmp_path / "out", "--format=parquet").status == 0
    assert read(parts(tmp_path / "out")) == [{"y": 3.0}]


TYPES = """
class Handler:
    def predict(self, inputs):
        assert inputs["n"].dtype == "int32" and inputs["f"].dtype == "float32" and inputs["t"].dtype == bool
        return {"y": [name + b"!" for name in inputs["name"]]}
"""


@pytest.mark.parametrize("form", WRITERS)
def test_each_column_has_the_type_of_its_input(form: str, image: Image, tmp_path: Path) -> None:
    inputs = [("n", "INT32"), ("f", "FP32"), ("t", "BOOL"), ("name", "BYTES")]
    folder = image(
        TYPES,
        inputs=[tensor(name, datatype, -1) for name, datatype in inputs],
        outputs=[tensor("y", "BYTES", -1)],
    )
    rows: list[Row] = [{"n": 1, "f": 0.5, "t": True, "name": "é"}, {"n": 2, "f": None, "t": False, "name": "007"}]
    WRITERS[form](tmp_path / f"rows.{form}", rows)
    ended = run(folder, tmp_path / f"rows.{form}", tmp_path / "out", f"--format={form}")
    assert ended.status == 0, ended.records
    assert [row["y"] for row in read(parts(tmp_path / "out"))] == ["é!", "007!"]


def test_what_json_holds_is_carried_over_as_it_is(image: Image, tmp_path: Path) -> None:
    rows: list[Row] = [
        {"a": 1, "b": 2, "note": {"deep": [1, 2.5, None]}},
        {"b": 1, "a": 1.5, "note": 7},
        {"a": 0, "b": 0},
    ]
    write_jsonl(tmp_path / "rows.jsonl", rows)
    words = ("--format=jsonl", "--keep=note", '--columns={"x": ["a", "b"]}')
    assert run(image(), tmp_path / "rows.jsonl", tmp_path / "out", *words).status == 0
    assert read(parts(tmp_path / "out")) == [
        {"note": {"deep": [1, 2.5, None]}, "y": 3.0},
        {"note": 7, "y": 2.5},
        {"note": None, "y": 0.0},
    ]
