"""What comes out depends on where it goes: a terminal, a closed pipe, a full disk, an encoding that lacks signs."""

from __future__ import annotations

import fcntl
import os
import pty
import shutil
import signal
import subprocess
import sys
import termios
import time
from pathlib import Path

import pytest

from .running import MAIN, changed_mlspec, environment, mlspec

ESCAPE = "\x1b["
SLOW = "import mlspec.cli._progress as progress; progress.PATIENCE = -1.0"
"""Makes every compile one that has taken too long already."""


@pytest.fixture
def stale(workspace: Path) -> Path:
    """A workspace where very much differs: more than fits in a pipe."""
    shutil.rmtree(workspace / "generated")
    shutil.rmtree(workspace / "argocd")
    return workspace


def on_a_terminal(folder: Path, command: list[str], **variables: str) -> str:
    """What a terminal receives from a command that finds it as its input, output and error."""
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        command,
        cwd=folder,
        env=environment(**{"TERM": "xterm"} | variables),
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
    )
    os.close(theirs)
    received = b""
    try:
        while part := os.read(ours, 1 << 16):
            received += part
    except OSError:  # Linux's way to say that nobody holds the other end any more
        pass
    finally:
        os.close(ours)
        process.wait()
    return received.decode()


def test_a_terminal_gets_colour(workspace: Path) -> None:
    (workspace / "generated/prod/churn/service.yaml").write_text("mine\n")
    shown = on_a_terminal(workspace, ["mlspec", "compile", "--check"])
    assert f"{ESCAPE}1mgenerated/prod/churn/service.yaml was edited by hand" in shown
    assert f"{ESCAPE}31m-mine" in shown
    assert f"{ESCAPE}32m+apiVersion: v1" in shown
    (workspace / "specs/churn/model.yaml").write_text("apiVersion: mlspec.dev/v1\nkind: Model\n")
    assert f"{ESCAPE}1;31merror[" in on_a_terminal(workspace, ["mlspec", "compile"])


@pytest.mark.parametrize("variables", [{"NO_COLOR": "1"}, {"TERM": "dumb"}], ids=str)
def test_no_colour_where_nobody_wants_it(workspace: Path, variables: dict[str, str]) -> None:
    (workspace / "generated/prod/churn/service.yaml").write_text("mine\n")
    program = [sys.executable, "-c", f"{MAIN}{SLOW}\nmain()", "compile", "--check"]
    shown = on_a_terminal(workspace, program, **variables)
    assert "-mine" in shown
    assert "\x1b" not in shown


def test_no_colour_and_no_bar_in_a_pipe(workspace: Path) -> None:
    (workspace / "generated/prod/churn/service.yaml").write_text("mine\n")
    finished = changed_mlspec(workspace, SLOW, "compile", "--check", TERM="xterm")
    assert "-mine" in finished.stdout
    assert "\x1b" not in finished.stdout
    assert finished.stderr == ""


def test_a_bar_is_shown_when_it_takes_long_and_goes_in_the_end(workspace: Path) -> None:
    shown = on_a_terminal(workspace, [sys.executable, "-c", f"{MAIN}{SLOW}\nmain()", "compile"])
    bar, erased, rest = shown.rpartition(f"{ESCAPE}1A{ESCAPE}2K")
    assert "100%" in bar
    assert erased
    assert rest.startswith("churn ")
    assert "%" not in on_a_terminal(workspace, ["mlspec", "explain", "MLS203"])


def test_every_command_that_compiles_shows_how_far_it_is(workspace: Path) -> None:
    program = [sys.executable, "-c", f"{MAIN}{SLOW}\nmain()", "report", "-o", "report.html"]
    bar, _, rest = on_a_terminal(workspace, program).rpartition(f"{ESCAPE}1A{ESCAPE}2K")
    assert "compiling" in bar
    assert rest.startswith("report.html: ")


def test_a_pipe_that_closes_is_no_error(stale: Path) -> None:
    command = ["mlspec", "compile", "--check"]
    process = subprocess.Popen(
        command, cwd=stale, env=environment(), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    assert process.stderr is not None
    with process, process.stderr as stderr:
        process.stdout.readline()
        process.stdout.close()
        assert stderr.read() == ""
    assert process.returncode == 1


def test_an_interrupt_has_a_status_of_its_own(stale: Path) -> None:
    process = subprocess.Popen(
        ["mlspec", "compile", "--check"],
        cwd=stale,
        env=environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        # A shell starts its background jobs with the interrupt ignored, which the command would inherit.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),  # noqa: PLW1509 - no thread here
    )
    assert process.stdout is not None
    while _waiting(process.stdout.fileno()) < 60_000:  # a full pipe: it waits for somebody to read, nowhere else
        time.sleep(0.01)
    process.send_signal(signal.SIGINT)
    _, said = process.communicate()
    assert said.strip() == "interrupted: nothing was written"
    assert process.returncode == 130


def _waiting(pipe: int) -> int:
    """Bytes that are written to a pipe and not yet read."""
    count = fcntl.ioctl(pipe, termios.FIONREAD, bytes(4))
    return int.from_bytes(count, sys.byteorder)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no /dev/full")
def test_a_full_disk_behind_the_output_is_no_bug(stale: Path) -> None:
    with Path("/dev/full").open("wb") as full:
        command = ["mlspec", "compile", "--check"]
        finished = subprocess.run(
            command, cwd=stale, env=environment(), stdout=full, stderr=subprocess.PIPE, text=True, check=False
        )
    assert finished.stderr == "error: the disk is full; free some space, then run it again\n"
    assert finished.returncode == 2


def test_signs_that_the_encoding_lacks_are_no_bug(workspace: Path) -> None:
    spec = workspace / "specs/churn/model.yaml"
    spec.write_text(spec.read_text().replace("{name: churn}", "{name: churn, description: Abwanderung für 客户}"))
    command = ["mlspec", "compile", "--check"]
    finished = subprocess.run(
        command, cwd=workspace, env=environment(PYTHONIOENCODING="latin-1"), capture_output=True, check=False
    )
    assert b"Abwanderung f\xfcr \\u5ba2\\u6237" in finished.stdout
    assert finished.stderr == b""
    assert finished.returncode == 1


def test_a_frame_that_the_encoding_lacks_is_drawn_otherwise(workspace: Path) -> None:
    (workspace / "specs/churn/model.yaml").write_text("apiVersion: mlspec.dev/v1\nkind: Model\n")
    finished = mlspec(workspace, "compile", PYTHONIOENCODING="latin-1")
    assert finished.stderr.splitlines()[1] == " +- specs/churn/model.yaml:2:1"
    assert finished.stderr.isascii()


def test_the_schema_is_utf8_whatever_the_encoding(tmp_path: Path) -> None:
    assert mlspec(tmp_path, "schema", PYTHONIOENCODING="utf-16") == mlspec(tmp_path, "schema")
