"""Unit tests of rules -> what `promtool test rules` says of them, as many at once as there are cores."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from .files import RuleTests


class Missing(Exception):
    """There is no promtool on PATH; the message says where it comes from."""


@dataclass(frozen=True)
class Verdict:
    """`complaint` is what promtool printed of what failed, nothing where all passed."""

    tests: RuleTests
    complaint: str


def find_promtool() -> str:
    """Raises Missing."""
    found = shutil.which("promtool")
    if found is None:
        raise Missing(
            "promtool is not installed: it comes with Prometheus "
            "(`apt install prometheus`, `brew install prometheus`, or prometheus.io/download)"
        )
    return found


def lay(tests: RuleTests, folder: Path) -> Path:
    """Writes the files to `<folder>/<environment>/<model>`, which it returns."""
    place = folder / tests.environment / tests.model
    place.mkdir(parents=True, exist_ok=True)
    for name, text in tests.files.items():
        (place / name).write_text(text, encoding="utf-8")
    return place


def run(promtool: str, all_tests: Sequence[RuleTests], folder: Path) -> Iterator[Verdict]:
    """A verdict for each, in their order, as soon as it is known."""
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        yield from pool.map(lambda tests: Verdict(tests, _complaint(promtool, tests, lay(tests, folder))), all_tests)


def _complaint(promtool: str, tests: RuleTests, place: Path) -> str:
    said: list[str] = []
    # Months in memory for a second: a sixth of the time goes by collecting what will soon be gone anyway.
    variables = {"GOGC": "400", **os.environ}
    for command in (["check", "rules", *(name for name in tests.files if name not in tests.tests)], *_each(tests)):
        done = subprocess.run(  # noqa: S603 - files of our own
            [promtool, *command], cwd=place, env=variables, capture_output=True, text=True, check=False
        )
        if done.returncode:
            said.append((done.stdout + done.stderr).strip())
    return "\n".join(said)


def _each(tests: RuleTests) -> Iterator[list[str]]:
    return (["test", "rules", name] for name in tests.tests)
