"""A folder is made once, whoever else makes it at the same moment, and never behind what is no folder."""

from __future__ import annotations

from pathlib import Path

import pytest

from mlspec.tree.errors import TreeError
from mlspec.tree.folders import Folders
from mlspec.tree.layout import Layout


def test_a_folder_that_another_compile_makes_meanwhile_is_used(tmp_path: Path) -> None:
    folders = Folders(Layout(tmp_path))
    assert not folders.exists("a/b")
    (tmp_path / "a/b").mkdir(parents=True)
    folders.make("a/b/c")
    assert (tmp_path / "a/b/c").is_dir()
    assert folders.exists("a/b/c")


@pytest.mark.parametrize("asked_before", [False, True])
def test_a_link_is_no_folder_even_when_it_comes_meanwhile(tmp_path: Path, asked_before: bool) -> None:
    (tmp_path / "elsewhere").mkdir()
    folders = Folders(Layout(tmp_path))
    assert not asked_before or not folders.exists("a/b")
    (tmp_path / "a").symlink_to("elsewhere")
    with pytest.raises(TreeError, match="a: it stands where a folder must be"):
        folders.make("a/b")
    assert not any((tmp_path / "elsewhere").iterdir())
