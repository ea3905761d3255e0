"""An address -> the files that the model consists of, and their bytes, part by part."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Protocol

from mlspec_runtime.fetch.address import Address
from mlspec_runtime.fetch.failure import usage


@dataclass(frozen=True, slots=True)
class Remote:
    """A file of the model. `name` is its path below the model's folder; `key` its path in the store."""

    name: str
    key: str
    size: int
    tag: str
    """Changes with the content, as far as the store tells."""
    in_parts: bool = True
    """Whether the store gives a range of its bytes."""
    digest: str | None = None
    """`sha256:<hex>`, or `git-sha1:<hex>` as git names a blob; where the store knows it."""


class Source(Protocol):
    def files(self) -> list[Remote]:
        """Every file of the model."""

    def read(self, remote: Remote, start: int, end: int) -> Iterable[memoryview]:
        """Its bytes from `start` to `end`; all of them where it is not had in parts."""


def open_source(address: Address, revision: str | None, environ: Mapping[str, str]) -> Source:
    """Raises Failure where something is missing that the store needs."""
    if address.scheme == "hf":
        from mlspec_runtime.fetch.hub import Hub

        if revision is None:
            raise usage("a model of hf:// needs --revision")
        return Hub(address, revision, environ)
    if address.scheme in ("https", "http"):
        from mlspec_runtime.fetch.web import Web

        return Web(address, environ)
    from mlspec_runtime.fetch.bucket import Bucket

    return Bucket(address, environ)
