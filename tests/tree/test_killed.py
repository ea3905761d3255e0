"""A write is killed at every step, and the next one, of the same specs or of others, mends the tree."""

from __future__ import annotations

import shutil
from itertools import count
from pathlib import Path

import pytest

from mlspec.artifacts.file import File
from mlspec.tree.compare import compare
from mlspec.tree.index import render_index
from mlspec.tree.layout import Layout

from .apart import run_apart, write_until
from .workspace import Owners, compiled, expected, outputs, owned, put, tree

BEFORE = owned(
    images__a={"Dockerfile": "1", "code": "1"},
    prod__a={"deployment.yaml": "1", "old.yaml": "1", "argocd/prod/a.yaml": "1"},
    prod__b={"deployment.yaml": "1"},
)
AFTER = owned(
    images__a={"Dockerfile": "2", "generated/images/a/code/x.py": "2"},
    prod__a={"deployment.yaml": "2", "new.yaml": "2", "argocd/prod/a.yaml": "1"},
    prod__c={"deployment.yaml": "2"},
)
OTHER = owned(
    images__a={"Dockerfile": "3", "code": "3"},
    prod__c={"deployment.yaml": "3", "old.yaml": "3"},
    prod__d={"deployment.yaml": "3"},
)
NONE = owned()
MINE = {"generated/prod/a/mine.md": b"mine", "README.md": b"mine"}


def whole(*states: Owners) -> dict[str, set[bytes]]:
    """For each path every content that one of the states gives it."""
    contents: dict[str, set[bytes]] = {path: {content} for path, content in MINE.items()}
    for owners in states:
        for owner, files in owners.items():
            index = File(Layout(Path()).index_of(owner), render_index(files))
            for file in (*files, index):
                assert isinstance(file, File)
                contents.setdefault(file.path, set()).add(file.content)
    return contents


@pytest.mark.parametrize("before", [BEFORE, NONE], ids=["on a tree", "on nothing"])
def test_a_write_killed_at_any_step_is_mended_by_the_next(tmp_path: Path, before: Owners) -> None:
    start = tmp_path / "start"
    for path, content in MINE.items():
        put(start, path, content.decode())
    compiled(start, before)
    known = whole(before, AFTER)
    for step in count(1):
        killed = tmp_path / str(step)
        shutil.copytree(start, killed)
        end = run_apart(write_until, killed, AFTER, step)
        torn = {path for path, content in tree(killed).items() if content not in known[path]}
        assert not torn, f"killed at step {step}"
        for name, following in {"the same": AFTER, "undone": BEFORE, "others": OTHER, "none": NONE}.items():
            root = tmp_path / f"{step}, then {name}"
            shutil.copytree(killed, root)
            check_next(root, following)
        if end == "done":
            assert step > 30, "the hook saw too few steps to have killed anywhere that matters"
            break


def check_next(root: Path, following: Owners) -> None:
    """The next compile sees neither hand edits nor foreign files, and leaves nothing but its outputs."""
    changes = compare(root, following)
    assert not changes.foreign, root.name
    assert not changes.edited, root.name
    compiled(root, following)
    assert outputs(root) == expected(following) | MINE, root.name
    assert not (root / Layout(root).staging).exists(), root.name
    assert not empty_folders(root), root.name


def empty_folders(root: Path) -> list[Path]:
    """The folders that a write left behind, those for its own records aside."""
    records = {root / Layout(root).indexes, root / Layout(root).work}
    return [path for path in root.rglob("*") if path.is_dir() and path not in records and not any(path.iterdir())]


def kill_after(root: Path, owners: Owners, path: str) -> None:
    """Kills a write of `owners` as soon as a path stands that was not there."""
    start = root.with_suffix(".start")
    shutil.copytree(root, start)
    for step in count(1):
        assert run_apart(write_until, root, owners, step) == "killed", f"{path} never came alone"
        if (root / path).exists():
            break
        shutil.rmtree(root)
        shutil.copytree(start, root)


def test_what_a_killed_write_left_is_known_after_the_next_is_killed_too(tmp_path: Path) -> None:
    start, new = tmp_path / "start", "generated/prod/a/new.yaml"
    start.mkdir()
    compiled(start, BEFORE)
    kill_after(start, AFTER, new)
    third = owned(prod__a={"new.yaml": "9"})
    for step in count(1):
        root = tmp_path / str(step)
        shutil.copytree(start, root)
        end = run_apart(write_until, root, OTHER, step)
        changes = compare(root, third)
        assert not changes.foreign, f"killed at step {step}"
        assert not changes.edited, f"killed at step {step}"
        compiled(root, third)
        assert outputs(root) == expected(third), f"killed at step {step}"
        if end == "done":
            break


def test_a_file_that_somebody_made_where_a_killed_write_did_not_come_is_foreign(tmp_path: Path) -> None:
    root, later = tmp_path / "root", "generated/prod/c/deployment.yaml"
    root.mkdir()
    compiled(root, BEFORE)
    kill_after(root, AFTER, "generated/prod/a/new.yaml")
    assert not (root / later).exists()
    put(root, later, "mine")
    assert [change.path for change in compare(root, AFTER).foreign] == [later]
    compiled(root, BEFORE)
    assert outputs(root) == expected(BEFORE) | {later: b"mine"}


def test_what_a_killed_write_staged_is_removed(tmp_path: Path) -> None:
    compiled(tmp_path, BEFORE)
    put(tmp_path, f"{Layout(tmp_path).staging}/7", "half a fi")
    changes = compare(tmp_path, BEFORE)
    assert changes.clean
    assert changes.interrupted
    compiled(tmp_path, BEFORE)
