"""A part of a text is found in the file, whichever of YAML's styles the text is written in."""

from __future__ import annotations

import yaml
from hypothesis import given
from hypothesis import strategies as st

from mlspec.checks.monitoring.inside import part_of
from mlspec.source.node import Node
from mlspec.source.read import parse

_WORDS = st.text(st.sampled_from("abc_'\"\\{}[]()#:|>-é日\t\n "), min_size=1, max_size=40)


def _written(text: str, style: str | None, width: int) -> tuple[Node, bytes]:
    file = yaml.dump({"a": [{"expr": text}]}, default_style=style, width=width, allow_unicode=True).encode()
    node = parse("model.yaml", file).documents[0].root.get("a", 0, "expr")
    assert node is not None
    return node, file


@given(_WORDS.filter(str.strip), st.sampled_from([None, "'", '"', "|", ">"]), st.sampled_from([20, 1000]))
def test_each_character_is_found(text: str, style: str | None, width: int) -> None:
    node, file = _written(text, style, width)
    assert node.value == text
    lines = file.decode().split("\n")
    for index, character in enumerate(text):
        if not character.isspace():
            span = part_of(node, file, index, index + 1)
            assert span != node.span or len(text) == 1
            shown = lines[span.line - 1][span.column - 1 : span.end_column - 1]
            assert span.line == span.end_line
            assert shown in (character, f"\\{character}", "''")


@given(_WORDS.filter(str.strip), st.integers(0, 50), st.integers(0, 50))
def test_any_part_lies_within_the_whole(text: str, start: int, length: int) -> None:
    node, file = _written(text, "|", 1000)
    span, whole = part_of(node, file, start, start + length), node.span
    assert (whole.line, whole.column) <= (span.line, span.column)
    assert (span.end_line, span.end_column) <= (whole.end_line, whole.end_column)
    assert (span.line, span.column) < (span.end_line, span.end_column)
