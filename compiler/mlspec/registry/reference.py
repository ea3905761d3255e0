"""The name of an image, as people write it -> its parts, with what a short name leaves out filled in as runtimes do."""

from __future__ import annotations

import re
from dataclasses import dataclass

DOCKER_HUB = "docker.io"
_LOOPBACK = re.compile(r"localhost|127(?:\.\d{1,3}){3}|\[::1\]")


@dataclass(frozen=True)
class Reference:
    """`docker.io`, `library/python`, `3.13-slim`; the tag is a digest where the name states one."""

    registry: str
    repository: str
    tag: str

    @property
    def host(self) -> str:
        """Where its API is; Docker Hub's is elsewhere."""
        return "registry-1.docker.io" if self.registry == DOCKER_HUB else self.registry

    @property
    def is_loopback(self) -> bool:
        """Such a registry may speak HTTP without TLS, to Docker and to us."""
        return _LOOPBACK.fullmatch(re.sub(r":\d+$", "", self.registry)) is not None


def parse_reference(image: str) -> Reference:
    """`python:3.13-slim`, `registry.example.com/ml/churn:1.0.0`, `…@sha256:…`."""
    name, _, digest = image.partition("@")
    first, slash, rest = name.partition("/")
    if slash and ("." in first or ":" in first or first == "localhost"):
        registry, path = first, rest
    else:
        registry, path = DOCKER_HUB, name if slash else f"library/{name}"
    repository, _, tag = path.partition(":")
    return Reference(registry, repository, digest or tag or "latest")
