"""Labels find their predictions by the server's id and by the caller's, at any worker; metrics as scikit-learn has."""

from __future__ import annotations

import json
import time
from concurrent.futures import ThreadPoolExecutor
from itertools import product
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sklearn.metrics import accuracy_score, f1_score, mean_absolute_error, roc_auc_score

from mlspec_runtime import metric_names as names
from mlspec_runtime.feedback.feedback import OLDEST
from mlspec_runtime.feedback.matched import VERSIONS
from mlspec_runtime.feedback.prediction import PREFIX, Mint
from tests.runtime.conftest import Start
from tests.runtime.feedback import ECHO, Labelled, labelled
from tests.runtime.running import eventually
from tests.runtime.test_metrics import OF_LABELS, exported

RANDOM = np.random.default_rng(7)
SCORES = RANDOM.random((400, 3)).round(2)
CLASSES = RANDOM.integers(0, 3, 400)
POSITIVE = CLASSES == 1


def send(server: Labelled, rows: Any, labels: Any) -> None:
    """All rows, twenty to a request, and then all labels at once."""
    given = [server.asked(part.tolist()) for part in np.split(rows, len(rows) // 20)]
    parts = np.split(labels, len(rows) // 20)
    body = [{"id": name, "labels": part.tolist()} for name, part in zip(given, parts, strict=True)]
    answer = server.post("feedback", body)
    assert answer.json()["matched"] == len(given), answer.text


def expected_macro(scores: Any) -> float:
    return float(f1_score(CLASSES, scores.argmax(axis=1), average="macro"))


KNOWN: dict[str, tuple[dict[str, Any], Any, float, float]] = {
    "accuracy of scores": (
        {"metric": "accuracy", "output": "scores"},
        CLASSES,
        accuracy_score(CLASSES, SCORES.argmax(axis=1)),
        400,
    ),
    "f1 of a class": (
        {"metric": "f1", "output": "scores", "positive": "1"},
        CLASSES,
        f1_score(POSITIVE, SCORES.argmax(axis=1) == 1),
        int(POSITIVE.sum() + (SCORES.argmax(axis=1) == 1).sum()),
    ),
    "f1 of all classes": ({"metric": "f1", "output": "scores"}, CLASSES, expected_macro(SCORES), 400),
    "auc, with ties": (
        {"metric": "auc", "output": "score"},
        POSITIVE,
        roc_auc_score(POSITIVE, SCORES[:, 0]),
        int(POSITIVE.sum() * (~POSITIVE).sum()),
    ),
    "mae": ({"metric": "mae", "output": "score"}, CLASSES, mean_absolute_error(CLASSES, SCORES[:, 0]), 400),
}


@pytest.mark.parametrize("case", KNOWN)
def test_metrics_are_those_of_scikit_learn(case: str, start: Start) -> None:
    asked, labels, value, weight = KNOWN[case]
    server = labelled(start, **asked)
    send(server, SCORES, labels)
    assert server.metric(names.ACCURACY, version="1.2.0", metric=asked["metric"]) == pytest.approx(value, rel=1e-9)
    assert server.metric(names.ACCURACY_WEIGHT) == weight
    assert server.metric(names.ACCURACY_SAMPLES) == server.metric(names.LABELS, metric=asked["metric"]) == 400
    found = exported(server.running)
    assert {name: found[name] for name in OF_LABELS} == {
        name: {tuple(sorted(names.LABEL_NAMES[name]))} for name in OF_LABELS
    }


def test_the_latest_labels_count_and_what_is_not_known_does_not(start: Start) -> None:
    server = labelled(start, "accuracy", "class", samples=50)
    assert server.metric(names.ACCURACY_SAMPLES) == 0
    assert names.ACCURACY + "{" not in server.running.http.get("/metrics").text
    for _ in range(3):
        server.label(server.asked([[1.0, 0, 0]] * 20), *[2] * 20)
    assert (server.metric(names.ACCURACY), server.metric(names.ACCURACY_SAMPLES)) == (0, 50)
    server.label(server.asked([[1.0, 0, 0]] * 30), *[1] * 25, *[None] * 5)
    assert (server.metric(names.ACCURACY), server.metric(names.ACCURACY_SAMPLES)) == (0.5, 50)
    server.label(server.asked([[1.0, 0, 0]] * 70), *["1", 1.0] * 35)
    assert (server.metric(names.ACCURACY), server.metric(names.ACCURACY_SAMPLES)) == (1, 50)
    assert server.metric(names.LABELS) == 60 + 25 + 70


def test_outcomes(start: Start) -> None:
    """Each has its status and its count, and words that say what to do."""
    server = labelled(start, "accuracy", "class")
    answer = server.ask([[1.0, 0, 0]], own="order-17")
    assert answer["id"] == "order-17"
    assert server.post("feedback", {"id": "order-17", "label": 1}).json() == {"outcome": "matched"}
    given = answer["parameters"]["prediction_id"]
    for name in ("order-17", given):
        again = server.post("feedback", {"id": name, "label": 1})
        assert (again.status_code, "has had its labels" in again.json()["error"]) == (409, True)
    unknown = server.post("feedback", {"id": "order-18", "label": 1})
    assert (unknown.status_code, "parameters.prediction_id" in unknown.json()["error"]) == (404, True)
    assert server.post("feedback", {"id": made(OLDEST + 60), "label": 1}).status_code == 410
    assert server.post("feedback", {"id": made(0, packed=b"v12345678"), "label": 1}).status_code == 404
    many = [{"id": server.asked([[2.0, 0, 0]]), "label": 1}, {"id": "order-18", "label": 1}, {"id": given, "label": 1}]
    many.append(many[0])
    assert server.post("feedback", many).json() == {
        **{"matched": 1, "unknown": 1, "expired": 0, "duplicate": 2},
        "outcomes": ["matched", "unknown", "duplicate", "duplicate"],
    }
    counts = {each: server.metric(names.FEEDBACK, outcome=each) for each in names.OUTCOMES}
    assert counts == {"matched": 2, "unknown": 3, "expired": 1, "duplicate": 4}
    assert server.metric(names.ACCURACY) == 0.5


def minted(version: str, packed: bytes) -> str:
    (found,) = Mint(version)([packed])
    assert found is not None
    return found


def made(age: int, version: str = "1.2.0", packed: bytes = b"n\1") -> str:
    """An id as a server of this version gave it, so many seconds ago."""
    with pytest.MonkeyPatch.context() as clock:
        clock.setattr("mlspec_runtime.feedback.prediction.time", lambda: time.time() - age)
        return minted(version, packed)


def test_labels_count_for_the_version_that_predicted(start: Start) -> None:
    server = labelled(start, "accuracy", "class")
    for index in range(VERSIONS + 3):
        server.post("feedback", {"id": made(3600, version=f"0.{index}.0"), "label": 1})
    server.label(server.asked([[1.0, 0, 0]]), 1)
    assert server.metric(names.ACCURACY_SAMPLES, version="0.0.0") == 1
    assert server.metric(names.ACCURACY, version="1.2.0") == 1
    # Its own and as many others as it has room for: no caller can make it keep more.
    assert server.metric(names.FEEDBACK, outcome="matched") == VERSIONS
    assert server.metric(names.FEEDBACK, outcome="unknown") == 4


MALFORMED: dict[str, tuple[object, str]] = {
    "no label": ({"id": "a"}, '{"id": …, "label": …}'),
    "both": ({"id": "a", "label": 1, "labels": [1]}, '{"id": …, "label": …}'),
    "a number": (7, "must be"),
    "nothing": ([], "1 to 1000 answers"),
    "too many": ([{"id": "a", "label": 1}] * 1001, "1 to 1000 answers"),
    "an id that is no text": ({"id": 1, "label": 1}, "id must be a string"),
    "a label that is an object": ({"id": "a", "label": {}}, "a label must be text, a number, true or false"),
    "no class of the model": ({"id": "a", "label": "spam"}, "'spam' is not a class of the model: 0, 1, 2"),
    "no list": ({"id": "a", "labels": 1}, "labels must be a list"),
    "an id cut off": ({"id": made(0)[:-3], "label": 1}, "is not whole"),
    "an id of nonsense": ({"id": PREFIX + "\N{SNOWMAN}", "label": 1}, "is not whole"),
    "an id that was forged": ({"id": minted("1.2.0", b"c12345"), "label": 1}, "is not whole"),
    "labels for other rows": ({"id": made(0), "labels": [1, 2]}, "there are labels for 2 rows"),
    "one of many": ([{"id": made(0), "label": 1}, {"id": "a", "label": "spam"}], "item 1: 'spam'"),
}


def test_what_is_malformed_is_refused_with_its_cause_and_counts_nothing(start: Start) -> None:
    server = labelled(start, "accuracy", "scores")
    for case, (body, words) in MALFORMED.items():
        answer = server.post("feedback", body)
        assert answer.status_code == 400, case
        assert words in answer.json()["error"], case
    assert server.running.http.post("/v2/models/tested/feedback", content=b"[" * 9000).status_code == 400
    assert server.running.http.post("/v2/models/tested/feedback", content=b" " * (1 << 20) + b"1").status_code == 413
    assert server.running.http.get("/v2/models/tested/feedback").status_code == 405
    assert server.metric(names.FEEDBACK) == server.metric(names.LABELS) == 0

    nearly = st.dictionaries(st.sampled_from(["id", "label", "labels"]), ANY, max_size=3)

    @settings(max_examples=100, deadline=None, suppress_health_check=list(HealthCheck))
    @given(st.one_of(nearly, st.lists(nearly, max_size=3), ANY))
    def run(body: Any) -> None:
        answer = server.running.http.post("/v2/models/tested/feedback", content=json.dumps(body).encode())
        assert answer.status_code in (200, 400, 404), answer.text

    run()


ANY = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**70), 2**70) | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner, max_size=4),
    max_leaves=5,
)


