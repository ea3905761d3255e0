"""Whatever bytes a file holds: findings and no exception, spans inside the file, nothing raw on the terminal."""

from __future__ import annotations

import re

from hypothesis import given

from mlspec.diagnostics import Span, in_order
from mlspec.report.text import render
from mlspec.source.compose import compose
from mlspec.source.events import PurePythonParser
from mlspec.source.files import FilesInMemory
from mlspec.source.node import Node
from mlspec.source.read import parse, read_specs, together
from mlspec.source.text import decode
from tests.source.workspaces import any_file

FILE = "specs/model.yaml"
MOVES_THE_CURSOR = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ufeff\ud800-\udfff]")


def lines_of(content: bytes) -> list[str]:
    """As an editor counts them; without a byte order mark, which no editor shows."""
    return re.split("\r\n|\r|\n", content.decode(errors="replace").removeprefix("\ufeff"))


def spans_of(node: Node) -> list[Span]:
    if isinstance(node.value, dict):
        return [node.span] + [span for entry in node.value.values() for span in (entry.key, *spans_of(entry.node))]
    below = node.value if isinstance(node.value, list) else []
    return [node.span, *(span for item in below for span in spans_of(item))]


def assert_inside(span: Span, lines: list[str]) -> None:
    assert (span.line, span.column) <= (span.end_line, span.end_column), span
    for line, column in ((span.line, span.column), (span.end_line, span.end_column)):
        assert 1 <= line <= len(lines), span
        assert 1 <= column <= len(lines[line - 1]) + 1, span


@given(any_file)
def test_any_bytes_give_documents_or_findings_inside_the_file(content: bytes) -> None:
    parsed = parse(FILE, content)
    lines = lines_of(content)
    assert parsed.documents or parsed.diagnostics
    assert parsed.complete or parsed.diagnostics
    for document in parsed.documents:
        assert isinstance(document.root.plain(), dict)
        for span in spans_of(document.root):
            assert_inside(span, lines)
    for found in parsed.diagnostics:
        for span in (found.span, *(related.span for related in found.related)):
            assert_inside(span, lines)


@given(any_file)
def test_the_parser_without_libyaml_keeps_the_same_promises(content: bytes) -> None:
    text, _ = decode(FILE, content)
    if text is None:
        return
    lines = lines_of(content)
    for part in compose(text, PurePythonParser):
        for found in part.findings:
            assert_inside(found.span, lines)
        for span in spans_of(part.root) if part.root else []:
            assert_inside(span, lines)


@given(any_file)
def test_whatever_is_found_can_be_shown(content: bytes) -> None:
    files = FilesInMemory({FILE: b"# mlspec.dev/\n" + content})
    shown = render(in_order(together(read_specs(files, "specs").values()).diagnostics), files)
    assert not MOVES_THE_CURSOR.search(shown)
