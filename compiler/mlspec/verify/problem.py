"""What a verification returns: an object, a path inside it, and what is wrong there, in plain words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from msgspec import Struct

Manifest = Mapping[str, Any]
Path = tuple[str | int, ...]


class Problem(Struct, frozen=True):
    """One thing wrong with one object.

    `object` is `Kind/name` (a path for a file that is no manifest), `path` leads to the value in it, `rule` is the
    number of the object rule that it breaks, 0 where the Kubernetes schema or a parser refused it.
    """

    object: str
    path: Path
    message: str
    rule: int = 0

    @property
    def place(self) -> str:
        """The path as people write it: `spec.containers[0].image`."""
        return written(self.path)

    def __str__(self) -> str:
        place = f" {self.place}" if self.path else ""
        rule = f" (rule {self.rule})" if self.rule else ""
        return f"{self.object}{place}: {self.message}{rule}"


def written(path: Iterable[str | int]) -> str:
    text = ""
    for step in path:
        if isinstance(step, int):
            text += f"[{step}]"
        elif "." in step or "/" in step:
            text += f'["{step}"]'
        else:
            text += f".{step}" if text else step
    return text


def identity(manifest: Manifest) -> str:
    """`Kind/name` of a manifest, whatever is missing in it."""
    metadata = manifest.get("metadata")
    name = metadata.get("name") if isinstance(metadata, Mapping) else None
    return f"{manifest.get('kind') or '?'}/{name or '?'}"
