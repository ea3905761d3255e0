"""What a person sees in a terminal: each file in golden/ is a session in a compiled workspace, commands and answers.

A command begins with `$ `, its standard output and error follow as they come, and last its status in brackets where
it is not 0. Times are left out, and so are amounts of two digits and more, which change with every file of the server.
"""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.golden import Golden

from .running import environment

SESSIONS = sorted((Path(__file__).parent / "golden").glob("*.txt"))

_SECONDS = re.compile(r"\d+\.\d\d s$", re.MULTILINE)
_MANY = re.compile(r"\b\d{2,}(?= (?:files|written|removed|unchanged)\b)")


@pytest.mark.parametrize("session", SESSIONS, ids=lambda path: path.stem)
def test_a_session_in_a_terminal(session: Path, workspace: Path, golden: Golden) -> None:
    wanted = session.read_text(encoding="utf-8")
    seen = "".join(_replayed(wanted, workspace))
    if golden.update:
        session.write_text(seen, encoding="utf-8")
    assert seen == (seen if golden.update else wanted), "the session differs from the golden one (--update-golden)"


def _replayed(session: str, workspace: Path) -> Iterator[str]:
    """The session as it goes today: what precedes the first command, then each command with its answer."""
    lines = session.splitlines(keepends=True)
    commands = [line for line in lines if line.startswith("$ ")]
    yield from lines[: lines.index(commands[0])]
    for command in commands:
        yield command
        # One stream for both, as in a terminal, so that their order is seen.
        answer = subprocess.run(
            ["sh", "-c", command.removeprefix("$ ")],
            cwd=workspace,
            env=environment(),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            check=False,
        )
        said = answer.stdout.decode().replace(str(workspace), "WORKSPACE")
        yield _MANY.sub("…", _SECONDS.sub("… s", said))
        if answer.returncode:
            yield f"[{answer.returncode}]\n"
