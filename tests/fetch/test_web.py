"""Models from a web server: ranges or none, tokens, retries, an end that comes in the middle, and full disks."""

from __future__ import annotations

import os
import random
import resource
import signal
import socket
import subprocess
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.fetch.fetching import MEGABYTE, PATIENCE, Ended, content, end, fetch, start
from tests.fetch.web import Site

PART = 8 * MEGABYTE
LARGE = random.Random(1).randbytes(5 * PART + 17)
Web = Callable[..., Site]


def test_parts_are_asked_for_at_once(web: Web, tmp_path: Path) -> None:
    together = threading.Barrier(4, timeout=PATIENCE)
    counted = iter(range(100))

    def meet(_path: str, span: str | None) -> None:
        if span and span != "bytes=0-0" and next(counted) < 4:
            together.wait()

    site = web(files={"/model.bin": LARGE}, before=meet)
    assert fetch(tmp_path, f"{site.url}/model.bin").status == 0
    assert content(tmp_path) == {"model.bin": LARGE}
    assert len(site.parts()) == 6


@pytest.mark.parametrize("value", [b"", b"x", LARGE])
def test_a_server_without_ranges(web: Web, tmp_path: Path, value: bytes) -> None:
    site = web(files={"/a/model.bin": value}, ranges=False)
    ended = fetch(tmp_path, f"{site.url}/a/model.bin")
    assert (ended.status, content(tmp_path)) == (0, {"model.bin": value}), ended.raw


def test_a_name_that_is_written_with_percent_signs(web: Web, tmp_path: Path) -> None:
    site = web(files={"/a b/m\N{LATIN SMALL LETTER E WITH ACUTE}.bin": b"x"})
    ended = fetch(tmp_path, f"{site.url}/a%20b/m%C3%A9.bin")
    assert content(tmp_path) == {"m\N{LATIN SMALL LETTER E WITH ACUTE}.bin": b"x"}, ended.raw


def test_a_token_is_shown_and_without_it_the_end_is_clear(web: Web, tmp_path: Path) -> None:
    site = web(files={"/model.bin": LARGE}, token="right")
    assert fetch(tmp_path, f"{site.url}/model.bin", BEARER_TOKEN="right").status == 0
    for token in ({}, {"BEARER_TOKEN": "no-such-token"}):
        ended = fetch(tmp_path / "other", f"{site.url}/model.bin", **token)
        assert ended.status == os.EX_NOPERM
        assert ended.reason.startswith(f"denied: {site.url}/model.bin: access denied (401)")
        assert "no-such-token" not in ended.raw


def test_a_server_that_fails_for_a_while_is_asked_again(web: Web, tmp_path: Path) -> None:
    site = web(files={"/model.bin": LARGE}, failures=3)
    assert fetch(tmp_path, f"{site.url}/model.bin").status == 0


def test_a_host_that_nobody_answers_for(tmp_path: Path) -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        uri = f"http://127.0.0.1:{closed.getsockname()[1]}/model.bin"
        ended = fetch(tmp_path, uri)
    assert ended.status == os.EX_UNAVAILABLE
    assert ended.reason.startswith(f"unreachable: {uri} cannot be had: ")
    assert "\n" not in ended.reason


def test_killed_in_the_middle_it_goes_on_where_it_was(web: Web, tmp_path: Path) -> None:
    gate = threading.Event()
    answered = threading.Semaphore(0)

    def hold(_path: str, span: str | None) -> None:
        if span in ("bytes=0-0", f"bytes=0-{PART - 1}", f"bytes={PART}-{2 * PART - 1}"):
            answered.release()
        else:
            gate.wait(PATIENCE)

    site = web(files={"/model.bin": LARGE}, before=hold)
    process = start(tmp_path, f"{site.url}/model.bin")
    eventually(lambda: len(journal(tmp_path)) == 2 and len(site.parts()) == 6)  # none comes later
    process.send_signal(signal.SIGKILL)
    process.communicate()
    assert process.returncode == -signal.SIGKILL
    assert content(tmp_path) == {}
    gate.set()
    site.asked.clear()
    ended = fetch(tmp_path, f"{site.url}/model.bin")
    assert ended.log[0]["fetch.done"] == 2 * PART
    assert len(site.parts()) == 4
    assert content(tmp_path) == {"model.bin": LARGE}


