"""Requirements, a Python and a platform -> every distribution that they come to, with hashes, as uv resolves them."""

from __future__ import annotations

import errno
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from mlspec.spec.lock import MACHINES, pinned_line
from mlspec.spec.requirements import distribution, read_requirements

_MANYLINUX = "manylinux_2_40"
"""Wheels for the glibc of Debian 13, which the default base image has; with an older one pip says at the build which
wheel does not run there."""
_REFUSALS = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EROFS, errno.EACCES, errno.EPERM)
_GLYPHS = re.compile(r"^[\s×╰─▶│├]*(?:(?:error|cause|Caused by|warning|hint):\s*)?", re.IGNORECASE)
_REQUIRED = re.compile(r"you require ([A-Za-z0-9][A-Za-z0-9._-]*)")
_NAMED = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")


class MissingUv(Exception):
    """uv is not installed."""


class Unresolvable(Exception):
    """The requirements come to nothing; `names` are the distributions among them that uv blames.

    `remedy` where it is no requirement that has to change.
    """

    def __init__(self, reason: str, names: Sequence[str] = (), remedy: str = "") -> None:
        super().__init__(reason)
        self.names = tuple(names)
        self.remedy = remedy


@dataclass(frozen=True)
class Upgrade:
    """What is asked for again, though it is pinned: everything, or what has one of the names."""

    everything: bool = False
    names: frozenset[str] = frozenset()

    def includes(self, name: str) -> bool:
        return self.everything or name in self.names


@dataclass(frozen=True)
class Asked:
    """What distributions are wanted for; `pins` are those of the last time, which are kept where they still fit."""

    requirements: tuple[str, ...]
    python: str
    pins: str = ""


def find_uv() -> str:
    """Its path; MissingUv with the way to get it."""
    # As a Python distribution it lies beside the interpreter, which may not be on PATH.
    beside = f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', os.defpath)}"
    found = shutil.which("uv", path=beside)
    if found is None:
        raise MissingUv("uv resolves the distributions, and is not installed: pip install uv")
    return found


def resolve(uv: str, asked: Asked, platforms: Iterable[str], upgrade: Upgrade, folder: Path) -> str:
    """The lines of requirements.txt for all platforms together; `folder` is where uv looks for its settings.

    A line for one platform alone has a marker. Raises Unresolvable.
    """
    found = {platform: _resolve(uv, asked, MACHINES[platform], upgrade, folder) for platform in platforms}
    return "".join(f"{_laid_out(line)}\n" for line in _together(found))


