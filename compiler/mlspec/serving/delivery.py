"""A context whose model is not in the image -> the same with the model on this machine, fetched or a copy of it."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from mlspec.plan.delivery import MOUNT

from .context import Context, Fetching

_TARGET = "--target="


class Undeliverable(Exception):
    """The model cannot be had here; the message says why."""


def is_delivered(context: Context) -> bool:
    """Whether the model is brought to the pod."""
    return "model" in json.loads(context.settings)


def with_copy(context: Context, path: Path) -> Context:
    """The server finds the model at `path`, and compares its digest itself."""
    return _told(context, {"path": str(path.resolve()), "verified": False})


def fetched(context: Context, told: Callable[[dict[str, Any]], None]) -> Context:
    """Fetches into the user's cache, with what is there already; `told` gets each record. Raises Undeliverable."""
    if context.fetch is None:
        raise Undeliverable("the model is mounted in the cluster; here a copy is needed: `--model PATH`")
    folder = cache_of(context.fetch)
    folder.mkdir(parents=True, exist_ok=True)
    reason = _run(context.fetch, folder, told)
    if reason is not None:
        raise Undeliverable(reason)
    path = str(json.loads(context.settings)["model"]["path"])
    return _told(context, {"path": str(folder) + path.removeprefix(MOUNT)})


def cache_of(fetch: Fetching) -> Path:
    """One folder for each model, below XDG_CACHE_HOME."""
    base = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    what = [each for each in fetch.args if each.startswith(("--uri=", "--revision=", "--digest="))]
    return base / "mlspec" / "models" / hashlib.sha256("\0".join(what).encode()).hexdigest()[:16]


def _told(context: Context, more: dict[str, Any]) -> Context:
    settings = json.loads(context.settings)
    settings["model"] |= more
    return replace(context, settings=json.dumps(settings, indent=2) + "\n")


def _run(fetch: Fetching, folder: Path, told: Callable[[dict[str, Any]], None]) -> str | None:
    """Why there is no model; None where there is."""
    arguments = [each for each in fetch.args if not each.startswith(_TARGET)]
    process = subprocess.Popen(  # noqa: S603 - our own program, in this Python
        [sys.executable, "-m", "mlspec_runtime.fetch", *arguments, f"{_TARGET}{folder}"],
        env={**os.environ, **fetch.variables},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        encoding="utf-8",
        errors="replace",
    )
    last = ""
    assert process.stdout is not None  # noqa: S101 - it is a pipe
    try:
        for line in process.stdout:
            record = _record(line)
            last = str(record["message"])
            told(record)
        status = process.wait()
    finally:
        process.kill()
    return None if status == 0 else last or f"the fetch ended with status {status}"


def _record(line: str) -> dict[str, Any]:
    try:
        value = json.loads(line)
    except ValueError:
        value = None
    return value if isinstance(value, dict) and "message" in value else {"message": line.rstrip()}
