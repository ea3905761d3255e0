"""Names, versions and platforms -> a package index of empty wheels in a folder, as PEP 503 lays one out."""

from __future__ import annotations

import hashlib
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

BOTH = ("any",)
LINUX = ("manylinux_2_28_x86_64", "manylinux_2_28_aarch64")


@dataclass(frozen=True)
class Release:
    """`requires` are requirement lines, `platforms` the wheels that there are."""

    name: str
    version: str
    requires: tuple[str, ...] = ()
    platforms: tuple[str, ...] = BOTH


@dataclass(frozen=True)
class Index:
    """`url` is what uv and pip call it."""

    folder: Path

    @property
    def url(self) -> str:
        return (self.folder / "simple").as_uri()

    def add(self, *releases: Release) -> None:
        """Puts the wheels of each there, beside those of the name that are there already."""
        for release in releases:
            project = self.folder / "simple" / release.name
            project.mkdir(parents=True, exist_ok=True)
            for platform in release.platforms:
                _write_wheel(project, release, platform)
            (project / "index.html").write_text(_page(sorted(project.glob("*.whl"))))

    def hashes(self, name: str, version: str) -> list[str]:
        """Of the wheels of a release."""
        wheels = (self.folder / "simple" / name).glob(f"{name.replace('-', '_')}-{version}-*.whl")
        return sorted(f"sha256:{hashlib.sha256(wheel.read_bytes()).hexdigest()}" for wheel in wheels)


def _write_wheel(project: Path, release: Release, platform: str) -> None:
    stem = f"{release.name.replace('-', '_')}-{release.version}"
    tag = "py3-none-any" if platform == "any" else f"cp313-cp313-{platform}"
    lines = ["Metadata-Version: 2.1", f"Name: {release.name}", f"Version: {release.version}"]
    metadata = "\n".join([*lines, *(f"Requires-Dist: {each}" for each in release.requires)]) + "\n"
    wheel = f"Wheel-Version: 1.0\nGenerator: tests\nRoot-Is-Purelib: true\nTag: {tag}\n"
    with zipfile.ZipFile(project / f"{stem}-{tag}.whl", "w") as archive:
        for file, text in (("METADATA", metadata), ("WHEEL", wheel), ("RECORD", "")):
            # With a date of its own, the same wheel would have another hash tomorrow.
            archive.writestr(zipfile.ZipInfo(f"{stem}.dist-info/{file}"), text)


def _page(wheels: Sequence[Path]) -> str:
    links = "".join(f'<a href="{wheel.name}#sha256={_sha256(wheel)}">{wheel.name}</a>\n' for wheel in wheels)
    return f"<!DOCTYPE html><html><body>{links}</body></html>\n"


def _sha256(wheel: Path) -> str:
    return hashlib.sha256(wheel.read_bytes()).hexdigest()
