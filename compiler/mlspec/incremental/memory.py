"""What a compile came to -> a file in the user's cache, and back; one that is damaged or another compiler's is none.

JSON, for a cache is data of whoever can write there, and reading data must not run it. In the user's own cache folder:
`--check` writes nothing in the workspace, which may be read-only, and there is nothing for git to ignore.
"""

from __future__ import annotations

import hashlib
import json
import os
import time
from collections.abc import Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from msgspec import Struct

from mlspec.diagnostics import Diagnostic, Related, Severity, Span
from mlspec.source.ignores import Ignore, Named
from mlspec.unit import Listing, SetAside, Taken, Unit

from .inputs import Input, Inputs
from .standing import Made

_FORGOTTEN = 30 * 24 * 3600
"""Seconds after which the memory of a workspace that nobody compiles goes."""


class Memory(Struct):
    """The last compile without an error."""

    listing: Listing
    diagnostics: list[Diagnostic]
    set_aside: list[SetAside]
    inputs: dict[str, Inputs]
    """Of each file below specs/."""
    shared: set[str]
    """Those that others depend on."""
    owners: dict[str, list[str]]
    """Made from each file."""
    made: dict[str, Made]
    """What was made for each owner."""
    units: str
    """JSON; asked for only where something changed."""

    def read_units(self) -> dict[str, Unit]:
        return {source: _unit(value) for source, value in json.loads(self.units).items()}


def place(root: Path) -> Path | None:
    """Where the memory of a workspace lies; None where the user has no place for it."""
    base = os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache")
    if not os.path.isabs(base):
        return None
    name = hashlib.sha256(os.fsencode(root)).hexdigest()[:16]
    return Path(base, "mlspec", "compile", f"{name}.json")


def load(file: Path, compiler: str) -> Memory | None:
    """What is remembered; None where nothing is, or it cannot be trusted."""
    try:
        head, _, body = file.read_bytes().partition(b"\n")
        if json.loads(head) != {"compiler": compiler, "digest": _digest(body)}:
            return None
        first, _, units = body.partition(b"\n")
        return _memory(json.loads(first), units.decode())
    except (OSError, ValueError, TypeError, KeyError, IndexError, AttributeError, RecursionError):
        return None


def save(file: Path, compiler: str, memory: Memory) -> None:
    """Replaces what is remembered, whole; where that is impossible there will be nothing to remember."""
    import tempfile  # 3 ms, for nothing where all is as it was

    body = f"{json.dumps(_plain(memory), separators=(',', ':'))}\n{memory.units}".encode()
    head = json.dumps({"compiler": compiler, "digest": _digest(body)}).encode()
    with suppress(OSError):
        file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        descriptor, new = tempfile.mkstemp(dir=file.parent, prefix=".")
        try:
            with open(descriptor, "wb") as stream:
                stream.write(head + b"\n" + body)
            os.replace(new, file)
        except OSError:
            os.unlink(new)
            raise
        _forget_others(file.parent)


def _forget_others(folder: Path) -> None:
    with os.scandir(folder) as entries:
        old = [entry.path for entry in entries if time.time() - entry.stat().st_mtime > _FORGOTTEN]
    for path in old:
        os.unlink(path)


def _digest(body: bytes) -> str:
    return hashlib.blake2b(body, digest_size=16).hexdigest()


def units_text(units: Mapping[str, Unit]) -> str:
    return json.dumps({source: _plain_unit(unit) for source, unit in units.items()}, separators=(",", ":"))


def _plain(memory: Memory) -> dict[str, Any]:
    names: dict[tuple[str, ...], int] = {}  # most models have files of the same names
    return {
        "listing": _plain_listing(memory.listing),
        "diagnostics": [_plain_diagnostic(each) for each in memory.diagnostics],
        "set_aside": [[_plain_diagnostic(each.finding), each.reason] for each in memory.set_aside],
        "inputs": {
            source: [{path: [one.stamp, one.size, one.sha256] for path, one in each.files.items()}, each.folders]
            for source, each in memory.inputs.items()
        },
        "shared": sorted(memory.shared),
        "owners": memory.owners,
        "made": {
            owner: [each.folder, names.setdefault(each.names, len(names)), each.others, each.index, each.stamp]
            for owner, each in memory.made.items()
        },
        "names": list(names),
    }


