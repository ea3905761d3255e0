"""Files that shall be written in a workspace -> what the compiler finds in one of them, before it is there."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from mlspec.beginning.lay import Content
from mlspec.compile import compile as compile_specs
from mlspec.diagnostics import Diagnostic
from mlspec.source.files import FilesOnDisk
from mlspec.source.overlay import Overlay


def findings(root: Path, files: Mapping[str, Content], spec: str) -> tuple[list[Diagnostic], Overlay]:
    """Those of `spec`, and the files that they are about."""
    contents = {path: each if isinstance(each, bytes) else each.read_bytes() for path, each in files.items()}
    overlay = Overlay(FilesOnDisk(root), contents)
    return [found for found in compile_specs(overlay, "specs").diagnostics if found.span.file == spec], overlay
