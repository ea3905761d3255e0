"""Whatever stands in a spec, there are findings and never an exception, and each is about a place that exists."""

from __future__ import annotations

from collections.abc import Mapping

from hypothesis import example, given
from hypothesis import strategies as st

from mlspec.diagnostics import Diagnostic, Span
from mlspec.report.text import render
from mlspec.source.files import FilesInMemory
from mlspec.source.text import displayed, split_lines
from tests.profiles import ordinarily
from tests.strategies import broken_texts, broken_values

from .compiled import compiled

HEAD = b"apiVersion: mlspec.dev/v1\nkind: Model\n"


def _check(texts: Mapping[str, bytes]) -> None:
    found = compiled(texts).diagnostics
    for each in found:
        for span in (each.span, *(related.span for related in each.related)):
            assert _lies_in(span, texts), f"{each.code} {each.message}: {span!r}"
        assert _is_said(each), each
    render(found, FilesInMemory(texts), colour=False)


def _lies_in(span: Span, texts: Mapping[str, bytes]) -> bool:
    lines = split_lines(displayed(texts[span.file]))
    if not 1 <= span.line <= span.end_line <= len(lines):
        return False
    first, last = lines[span.line - 1], lines[span.end_line - 1]
    in_order = span.line < span.end_line or span.column <= span.end_column
    return in_order and 1 <= span.column <= len(first) + 1 and 1 <= span.end_column <= len(last) + 1


def _is_said(found: Diagnostic) -> bool:
    """One line that says what is wrong, and one or more that say what to do."""
    return bool(found.message.strip()) and "\n" not in found.message and bool(found.help.strip())


@given(st.binary(max_size=300) | st.text(max_size=200).map(lambda text: text.encode("utf-8", "replace")))
@example(b"")
@example(b"\xff\xfe")
@example(b"a: " * 20_000)
@example(b"[" * 20_000)
def test_any_bytes(data: bytes) -> None:
    _check({"specs/a.yaml": data})
    _check({"specs/a.yaml": HEAD + data})


@ordinarily(60)
@given(broken_texts())
def test_a_text_that_somebody_has_hurt(texts: dict[str, bytes]) -> None:
    _check(texts)


@ordinarily(60)
@given(broken_values())
def test_values_of_any_kind(texts: dict[str, bytes]) -> None:
    _check(texts)
