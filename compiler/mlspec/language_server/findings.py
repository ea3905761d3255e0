"""Findings of the compiler in; what an editor shows of them, by file, with the fix of each, out."""

from __future__ import annotations

from lsprotocol import types

from mlspec.diagnostics import Diagnostic, Severity
from mlspec.source.files import Files
from mlspec.source.text import MAX_BYTES

from .places import Places

SOURCE = "mlspec"
_SEVERITIES = {Severity.ERROR: types.DiagnosticSeverity.Error, Severity.WARNING: types.DiagnosticSeverity.Warning}


def shown(found: Diagnostic, places: Places, files: Files) -> types.Diagnostic:
    """One finding: what is wrong, what stands beside the caret, and what to do, as a terminal has them."""
    said = [found.message, *(each for each in (found.label, found.help and f"help: {found.help}") if each)]
    return types.Diagnostic(
        range=places.range(found.span, content_of(files, found.span.file)),
        message="\n".join(said),
        severity=_SEVERITIES[found.severity],
        code=found.code,
        source=SOURCE,
        related_information=[
            types.DiagnosticRelatedInformation(
                types.Location(places.uri(each.span.file), places.range(each.span, content_of(files, each.span.file))),
                each.label or "see here",
            )
            for each in found.related
            if each.span.file
        ],
        data={"fix": found.fix} if found.fix else None,
    )


def fixes(uri: str, shown: list[types.Diagnostic]) -> list[types.CodeAction]:
    """What an editor offers for the findings at a place: their fix in one step, where there is one."""
    return [
        types.CodeAction(
            title=f"Write {found.data['fix']}",
            kind=types.CodeActionKind.QuickFix,
            diagnostics=[found],
            is_preferred=True,
            edit=types.WorkspaceEdit(changes={uri: [types.TextEdit(found.range, found.data["fix"])]}),
        )
        for found in shown
        if isinstance(found.data, dict) and found.data.get("fix")
    ]


def content_of(files: Files, path: str) -> bytes:
    """What stands in a file; nothing where it cannot be read."""
    try:
        return files.read(path, MAX_BYTES + 1)
    except OSError:
        return b""
