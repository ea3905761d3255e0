"""After a write the tree is what was compiled, and whatever else stands there is as it was."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from mlspec.artifacts.file import Copied, File
from mlspec.tree.compare import compare
from mlspec.tree.errors import TreeError
from mlspec.tree.layout import Layout
from mlspec.tree.lock import exclusive
from mlspec.tree.write import write

from .workspace import Owners, compiled, expected, outputs, owned, put, said, tree

ONE = owned(
    images__churn={"Dockerfile": "FROM a\n"},
    prod__churn={"deployment.yaml": "a\n", "service.yaml": "a\n", "argocd/prod/churn.yaml": "a\n"},
    prod={"argocd/prod.yaml": "a\n"},
)
TWO = owned(
    images__churn={"Dockerfile": "FROM b\n", "main.py": "b\n"},
    prod__risk={"deployment.yaml": "b\n", "argocd/prod/risk.yaml": "b\n"},
    prod={"argocd/prod.yaml": "a\n"},
)


def test_the_tree_becomes_what_was_compiled(tmp_path: Path) -> None:
    compiled(tmp_path, ONE)
    assert outputs(tmp_path) == expected(ONE)
    changes = compiled(tmp_path, TWO)
    assert outputs(tmp_path) == expected(TWO)
    assert (len(changes.written), len(changes.removed)) == (4, 3)


def test_folders_that_became_empty_go_and_those_with_somebodys_files_stay(tmp_path: Path) -> None:
    compiled(tmp_path, ONE)
    put(tmp_path, "generated/prod/churn/notes.md", "mine\n")
    compiled(tmp_path, {})
    assert tree(tmp_path) == {"generated/prod/churn/notes.md": b"mine\n"}
    assert not (tmp_path / "generated/images").exists()
    assert not (tmp_path / "generated/.mlspec/prod").exists()
    assert not (tmp_path / "argocd").exists()


def test_bytecode_that_python_left_does_not_keep_a_folder(tmp_path: Path) -> None:
    compiled(tmp_path, FOLDER)
    put(tmp_path, "generated/images/a/code/__pycache__/x.cpython-313.pyc", "")
    put(tmp_path, "generated/images/a/code/y/__pycache__/z.cpython-313.pyc", "")
    put(tmp_path, "generated/images/a/code/y/__pycache__/mine.txt", "mine\n")
    compiled(tmp_path, {})
    kept = ("__pycache__/mine.txt", "__pycache__/z.cpython-313.pyc")
    assert sorted(tree(tmp_path)) == [f"generated/images/a/code/y/{name}" for name in kept]


FILE = owned(images__a={"code": "a", "b": "b"})
FOLDER = owned(images__a={"generated/images/a/code/x.py": "x", "generated/images/a/code/y/z.py": "z", "b": "b"})


@pytest.mark.parametrize(("before", "after"), [(FILE, FOLDER), (FOLDER, FILE)], ids=["to a folder", "to a file"])
def test_a_file_may_become_a_folder_and_a_folder_a_file(tmp_path: Path, before: Owners, after: Owners) -> None:
    compiled(tmp_path, before)
    compiled(tmp_path, after)
    assert outputs(tmp_path) == expected(after)


def test_a_folder_becomes_a_file_only_when_nothing_else_is_in_it(tmp_path: Path) -> None:
    compiled(tmp_path, FOLDER)
    put(tmp_path, "generated/images/a/code/mine.py", "mine\n")
    before = tree(tmp_path)
    with pytest.raises(TreeError, match="a folder that mlspec did not write"):
        write(compare(tmp_path, FILE))
    assert tree(tmp_path) == before


def test_every_file_is_readable_by_all_whatever_the_umask(tmp_path: Path) -> None:
    before = os.umask(0o077)
    try:
        compiled(tmp_path, ONE)
    finally:
        os.umask(before)
    assert {(tmp_path / path).stat().st_mode & 0o777 for path in outputs(tmp_path)} == {0o644}


def test_a_foreign_file_stops_the_write_before_it_begins(tmp_path: Path) -> None:
    put(tmp_path, "argocd/prod.yaml", "mine\n")
    with pytest.raises(TreeError, match="a file that mlspec did not write") as caught:
        write(compare(tmp_path, ONE))
    assert caught.value.path == "argocd/prod.yaml"
    assert tree(tmp_path) == {"argocd/prod.yaml": b"mine\n"}
    assert not (tmp_path / "generated").exists()


def test_a_file_made_after_the_comparison_is_not_overwritten(tmp_path: Path) -> None:
    changes = compare(tmp_path, ONE)
    put(tmp_path, "argocd/prod.yaml", "mine\n")
    with pytest.raises(TreeError, match="somebody made it while mlspec compiled"):
        write(changes)
    assert (tmp_path / "argocd/prod.yaml").read_text() == "mine\n"
    assert said(compare(tmp_path, ONE))["argocd/prod.yaml"] == "foreign"
    (tmp_path / "argocd/prod.yaml").unlink()
    compiled(tmp_path, ONE)
    assert outputs(tmp_path) == expected(ONE)


def test_a_write_that_another_one_overtook_compares_again(tmp_path: Path) -> None:
    compiled(tmp_path, ONE)
    three = owned(**{owner.replace("/", "__"): {} for owner in ONE}, prod__risk={"deployment.yaml": "c\n"})
    changes = compare(tmp_path, three)
    compiled(tmp_path, TWO)
    done = write(changes)
    assert outputs(tmp_path) == expected(three)
    assert {change.path for change in done.removed} == {change.path for change in compare(tmp_path, TWO).written} - {
        "generated/prod/risk/deployment.yaml"
    }
    assert compare(tmp_path, three).clean


def test_an_overtaken_write_does_not_empty_an_environment_that_it_did_not_know(tmp_path: Path) -> None:
    changes = compare(tmp_path, owned(prod={"argocd/prod.yaml": "a\n"}))
    compiled(tmp_path, ONE)
    with pytest.raises(TreeError, match="another mlspec wrote it meanwhile"):
        write(changes)
    assert outputs(tmp_path) == expected(ONE)


def test_a_clean_tree_is_not_touched_at_all(tmp_path: Path) -> None:
    compiled(tmp_path, ONE)
    times = {path: path.stat().st_mtime_ns for path in sorted(tmp_path.rglob("*"))}
    write(compare(tmp_path, ONE))
    assert times == {path: path.stat().st_mtime_ns for path in sorted(tmp_path.rglob("*"))}


def test_a_file_that_did_not_change_is_not_rewritten(tmp_path: Path) -> None:
    compiled(tmp_path, ONE)
    inode = (tmp_path / "argocd/prod.yaml").stat().st_ino
    compiled(tmp_path, TWO)
    assert (tmp_path / "argocd/prod.yaml").stat().st_ino == inode


def test_git_never_sees_the_passing_files(tmp_path: Path) -> None:
    def git(*arguments: str) -> str:
        return subprocess.run(["git", *arguments], cwd=tmp_path, check=True, capture_output=True, text=True).stdout

    compiled(tmp_path, ONE)
    committed = set(tree(tmp_path))
    git("init", "-q")
    seen = git("status", "--porcelain", "--untracked-files=all").splitlines()
    assert {line.removeprefix("?? ") for line in seen} == committed
    assert (tmp_path / Layout(tmp_path).journal).exists()


def test_a_source_that_changed_since_it_was_hashed_is_refused(tmp_path: Path) -> None:
    put(tmp_path, "specs/churn/handler.py", "new\n")
    copied = Copied("generated/images/churn/handler.py", "specs/churn/handler.py", File("", b"old\n").sha256, 4)
    with pytest.raises(TreeError, match="changed while mlspec compiled") as caught:
        write(compare(tmp_path, {"images/churn": [copied]}))
    assert caught.value.path == "specs/churn/handler.py"
    (tmp_path / "specs/churn/handler.py").unlink()
    with pytest.raises(TreeError, match=r"specs/churn/handler\.py: No such file"):
        write(compare(tmp_path, {"images/churn": [copied]}))
    assert not outputs(tmp_path)


def test_who_waits_too_long_for_another_write_is_told(tmp_path: Path) -> None:
    with exclusive(Layout(tmp_path), patience=0), pytest.raises(TreeError, match="another mlspec has been writing"):
        write(compare(tmp_path, ONE), patience=0)
    assert not outputs(tmp_path)
    compiled(tmp_path, ONE)
