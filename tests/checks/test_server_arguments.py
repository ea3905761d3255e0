"""Arguments of vLLM's server are taken apart as argparse does, and known by the names that the pinned vLLM has."""

from __future__ import annotations

from typing import Any

import pytest

from mlspec.checks.registry import run_checks
from mlspec.checks.server_arguments import Kind, known
from tests.environment.workspace import environment, model, only, resolved

FILES = {"specs/weights/config.json": b"{}"}


def findings(*args: str) -> list[tuple[str, int]]:
    """Code and index of each argument that a check finds fault with."""
    where = environment("prod", accelerators={"nvidia-l4": {}})
    spec: dict[str, Any] = {
        "model": {"format": "vllm", "version": "1.0.0", "uri": "./weights"},
        "resources": {"memory": "32Gi", "accelerator": {"type": "nvidia-l4"}},
        "server": {"args": list(args)},
    }
    one = only(resolved(where, model(**spec), files=FILES))
    spans = [one.at("server", "args", index) for index in range(len(args))]
    return [(found.code, spans.index(found.span)) for found in run_checks(one)]


@pytest.mark.parametrize(
    "args",
    [
        ["--max-model-len=8192"],
        ["--max-model-len", "8192", "--enforce-eager"],
        ["--no-enable-prefix-caching"],
        ["--chat-template=a=b"],
        ["--lora-modules", "a=/x", "b=/y", "--enable-lora"],
        ["--compilation-config.mode=3"],
        ["--uvicorn-log-level=warning"],
    ],
)
def test_what_vllm_takes_is_taken(args: list[str]) -> None:
    assert findings(*args) == []


@pytest.mark.parametrize(
    ("args", "expected"),
    [
        (["--enforce-eager", "true"], [("MLS272", 1)]),
        (["8192"], [("MLS272", 0)]),
        (["-q", "awq"], [("MLS272", 0), ("MLS272", 1)]),
        (["--max-model-len", "--enforce-eager"], [("MLS274", 0)]),
        (["--max-model-len="], [("MLS274", 0)]),
        (["-tp", "2"], [("MLS273", 0)]),
        (["--tensor_parallel_size=2"], [("MLS273", 0)]),
        (["--data-parallel-size-local=2"], [("MLS273", 0)]),
        (["--hf-token", "x"], [("MLS273", 0)]),
    ],
)
def test_what_it_does_not_take_is_found(args: list[str], expected: list[tuple[str, int]]) -> None:
    assert findings(*args) == expected


def test_the_table_is_that_of_a_whole_server() -> None:
    table = known()
    assert len(table) > 400
    assert table["--max-model-len"] is Kind.VALUE
    assert table["--no-enforce-eager"] is table["--enforce-eager"] is Kind.TOGGLE
    assert "--no-max-model-len" not in table
