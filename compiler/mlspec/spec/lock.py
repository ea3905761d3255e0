"""`kind: Lock`: what a network decided for one model, once: distributions, base images, models in a registry."""

from __future__ import annotations

import re
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field

from .requirements import read_requirements
from .scalars import Digest, ImageReference, ModelName
from .section import ApiVersion, Invalid, Section

UNPINNED = "unpinned"
"""In place of a digest that could not be asked for."""
MACHINES = {"linux/amd64": "x86_64", "linux/arm64": "aarch64"}
"""The platforms that are locked, in the words of OCI, and what Python calls the machine."""

Platform = Literal["linux/amd64", "linux/arm64"]

_NAME = r"[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?"
_WHAT = rf"{_NAME}(?:==[0-9][A-Za-z0-9.!+_-]*| @ https?://[^\s;]+)"
_MARKER = rf"(?: ; platform_machine == '(?:{'|'.join(MACHINES.values())})')?"
_PINNED = re.compile(rf"{_WHAT}{_MARKER}(?: --hash=sha256:[0-9a-f]{{64}})+", re.ASCII)


def pinned_line(line: str) -> bool:
    """Whether it is a distribution with its hashes, for every machine or for one; nothing else may be installed."""
    return _PINNED.fullmatch(line) is not None


def _distributions(value: object) -> object:
    if isinstance(value, str) and all(pinned_line(line) for _, line in read_requirements(value)):
        return value
    raise Invalid("not distributions with their hashes")


class LockedImage(Section):
    """What one image is made of."""

    base_image: Annotated[ImageReference, Field(description="As the spec, or the format, names it.")]
    digest: Annotated[Digest | Literal["unpinned"], Field(description="Of the base image, for every platform.")]
    python: Annotated[str | None, Field(pattern=r"^3\.\d+$", description="That distributions were chosen for.")] = None
    platforms: Annotated[list[Platform], Field(description="That distributions were chosen for.")] = []
    requirements: Annotated[list[str], Field(description="What was asked for.")] = []
    distributions: Annotated[
        str, BeforeValidator(_distributions), Field(description="What came of it: requirements.txt with hashes.")
    ] = ""


class LockedModel(Section):
    """A model that the spec names by its `uri`."""

    uri: Annotated[str, Field(description="As the spec says it.")]
    revision: Annotated[str | None, Field(description="As the spec says it.")] = None
    digest: Annotated[Digest | Literal["unpinned"] | None, Field(description="Of the file, or of the folder.")] = None
    location: Annotated[str | None, Field(description="Where the registry has it.")] = None
    version: Annotated[str | None, Field(description="Of the registered model.")] = None
    size: Annotated[int | None, Field(ge=1, description="Bytes, as its registry or store knows it.")] = None

    @property
    def pinned_digest(self) -> str | None:
        """None where nobody could say it."""
        return None if self.digest == UNPINNED else self.digest


class LockMetadata(Section):
    """Whose lock it is."""

    name: Annotated[ModelName, Field(description="The model's name.")]


class Lock(Section):
    """What a network decided for one model."""

    api_version: ApiVersion
    kind: Annotated[Literal["Lock"], Field(description="What this document is.")]
    metadata: Annotated[LockMetadata, Field(description="Whose lock it is.")]
    models: Annotated[list[LockedModel], Field(description="Every place that the model comes from.")] = []
    images: Annotated[dict[str, LockedImage], Field(description="By the folder of the build context.")] = {}

    def model_at(self, uri: str | None, revision: str | None) -> LockedModel | None:
        """What is known of the model that a spec names so."""
        named = (each for each in self.models if each.uri == uri and each.revision == revision)
        return next(named, None)

    def knows(self, uri: str, revision: str | None) -> bool:
        """Whether a model there was locked, under that name or as what a registry said of another."""
        return self.model_at(uri, revision) is not None or any(each.location == uri for each in self.models)
