"""A path in a document leads to a value, and to the place that a finding about it should show."""

from __future__ import annotations

import pytest

from mlspec.diagnostics import Span
from mlspec.source.node import Node
from mlspec.source.read import parse

TEXT = """\
apiVersion: mlspec.dev/v1
metadata: {name: churn, labels: {}}
spec:
  args: [a, b]
  metrics:
    - cpu: 70%
      memory: 80%
    - concurrency: 8
  promql: |
    sum(x)

    and y

  empty:
"""


@pytest.fixture
def root() -> Node:
    (document,) = parse("model.yaml", TEXT.encode()).documents
    return document.root


def shown(span: Span) -> str:
    """The text that a span covers."""
    lines = TEXT.split("\n")[span.line - 1 : span.end_line]
    lines[-1] = lines[-1][: span.end_column - 1]
    lines[0] = lines[0][span.column - 1 :]
    return "\n".join(lines)


@pytest.mark.parametrize(
    ("path", "value", "key"),
    [
        # what is there: a scalar or a short list itself, a mapping by its key
        ("metadata.name", "churn", "name"),
        ("metadata", "metadata", "metadata"),
        ("metadata.labels", "labels", "labels"),
        ("spec.args", "[a, b]", "args"),
        ("spec.args.1", "b", "b"),
        ("spec.metrics", "metrics", "metrics"),
        ("spec.metrics.0", "cpu", "cpu"),
        ("spec.metrics.1", "concurrency: 8", "concurrency: 8"),
        ("spec.metrics.1.concurrency", "8", "concurrency"),
        ("spec.promql", "|\n    sum(x)\n\n    and y", "promql"),
        ("spec.empty", "", "empty"),
        ("", "apiVersion", "apiVersion"),
        # what is not there: its nearest ancestor
        ("kind", "apiVersion", "apiVersion"),
        ("metadata.owner", "metadata", "metadata"),
        ("metadata.name.first", "name", "name"),
        ("spec.model.uri", "spec", "spec"),
        ("spec.metrics.0.gpu", "cpu", "cpu"),
        ("spec.metrics.1.gpu", "concurrency: 8", "concurrency: 8"),
        ("spec.metrics.7", "metrics", "metrics"),
    ],
)
def test_a_finding_about_a_path_shows(root: Node, path: str, value: str, key: str) -> None:
    steps = [int(step) if step.isdigit() else step for step in path.split(".") if step]
    assert shown(root.locate(steps)) == value
    assert shown(root.locate_key(steps)) == key


def test_the_values_without_their_places(root: Node) -> None:
    assert root.plain() == {
        "apiVersion": "mlspec.dev/v1",
        "metadata": {"name": "churn", "labels": {}},
        "spec": {
            "args": ["a", "b"],
            "metrics": [{"cpu": "70%", "memory": "80%"}, {"concurrency": 8}],
            "promql": "sum(x)\n\nand y\n",
            "empty": None,
        },
    }


def test_every_scalar_has_its_path_in_written_order(root: Node) -> None:
    paths = [".".join(map(str, path)) for path, _ in root.scalars()]
    assert paths == [
        *("apiVersion", "metadata.name", "spec.args.0", "spec.args.1", "spec.metrics.0.cpu"),
        *("spec.metrics.0.memory", "spec.metrics.1.concurrency", "spec.promql", "spec.empty"),
    ]


def test_a_scalar_keeps_its_spelling() -> None:
    (document,) = parse("model.yaml", b"version: 1.10\nmask: 012\n").documents
    assert document.root.plain() == {"version": 1.1, "mask": 12}
    assert [node.text for _, node in document.root.scalars()] == ["1.10", "012"]


def test_an_empty_value_at_the_end_of_a_file_stands_in_it() -> None:
    (document,) = parse("model.yaml", b"a: 1\n? spec").documents
    assert document.root.locate(("spec",)) == Span("model.yaml", 2, 7, 2, 7)
