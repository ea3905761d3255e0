"""The arguments of vLLM's server follow from the spec, and what is the user's own arrives as it is written."""

from __future__ import annotations

from importlib.resources import files
from typing import Any

import pytest

from mlspec.environment.resolved import ResolvedSpec
from mlspec.plan.build_plan import build_plan
from mlspec.plan.formats import FORMATS
from mlspec.plan.memory import server_memory
from mlspec.plan.plan import Plan
from mlspec.plan.vllm_metrics import RELEASE
from mlspec.spec.workspace import WorkspaceSpec
from tests.environment.workspace import environment, model, only, resolved

FILES = {"specs/weights/config.json": b"{}"}
SOURCE = {"format": "vllm", "version": "1.0.0", "uri": "./weights"}
H100 = {"nvidia-h100": {"memory": "80Gi"}}


def language_model(count: int = 1, nodes: int = 1, **spec: Any) -> ResolvedSpec:
    where = environment("prod", accelerators=H100, leaderWorkerSet=True, gateway={"name": "g", "namespace": "n"})
    accelerator = {"type": "nvidia-h100", "count": count, "nodes": nodes}
    resources = {"memory": "64Gi", "accelerator": accelerator}
    whole: dict[str, Any] = {"model": SOURCE, "resources": resources, **spec}
    return only(resolved(where, model(**whole), files=FILES))


def planned(*count_and_nodes: int, **spec: Any) -> Plan:
    return build_plan(language_model(*count_and_nodes, **spec), WorkspaceSpec(), "0" * 64)


def test_what_the_spec_says_becomes_arguments() -> None:
    assert planned(2, health={"drain": "90s"}).container.args == (
        "/app/model",
        "--port=8080",
        "--served-model-name=churn",
        "--tensor-parallel-size=2",
        "--shutdown-timeout=90",
    )


@pytest.mark.parametrize(
    ("server", "bounds"),
    [
        ({}, []),
        ({"concurrency": 8}, ["--max-num-seqs=8", "--max-num-queued-reqs=264"]),
        ({"queue": 0}, ["--max-num-seqs=64", "--max-num-queued-reqs=64"]),
        ({"concurrency": 8, "queue": 2}, ["--max-num-seqs=8", "--max-num-queued-reqs=10"]),
    ],
)
def test_all_in_hand_are_bounded_and_not_those_that_wait(server: dict[str, int], bounds: list[str]) -> None:
    assert [item for item in planned(server=server).container.args if item.startswith("--max-num")] == bounds


def test_the_users_arguments_come_last_and_kubernetes_expands_nothing_in_them() -> None:
    arguments = ["--chat-template={{ $(x) }}", "--max-model-len", "8192"]
    args = planned(server={"args": arguments}).container.args
    assert args[-3:] == ("--chat-template={{ $$(x) }}", "--max-model-len", "8192")


def test_a_replica_of_several_nodes_has_stages_on_each_and_workers_without_an_api() -> None:
    plan = planned(8, 2)
    assert plan.group is not None
    assert plan.group.size == 2
    assert {"--tensor-parallel-size=8", "--pipeline-parallel-size=$(LWS_GROUP_SIZE)"} <= set(plan.container.args)
    assert plan.group.worker_args == (*plan.container.args, "--headless")
    assert plan.workload.name == "churn-nodes" != plan.names.service
    assert plan.network.among_themselves
    assert plan.answering != plan.selector


def test_one_pod_is_found_by_the_selector_and_talks_to_nobody() -> None:
    plan = planned()
    assert plan.group is None
    assert plan.answering == plan.selector
    assert not plan.network.among_themselves


def test_vllm_reads_no_settings_and_asks_its_own_endpoints() -> None:
    plan = planned()
    assert plan.settings is plan.container.settings_path is None
    assert plan.pod_annotations == {}
    assert (plan.lifecycle.startup.path, plan.lifecycle.liveness.path) == ("/health", "/ping")
    assert {"name": "VLLM_LOGGING_LEVEL", "value": "INFO"} in plan.container.env


def test_spare_cards_are_counted_over_all_nodes_of_a_replica() -> None:
    assert planned(8, 2).rollout.max_surge == 0
    where = environment("prod", accelerators={"nvidia-h100": {"spare": 31}}, leaderWorkerSet=True)
    resources = {"memory": "64Gi", "accelerator": {"type": "nvidia-h100", "count": 8, "nodes": 2}}
    spec = model(model=SOURCE, resources=resources, replicas=8)
    plan = build_plan(only(resolved(where, spec, files=FILES)), WorkspaceSpec(), "0" * 64)
    assert (plan.rollout.max_surge, plan.rollout.max_unavailable) == (1, 0)


def test_what_is_scraped_is_told_apart_by_the_models_name() -> None:
    assert planned().monitoring.target_labels == {"model": "churn"}


OFFLOADED = {
    "nothing": ([], 1, 6),
    "nothing, over two cards": ([], 2, 10),
    "weights of each card": (["--cpu-offload-gb=1.5"], 2, 13),
    "the cache of all cards": (["--kv-offloading-size", "4"], 2, 14),
    "the last of two, as argparse has it": (["--cpu-offload-gb", "9", "--cpu-offload-gb=1"], 1, 7),
    "no number, which is vLLM's to refuse": (["--cpu-offload-gb=much"], 1, 6),
    "another argument's value": (["--served-model-name", "--cpu-offload-gb"], 1, 6),
}


@pytest.mark.parametrize(("args", "cards", "gibibytes"), OFFLOADED.values(), ids=OFFLOADED)
def test_the_memory_of_its_processes_grows_with_the_cards_and_what_they_do_not_hold(
    args: list[str], cards: int, gibibytes: int
) -> None:
    assert server_memory(language_model(cards, server={"args": args})) == gibibytes * 2**30


def test_a_cache_beside_the_cards_of_two_nodes_is_half_on_each() -> None:
    assert server_memory(language_model(1, 2, server={"args": ["--kv-offloading-size=4"]})) == 8 * 2**30


def test_shared_memory_is_of_what_the_processes_leave() -> None:
    assert (planned(1).container.shared_memory, planned(8).container.shared_memory) == ("8Gi", "7680Mi")


def test_all_that_is_known_of_vllm_is_of_one_release() -> None:
    assert FORMATS["vllm"].base_image.endswith(f":v{RELEASE}")
    assert f"of vLLM {RELEASE}," in files("mlspec.checks").joinpath("vllm_arguments.txt").read_text(encoding="utf-8")
