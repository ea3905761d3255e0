"""Every other alert in a real Prometheus: pending, firing, and over again once all is well.

A real server has its rows drift and its answers turn out wrong; the rest needs a cluster, a card or vLLM, in whose
place an exporter stands (`stand_in.py` says how far that is real).
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from decimal import Decimal
from pathlib import Path

from msgspec.structs import replace

from mlspec.plan.monitoring.batch_alerts import BatchSubject
from mlspec.plan.monitoring.drift_alert import DriftWatch
from mlspec.plan.monitoring.plan_monitoring import plan_rules
from mlspec.plan.monitoring.scenarios import Scenario, scenarios
from mlspec.plan.plan import Workload
from mlspec.spec.monitoring import Accuracy
from tests.monitoring.live import in_time, prometheus, shortened
from tests.monitoring.seen import OF_VLLM_BY_STAND_IN, SEEN_BY_STAND_IN, SEEN_IN_ANSWERS
from tests.monitoring.stand_in import stand_in
from tests.monitoring.subjects import CARD, LANGUAGE_MODEL, OWED, rules_document, slo
from tests.runtime.conftest import Start
from tests.runtime.conftest import start as start  # the fixture, which pytest finds by its name here
from tests.runtime.feedback import ECHO, OUTPUTS, Labelled
from tests.runtime.image import tensor

NIGHTLY = BatchSubject(CARD, "churn-batch", 111_600)
OBJECTIVES = slo("99%", ("95%", "1s")).model_copy(
    update={"time_per_output_token": slo(latency=("95%", "50ms")).latency}
)
STAND_IN = (*SEEN_BY_STAND_IN, *OF_VLLM_BY_STAND_IN)
NEEDED = 30
ANSWERS = replace(
    OWED,
    model="tested",
    service="tested",
    workload=Workload("apps/v1", "Deployment", "tested"),
    accuracy=Accuracy.model_validate({"metric": "accuracy", "minimum": "90%", "minSamples": NEEDED}),
    drift=DriftWatch(Decimal("0.2"), NEEDED, 600),
)
REFERENCE = {"features": [{"name": "age", "input": "x", "column": 0, "bounds": [0.5], "shares": [0.5, 0.5, 0.0]}]}


def _known() -> Iterator[Scenario]:
    yield from scenarios(LANGUAGE_MODEL, OBJECTIVES)
    yield from scenarios(CARD, None, NIGHTLY)


def _sick() -> list[Scenario]:
    """Of each the first in which it fires."""
    first: dict[str, Scenario] = {}
    for one in _known():
        if one.alert in STAND_IN and one.fires:
            first.setdefault(one.alert, one)
    # None of two ready is fewer than wanted, too.
    return sorted(first.values(), key=lambda one: one.alert == "MlspecNoReplicaReady")


def _well() -> list[Scenario]:
    """Of each one in which it is silent: of objectives with traffic, just below the slowest burn rate."""
    of_objectives = [one for one in _known() if "just under over ticket 1" in one.name]
    others: dict[str, Scenario] = {}
    for one in _known():
        if one.alert in STAND_IN and not one.fires and "Burn" not in one.alert:
            others.setdefault(one.alert, one)
    # All ready, and a rollout that is over.
    ready = [one for one in _known() if one.name == "MlspecReplicasNotReady: all ready"]
    return [*others.values(), *of_objectives, *ready]


def test_what_needs_a_cluster_is_seen_and_is_over(require_tool: Callable[[str], str], tmp_path: Path) -> None:
    groups = [*plan_rules(CARD, None, [], batch=NIGHTLY), *plan_rules(LANGUAGE_MODEL, OBJECTIVES, [])]
    # Who burns fast enough for a page burns fast enough for a ticket.
    expected = {(one.alert, one.severity) for one in _sick()} | {("MlspecTokenBudgetBurn", "ticket")}
    assert {name for name, _ in expected} == set(STAND_IN)
    rules = shortened(rules_document(groups))
    with (
        stand_in() as exporter,
        prometheus(require_tool("prometheus"), rules, None, exporter.port, tmp_path) as watching,
    ):
        exporter.show(_well())
        in_time(lambda: watching.value("count(kube_deployment_spec_replicas)") is not None)
        exporter.show(_sick())
        in_time(lambda: watching.firing() >= expected)
        # Those of objectives wait for nothing.
        assert watching.were_pending() >= {found for found in expected if "Burn" not in found[0]}
        exporter.show(_well())
        in_time(lambda: not watching.firing() & expected)
        assert watching.faults() == []


def test_answers_that_turn_out_wrong_and_rows_that_drift_are_seen(
    start: Start, require_tool: Callable[[str], str], tmp_path: Path
) -> None:
    (tmp_path / "image0").mkdir()
    (tmp_path / "image0" / "drift.json").write_text(json.dumps(REFERENCE))
    settings = {
        "accuracy": {"metric": "accuracy", "output": "class", "samples": NEEDED},
        "drift": {"window": 6, "reference": "drift.json"},
    }
    server = Labelled(start(ECHO, settings, {"inputs": [tensor("x", "FP64", -1, 3)], "outputs": OUTPUTS}).ready())
    groups = plan_rules(ANSWERS, None, [])
    expected = {(name, "ticket") for name in SEEN_IN_ANSWERS}
    rules = shortened(rules_document(groups))
    program, port = require_tool("prometheus"), server.running.port
    with prometheus(program, rules, ANSWERS, port, tmp_path) as watching:

        def ask(rows: list[float], label: int) -> None:
            """As many rows as are needed, and what was right for each."""
            asked = [[rows[index % len(rows)], 0.0, 0.0] for index in range(NEEDED)]
            server.label(server.asked(asked), *[label if label >= 0 else int(row[0]) for row in asked])

        def wrong() -> bool:
            ask([1.0], 0)
            return watching.firing() >= expected

        def right() -> bool:
            ask([0.0, 1.0], -1)
            return not watching.firing() & expected

        in_time(right)
        in_time(wrong)
        assert watching.were_pending() >= expected
        in_time(right)
        assert watching.faults() == []