def test_what_was_replaced_meanwhile_is_not_mixed(web: Web, tmp_path: Path) -> None:
    site = web(files={"/model.bin": LARGE})
    new = LARGE[::-1]

    def replace(_path: str, span: str | None) -> None:
        if span == f"bytes={PART}-{2 * PART - 1}":
            site.files["/model.bin"] = new

    site.before = replace
    ended = fetch(tmp_path, f"{site.url}/model.bin")
    assert (ended.status, ended.reason.partition(":")[0]) == (os.EX_TEMPFAIL, "moved")
    assert fetch(tmp_path, f"{site.url}/model.bin").status == 0
    assert content(tmp_path) == {"model.bin": new}


def test_ended_by_kubernetes_it_ends_at_once(web: Web, tmp_path: Path) -> None:
    asked = threading.Event()

    def never(_path: str, _range: str | None) -> None:
        asked.set()
        threading.Event().wait(PATIENCE)

    site = web(files={"/model.bin": LARGE}, before=never)
    process = start(tmp_path, f"{site.url}/model.bin")
    assert asked.wait(PATIENCE)
    process.terminate()
    process.communicate(timeout=30)
    assert process.returncode == 128 + signal.SIGTERM


def test_a_disk_that_is_full_before_it_begins(web: Web, small_disk: Path) -> None:
    site = web(files={"/model.bin": LARGE})
    ended = fetch(small_disk, f"{site.url}/model.bin")
    assert ended.status == os.EX_CANTCREAT
    assert ended.reason.startswith(f"no-room: the disk is full: {len(LARGE)} bytes are still needed and ")
    assert site.parts() == []


def test_a_disk_that_fills_up_meanwhile(web: Web, tmp_path: Path) -> None:
    site = web(files={"/model.bin": LARGE})
    ended = limited(tmp_path, f"{site.url}/model.bin", 2 * PART)
    assert (ended.status, ended.reason) == (
        os.EX_CANTCREAT,
        "no-room: the disk is full; `model.size` decides how much there is",
    )


def limited(target: Path, uri: str, size: int) -> Ended:
    """No file may become larger than `size`: what a quota does."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        process = start(target, uri)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    return end(process)


@pytest.fixture
def small_disk(tmp_path: Path) -> Path:
    """Ten MiB in memory, as root; elsewhere the test is called off."""
    disk = tmp_path / "disk"
    disk.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", "size=10m", "tmpfs", str(disk)]
    mounted = subprocess.run(command, check=False, capture_output=True)
    if mounted.returncode:
        pytest.skip("no file system can be mounted here")
    return disk


@pytest.fixture(autouse=True)
def _unmount(tmp_path: Path) -> object:
    yield
    if (tmp_path / "disk").is_mount():
        subprocess.run(["umount", tmp_path / "disk"], check=True)


def journal(target: Path) -> list[str]:
    return [line for path in target.glob(".fetch/*.parts") for line in path.read_text().splitlines()]


def eventually(holds: Callable[[], bool]) -> None:
    waiting = threading.Event()
    for _ in range(int(PATIENCE * 20)):
        if holds():
            return
        waiting.wait(0.05)
    raise AssertionError("it never came to that")


@pytest.mark.parametrize(
    ("uri", "said"),
    [("ftp://host/model", "cannot be fetched"), ("hf://acme/churn", "needs --revision"), ("az://account", "cannot be")],
)
def test_what_cannot_be_asked_for(tmp_path: Path, uri: str, said: str) -> None:
    ended = fetch(tmp_path, uri)
    assert ended.status == os.EX_USAGE
    assert said in ended.reason
