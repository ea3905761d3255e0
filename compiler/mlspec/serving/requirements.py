"""The lines of an image's requirements.txt -> what this Python lacks, and what it has in another version."""

from __future__ import annotations

import re
import shlex
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError
from importlib.metadata import version as installed_version

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from mlspec.spec.requirements import distributions_of, read_requirements


@dataclass(frozen=True)
class Shortfall:
    """`missing` are requirement lines; `different` are those with the version that is installed instead."""

    missing: tuple[str, ...]
    different: tuple[tuple[str, str], ...]

    @property
    def remedy(self) -> str:
        """The command that brings what is missing."""
        return "pip install " + shlex.join(self.missing)


def find_shortfall(
    text: str, installed: Callable[[str], str] = installed_version, without: Iterable[str] = ()
) -> Shortfall:
    """`installed` gives a distribution's version or raises PackageNotFoundError; the lines `without` are not needed."""
    unneeded = {canonicalize_name(Requirement(line).name) for line in without}
    missing: list[str] = []
    different: list[tuple[str, str]] = []
    for line, requirement in _applicable(text):
        if canonicalize_name(requirement.name) in unneeded:
            continue
        version = _version(canonicalize_name(requirement.name), installed)
        if version is None:
            missing.append(line)
        elif not requirement.specifier.contains(version, prereleases=True):
            different.append((line, version))
    return Shortfall(tuple(missing), tuple(different))


def _version(name: str, installed: Callable[[str], str]) -> str | None:
    """Of the distribution, or of one with the same modules: whoever trained has `xgboost`, not `xgboost-cpu`."""
    for each in distributions_of(name):
        with suppress(PackageNotFoundError):
            return installed(each)
    return None


def _applicable(text: str) -> Iterator[tuple[str, Requirement]]:
    """Those whose marker is true of this Python."""
    for _, line in read_requirements(text):
        bare = re.sub(r"\s+--hash=\S+", "", line)
        requirement = Requirement(bare)
        if requirement.marker is None or requirement.marker.evaluate():
            yield bare, requirement