def _resolve(uv: str, asked: Asked, machine: str, upgrade: Upgrade, folder: Path) -> dict[str, str]:
    """By name, for one platform."""
    with tempfile.TemporaryDirectory(prefix="mlspec-lock-") as scratch:
        wanted, output = Path(scratch, "requirements.in"), Path(scratch, "requirements.txt")
        wanted.write_text("".join(f"{line}\n" for line in asked.requirements), encoding="utf-8")
        # uv keeps the versions that stand in the file already, and the hashes that it had for them.
        output.write_text("".join(f"{line}\n" for line in _of_machine(asked.pins, machine)), encoding="utf-8")
        done = subprocess.run(  # noqa: S603 - uv, with requirements that have been checked
            [
                *(uv, "pip", "compile", "--quiet", "--color=never", "--generate-hashes", "--no-header"),
                *("--no-annotate", f"--python={sys.executable}", f"--python-version={asked.python}"),
                *(f"--python-platform={machine}-{_MANYLINUX}", f"--output-file={output}"),
                *(["--upgrade"] if upgrade.everything else []),
                *(f"--upgrade-package={name}" for name in sorted(upgrade.names)),
                str(wanted),
            ],
            cwd=folder,
            env={**os.environ, "UV_PYTHON_DOWNLOADS": "never", "UV_CUSTOM_COMPILE_COMMAND": "mlspec lock"},
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            _raise_refusal(done.stderr)
            raise _unresolvable(done.stderr, asked.requirements)
        return dict(_lines(output.read_text(encoding="utf-8")))


def _raise_refusal(stderr: str) -> None:
    """What the system refused to uv, as if it had been refused to us."""
    said = " ".join(stderr.split())
    refused = re.search(r"`(/[^`]+)`:? [^`]*\(os error (\d+)\)", said)
    if refused and int(refused[2]) in _REFUSALS:
        raise OSError(int(refused[2]), os.strerror(int(refused[2])), refused[1])


def _of_machine(pins: str, machine: str) -> Iterator[str]:
    for _, line in read_requirements(pins):
        if "platform_machine" not in line or f"'{machine}'" in line:
            yield re.sub(r" ; [^']*'[^']*'", "", line)


def _lines(text: str) -> Iterator[tuple[str, str]]:
    for _, line in read_requirements(text):
        if not pinned_line(line):
            name = _NAMED.match(line)
            raise Unresolvable(
                f"{line.partition(' --hash')[0]} has no hash: what a repository of sources gives cannot be pinned so; "
                "name a release of it, or an archive",
                [name[0]] if name else [],
            )
        yield distribution(line), line


def _together(found: dict[str, dict[str, str]]) -> Iterator[str]:
    """Sorted by name; what only one platform has, or has in another version, with a marker."""
    for name in sorted({name for lines in found.values() for name in lines}):
        lines = {platform: chosen[name] for platform, chosen in found.items() if name in chosen}
        if len(lines) == len(found) and len({line.partition(" --hash")[0] for line in lines.values()}) == 1:
            yield _with_hashes(lines.values())
            continue
        for platform, line in lines.items():
            what, _, hashes = line.partition(" --hash")
            yield f"{what} ; platform_machine == '{MACHINES[platform]}' --hash{hashes}"


def _with_hashes(lines: Iterable[str]) -> str:
    """One line with the hashes of all."""
    parts = [line.split() for line in lines]
    what = parts[0][: next(at for at, word in enumerate(parts[0]) if word.startswith("--hash"))]
    hashes = sorted({word for words in parts for word in words if word.startswith("--hash")})
    return " ".join([*what, *hashes])


def _laid_out(line: str) -> str:
    """A hash on a line of its own, as uv and pip-tools write it."""
    return line.replace(" --hash=", " \\\n    --hash=")


def _unresolvable(stderr: str, requirements: Iterable[str]) -> Unresolvable:
    lines = [_GLYPHS.sub("", line).strip() for line in stderr.splitlines()]
    said = " ".join(line for line in lines if line and line != "No solution found when resolving dependencies:")
    said = said.removeprefix("No solution found when resolving dependencies ")
    refused = re.search(r"index URL \((\S+?)\) could not be queried .*\((40[13] \w+)\)", said)
    if refused:
        remedy = "log in, `uv auth login`, or name the user in ~/.netrc or UV_DEFAULT_INDEX"
        return Unresolvable(f"the package index refuses ({refused[1]}): {refused[2]}", remedy=remedy)
    failed = re.search(r"Failed to fetch:? `?(\S+?)`?(?: |$)(.*)", said)
    if failed:
        remedy = "run it again where it can be reached, or name another index: UV_DEFAULT_INDEX"
        return Unresolvable(f"the package index cannot be reached ({failed[1]}): {_last(failed[2])}", remedy=remedy)
    direct = {distribution(line) for line in requirements}
    blamed = [re.sub(r"[-_.]+", "-", name).lower() for name in _REQUIRED.findall(said)]
    return Unresolvable(said or "uv gives no reason", [name for name in dict.fromkeys(blamed) if name in direct])


def _last(said: str) -> str:
    """The innermost cause, which is the one that says something."""
    causes = [part.strip() for part in re.split(r"(?<=\))\s+", said) if part.strip()]
    return causes[-1] if causes else "no answer"
