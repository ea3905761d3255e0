"""On a machine without git what needs it says so, and all the rest works."""

from __future__ import annotations

from pathlib import Path

import pytest

from .workspace import PROMOTE, commit, lay, run


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A repository, on a machine that has no program at all."""
    root = lay(tmp_path / "workspace")
    commit(root)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("PATH", str(tmp_path))
    return root


@pytest.mark.parametrize("words", [("publish", "--repo", "https://git.example.com/ops.git"), ("diff",)])
def test_what_needs_git_says_so(root: Path, words: tuple[str, ...]) -> None:
    end = run(root, *words)
    assert (end.status, end.out) == (2, "")
    assert end.err == "error: git is not installed, or not on PATH\n"


def test_the_rest_works(root: Path, tmp_path: Path) -> None:
    for words in (("compile",), ("lock",), PROMOTE, ("report", "-o", str(tmp_path / "page.html"))):
        end = run(root, *words)
        assert end.status < 2, (words, end)
    (tmp_path / "new").mkdir()
    assert run(tmp_path / "new", "init").status == 0
    assert run(root, "build").err == (
        "error: there is none of docker with buildx, podman and buildah: install one of them\n"
    )
