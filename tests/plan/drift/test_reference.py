"""The same rows as CSV, JSON lines and Parquet give the same shares; columns become the columns of tensors."""

from __future__ import annotations

import io
import json
import sys
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from mlspec.plan.build_plan import build_plan
from mlspec.plan.drift import plan_drift
from mlspec.plan.drift.reference import Fault
from mlspec.spec.workspace import WorkspaceSpec

from .references import features, read, spec_of, tensor

NAMED = [tensor("age", "FP64", -1), tensor("plan", "BYTES", -1, 1), tensor("member", "BOOL", -1)]
ROWS: list[dict[str, Any]] = [
    {
        "age": None if place % 10 == 0 else 20.5 + place % 50,
        "plan": ("basic", "pro", "")[place % 3],
        "member": place < 60,
    }
    for place in range(300)
]


def _csv(rows: list[dict[str, Any]]) -> bytes:
    lines = [",".join("" if cell is None else str(cell) for cell in row.values()) for row in rows]
    return "\n".join([",".join(rows[0]), *lines, ""]).encode()


def _json_lines(rows: list[dict[str, Any]]) -> bytes:
    return "".join(json.dumps(row) + "\n" for row in rows).encode()


def _parquet(rows: list[dict[str, Any]]) -> bytes:
    file = io.BytesIO()
    pq.write_table(pa.Table.from_pylist(rows), file)
    return file.getvalue()


def test_every_format_says_the_same() -> None:
    found = features(_csv(ROWS), NAMED)
    assert found == features(_json_lines(ROWS), NAMED, "reference.jsonl")
    assert found == features(_parquet(ROWS), NAMED, "reference.parquet")
    assert found["age"].shares[-1] == pytest.approx(0.1)
    assert found["plan"].categories == ("basic", "pro")
    assert found["plan"].shares == pytest.approx((1 / 3, 1 / 3, 0, 1 / 3), abs=1e-6)
    assert found["member"].bounds == (0.5,)
    assert found["member"].shares == (0.8, 0.2, 0)


MATRIX = [tensor("features", "FP32", -1, 2)]
PREDICTED = [{"a": float(place), "score.1": place / 300, "b": place % 7.0} for place in range(300)]
LISTS = [{"features": [row["a"], row["b"]], "score": [0, row["score.1"]]} for row in PREDICTED]


def _places(found: dict[str, Any]) -> dict[str, tuple[str, int, bool]]:
    return {name: (feature.tensor, feature.column, feature.is_output) for name, feature in found.items()}


def test_a_matrix_has_the_columns_that_no_output_has() -> None:
    found = features(_csv(PREDICTED), MATRIX)
    assert _places(found) == {
        "a": ("features", 0, False),
        "b": ("features", 1, False),
        "score.1": ("score", 1, True),
    }


@pytest.mark.parametrize(("name", "write"), [("r.jsonl", _json_lines), ("r.parquet", _parquet)])
def test_a_list_is_a_column_for_each_place(name: str, write: Any) -> None:
    found = features(write(LISTS), MATRIX, name)
    assert _places(found) == {
        "features.0": ("features", 0, False),
        "features.1": ("features", 1, False),
        "score.0": ("score", 0, True),
        "score.1": ("score", 1, True),
    }


def test_an_excluded_column_keeps_its_place_and_an_excluded_input_needs_none() -> None:
    assert _places(features(_csv(PREDICTED), MATRIX, exclude=["a", "score.1"])) == {"b": ("features", 1, False)}
    inputs = [tensor("a", "FP64", -1), tensor("customer", "BYTES", -1)]
    assert list(features(_csv(PREDICTED), inputs, exclude=["customer"])) == ["a", "score.1"]


def test_a_rare_text_stands_nowhere() -> None:
    rows = [{"plan": f"somebody {place}" if place % 50 == 0 else "basic"} for place in range(500)]
    spec = spec_of(_csv(rows), [tensor("plan", "BYTES", -1)])
    plan = build_plan(spec, WorkspaceSpec(), "0" * 64)
    assert plan.drift is not None
    assert "basic" in plan.drift
    assert "somebody" not in plan.drift
    assert features(_csv(rows), [tensor("plan", "BYTES", -1)])["plan"].shares == (0.98, 0.02, 0)


def test_neither_threshold_nor_window_is_in_what_the_reference_says() -> None:
    one, other = (
        build_plan(spec_of(_csv(ROWS), NAMED, threshold=threshold, window=window), WorkspaceSpec(), "0" * 64)
        for threshold, window in ((1, "1h"), (2, "6h"))
    )
    assert one.drift == other.drift
    assert one.container.image == other.container.image
    assert one.monitoring != other.monitoring


def test_the_reference_is_no_part_of_the_image() -> None:
    spec = spec_of(_csv(ROWS), NAMED, threshold=2)
    from mlspec.plan.context import plan_context

    assert not any("reference" in copy.source for copy in plan_context(spec, "generated").copies)


def test_without_pyarrow_a_parquet_file_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    found = read(_parquet(ROWS)[:-1] + b"!", NAMED, "without.parquet")
    assert isinstance(found, Fault)
    assert "pip install 'mlspec[parquet]'" in found.remedy


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("r.csv", b"\xff\xfe", "UTF-8"),
        ("r.csv", b"", "no rows"),
        ("r.csv", b"age\n", "no rows"),
        ("r.csv", b"age,age\n1,2\n", "two columns"),
        ("r.csv", b'age\n"1\n', "not CSV"),
        ("r.jsonl", b"3\n", "no JSON object"),
        ("r.jsonl", b"[" * 100_000, "not JSON"),
        ("r.parquet", b"PAR1", "not Parquet"),
        ("r.csv", b"age\n1e999\n", "no finite number"),
        ("r.csv", b"age\n1_000\n", "no finite number"),
        ("r.jsonl", b'{"age": 1' + b"0" * 400 + b"}", "no finite number"),
        ("r.jsonl", b'{"age": true}', "no finite number"),
        ("r.jsonl", b'{"age": {"years": 3}}', "no finite number"),
    ],
)
def test_what_cannot_be_read_is_said(name: str, content: bytes, said: str) -> None:
    found = read(content, [tensor("age", "FP64", -1)], name)
    assert isinstance(found, Fault)
    assert said in found.message


@pytest.mark.parametrize(
    ("datatype", "cell"), [("UINT8", "256"), ("INT8", "-129"), ("INT32", "1.5"), ("BOOL", "7"), ("INT64", "")]
)
def test_a_cell_that_no_request_could_hold_is_refused(datatype: str, cell: str) -> None:
    found = read(f"age,other\n1,1\n{cell},1\n".encode(), [tensor("age", datatype, -1)])
    assert isinstance(found, Fault)
    assert found.kind == "drift-reference-type"
    assert cell == "" or cell not in found.message, "a row's value in a log"


def test_at_most_a_hundred_columns_are_watched() -> None:
    rows = [{f"f{column}": place * column for column in range(101)} for place in range(30)]
    matrix = [tensor("features", "INT64", -1, -1)]
    found = read(_csv(rows), matrix, threshold=2)
    assert isinstance(found, Fault)
    assert found.kind == "drift-features"
    assert len(features(_csv(rows), matrix, exclude=["f0"])) == 100
    assert plan_drift.MOST_FEATURES == 100
