"""What a server keeps of predictions and labels has one size, however many come; the spec and the server agree."""

from __future__ import annotations

import contextlib
import mmap
from collections.abc import Callable
from itertools import product
from pathlib import Path
from zlib import crc32

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import f1_score

from mlspec.plan.accuracy import fits
from mlspec.spec.model import Tensor
from mlspec_runtime.datatypes import DTYPES, Array
from mlspec_runtime.errors import StartupError
from mlspec_runtime.feedback.matched import Matched
from mlspec_runtime.feedback.memory import Memory
from mlspec_runtime.feedback.packing import unpack
from mlspec_runtime.feedback.prediction import LONGEST, Damaged, Mint, from_bytes, from_text, to_bytes
from mlspec_runtime.feedback.readings import BestColumn, Labels, Readings, Scores, Values, name_of, readings
from mlspec_runtime.feedback.recent import Recent
from mlspec_runtime.feedback.score import auc, f1_of, macro_f1
from mlspec_runtime.feedback.seen import Seen
from mlspec_runtime.settings import Accuracy
from mlspec_runtime.signature import TensorSpec

RING = 64 << 10


def test_recent_predictions_are_found_and_old_ones_are_forgotten() -> None:
    recent = Recent(memoryview(mmap.mmap(-1, Recent.size(RING))), RING)
    ids = Mint("1.2.0")([index.to_bytes(4, "little") for index in range(10_000)])
    entries = {f"order-{index}": to_bytes(each or "") for index, each in enumerate(ids)}
    for name, entry in entries.items():
        recent.put(name, entry)
    held = [index for index in range(10_000) if _found(recent, f"order-{index}") == entries[f"order-{index}"]]
    length = len(entries["order-0"]) + 20
    assert len(held) > 0.97 * (RING // length)
    assert min(held) >= 10_000 - RING // length
    wrong = [name for name in entries if _found(recent, name) not in (None, entries[name])]
    assert wrong == []


def _found(recent: Recent, name: str) -> bytes | None:
    entry = recent.get(name)
    try:
        return entry if entry is None or from_bytes(entry).packed else None
    except Damaged:
        return None


def test_the_newest_of_one_id_is_found_and_what_is_too_long_is_not_kept() -> None:
    recent = Recent(memoryview(mmap.mmap(-1, Recent.size(RING))), RING)
    recent.put("a", b"first")
    recent.put("a", b"second")
    recent.put("long", b"x" * RING)
    assert (recent.get("a"), recent.get("long"), recent.get("other")) == (b"second", None, None)


def test_a_label_is_known_for_as_long_as_there_is_room() -> None:
    seen = Seen(memoryview(mmap.mmap(-1, Seen.size(1024))))
    for number in range(1 << 40, (1 << 40) + 5000):
        seen.add(number)
        assert number in seen
    assert sum(number in seen for number in range((1 << 40) + 4500, (1 << 40) + 5000)) > 490
    assert (1 << 40) not in seen


def test_more_rows_than_the_window_are_its_last() -> None:
    matched = Matched(memoryview(mmap.mmap(-1, Matched.size(100))), 100)
    matched.reserve("1.0.0")
    for start in (0, 250, 250):
        matched.add("1.0.0", np.arange(start, start + 250), np.zeros(250))
    count, rows = matched.rows()["1.0.0"]
    assert (count, sorted(rows[:, 0])) == (750, list(range(400, 500)))


def test_workers_read_each_other_and_forget_who_has_ended(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = Memory(tmp_path, 2, 100)
    monkeypatch.setattr("os.getpid", lambda: 12345)
    second = Memory(tmp_path, 2, 100)
    second.own.recent.put("a", b"entry")
    second.own.seen.add(7)
    assert [sheet.recent.get("a") for sheet in first.all()] == [None, b"entry"]
    assert any(7 in sheet.seen for sheet in first.all())
    sizes = {file.stat().st_size for file in tmp_path.iterdir()}
    assert len(sizes) == 1
    assert sizes.pop() < 6 << 20
    (tmp_path / "feedback.12345").unlink()
    assert len(first.all()) == 1


def test_no_room_for_the_workers_refuses_to_start(tmp_path: Path) -> None:
    with pytest.raises(StartupError, match="no room for"):
        Memory(tmp_path / "missing", 2, 100)


@pytest.mark.parametrize(
    "text",
    ["p1.", "p1.A", "p1.AAAA", (Mint("1")([b""])[0] or "")[:-1], "p1.\N{SNOWMAN}"],
    ids=["nothing", "a sign", "a head", "cut", "no sign"],
)
def test_an_id_that_is_not_whole_is_told(text: str) -> None:
    with pytest.raises(Damaged):
        from_text(text)


@given(st.binary(max_size=40))
@settings(max_examples=100, deadline=None)
def test_what_is_forged_is_damaged_or_a_prediction(body: bytes) -> None:
    with contextlib.suppress(Damaged):
        found = from_bytes(body + crc32(body).to_bytes(4, "little"))
        assert found.version.isprintable()
        assert 0 <= found.made < 1 << 32


def test_an_id_holds_its_prediction() -> None:
    (given,) = Mint("2026.11-rc_1")([b"v12345678"])
    assert given is not None
    found = from_text(given)
    assert (found.version, found.packed) == ("2026.11-rc_1", b"v12345678")
    assert len({from_text(each or "").number for each in Mint("1")([b""] * 1000)}) == 1000
    assert Mint("1")([b"", bytes(LONGEST + 1)])[1] is None


def test_the_compiler_and_the_server_agree_on_what_tells_a_metric() -> None:
    shapes = ([-1], [-1, 1], [-1, 2], [-1, 3], [-1, -1], [-1, 2, 2])
    for metric, datatype, shape in product(("accuracy", "f1", "auc", "mae"), DTYPES, shapes):
        planned = fits(metric, Tensor.model_validate({"name": "y", "datatype": datatype, "shape": shape}))
        spec = TensorSpec("y", datatype, tuple(shape))
        try:
            readings(Accuracy(metric, "y", 20), spec, ())
            told = True
        except StartupError:
            told = False
        assert planned == told, (metric, datatype, shape)


def test_classes_are_one_by_what_they_mean() -> None:
    for same in ((1, 1.0, True, "1", "1.0", "True", "true", b"1"), (0, False, "0", "false"), ("spam", b"spam")):
        assert len({name_of(each) for each in same}) == 1
    assert len({name_of(each) for each in ("1", "10", "1.5", "01", "", "nan")}) == 6


def _told(read: Readings, output: Array) -> list[float]:
    """Each row's prediction, of a request in the middle of a batch."""
    rows = len(output)
    told = read.tell(np.concatenate([output[:1], output, output[:2]]))[1 : rows + 1]
    together = list(unpack(read.pack(told)))
    assert together == [row for packed in read.pack_each(told) for row in unpack(packed)]
    return together


def _random_classes(rows: int) -> Array:
    return np.random.default_rng(rows).integers(-3, 300, rows)


@pytest.mark.parametrize("rows", [1, 8, 9, 300])
@pytest.mark.parametrize("classes", [2, 3, 256, 257])
def test_the_best_column_is_told_however_many_rows_and_classes_there_are(rows: int, classes: int) -> None:
    best = BestColumn(tuple(f"class {index}" for index in range(classes)))
    scores = np.random.default_rng(rows).random((rows, classes))
    assert _told(best, scores) == [best.label(f"class {index}") for index in scores.argmax(axis=1)]


@pytest.mark.parametrize("rows", [1, 9, 300])
@pytest.mark.parametrize(
    "made",
    [
        _random_classes,
        lambda rows: _random_classes(rows) % 200,
        lambda rows: (_random_classes(rows) % 200).reshape(-1, 1).astype("u1"),
        lambda rows: _random_classes(rows) > 100,
        lambda rows: np.array([f"class {each}".encode() for each in _random_classes(rows)], dtype=object),
    ],
    ids=["numbers", "small numbers", "bytes in a column", "truths", "texts"],
)
def test_a_class_that_the_model_names_is_told(rows: int, made: Callable[[int], Array]) -> None:
    output, labels = made(rows), Labels()
    wanted = [each.decode() if isinstance(each, bytes) else each for each in output.ravel().tolist()]
    assert _told(labels, output) == [labels.label(each) for each in wanted]


def test_a_request_is_packed_alike_whatever_came_in_its_batch() -> None:
    labels, own = Labels(), np.arange(20)
    alone = labels.pack(labels.tell(own))
    batch = labels.tell(np.concatenate([own, [70_000]]))
    assert (labels.pack(batch[:20]), len(alone)) == (alone, 21)


def test_scores_and_numbers_are_told() -> None:
    two = np.array([[0.25, 0.75], [0.5, 0.125]])
    assert _told(Values(), np.array([[1.1], [2]])) == [1.1, 2]
    # The model's own names say which column is which.
    assert _told(Scores(("bad", "good"), "bad", 2), two) == [0.25, 0.5]
    assert _told(Scores((), None, 2), two) == [0.75, 0.125]
    assert [Scores(("bad", "good"), None, 2).label(each) for each in ("bad", "good")] == [0, 1]
    with pytest.raises(StartupError, match="'ugly', which is not a class of the model: bad, good"):
        Scores(("bad", "good"), "ugly", 2)
    with pytest.raises(StartupError, match="'3', which is not a class of the model: 0, 1, 2"):
        readings(Accuracy("f1", "y", 20, "3"), TensorSpec("y", "FP32", (-1, 3)), ())


@pytest.mark.parametrize("packed", [b"", b"x1", b"c123", b"s12345", b"i", b"i\0aaaa\1", b"v1"])
def test_what_nobody_packed_is_damaged(packed: bytes) -> None:
    with pytest.raises(Damaged):
        unpack(packed)


def test_scores_that_are_not_to_be_told_are_none() -> None:
    none, some = np.zeros(3), np.array([0.0, 1, 0])
    assert auc(none, np.ones(3)) is None
    assert f1_of(none == 1, none == 1) is None
    assert macro_f1(none[:0], none[:0]) is None
    assert auc(some, some) is not None


def test_f1_by_its_weights_is_f1_over_all_replicas() -> None:
    random = np.random.default_rng(3)
    predicted, labels = random.random(1000) < 0.1, random.random(1000) < 0.05
    parts = [f1_of(*part) for part in zip(np.split(predicted, 20), np.split(labels, 20), strict=True)]
    known = [part for part in parts if part]
    together = sum(part.value * part.weight for part in known) / sum(part.weight for part in known)
    assert together == pytest.approx(f1_score(labels, predicted), rel=1e-12)
