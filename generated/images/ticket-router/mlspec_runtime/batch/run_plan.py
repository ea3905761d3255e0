"""What is asked and what the input holds -> the plan of a run, which all its shards and all their retries share.

The first process to come writes it into the output, the others read it there: files that arrive later, or a retry of
another day, change nothing. It also tells a run from another one that somebody sent to the same place.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from mlspec_runtime.batch.files import FileFormat
from mlspec_runtime.batch.options import Options
from mlspec_runtime.batch.outcome import Hopeless
from mlspec_runtime.batch.stores import Entry, Store
from mlspec_runtime.logs import fields, log
from mlspec_runtime.manifest import Manifest

PLAN = "_plan.json"
"""Readers of data sets (Spark, Hive, pyarrow) leave names out that begin with an underscore."""
_VERSION = 1


@dataclass(frozen=True, slots=True)
class Unit:
    """The smallest piece of input that one shard scores: a file, or a row group of a Parquet file."""

    entry: Entry
    part: int
    """Number of the row group; 0 where the file is one piece."""
    weight: int
    """Rows where they are known, otherwise bytes."""


@dataclass(frozen=True, slots=True)
class RunPlan:
    """The input in order; `weight` of all of it."""

    units: tuple[Unit, ...]

    @property
    def weight(self) -> int:
        return sum(unit.weight for unit in self.units)

    def shard(self, index: int, count: int) -> tuple[Unit, ...]:
        """A run of neighbours with about an equal share of the weight: parts in order are the input in order."""
        total, before, mine = self.weight, 0, []
        for number, unit in enumerate(self.units):
            # Its middle decides where a unit belongs; without any weight, its number does.
            place = (2 * before + unit.weight) * count // (2 * total) if total else number * count // len(self.units)
            if min(place, count - 1) == index:
                mine.append(unit)
            before += unit.weight
        return tuple(mine)


def agree(options: Options, manifest: Manifest, source: Store, target: Store, form: FileFormat) -> RunPlan:
    """The plan that stands in the output, made and written first where there is none.

    Raises Hopeless where the input is empty, or the output holds another run or other files.
    """
    asked = _asked(options, manifest)
    content = target.read(PLAN)
    if content is None:
        _check_empty(options, target)
        mine = _write(asked, _units(options, source, form))
        if target.create(PLAN, mine):
            return _read(mine, asked, options)
        content = target.read(PLAN)  # somebody was faster
    return _read(content or b"", asked, options)


def _asked(options: Options, manifest: Manifest) -> dict[str, Any]:
    """What makes a run what it is: two that agree here give the same rows."""
    return {
        "model": manifest.name,
        "modelVersion": manifest.version,
        "modelDigest": manifest.digest,
        "predict": manifest.predict,
        "input": options.input,
        "format": options.format,
        "shards": options.shards,
        "batchSize": options.batch_size,
        "id": options.id,
        "keep": list(options.keep),
        "columns": {name: list(columns) for name, columns in sorted(options.columns.items())},
    }


def _units(options: Options, source: Store, form: FileFormat) -> list[Unit]:
    entries = sorted((entry for entry in source.list() if not _is_hidden(entry.path)), key=lambda entry: entry.path)
    mine = [entry for entry in entries if len(entries) == 1 or entry.path.endswith(form.suffixes)]
    if not mine:
        hint = "" if entries or options.input.endswith("/") else "; a folder of a store is written with `/` at its end"
        said = f"there is no {options.format} file at {options.input}"
        raise Hopeless("input-empty", said + (hint if "://" in options.input else ""))
    if len(mine) < len(entries):
        log.warning("files of another format are left out", extra=fields({"batch.files": len(entries) - len(mine)}))
    units = [Unit(entry, part, weight) for entry in mine for part, weight in enumerate(form.weights(source, entry))]
    if options.shards > len(units):
        log.warning("there are more shards than pieces of input", extra=fields({"batch.units": len(units)}))
    return units


def _is_hidden(path: str) -> bool:
    return any(part.startswith(("_", ".")) for part in path.split("/"))


def _check_empty(options: Options, target: Store) -> None:
    strange = sorted(entry.path for entry in target.list() if not entry.path.rpartition("/")[2].startswith("."))
    # A plan that has just appeared is a sibling's.
    if strange and PLAN not in strange:
        raise Hopeless(
            "output-taken",
            f"{options.output} holds files of somebody else, {strange[0]} among them; name an empty folder",
        )


def _write(asked: dict[str, Any], units: Sequence[Unit]) -> bytes:
    entries = list(dict.fromkeys(unit.entry for unit in units))
    places = {entry: number for number, entry in enumerate(entries)}
    document = {
        "version": _VERSION,
        "asked": asked,
        "files": [asdict(entry) for entry in entries],
        "units": [[places[unit.entry], unit.part, unit.weight] for unit in units],
    }
    return (json.dumps(document, indent=1) + "\n").encode()


def _read(content: bytes, asked: dict[str, Any], options: Options) -> RunPlan:
    try:
        document = json.loads(content)
        found: dict[str, Any] = document["asked"]
        entries = [Entry(**entry) for entry in document["files"]]
        units = tuple(Unit(entries[file], part, weight) for file, part, weight in document["units"])
    except (ValueError, KeyError, TypeError, IndexError) as error:
        raise Hopeless("output-taken", f"{PLAN} in {options.output} cannot be read: {error}") from error
    if found != asked:
        raise Hopeless("output-taken", f"{options.output} holds another run: {_difference(found, asked)}")
    return RunPlan(units)


def _difference(found: dict[str, Any], asked: dict[str, Any]) -> str:
    keys: Iterable[str] = [key for key in asked if found.get(key) != asked[key]]
    said = "; ".join(f"its {key} is {found.get(key)!r}, not {asked[key]!r}" for key in keys)
    return f"{said or 'it says more than this version knows'}. Name another folder, or empty this one"
