"""An index survives any path, a merge conflict in it keeps both sides, and damage is refused with a remedy."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mlspec.artifacts.file import File
from mlspec.tree.compare import compare
from mlspec.tree.errors import TreeError
from mlspec.tree.index import parse_index, render_index
from mlspec.tree.layout import is_inside

from .workspace import compiled, outputs, owned, put, said

INDEX = "generated/.mlspec/prod/churn.json"


@given(st.dictionaries(st.text(min_size=1).filter(is_inside), st.binary()))
def test_an_index_gives_back_what_it_was_made_from(contents: dict[str, bytes]) -> None:
    files = [File(path, content) for path, content in contents.items()]
    parsed = parse_index(render_index(files), INDEX)
    assert parsed == {file.path: frozenset({file.sha256}) for file in files}


@given(st.dictionaries(st.text(min_size=1).filter(is_inside), st.binary()))
def test_an_index_has_one_line_for_each_file_and_no_order_of_its_own(contents: dict[str, bytes]) -> None:
    files = [File(path, content) for path, content in contents.items()]
    text = render_index(files)
    assert text == render_index(files[::-1])
    assert len(text.decode("ascii").splitlines()) == max(len(files), 1) + 2


def conflict(ours: bytes, theirs: bytes, base: bytes = b"") -> bytes:
    """What `git merge` leaves of two indexes; with `base` as `merge.conflictStyle = diff3` does."""
    middle = b"||||||| 1a2b3c\n" + base if base else b""
    return b"<<<<<<< HEAD\n" + ours + middle + b"=======\n" + theirs + b">>>>>>> feature\n"


@pytest.mark.parametrize("with_base", [False, True])
def test_after_a_merge_conflict_a_compile_is_all_that_is_needed(tmp_path: Path, with_base: bool) -> None:
    base, ours, theirs, merged = (
        owned(prod__churn={"deployment.yaml": f"replicas: {count}\n", f"{count}.yaml": "x"}) for count in range(4)
    )
    texts = [render_index(owners["prod/churn"]) for owners in (base, ours, theirs)]
    compiled(tmp_path, ours)
    compiled(tmp_path, {**ours})
    (tmp_path / INDEX).write_bytes(conflict(texts[1], texts[2], texts[0] if with_base else b""))
    put(tmp_path, "generated/prod/churn/deployment.yaml", "replicas: 2\n")
    put(tmp_path, "generated/prod/churn/2.yaml", "x")
    changes = compare(tmp_path, merged)
    assert said(changes) == {
        "generated/prod/churn/deployment.yaml": "stale",
        "generated/prod/churn/1.yaml": "orphaned",
        "generated/prod/churn/2.yaml": "orphaned",
        "generated/prod/churn/3.yaml": "new",
    }
    compiled(tmp_path, merged)
    assert set(outputs(tmp_path)) == {"generated/prod/churn/deployment.yaml", "generated/prod/churn/3.yaml"}


DIGEST = "0" * 64


@pytest.mark.parametrize(
    "content",
    [
        "",
        "{",
        "[]",
        "[" * 100_000,
        '{"a": 1}',
        '{"a": "not a digest"}',
        f'{{"../a": "{DIGEST}"}}',
        f'{{"/etc/passwd": "{DIGEST}"}}',
        f'{{".git/config": "{DIGEST}"}}',
        "\ud800".encode("utf-8", "surrogatepass").decode("latin-1"),
    ],
    ids=str.strip,
)
def test_a_damaged_index_is_refused_with_a_remedy(tmp_path: Path, content: str) -> None:
    put(tmp_path, INDEX, content)
    with pytest.raises(TreeError, match="restore it from git, or delete it") as caught:
        compare(tmp_path, {})
    assert caught.value.path == INDEX


def test_a_folder_in_the_place_of_an_index_is_somebodys_own(tmp_path: Path) -> None:
    put(tmp_path, f"{INDEX}/mine", "mine\n")
    assert said(compare(tmp_path, owned(prod__churn={"a.yaml": "a"})))[INDEX] == "foreign"