def test_any_worker_finds_what_another_has_answered(start: Start) -> None:
    server = labelled(start, "accuracy", "class", workers=2)
    for index in range(40):
        server.ask([[1.0, 0, 0]], own=f"order-{index}")
    answers = [server.post("feedback", {"id": f"order-{index}", "label": index % 2}) for index in range(40)]
    assert [answer.status_code for answer in answers] == [200] * 40
    again = [server.post("feedback", {"id": f"order-{index}", "label": 1}).status_code for index in range(40)]
    assert again == [409] * 40
    # Whichever worker is asked.
    eventually(lambda: server.metric(names.LABELS) == server.metric(names.ACCURACY_SAMPLES) == 40)
    assert server.metric(names.ACCURACY) == 0.5


ONE_HOT = [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]]
FIRST = [[0.0, 0.0, 0.0], [1.0, 0.0, 0.0], [2.0, 0.0, 0.0]]
SLOW = "import time\n" + ECHO.replace("        x =", "        time.sleep(0.05)\n        x =")
AWAITED = ECHO.replace("def predict", "async def predict")


@pytest.mark.parametrize(
    ("metric", "output", "most", "code"),
    [
        *product(["accuracy"], ["class", "scores"], [1, 12], [SLOW]),
        *product(["mae"], ["score"], [1, 12], [SLOW]),
        ("accuracy", "class", 12, AWAITED),
    ],
)
def test_each_of_many_answers_has_the_id_of_its_own_rows(
    start: Start, metric: str, output: str, most: int, code: str
) -> None:
    server = labelled(start, metric, output, code=code, batching=64)
    classes = [RANDOM.integers(0, 3, RANDOM.integers(1, most + 1)).tolist() for _ in range(24)]
    as_rows = ONE_HOT if output == "scores" else FIRST
    with ThreadPoolExecutor(len(classes)) as pool:
        ids = list(pool.map(server.asked, [[as_rows[each] for each in those] for those in classes]))
    assert len(set(ids)) == len(classes)
    for each, right in zip(ids, classes, strict=True):
        assert server.label(each, *right).status_code == 200
    assert server.metric(names.ACCURACY) == (0 if metric == "mae" else 1)
    assert server.metric(names.ACCURACY_SAMPLES) == sum(map(len, classes))


