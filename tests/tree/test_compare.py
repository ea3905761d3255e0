"""Each way in which a path may differ, made on a real disk, and what `compare` calls it."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from mlspec.artifacts.file import Copied, File
from mlspec.tree.compare import compare
from mlspec.tree.errors import TreeError
from mlspec.tree.write import write

from .workspace import compiled, outputs, owned, put, said, tree

DEPLOYMENT = "generated/prod/churn/deployment.yaml"
INDEX = "generated/.mlspec/prod/churn.json"
CHURN = owned(prod__churn={"deployment.yaml": "replicas: 2\n", "service.yaml": "port: 80\n"})
NEXT = owned(prod__churn={"deployment.yaml": "replicas: 3\n", "service.yaml": "port: 80\n"})


def test_an_empty_workspace_lacks_every_file_and_index(tmp_path: Path) -> None:
    changes = compare(tmp_path, CHURN)
    assert said(changes) == {DEPLOYMENT: "new", "generated/prod/churn/service.yaml": "new"}
    assert [change.path for change in changes.indexes] == [INDEX]
    assert not tree(tmp_path), "a comparison writes nothing"


def test_a_changed_spec_makes_its_file_stale_and_no_other(tmp_path: Path) -> None:
    compiled(tmp_path, CHURN)
    changes = compare(tmp_path, NEXT)
    assert said(changes) == {DEPLOYMENT: "stale"}
    assert changes.total == 2
    assert not changes.edited


@pytest.mark.parametrize("owners", [CHURN, NEXT], ids=["same spec", "changed spec"])
def test_a_hand_edit_is_told_from_a_stale_file(tmp_path: Path, owners: dict[str, list[File]]) -> None:
    compiled(tmp_path, CHURN)
    put(tmp_path, DEPLOYMENT, "replicas: 9\n")
    changes = compare(tmp_path, owners)
    assert said(changes) == {DEPLOYMENT: "edited"}
    assert changes.edited == changes.files


def test_a_file_deleted_by_hand_is_told_from_a_new_one(tmp_path: Path) -> None:
    compiled(tmp_path, CHURN)
    (tmp_path / DEPLOYMENT).unlink()
    assert said(compare(tmp_path, CHURN)) == {DEPLOYMENT: "deleted"}


def test_what_no_spec_asks_for_any_more_is_orphaned(tmp_path: Path) -> None:
    compiled(tmp_path, CHURN)
    changes = compare(tmp_path, {})
    assert set(said(changes).values()) == {"orphaned"}
    assert len(changes.removed) == 2
    assert [(change.path, change.kind) for change in changes.indexes] == [(INDEX, "orphaned")]


def test_an_orphan_that_was_edited_says_so(tmp_path: Path) -> None:
    compiled(tmp_path, CHURN)
    put(tmp_path, DEPLOYMENT, "mine\n")
    assert said(compare(tmp_path, {}))[DEPLOYMENT] == "edited"


def test_an_orphan_that_is_gone_leaves_only_its_index(tmp_path: Path) -> None:
    compiled(tmp_path, CHURN)
    for path in outputs(tmp_path):
        (tmp_path / path).unlink()
    changes = compare(tmp_path, {})
    assert not changes.files
    assert [change.path for change in changes.shown] == [INDEX]


def test_somebody_elses_file_is_foreign(tmp_path: Path) -> None:
    put(tmp_path, DEPLOYMENT, "mine\n")
    assert said(compare(tmp_path, CHURN))[DEPLOYMENT] == "foreign"


def test_a_file_that_is_as_it_should_be_is_taken_over(tmp_path: Path) -> None:
    put(tmp_path, DEPLOYMENT, "replicas: 2\n")
    assert DEPLOYMENT not in said(compare(tmp_path, CHURN))
    compiled(tmp_path, CHURN)
    assert said(compare(tmp_path, NEXT)) == {DEPLOYMENT: "stale"}


def test_a_lost_index_is_the_only_difference_and_is_shown(tmp_path: Path) -> None:
    compiled(tmp_path, CHURN)
    (tmp_path / INDEX).unlink()
    changes = compare(tmp_path, CHURN)
    assert not changes.clean
    assert [change.path for change in changes.shown] == [INDEX]


def test_a_path_may_move_from_one_owner_to_another(tmp_path: Path) -> None:
    compiled(tmp_path, owned(images__churn={"generated/images/x/main.py": "a"}))
    moved = owned(prod={"generated/images/x/main.py": "a"})
    assert not compare(tmp_path, moved).files
    compiled(tmp_path, moved)
    assert outputs(tmp_path) == {"generated/images/x/main.py": b"a"}


@pytest.mark.parametrize("name", [DEPLOYMENT, "generated/prod/churn", "generated/prod", "generated"])
def test_a_link_is_never_followed(tmp_path: Path, name: str) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    compiled(elsewhere, CHURN)
    before = tree(elsewhere)
    workspace = tmp_path / "workspace"
    (workspace / name).parent.mkdir(parents=True)
    (workspace / name).symlink_to(elsewhere / name)
    changes = compare(workspace, NEXT)
    assert said(changes)[name] == "foreign"
    with pytest.raises(TreeError, match="symbolic link that mlspec did not write"):
        write(changes)
    assert tree(elsewhere) == before
    assert (workspace / name).readlink() == elsewhere / name


def test_an_owned_file_replaced_by_a_link_is_replaced_and_its_target_left(tmp_path: Path) -> None:
    compiled(tmp_path, CHURN)
    put(tmp_path, "mine.yaml", "mine\n")
    (tmp_path / DEPLOYMENT).unlink()
    (tmp_path / DEPLOYMENT).symlink_to(tmp_path / "mine.yaml")
    assert said(compare(tmp_path, CHURN)) == {DEPLOYMENT: "edited"}
    compiled(tmp_path, CHURN)
    assert outputs(tmp_path)[DEPLOYMENT] == b"replicas: 2\n"
    assert (tmp_path / "mine.yaml").read_text() == "mine\n"


def test_orphans_behind_a_link_are_not_reached(tmp_path: Path) -> None:
    compiled(tmp_path, CHURN)
    (tmp_path / "generated/prod/churn").rename(tmp_path / "kept")
    (tmp_path / "generated/prod/churn").symlink_to(tmp_path / "kept")
    compiled(tmp_path, {})
    assert sorted(path.name for path in (tmp_path / "kept").iterdir()) == ["deployment.yaml", "service.yaml"]
    assert (tmp_path / "generated/prod/churn").is_symlink()


@pytest.mark.parametrize("make", [os.mkfifo, os.mkdir], ids=["pipe", "folder with nothing in it"])
def test_what_is_no_file_neither_hangs_nor_breaks_the_comparison(tmp_path: Path, make: Callable[[Path], None]) -> None:
    (tmp_path / "generated/prod/churn").mkdir(parents=True)
    make(tmp_path / DEPLOYMENT)
    kind = said(compare(tmp_path, CHURN))[DEPLOYMENT]
    assert kind == ("foreign" if (tmp_path / DEPLOYMENT).is_fifo() else "new")


def test_a_folder_with_somebodys_files_is_foreign(tmp_path: Path) -> None:
    put(tmp_path, f"{DEPLOYMENT}/mine", "mine\n")
    assert said(compare(tmp_path, CHURN))[DEPLOYMENT] == "foreign"


def test_files_beside_the_compilers_own_are_nobodys_business(tmp_path: Path) -> None:
    compiled(tmp_path, CHURN)
    put(tmp_path, "generated/prod/churn/notes.md", "mine\n")
    put(tmp_path, "generated/.mlspec/prod/notes.md", "mine\n")
    assert compare(tmp_path, CHURN).clean


def test_files_that_moved_with_their_index_are_still_the_compilers_own(tmp_path: Path) -> None:
    """`output` was renamed: what says where it lies has to change, and what somebody edited since is not touched."""
    compiled(tmp_path, CHURN)
    (tmp_path / "generated").rename(tmp_path / "deploy")
    put(tmp_path, "deploy/prod/churn/service.yaml", "port: 9\n")
    content = {"deployment.yaml": "# deploy\nreplicas: 2\n", "service.yaml": "# deploy\nport: 80\n"}
    files = [File(f"deploy/prod/churn/{name}", text.encode()) for name, text in content.items()]
    found = said(compare(tmp_path, {"prod/churn": files}, "deploy"))
    assert found == {"deploy/prod/churn/deployment.yaml": "stale", "deploy/prod/churn/service.yaml": "foreign"}


def test_a_copied_file_is_compared_by_its_digest(tmp_path: Path) -> None:
    put(tmp_path, "specs/churn/model.onnx", "weights" * 300_000)
    file = File("x", b"weights" * 300_000)
    copied = Copied("generated/images/churn/model.onnx", "specs/churn/model.onnx", file.sha256, len(file.content))
    compiled(tmp_path, {"images/churn": [copied]})
    assert (tmp_path / copied.path).read_bytes() == file.content
    with (tmp_path / copied.path).open("ab") as model:
        model.write(b"!")
    assert said(compare(tmp_path, {"images/churn": [copied]})) == {copied.path: "edited"}


@pytest.mark.parametrize(
    ("before", "after", "emptied"),
    [
        (["prod/churn", "prod/risk"], ["prod/churn"], ()),
        (["prod/churn", "prod"], ["prod"], ("prod",)),
        (["prod/churn", "staging/churn"], ["staging/churn"], ("prod",)),
        (["prod/churn", "staging/churn"], [], ("prod", "staging")),
        (["images/churn", "prod"], [], ()),
        ([], ["prod/churn"], ()),
    ],
)
def test_an_environment_that_loses_its_last_model_is_named(
    tmp_path: Path, before: list[str], after: list[str], emptied: tuple[str, ...]
) -> None:
    compiled(tmp_path, {owner: [File(f"generated/{owner}/a.yaml", b"a")] for owner in before})
    assert compare(tmp_path, {owner: [File(f"generated/{owner}/a.yaml", b"b")] for owner in after}).emptied == emptied


@pytest.mark.parametrize(
    ("before", "after", "unwatched"),
    [
        (["prod/churn", "prod"], ["prod/churn", "prod"], ()),
        (["prod/churn", "prod"], ["prod/churn"], ("prod",)),
        (["prod/churn", "prod"], [], ("prod",)),
        (["images/churn", "prod"], [], ()),
        (["prod/churn"], ["prod/churn", "prod"], ()),
    ],
)
def test_an_environment_that_loses_its_applications_is_named(
    tmp_path: Path, before: list[str], after: list[str], unwatched: tuple[str, ...]
) -> None:
    compiled(tmp_path, {owner: [File(f"generated/{owner}/a.yaml", b"a")] for owner in before})
    found = compare(tmp_path, {owner: [File(f"generated/{owner}/a.yaml", b"b")] for owner in after})
    assert found.unwatched == unwatched


def test_the_output_folder_has_the_name_it_is_given(tmp_path: Path) -> None:
    owners = {"prod/churn": [File("deploy/out/prod/churn/a.yaml", b"a")]}
    write(compare(tmp_path, owners, "deploy/out"))
    assert set(json.loads((tmp_path / "deploy/out/.mlspec/prod/churn.json").read_text())) == {
        "deploy/out/prod/churn/a.yaml"
    }
    assert compare(tmp_path, owners, "deploy/out").clean


@pytest.mark.parametrize(
    "paths",
    [
        ["generated/a", "generated/a"],
        ["generated/a", "generated/a/b/c"],
        ["../a"],
        ["/etc/passwd"],
        [""],
        ["generated/.mlspec/prod/churn.json"],
        [".git/config"],
    ],
)
def test_paths_that_no_compile_may_make_are_a_bug(tmp_path: Path, paths: list[str]) -> None:
    with pytest.raises(ValueError, match=r"ma[dk]e"):
        compare(tmp_path, {f"prod/{number}": [File(path, b"")] for number, path in enumerate(paths)})