def _memory(value: dict[str, Any], units: str) -> Memory:
    models, environments, places, output, argocd = value["listing"]
    named = [(name, Span(*span)) for name, span in environments]
    names = [tuple(each) for each in value["names"]]
    return Memory(
        Listing(_pairs(models), named, _pairs(places), output, argocd),
        [_diagnostic(each) for each in value["diagnostics"]],
        [SetAside(_diagnostic(finding), reason) for finding, reason in value["set_aside"]],
        {
            source: Inputs({path: Input(*one) for path, one in files.items()}, folders)
            for source, (files, folders) in value["inputs"].items()
        },
        set(value["shared"]),
        value["owners"],
        {
            owner: Made(folder, names[number], tuple(others), index, stamp)
            for owner, (folder, number, others, index, stamp) in value["made"].items()
        },
        units,
    )


def _plain_listing(listing: Listing) -> list[Any]:
    environments = [[name, _plain_span(span)] for name, span in listing.environments]
    return [listing.models, environments, listing.places, listing.output, listing.argocd]


def _pairs(value: list[list[str]]) -> list[tuple[str, str]]:
    return [(first, second) for first, second in value]


def _plain_span(span: Span) -> list[str | int]:
    return [span.file, span.line, span.column, span.end_line, span.end_column]


def _plain_diagnostic(found: Diagnostic) -> list[Any]:
    related = [[_plain_span(each.span), each.label] for each in found.related]
    return [
        found.code,
        found.message,
        _plain_span(found.span),
        found.label,
        found.help,
        related,
        found.severity,
        found.fix,
    ]


def _diagnostic(value: list[Any]) -> Diagnostic:
    code, message, span, label, remedy, related, severity, fix = value
    places = tuple(Related(Span(*place), said) for place, said in related)
    return Diagnostic(code, message, Span(*span), label, remedy, places, Severity(severity), fix)


def _plain_unit(unit: Unit) -> list[Any]:
    return [
        unit.models,
        unit.places,
        unit.owners,
        [_plain_diagnostic(each) for each in unit.diagnostics],
        [[environment, _plain_diagnostic(each)] for environment, each in unit.findings],
        [_plain_span(span) for span in unit.overrides],
        {code: [_plain_taken(each) for each in those] for code, those in unit.taken.items()},
        [_plain_ignore(each) for each in unit.ignores],
    ]


def _unit(value: list[Any]) -> Unit:
    models, places, owners, diagnostics, findings, overrides, taken, ignores = value
    return Unit(
        False,
        models,
        _pairs(places),
        owners,
        [_diagnostic(each) for each in diagnostics],
        [(environment, _diagnostic(each)) for environment, each in findings],
        [Span(*each) for each in overrides],
        {code: list(_taken(those)) for code, those in taken.items()},
        [_ignore(each) for each in ignores],
    )


def _plain_taken(taken: Taken) -> list[Any]:
    return [taken.key, taken.model, taken.environment, _plain_span(taken.span), taken.what]


def _taken(those: list[Any]) -> Iterator[Taken]:
    for key, model, environment, span, what in those:
        yield Taken(key, model, environment, Span(*span), what)


def _plain_ignore(ignore: Ignore) -> list[Any]:
    names = [[each.code, _plain_span(each.span)] for each in ignore.names]
    return [_plain_span(ignore.span), names, ignore.reason, ignore.lines]


def _ignore(value: list[Any]) -> Ignore:
    span, names, reason, lines = value
    return Ignore(Span(*span), tuple(Named(code, Span(*place)) for code, place in names), reason, tuple(lines))
