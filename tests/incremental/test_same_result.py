"""Whatever happens to a workspace between two runs, the second says what a compile without a memory says."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from mlspec.incremental import build
from tests.profiles import ordinarily

from .workspace import EDITS, compiled, make, seen

_TICK = 0.012
"""Seconds; longer than a tick of this machine's file system, so that each edit has a time of its own."""


@contextmanager
def patient_clock(patch: pytest.MonkeyPatch) -> Iterator[None]:
    """Stamps are taken at once, and not of what is older than two seconds: here every edit waits for the next tick."""
    patch.setattr(build, "settled_since", time.time_ns)
    yield


@contextmanager
def workspace() -> Iterator[Path]:
    """One that has been compiled, and whose memory holds every stamp."""
    with tempfile.TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch, patient_clock(patch):
        patch.setenv("XDG_CACHE_HOME", f"{folder}/cache")
        root = Path(folder).resolve() / "workspace"
        make(root)
        compiled(root)
        for _ in range(2):
            time.sleep(_TICK)
            assert "changes" in seen(root, remember=True)
        yield root


def check(root: Path) -> None:
    time.sleep(_TICK)
    with_memory = seen(root, remember=True)
    assert with_memory == seen(root, remember=False)
    time.sleep(_TICK)


def after(edits: Sequence[str]) -> None:
    with workspace() as root:
        for name in edits:
            EDITS[name](root)
            check(root)


@given(st.lists(st.sampled_from(sorted(EDITS)), min_size=2, max_size=5))
@ordinarily(6, otherwise=8)
@example(["spec", "compile", "spec"])
@example(["link"])
@example(["output edited", "compile", "output edited"])
def test_any_edits(edits: list[str]) -> None:
    after(edits)


def test_each_edit() -> None:
    with workspace() as root:
        for name in EDITS:
            EDITS[name](root)
            check(root)
            EDITS[name](root)  # undone, if it is not the first two
            check(root)
            compiled(root)
            check(root)
