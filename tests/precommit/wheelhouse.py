"""Requirements -> wheels of what they lead to, as it is installed here, so that pip needs no network."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Iterable, Iterator
from importlib.metadata import Distribution, distribution
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

_OF_AN_INSTALLATION = ("INSTALLER", "REQUESTED", "RECORD", "direct_url.json")


def write_wheels(requirements: Iterable[str], folder: Path) -> None:
    """One wheel for each distribution that the requirements lead to."""
    seen: set[str] = set()
    for found in _closure(requirements, seen):
        _write_wheel(found, folder)


def _closure(requirements: Iterable[str], seen: set[str]) -> Iterator[Distribution]:
    for text in requirements:
        wanted = Requirement(text)
        name = canonicalize_name(wanted.name)
        if name not in seen and (wanted.marker is None or wanted.marker.evaluate({"extra": ""})):
            seen.add(name)
            found = distribution(name)
            yield found
            yield from _closure(found.requires or (), seen)


def _write_wheel(found: Distribution, folder: Path) -> None:
    """Of the files in its record, without scripts, which pip makes anew, and what an installation adds."""
    lines = str(found.read_text("WHEEL")).splitlines()
    tags = zip(*(line.removeprefix("Tag: ").split("-") for line in lines if line.startswith("Tag: ")), strict=True)
    tag = "-".join(".".join(dict.fromkeys(part)) for part in tags)
    name = found.metadata["Name"].replace("-", "_").replace(".", "_")
    record = io.StringIO()
    rows = csv.writer(record, lineterminator="\n")
    with zipfile.ZipFile(folder / f"{name}-{found.version}-{tag}.whl", "w") as wheel:
        for file in found.files or ():
            if ".." in file.parts or file.suffix == ".pyc" or file.name in _OF_AN_INSTALLATION:
                continue
            wheel.write(str(file.locate()), file.as_posix())
            rows.writerow((file.as_posix(), "", ""))
        folder_of_metadata = next(file for file in found.files or () if file.name == "METADATA").parent
        wheel.writestr(f"{folder_of_metadata.as_posix()}/RECORD", record.getvalue())