def test_an_answer_has_its_id_whatever_its_form(start: Start) -> None:
    server = labelled(start, "auc", "two", positive="bad")
    body = {
        "id": "mine",
        "inputs": [{"name": "x", "datatype": "FP64", "shape": [2, 3], "data": [0.1, 0.9, 0, 0.8, 0.2, 0]}],
        "outputs": [{"name": "class", "parameters": {"binary_data": True}}],
    }
    answer = server.post("infer", body)
    head = json.loads(answer.content[: int(answer.headers["inference-header-content-length"])])
    assert server.label(head["parameters"]["prediction_id"], "bad", "good").status_code == 200
    instances = server.running.http.post("/invocations", json={"instances": [[0.3, 0.7, 0]]}).json()
    assert instances["predictions"] == [0]  # of the first output
    assert server.label(instances["prediction_id"], "bad").status_code == 200
    assert (server.metric(names.ACCURACY, metric="auc"), server.metric(names.ACCURACY_SAMPLES)) == (1, 3)


WIDER = """
import numpy as np

class Handler:
    def predict(self, inputs):
        x = inputs["x"]
        return {"class": np.ones((len(x), 1 + int(x[0, 0])), "int64")}
"""


def test_a_model_may_name_several_classes_of_a_row(start: Start) -> None:
    server = labelled(start, "accuracy", "class", code=WIDER, outputs=[])
    for columns in (1, 2, 1):
        assert server.label(server.asked([[columns - 1, 0, 0]]), *[1] * columns).status_code == 200
    assert server.metric(names.ACCURACY_SAMPLES) == 4


def test_an_answer_of_very_many_rows_has_no_id(start: Start) -> None:
    server = labelled(start, "mae", "score")
    assert "id" in server.ask([[1.0, 0, 0]] * 2047)
    answer = server.ask([[1.0, 0, 0]] * 2048, own="mine")
    assert (answer["id"], "parameters" in answer) == ("mine", False)
    assert server.label("mine", *[1] * 2048).status_code == 404


def test_a_model_that_nobody_labels_takes_no_labels_and_gives_no_ids(start: Start) -> None:
    server = Labelled(start("class Handler:\n    def predict(self, inputs):\n        return inputs['x'][:, 0]").ready())
    answer = server.post("feedback", {"id": "a", "label": 1})
    assert (answer.status_code, "monitoring.accuracy" in answer.json()["error"]) == (404, True)
    assert "/v2/models/tested/feedback" not in server.running.http.get("/openapi.json").json()["paths"]


def test_a_metric_that_the_output_does_not_tell_refuses_to_start(start: Start) -> None:
    settings = {"accuracy": {"metric": "auc", "output": "y", "samples": 20}}
    manifest = {"outputs": [{"name": "y", "datatype": "BYTES", "shape": [-1]}]}
    code = "class Handler:\n    def predict(self, inputs):\n        return [b'x'] * len(inputs['x'])"
    running = start(code, settings, manifest)
    assert running.exit_status() == 1
    assert "auc cannot be told from output 'y'" in running.wait_for("start", event_outcome="failure")["message"]
