"""A file as it stands and as it would become -> what a cluster refuses to change in the object that it holds."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

import yaml

from mlspec.artifacts.file import Output
from mlspec.artifacts.manifest import ManifestFile

from .standing import Standing

IMMUTABLE: Mapping[str, tuple[str, ...]] = {
    "Deployment": ("selector",),
    "Job": ("completionMode", "selector", "template"),
    "ResourceClaimTemplate": ("spec",),
}
"""Keys of `spec` by kind. Source: the validation of updates in k8s.io/kubernetes/pkg/apis."""
_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def immutable_parts(found: Standing | None, after: Output | None) -> Iterator[str]:
    """`spec.selector`; nothing for another object, a file that is new, and one that is no longer YAML."""
    if found is None or found.content is None or not isinstance(after, ManifestFile):
        return
    parts = [part for part in IMMUTABLE.get(str(after.manifest["kind"]), ()) if not _is_in(found.content, after, part)]
    before = _manifest(found.content) if parts else None
    if before is None or _identity(before) != _identity(after.manifest):
        return
    for part in parts:
        if _spec(before).get(part) != _spec(after.manifest).get(part):
            yield f"spec.{part}"


def _is_in(content: bytes, after: ManifestFile, part: str) -> bool:
    """Whether the file has the very lines of that part: to parse every Deployment would cost more than to make it."""
    lines = re.search(rb"\n  %b:.*(\n    .*|\n  - .*)*\n" % part.encode(), after.content)
    return lines is not None and lines[0] in content


def _manifest(content: bytes) -> Mapping[str, Any] | None:
    try:
        document = yaml.load(content, Loader=_LOADER)  # noqa: S506 - a safe loader, in C where it was built
    except yaml.YAMLError:
        return None
    return document if isinstance(document, Mapping) else None


def _identity(manifest: Mapping[str, Any]) -> tuple[Any, ...]:
    metadata = manifest.get("metadata")
    named = metadata if isinstance(metadata, Mapping) else {}
    return manifest.get("kind"), named.get("namespace"), named.get("name")


def _spec(manifest: Mapping[str, Any]) -> Mapping[str, Any]:
    spec = manifest.get("spec")
    return spec if isinstance(spec, Mapping) else {}
