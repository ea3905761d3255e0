"""Free text stays text: in place of a plain word it changes values, and never the form of what comes out."""

from __future__ import annotations

import ast
import copy
import re
from typing import Any

from hypothesis import assume, given

from mlspec.compile import Compilation
from tests.strategies import Workspace, workspaces

from .compiled import compiled, data, made, objects

PLAIN = "word"


def _plain(workspace: Workspace) -> Workspace:
    """The same workspace with a plain word in place of every text that a user may choose freely."""
    documents = copy.deepcopy(workspace.documents)
    for (document,) in documents.values():
        if document["kind"] == "Model":
            _make_plain(document)
    return Workspace(documents, workspace.content)


def _make_plain(document: dict[str, Any]) -> None:
    spec = document["spec"]
    if document["metadata"].get("description"):
        document["metadata"]["description"] = PLAIN
    for variable in spec.get("server", {}).get("env", []):
        if "value" in variable:
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


def _forms(result: Compilation) -> dict[str, object]:
    forms: dict[str, object] = {path: _form(found) for path, found in objects(result).items()}
    forms |= {path: _form(found) for path, found in data(result).items()}
    for path, text in made(result).items():
        if path.endswith("/main.py"):
            forms[path] = [type(node).__name__ for node in ast.walk(ast.parse(text))]
        elif path.endswith("/Dockerfile"):
            forms[path] = _instructions(text)
        elif path.endswith("/requirements.txt"):
            forms[path] = text
    return forms


@given(workspaces())
def test_the_form_stays(workspace: Workspace) -> None:
    plain = _plain(workspace)
    assume(plain.documents != workspace.documents)
    assert _forms(compiled(workspace.texts())) == _forms(compiled(plain.texts()))


def _expanded(value: str) -> str:
    """As the kubelet reads it: `$$` is one `$`, and `$(NAME)` would be a variable's value."""
    return re.sub(r"\$(\$|\(\w+\))?", lambda match: "$" if match[1] in ("$", None) else "EXPANDED", value)


@given(workspaces())
def test_a_variable_arrives_as_it_is_written(workspace: Workspace) -> None:
    result = compiled(workspace.texts())
    for resolved in result.resolution.specs:
        wanted = {each.name: each.value for each in resolved.spec.server.env if each.secret is None}
        owner = f"/{resolved.environment.name}/{resolved.name}/deployment.yaml"
        (deployment,) = [found[0] for path, found in objects(result).items() if path.endswith(owner)]
        env = deployment["spec"]["template"]["spec"]["containers"][0]["env"]
        given = {each["name"]: _expanded(each["value"]) for each in env if "value" in each}
        assert {name: given[name] for name in wanted} == wanted


@given(workspaces())
def test_a_summary_is_the_one_that_was_written(workspace: Workspace) -> None:
    result = compiled(workspace.texts())
    for resolved in result.resolution.specs:
        alerts = {alert.name: alert.summary for alert in resolved.spec.monitoring.alerts}
        owner = f"/{resolved.environment.name}/{resolved.name}/prometheusrule.yaml"
        found = [each for path, documents in objects(result).items() if path.endswith(owner) for each in documents]
        rules = [rule for each in found for group in each["spec"]["groups"] for rule in group["rules"]]
        written = {rule["alert"]: rule["annotations"]["summary"] for rule in rules if rule.get("alert") in alerts}
        assert written == alerts
