"""A value is read as it was meant however it is laid out, and every scalar is where its span says."""

from __future__ import annotations

import json
import re

from hypothesis import given, settings

from mlspec.source.compose import compose
from mlspec.source.events import PurePythonParser
from mlspec.source.findings import SYNTAX
from mlspec.source.node import Node
from mlspec.source.read import parse
from mlspec.source.text import Text
from tests.source.workspaces import Plain, layouts


def written(text: str, node: Node) -> str:
    lines = re.split("\r\n|\r|\n", text)
    assert node.span.line == node.span.end_line
    return lines[node.span.line - 1][node.span.column - 1 : node.span.end_column - 1]


@given(layouts())
def test_every_layout_of_a_mapping_is_that_mapping(layout: tuple[dict[str, Plain], str]) -> None:
    mapping, text = layout
    parsed = parse("model.yaml", text.encode())
    assert not parsed.diagnostics
    assert [document.root.plain() for document in parsed.documents] == [mapping]


@given(layouts())
def test_a_span_holds_what_the_scalar_is_written_as(layout: tuple[dict[str, Plain], str]) -> None:
    _, text = layout
    (document,) = parse("model.yaml", text.encode()).documents
    for path, node in document.root.scalars():
        assert json.loads(written(text, node)) == node.value
        assert document.root.get(*path) is node
        assert document.root.locate(path) == node.span


def test_the_parser_without_libyaml_refuses_half_a_character_too() -> None:
    (part,) = compose(Text("model.yaml", 'a: "\\ud83d"'), PurePythonParser)
    assert part.root is None
    assert [found.code for found in part.findings] == [SYNTAX.id]


@settings(max_examples=30)
@given(layouts())
def test_both_parsers_give_the_same_tree(layout: tuple[dict[str, Plain], str]) -> None:
    text = Text("model.yaml", layout[1])
    fast, pure = list(compose(text)), list(compose(text, PurePythonParser))
    assert fast == pure
