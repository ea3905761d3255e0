"""The Dockerfile, read by BuildKit's own parser and by hadolint."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from typing import Any

import dockerfile as buildkit
import pytest
from hypothesis import given

from mlspec.artifacts.docker.dockerfile import dockerfile
from mlspec.plan.image import Copy, ImagePlan, one_line

from .plans import image_plan, rendered
from .text import free_text

PLANS: dict[str, dict[str, Any]] = {
    "plain": {},
    "no-code": {"copies": []},
    "packages": {"system_packages": ["libpq5", "libgomp1=14.2.0-19"]},
    "own-base": {"base_image": "registry.example.com:5000/ml/base@sha256:" + "a" * 64},
    "gpu": {"format": "onnx", "accelerated": True},
    "vllm": {"format": "vllm", "copies": [Copy("specs/churn/w/config.json", "model/config.json", "0" * 64, 2)]},
    "vllm-fetched": {"format": "vllm", "copies": [], "asks_stores": True},
    "words": {"description": 'It\'s "good" at $5, `fast`', "owner": "payments-risk"},
}


def text_of(plan: ImagePlan) -> str:
    return rendered(dockerfile, plan)


def parsed(plan: ImagePlan) -> tuple[Any, ...]:
    return tuple(buildkit.parse_string(text_of(plan)))


def final_stage(plan: ImagePlan) -> list[Any]:
    commands = parsed(plan)
    return list(commands[max(at for at, command in enumerate(commands) if command.cmd.upper() == "FROM") :])


@pytest.mark.parametrize("kind", PLANS)
def test_hadolint_finds_nothing(kind: str, require_tool: Callable[[str], str]) -> None:
    found = subprocess.run(
        [require_tool("hadolint"), "-"],
        input=text_of(image_plan(**PLANS[kind])).encode(),
        capture_output=True,
        check=False,
    )
    assert (found.returncode, found.stdout, found.stderr) == (0, b"", b"")


@pytest.mark.parametrize("kind", PLANS)
def test_only_what_was_installed_reaches_the_image(kind: str) -> None:
    stage = final_stage(image_plan(**PLANS[kind]))
    assert {command.cmd.upper() for command in stage} == {
        "FROM", "WORKDIR", "ENV", "EXPOSE", "USER", "ENTRYPOINT", "COPY", "LABEL",
    }  # fmt: skip
    copies = [command for command in stage if command.cmd.upper() == "COPY"]
    assert {command.flags for command in copies} == {("--from=builder",)}
    (user,) = (command.value for command in stage if command.cmd.upper() == "USER")
    assert user == ("10001:10001",)
    (entry,) = (command for command in stage if command.cmd.upper() == "ENTRYPOINT")
    assert entry.json, "a shell as process 1 does not pass SIGTERM on"


def test_model_comes_after_code_and_code_after_the_environment() -> None:
    sources = [command.value[0] for command in final_stage(image_plan()) if command.cmd.upper() == "COPY"]
    assert sources == ["/opt/venv", "/app/mlspec_runtime", "/app/code", "/app/model", "/app/main.py"]


def test_an_image_of_vllm_holds_nothing_of_our_server() -> None:
    def brought(**plan: Any) -> list[str]:
        stage = final_stage(image_plan(**PLANS["vllm"] | plan))
        return [command.value[0] for command in stage if command.cmd.upper() == "COPY"]

    assert brought() == ["/app/model"]
    assert brought(copies=[]) == []
    assert brought(copies=[], asks_stores=True) == ["/opt/venv", "/app/mlspec_runtime"]


def test_every_stage_has_the_same_base() -> None:
    froms = [command.value for command in parsed(image_plan(python="3.12")) if command.cmd.upper() == "FROM"]
    assert froms == [("python:3.12-slim", "AS", "base"), ("base", "AS", "builder"), ("base",)]


def test_own_base_image_is_held_to_a_python_only_where_the_spec_names_one() -> None:
    assert "version_info" not in text_of(image_plan(base_image="mine:1"))
    assert "version_info" in text_of(image_plan(base_image="mine:1", python="3.12"))


@given(free_text, free_text, free_text)
def test_free_text_changes_no_instruction(description: str, owner: str, source: str) -> None:
    plan = image_plan(description=f"x{description}", owner=f"x{owner}", source=f"specs/{source}")
    plain = parsed(image_plan(description="x", owner="x"))
    assert [shape(command) for command in parsed(plan)] == [shape(command) for command in plain]
    values = parsed(plan)[-1].value
    labels = dict(zip(values[::2], map(unquoted, values[1::2]), strict=True))
    assert labels["org.opencontainers.image.description"] == one_line(f"x{description}")
    assert labels["org.opencontainers.image.vendor"] == one_line(f"x{owner}")


def shape(command: Any) -> tuple[Any, ...]:
    """All of an instruction but the labels' values."""
    value = command.value[::2] if command.cmd.upper() == "LABEL" else command.value
    return command.cmd, command.flags, value, command.heredocs


def unquoted(word: str) -> str:
    """A word as BuildKit reads it (frontend/dockerfile/shell/lex.go): a bare `$` would begin a variable."""
    assert word[0] == word[-1] == '"'
    read, rest = "", word[1:-1]
    while rest:
        if rest[0] == "\\" and rest[1:2] in ('"', "$", "\\"):
            read, rest = read + rest[1], rest[2:]
            continue
        assert rest[0] not in '"$'
        read, rest = read + rest[0], rest[1:]
    return read
