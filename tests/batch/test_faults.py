"""What is wrong is told in one line with its place; what no retry mends ends with 2, what one may mend with 1."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.batch.conftest import Image
from tests.batch.scoring import Ended, left, run
from tests.batch.tables import WRITERS, Row
from tests.runtime.image import tensor

GOOD: list[Row] = [{"id": "1", "a": 1.0, "b": 2.0}, {"id": "2", "a": 3.0, "b": 4.0}]


def _run(image: Path, tmp_path: Path, text: str, *words: str, suffix: str = "csv") -> Ended:
    file = tmp_path / f"rows.{suffix}"
    file.write_text(text)
    return run(image, file, tmp_path / "out", f"--format={suffix}", *words)


@pytest.mark.parametrize(
    ("text", "words", "reason", "said"),
    [
        ("a,b\n1,2\n", ("--id=customer",), "column-missing", "rows.csv has no column 'customer'; it has a, b"),
        ("a,b\n1,2\n", ('--columns={"x": ["a", "c"]}',), "column-missing", "there is no column 'c'; there are a, b"),
        ("a,b\n1,2\n", ('--columns={"z": ["a", "b"]}',), "signature", "which is no input of the model; it has x"),
        ("a,b,c\n1,2,3\n", (), "signature", "the input 'x' takes 2 columns; besides id and keep there are 3"),
        (
            "a,b\n1,2\n3,four\n",
            (),
            "input-broken",
            "rows.csv cannot be read: In CSV column #1: Row #3: CSV conversion error",
        ),
        ("a,b\n1,2\n3\n", (), "input-broken", "Expected 2 columns, got 1"),
        ("id,a,b\n7,1,2\n,3,4\n", ("--id=id",), "id-missing", "row 2 of rows.csv has no id"),
        ("", (), "input-broken", "rows.csv has no header"),
        ("1.5,2\n3,4\n", (), "header-missing", "numbers (1.5, 2) stand where the names of columns belong"),
    ],
)
def test_files_that_do_not_fit(
    text: str, words: tuple[str, ...], reason: str, said: str, image: Image, tmp_path: Path
) -> None:
    ended = _run(image(), tmp_path, text, *words)
    assert (ended.status, ended.reason) == (2, reason), ended.last
    assert said in ended.last["message"]
    assert ended.last["process.exit_code"] == 2
    assert set(left(tmp_path / "out")) <= {"_plan.json"}


def test_columns_that_are_counted_have_names(image: Image, tmp_path: Path) -> None:
    """As pandas writes a matrix."""
    assert _run(image(), tmp_path, "0,1\n1,2\n").status == 0


@pytest.mark.parametrize(
    ("text", "reason", "said"),
    [
        ('{"a": 1, "b": 2}\n{"a": 1,\n', "input-broken", "line 2 of rows.jsonl cannot be read"),
        ("[1, 2]\n", "input-broken", "line 1 of rows.jsonl is no JSON object"),
        ('{"a": 1, "b": "two"}\n', "column-type", "column 'b' of rows.jsonl, rows 1 to 1, is not FP64"),
        ('{"x": [1, 2]}\n{"x": [1, 2, 3]}\n', "column-type", "its lists have different lengths"),
        ('{"x": [1, 2, 3]}\n', "signature", "x in rows.jsonl gives shape [1, 3]; the input 'x' is [-1, 2]"),
    ],
)
def test_lines_that_do_not_fit(text: str, reason: str, said: str, image: Image, tmp_path: Path) -> None:
    ended = _run(image(), tmp_path, text, suffix="jsonl")
    assert (ended.status, ended.reason) == (2, reason), ended.last
    assert said in ended.last["message"]


def test_a_whole_number_has_no_value_for_what_is_missing(image: Image, tmp_path: Path) -> None:
    folder = image(inputs=[tensor("n", "INT64", -1)], outputs=[])
    ended = _run(folder, tmp_path, '{"n": 1}\n{"n": null}\n', suffix="jsonl")
    assert (ended.status, ended.reason) == (2, "column-type")
    assert "a value is missing, and INT64 has none" in ended.last["message"]


def test_a_file_of_another_format(image: Image, tmp_path: Path) -> None:
    ended = _run(image(), tmp_path, "a,b\n1,2\n", suffix="parquet")
    assert (ended.status, ended.reason) == (2, "input-broken")


def test_an_empty_folder(image: Image, tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    ended = run(image(), tmp_path / "in", tmp_path / "out", "--format=csv")
    assert (ended.status, ended.reason) == (2, "input-empty")


@pytest.mark.parametrize(
    ("code", "status", "said"),
    [
        ("raise ConnectionError('the feature store is away')", 1, "ConnectionError: the feature store is away"),
        ("return {'y': inputs['x'][:1, 0]}", 2, "output 'y' has shape [1] for 2 input rows"),
        ("return {'z': inputs['x'][:, 0]}", 2, "output 'y' is missing"),
        (
            "from mlspec_runtime import InvalidInput; raise InvalidInput('too old')",
            2,
            "rows 1 to 2 of rows.csv: too old",
        ),
    ],
)
def test_a_model_that_fails(code: str, status: int, said: str, image: Image, tmp_path: Path) -> None:
    folder = image(f"class Handler:\n    def predict(self, inputs):\n        {code}\n")
    ended = _run(folder, tmp_path, "a,b\n1,2\n3,4\n")
    assert ended.status == status, ended.last
    assert said in ended.last["message"]
    assert set(left(tmp_path / "out")) == {"_plan.json"}


def test_another_model_than_the_digest_says_is_not_loaded(image: Image, tmp_path: Path) -> None:
    folder = image()
    (folder / "weights").write_text("other")
    manifest = json.loads((folder / "model.json").read_text())
    (folder / "model.json").write_text(json.dumps({**manifest, "path": "weights", "digest": "sha256:" + "0" * 64}))
    ended = _run(folder, tmp_path, "a,b\n1,2\n")
    assert (ended.status, ended.reason) == (2, "digest")


def test_a_model_without_rows(image: Image, tmp_path: Path) -> None:
    ended = _run(image(inputs=[tensor("x", "FP64", 2)]), tmp_path, "a,b\n1,2\n")
    assert (ended.status, ended.reason) == (2, "signature")


@pytest.mark.parametrize(
    ("words", "environment", "said"),
    [
        (("--format=xml",), {}, "invalid choice: 'xml'"),
        (("--format=csv", "--shards=0"), {}, "'0' is not a whole number above zero"),
        (("--format=csv", "--shards=2"), {"JOB_COMPLETION_INDEX": "2"}, "there are 2 shards, counted from 0"),
        (("--format=csv", "--time-zone=Mars/Base"), {}, "'Mars/Base' is not a time zone"),
        (("--format=csv", "--columns=[1]"), {}, "must be an object of lists of column names"),
        (("--format=csv", "--at=2026-11-23"), {}, "does not say in which zone"),
    ],
)
def test_words_that_make_no_sense(
    words: tuple[str, ...], environment: dict[str, str], said: str, image: Image, tmp_path: Path
) -> None:
    WRITERS["csv"](tmp_path / "rows.csv", GOOD)
    ended = run(image(), tmp_path / "rows.csv", tmp_path / "out", *words, environment=environment)
    assert ended.status == 2
    assert said in "\n".join(record["message"] for record in ended.records)


def test_a_date_that_nobody_knows(image: Image, tmp_path: Path) -> None:
    ended = run(image(), f"{tmp_path}/{{date}}.csv", tmp_path / "out", "--format=csv")
    assert (ended.status, ended.reason) == (2, "time")
