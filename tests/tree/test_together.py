"""Two real processes write one workspace at the same time, and one that is killed frees the lock it held."""

from __future__ import annotations

import errno
import os
import signal
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from mlspec.artifacts.file import File
from mlspec.tree.compare import compare
from mlspec.tree.index import read_indexes
from mlspec.tree.layout import Layout
from mlspec.tree.lock import exclusive
from mlspec.tree.replace import replace
from mlspec.tree.write import write

from .apart import run_apart
from .workspace import Owners, compiled, expected, outputs, owned

ROUNDS = 10


def version(name: str) -> Owners:
    """Files of which every second has the same path in all versions."""
    paths = [f"generated/prod/churn/{name if number % 2 else 'same'}-{number}.yaml" for number in range(40)]
    return {"prod/churn": [File(path, f"{name} {path}\n".encode()) for path in paths]}


def write_often(root: Path, name: str) -> None:
    for number in range(ROUNDS):
        write(compare(root, version(f"{name}{number}")))


def hold_and_die(root: Path) -> None:
    with exclusive(Layout(root), patience=0):
        os.kill(os.getpid(), signal.SIGKILL)


def test_two_at_once_leave_what_one_of_them_compiled(tmp_path: Path) -> None:
    answers: list[str] = []
    both = [
        threading.Thread(target=lambda name=name: answers.append(run_apart(write_often, tmp_path, name)))
        for name in ("left", "right")
    ]
    for one in both:
        one.start()
    for one in both:
        one.join()
    assert answers == ["done", "done"]
    lasts = [version(f"{name}{ROUNDS - 1}") for name in ("left", "right")]
    final = [owners for owners in lasts if outputs(tmp_path) == expected(owners)]
    assert len(final) == 1
    changes = compare(tmp_path, final[0])
    assert changes.clean
    assert not changes.interrupted


def test_what_another_writes_while_this_one_compares_is_not_somebody_elses(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    compiled(tmp_path, owned(prod__churn={"a.yaml": "a"}))
    both = owned(prod__churn={"a.yaml": "a"}, prod__spam={"b.yaml": "b"})

    def and_then_another_writes(*arguments: Any) -> Any:
        found = read_indexes(*arguments)
        monkeypatch.undo()
        write(compare(tmp_path, both))
        return found

    monkeypatch.setattr("mlspec.tree.compare.read_indexes", and_then_another_writes)
    changes = compare(tmp_path, both)
    assert not changes.foreign
    assert changes.clean


def replace_often(place: Path, name: str) -> None:
    for number in range(300):
        replace(place, f"{name} {number}\n".encode())


def test_three_that_replace_one_file_at_once_leave_one_whole(tmp_path: Path) -> None:
    place, names = tmp_path / "mlspec.lock.yaml", ("left", "middle", "right")
    with ThreadPoolExecutor(3) as pool:
        assert list(pool.map(lambda name: run_apart(replace_often, place, name), names)) == ["done"] * 3
    assert place.read_text() in [f"{name} 299\n" for name in names]
    assert list(tmp_path.iterdir()) == [place]


def test_where_no_lock_is_to_be_had_nothing_is_left(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise OSError(errno.ENOLCK, os.strerror(errno.ENOLCK))

    monkeypatch.setattr("mlspec.tree.replace.fcntl.flock", refuse)
    with pytest.raises(OSError, match="No locks available"):
        replace(tmp_path / "mlspec.lock.yaml", b"a")
    assert list(tmp_path.iterdir()) == []


def test_the_kernel_frees_the_lock_of_a_killed_process(tmp_path: Path) -> None:
    assert run_apart(hold_and_die, tmp_path) == "killed"
    write(compare(tmp_path, version("next")), patience=0)
    compiled(tmp_path, version("next"))
