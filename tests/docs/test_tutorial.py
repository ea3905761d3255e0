"""The tutorial, run as it is written: its files, its commands in one shell, and what they print."""

from __future__ import annotations

import shutil
import subprocess
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO

import pytest

from mlspec.compile import compile as compile_specs
from mlspec.report.text import render
from mlspec.source.files import FilesOnDisk
from tests.cli.running import environment
from tests.ports import free_port

from .session import Command, Write, steps

ROOT = Path(__file__).parents[2]
GUIDE = ROOT / "docs/tutorial.md"
PORT = "8765"


class Shell:
    """One bash, which keeps its folder and its jobs from command to command."""

    def __init__(self, folder: Path) -> None:
        home = folder / "home"
        home.mkdir()
        identity = {
            f"GIT_{who}_{what}": "a@example.com" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")
        }
        variables = environment(
            **identity, HOME=str(home), GIT_CONFIG_NOSYSTEM="1", PRE_COMMIT_HOME=str(home / "pre-commit"), NO_PROXY="*"
        )
        self.process = subprocess.Popen(
            ["bash", "--norc"],
            cwd=folder,
            env={name: value for name, value in variables.items() if not name.startswith(("GIT_DIR", "GIT_INDEX"))},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def run(self, line: str) -> str:
        """What it prints, errors included."""
        end = uuid.uuid4().hex
        shell, output = self._streams()
        shell.write(f"{line}\necho {end}\n")
        shell.flush()
        shown = []
        for printed in output:
            before, found, _ = printed.partition(end)
            shown.append(before)
            if found:
                return "".join(shown)
        raise AssertionError(f"the shell ended in `{line}`:\n{''.join(shown)}")

    def end(self) -> None:
        shell, output = self._streams()
        shell.close()
        self.process.wait(60)
        output.close()

    def _streams(self) -> tuple[IO[str], IO[str]]:
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        return self.process.stdin, self.process.stdout


@pytest.fixture
def shell(tmp_path: Path) -> Iterator[Shell]:
    started = Shell(tmp_path)
    yield started
    started.run("kill $(jobs -p) 2> /dev/null; wait")
    started.end()


def test_the_tutorial(tmp_path: Path, shell: Shell, require_tool: Callable[[str], str]) -> None:
    for tool in ("bash", "curl", "git", "pre-commit"):
        require_tool(tool)
    with free_port() as port:
        commands = 0
        for step in steps(GUIDE):
            if isinstance(step, Write):
                (tmp_path / "models" / step.path).write_text(step.text)
            else:
                # The one thing that is not as it is written: other tests may listen there.
                output = shell.run(step.line.replace(PORT, str(port)))
                assert step.fits(output), f"$ {step.line}\n{output}"
                commands += 1
    assert commands > 20


def test_the_finding_in_the_readme(tmp_path: Path) -> None:
    """What it shows of a mistake is what that mistake gives."""
    shutil.copytree(ROOT / "specs", tmp_path / "specs")
    spec = tmp_path / "specs/digits-onnx/model.yaml"
    spec.write_text(spec.read_text().replace("type: nvidia-a100", "type: nvidia-h100"))
    (shown,) = (step for step in steps(ROOT / "README.md") if isinstance(step, Command))
    files = FilesOnDisk(tmp_path)
    said = render(compile_specs(files).diagnostics, files)
    assert shown.shown.startswith(said)


@pytest.mark.parametrize(
    ("shown", "output", "fits"),
    [
        ("a\n", "a\n", True),
        ("a … c\n", "a b\nb c\n", True),
        ("a\n", "b\n", False),
        ("", "x\n", False),
        ("a…", "ba", False),
    ],
)
def test_what_is_shown_has_to_be_printed(shown: str, output: str, fits: bool) -> None:
    assert Command("", shown).fits(output) == fits
