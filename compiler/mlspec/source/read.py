"""The YAML files of a workspace in; the documents that are meant for mlspec, and the findings about them, out."""

from __future__ import annotations

import re
from codecs import BOM_UTF8
from collections.abc import Container, Iterable, Mapping

from msgspec import Struct, field
from msgspec.structs import replace

from mlspec.diagnostics import Diagnostic, Span, has_errors

from .compose import MAX_FINDINGS, Part, compose
from .files import Files, spec_files
from .findings import EMPTY, NOT_A_MAPPING, TOO_MANY_FINDINGS, UNREADABLE
from .header import VERSION, read_header
from .ignores import MARKER, Ignore, read_ignores
from .node import Document, Node
from .text import MAX_BYTES, decode

_OURS = re.compile(rb"mlspec\.dev/")
_PERHAPS_OURS = re.compile(
    rb"""(?im)mlspec|kind["']?\s*:\s*["']?(?:Model|Environment|Workspace)\b|^metadata["']?\s*:"""
)


class Parsed(Struct, frozen=True):
    """What reading came to; `complete` is False where a document that was meant is not among `documents`."""

    documents: tuple[Document, ...] = ()
    diagnostics: tuple[Diagnostic, ...] = ()
    complete: bool = True
    ignores: tuple[Ignore, ...] = ()
    """The comments by which findings are set aside."""
    environments: Mapping[str, Diagnostic] = field(default_factory=dict)
    """Those that a document may have been meant as which is not read, with what is said about it."""


def parse(file: str, data: bytes) -> Parsed:
    """Every document of a file whose root is a mapping, whatever its apiVersion."""
    return _gather(file, _parts(file, data))


def read_specs(files: Files, folder: str, skip: Container[str] = ()) -> dict[str, Parsed]:
    """By its path, each YAML file below a folder with the documents in it that are meant for mlspec, sorted.

    Files of other tools have none; those in `skip` are left out.
    """
    return {path: _read_file(files, path) for path in spec_files(files.below(folder)) if path not in skip}


def together(each: Iterable[Parsed]) -> Parsed:
    """What reading several files came to."""
    read = list(each)
    return Parsed(
        tuple(document for parsed in read for document in parsed.documents),
        tuple(diagnostic for parsed in read for diagnostic in parsed.diagnostics),
        all(parsed.complete for parsed in read),
        tuple(ignore for parsed in read for ignore in parsed.ignores),
        {name: found for parsed in read for name, found in parsed.environments.items()},
    )


def _read_file(files: Files, path: str) -> Parsed:
    try:
        data = files.read(path, MAX_BYTES + 1)
    except OSError as error:
        finding = UNREADABLE.error(Span(path), f"the file cannot be read: {error.strerror or error}")
        return Parsed(diagnostics=(finding,), complete=False)
    narrow = data.replace(b"\0", b"")  # UTF-16 is reported, not overlooked
    if not narrow.removeprefix(BOM_UTF8).strip():
        return Parsed(diagnostics=(EMPTY.error(Span(path), "the file is empty"),), complete=False)
    if not _PERHAPS_OURS.search(narrow):
        return Parsed()
    ours = _OURS.search(narrow) is not None
    meant = (_meant(part, ours) for part in _parts(path, data))
    parsed = _gather(path, [part for part in meant if part is not None])
    return _with_ignores(parsed, path, data) if parsed.documents and MARKER.search(data) else parsed


def _with_ignores(parsed: Parsed, path: str, data: bytes) -> Parsed:
    text, _ = decode(path, data)
    ignores, found = read_ignores(text) if text else ([], [])
    return replace(parsed, diagnostics=(*parsed.diagnostics, *found), ignores=tuple(ignores))


def _parts(file: str, data: bytes) -> list[Part]:
    text, found = decode(file, data)
    if text is None:
        return [Part(sound=False, findings=found)]
    documents = list(compose(text))
    if not documents:
        return [Part(sound=False, findings=[*found, EMPTY.error(Span(file), "the file has no document")])]
    return [Part(findings=found), *documents] if found else documents


def _meant(part: Part, ours: bool) -> Part | None:
    """The part with the findings that concern mlspec; None for another tool's document."""
    if part.root is None or part.empty:
        return part if ours else None
    if not isinstance(part.root.value, dict):
        return part if any(VERSION in scalar.text for _, scalar in part.root.scalars()) else None
    header = read_header(part.root)
    if header.ours:
        return part
    if not header.diagnostics:
        return None
    sound = not has_errors(header.diagnostics)
    return Part(sound=sound, findings=list(header.diagnostics), environment=header.environment)


def _gather(file: str, parts: list[Part]) -> Parsed:
    documents: list[Document] = []
    diagnostics: list[Diagnostic] = []
    complete = all(part.sound for part in parts)
    alone = len(parts) == 1
    for part in parts:
        diagnostics += part.findings
        if part.root is None:
            continue
        if isinstance(part.root.value, dict):
            documents += [Document(file, part.root)] if part.sound else []
        elif part.empty and not alone:
            diagnostics.append(EMPTY.warning(part.start, "an empty document", remedy="remove the line `---`"))
        else:
            complete = False
            diagnostics.append(_without_mapping(part, part.root))
    meant = {part.environment: part.findings[0] for part in parts if part.environment is not None}
    return Parsed(tuple(documents), tuple(_bounded(diagnostics)), complete, environments=meant)


def _bounded(diagnostics: list[Diagnostic]) -> list[Diagnostic]:
    """One document has bounded findings; a file of thousands of documents has not."""
    if len(diagnostics) <= MAX_FINDINGS + 1:
        return diagnostics
    message = f"the file has more than {MAX_FINDINGS} findings; the rest of them is not shown"
    return [*diagnostics[:MAX_FINDINGS], TOO_MANY_FINDINGS.error(diagnostics[MAX_FINDINGS].span, message)]


def _without_mapping(part: Part, root: Node) -> Diagnostic:
    if part.empty:
        return EMPTY.error(part.start, "the document is empty")
    if isinstance(root.value, list):
        remedy = "write every item as a document, with a line `---` between two"
        return NOT_A_MAPPING.error(root.span, "the document is a list, not a mapping", remedy=remedy)
    return NOT_A_MAPPING.error(root.span, "the document is a single value, not a mapping")
