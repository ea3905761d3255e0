"""`mlspec lsp`: what an editor holds and asks in; findings, fixes, meanings and definitions out, until it ends."""

from __future__ import annotations

import asyncio
from importlib.metadata import version
from pathlib import Path
from typing import Any

from lsprotocol import types
from pygls import uris
from pygls.lsp.server import LanguageServer

from mlspec.compile import Compilation
from mlspec.compile import compile as compile_specs
from mlspec.diagnostics import Diagnostic
from mlspec.source.files import Files, FilesOnDisk
from mlspec.source.overlay import Overlay

from .findings import content_of, fixes, shown
from .meaning import hover_text, leads_to, path_at
from .places import Places

_SPECS = "specs"
_PAUSE = 0.25
"""Seconds without a key pressed after which what was typed is compiled."""


class Server(LanguageServer):
    """One workspace: what its editor holds, laid over the disk, and what that came to when it was compiled last."""

    def __init__(self, root: Path | None = None) -> None:
        super().__init__("mlspec", version("mlspec"))
        self._root = root
        self._edits = 0
        self._compiling = asyncio.Lock()
        self._last: Compilation | None = None
        self._published: set[str] = set()

    @property
    def places(self) -> Places | None:
        """None where the editor has no folder open that holds specs."""
        if self._root is None:
            folder = uris.to_fs_path(self.workspace.root_uri) if self.workspace.root_uri else None
            self._root = _workspace_of(Path(folder)) if folder else None
        return Places(self._root, self.workspace.position_codec) if self._root else None

    def files(self, places: Places) -> Files:
        opened = {
            file: document.source.encode()
            for uri, document in list(self.workspace.text_documents.items())
            if (file := places.file(uri)) is not None
        }
        return Overlay(FilesOnDisk(places.root), opened)

    async def compiled(self, places: Places) -> Compilation:
        """What the workspace came to last, or comes to now."""
        return self._last or await self.compile(places)

    async def compile(self, places: Places) -> Compilation:
        """Off the loop, one at a time."""
        async with self._compiling:
            self._last = await asyncio.to_thread(compile_specs, self.files(places), _SPECS)
            return self._last

    async def changed(self, *, at_once: bool = False) -> None:
        """Compiles and tells, unless something else has changed meanwhile."""
        self._edits += 1
        mine = self._edits
        if not at_once:
            await asyncio.sleep(_PAUSE)
        places = self.places
        if mine != self._edits or places is None:
            return
        compilation = await self.compile(places)
        if mine == self._edits:
            self._publish(compilation.diagnostics, places)

    def _publish(self, found: list[Diagnostic], places: Places) -> None:
        files = self.files(places)
        by_file: dict[str, list[types.Diagnostic]] = {file: [] for file in self._published}
        for each in found:
            by_file.setdefault(each.span.file, []).append(shown(each, places, files))
        for file, those in by_file.items():
            self.text_document_publish_diagnostics(types.PublishDiagnosticsParams(places.uri(file), those))
        self._published = {file for file, those in by_file.items() if those}


def _workspace_of(folder: Path) -> Path | None:
    return next((each for each in (folder, *folder.parents) if (each / _SPECS).is_dir()), None)


def server(root: Path | None = None) -> Server:
    """A server for the workspace at `root`; None: for the one that the editor has open."""
    made = Server(root)

    @made.feature(types.INITIALIZED)
    async def _begun(_: types.InitializedParams) -> None:
        await made.changed(at_once=True)

    @made.feature(types.TEXT_DOCUMENT_DID_OPEN)
    @made.feature(types.TEXT_DOCUMENT_DID_CHANGE)
    @made.feature(types.TEXT_DOCUMENT_DID_CLOSE)
    @made.feature(types.TEXT_DOCUMENT_DID_SAVE)
    @made.feature(types.WORKSPACE_DID_CHANGE_WATCHED_FILES)
    async def _changed(params: Any) -> None:  # noqa: ARG001 - whatever it was, all is compiled
        await made.changed()

    @made.feature(types.TEXT_DOCUMENT_CODE_ACTION, types.CodeActionOptions([types.CodeActionKind.QuickFix]))
    def _fixes(params: types.CodeActionParams) -> list[types.CodeAction]:
        return fixes(params.text_document.uri, list(params.context.diagnostics))

    @made.feature(types.TEXT_DOCUMENT_HOVER)
    async def _hover(params: types.HoverParams) -> types.Hover | None:
        return await _told(made, params)

    @made.feature(types.TEXT_DOCUMENT_DEFINITION)
    async def _definition(params: types.DefinitionParams) -> list[types.Location]:
        return await _found(made, params)

    return made


async def _told(made: Server, params: types.HoverParams) -> types.Hover | None:
    places = made.places
    file = places.file(params.text_document.uri) if places else None
    if places is None or file is None:
        return None
    content = content_of(made.files(places), file)
    at = path_at(file, content, *places.point(params.position, content))
    text = hover_text(at[0], at[1], await made.compiled(places)) if at else ""
    if at is None or not text:
        return None
    return types.Hover(types.MarkupContent(types.MarkupKind.Markdown, text), places.range(at[2], content))


async def _found(made: Server, params: types.DefinitionParams) -> list[types.Location]:
    places = made.places
    file = places.file(params.text_document.uri) if places else None
    if places is None or file is None:
        return []
    files = made.files(places)
    content = content_of(files, file)
    at = path_at(file, content, *places.point(params.position, content))
    spans = leads_to(at[0], at[1], await made.compiled(places)) if at else []
    return [types.Location(places.uri(each.file), places.range(each, content_of(files, each.file))) for each in spans]
