"""A model that a pod would fetch -> its size and digest, read from its store by a process of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib.util import find_spec
from typing import Any

from mlspec.environment.resolved import ResolvedSpec
from mlspec.plan.delivery import store_environment, store_of
from mlspec.spec.location import Location

_MIB = 2**20


@dataclass(frozen=True)
class Measured:
    """`size` in bytes; `digest` as the server computes it."""

    size: int
    digest: str


class NotMeasured(Exception):
    """`reason` is the fetch's own word for why: `missing`, `size`, `denied`, `unreachable`, …"""

    def __init__(self, reason: str, message: str) -> None:
        super().__init__(message)
        self.reason = reason


@dataclass(frozen=True)
class Wanted:
    """What is to be measured; `size` is how large it may be."""

    uri: str
    revision: str | None
    size: int | None
    variables: tuple[tuple[str, str], ...]
    """What the environment says of the store; the rest, credentials above all, is this shell's."""


def wanted(resolved: ResolvedSpec, uri: str, where: Location) -> Wanted:
    """The model of a spec, which lies at `uri`."""
    source = resolved.spec.model
    variables = store_environment(store_of(resolved, uri), where)
    # Kubernetes makes `$` of `$$`; what a Secret holds is nobody's here.
    plain = tuple((each["name"], each["value"].replace("$$", "$")) for each in variables if "value" in each)
    return Wanted(uri, source.revision, source.size, plain)


def measure(model: Wanted, told: Callable[[str], None]) -> Measured:
    """`told` hears how far it is. Raises NotMeasured."""
    if find_spec("obstore") is None:
        raise NotMeasured(
            "missing-library", "obstore, which reads stores, is not installed: pip install 'mlspec[lock]'"
        )
    last: Mapping[str, Any] = {}
    with subprocess.Popen(  # noqa: S603 - our own program, in this Python
        [sys.executable, "-m", "mlspec.locking.measuring", *_arguments(model)],
        env={**os.environ, **dict(model.variables)},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        encoding="utf-8",
        errors="replace",
    ) as process:
        try:
            for line in process.stdout or ():
                last = _record(line)
                if "fetch.done" in last:
                    done, total = (round(last[key] / _MIB) for key in ("fetch.done", "file.size"))
                    told(f"reading {model.uri}: {done:,} of {total:,} MiB")
        finally:
            process.kill()
    if last.get("event.outcome") == "success":
        return Measured(last["file.size"], last["file.hash.sha256"])
    raise NotMeasured(last.get("event.reason", "ended"), str(last.get("message") or f"{model.uri} cannot be read"))


def _arguments(model: Wanted) -> list[str]:
    stated = {"uri": model.uri, "revision": model.revision, "size": model.size}
    return [f"--{name}={value}" for name, value in stated.items() if value is not None]


def _record(line: str) -> Mapping[str, Any]:
    try:
        value = json.loads(line)
    except ValueError:
        value = None
    return value if isinstance(value, dict) else {"message": line.rstrip()}
