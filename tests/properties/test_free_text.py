"""Free text stays text: in place of a plain word it changes values, and never the form of what comes out."""

from __future__ import annotations

import ast
import copy
import re
from typing import Any

from hypothesis import given
from markdown_it import MarkdownIt

from mlspec.compile import Compilation
from mlspec.environment.resolved import ResolvedSpec
from mlspec.verify.manifests import Manifests
from tests.profiles import ordinarily
from tests.strategies import Workspace, workspaces

from .compiled import Objects, compiled, data, made, objects

PLAIN = "word"


def _plain(workspace: Workspace) -> Workspace:
    """The same workspace with a plain word in place of every text that a user may choose freely."""
    documents = copy.deepcopy(workspace.documents)
    for document in (each for several in documents.values() for each in several):
        if document["kind"] == "Model":
            _make_plain(document)
    return Workspace(documents, workspace.content)


def _make_plain(document: dict[str, Any]) -> None:
    spec = document["spec"]
    if document["metadata"].get("description"):
        document["metadata"]["description"] = PLAIN
    for variable in spec.get("server", {}).get("env", []):
        if variable.get("value"):
            variable["value"] = PLAIN
    for alert in spec.get("monitoring", {}).get("alerts", []):
        alert["summary"] = PLAIN
    for override in spec.get("overrides", []):
        if "metadata" in override["patch"]:
            override["patch"]["metadata"]["annotations"] = {"example.com/note": PLAIN}


def _form(node: object) -> object:
    """Keys and types of a value, without its texts."""
    if isinstance(node, dict):
        return {key: _form(value) for key, value in node.items()}
    if isinstance(node, list):
        return [_form(item) for item in node]
    return type(node).__name__ if isinstance(node, str) else node


def _instructions(dockerfile: str) -> list[str]:
    """The first word of each instruction and the keys of its labels; comments and continued lines joined."""
    joined = re.sub(r"\\\n", " ", dockerfile)
    lines = [line.strip() for line in joined.splitlines() if line.strip() and not line.lstrip().startswith("#")]
    return [re.sub(r'"(\\.|[^"\\])*"', '""', line) for line in lines]


def _forms(result: Compilation, found: Objects) -> dict[str, object]:
    forms: dict[str, object] = {path: _form(documents) for path, documents in found.items()}
    forms |= {path: _form(value) for path, value in data(result).items()}
    for path, text in made(result).items():
        if path.endswith("/main.py"):
            forms[path] = [type(node).__name__ for node in ast.walk(ast.parse(text))]
        elif path.endswith("/Dockerfile"):
            forms[path] = _instructions(text)
        elif path.endswith(".md"):
            forms[path] = [token.type for token in MarkdownIt().parse(text)]
        elif path.endswith("/requirements.txt"):
            forms[path] = text
    return forms


@ordinarily(40)
@given(workspaces())
def test_free_text_stays_text(workspace: Workspace) -> None:
    result, plain = compiled(workspace.texts()), compiled(_plain(workspace).texts())
    found = objects(result)
    assert _forms(result, found) == _forms(plain, objects(plain))
    for resolved in result.resolution.specs:
        folder = f"/{resolved.environment.name}/{resolved.name}/"
        mine = [each for path, documents in found.items() if folder in path for each in documents]
        _variables_arrive_as_written(resolved, mine)
        _summaries_are_those_written(resolved, mine)


def _variables_arrive_as_written(resolved: ResolvedSpec, mine: list[dict[str, Any]]) -> None:
    wanted = {each.name: each.value for each in resolved.spec.server.env if each.secret is None}
    for pod in Manifests(mine, resolved.environment.spec.kubernetes).pods:
        env = pod.spec["containers"][0].get("env", [])
        given = {each["name"]: _expanded(each.get("value", "")) for each in env if "valueFrom" not in each}
        assert {name: given.get(name) for name in wanted} == wanted


def _expanded(value: str) -> str:
    """As the kubelet reads it: `$$` is one `$`, and `$(NAME)` would be a variable's value."""
    return re.sub(r"\$(\$|\([^)]*\))?", lambda match: "$" if match[1] in ("$", None) else "EXPANDED", value)


def _summaries_are_those_written(resolved: ResolvedSpec, mine: list[dict[str, Any]]) -> None:
    wanted = {alert.name: alert.summary for alert in resolved.spec.monitoring.alerts}
    (rules,) = (each for each in mine if each["kind"] == "PrometheusRule")
    written = [rule for group in rules["spec"]["groups"] for rule in group["rules"] if rule.get("alert") in wanted]
    assert {rule["alert"]: rule["annotations"]["summary"] for rule in written} == wanted
