"""Whatever came before, kills, hand edits and files of others included, a write makes the tree what was compiled."""

from __future__ import annotations

import tempfile
from pathlib import Path

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from mlspec.artifacts.file import File
from mlspec.tree.compare import compare
from mlspec.tree.errors import TreeError
from mlspec.tree.folders import ancestors
from mlspec.tree.write import write

from .apart import run_apart, write_until
from .workspace import Owners, compiled, expected, outputs, put

PLACES = {
    "images/a": ["generated/images/a/Dockerfile", "generated/images/a/code", "generated/images/a/code/x.py"],
    "prod/a": ["generated/prod/a/deployment.yaml", "generated/prod/a/service.yaml", "argocd/prod/a.yaml"],
    "prod/b": ["generated/prod/b/deployment.yaml", "argocd/prod/b.yaml"],
    "prod": ["argocd/prod.yaml"],
}
PATHS = sorted(path for paths in PLACES.values() for path in paths)
CONTENTS = st.sampled_from(["", "a\n", "b\n"])


@st.composite
def compiles(draw: st.DrawFn) -> Owners:
    """What a compile makes: some of the owners with some of their files; a path is a file or a folder, never both."""
    chosen = draw(st.sets(st.sampled_from(PATHS)))
    files = {path for path in chosen if chosen.isdisjoint(ancestors(path))}
    return {
        owner: [File(path, draw(CONTENTS).encode()) for path in paths if path in files]
        for owner, paths in PLACES.items()
        if not files.isdisjoint(paths)
    }


def related(one: str, other: str) -> bool:
    return one == other or one in ancestors(other) or other in ancestors(one)


class History(RuleBasedStateMachine):
    """`last` is what the last completed write made; `mine` what somebody else put there, which nothing may touch."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory()
        self.root = Path(self.folder.name)
        self.last: dict[str, bytes] = {}
        self.mine: dict[str, bytes] = {}
        self.killed = False

    def in_the_way(self, owners: Owners) -> bool:
        made = expected(owners)
        return any(related(path, mine) and made[path] != self.mine.get(path) for path in made for mine in self.mine)

    @rule(owners=compiles())
    def compile(self, owners: Owners) -> None:
        changes = compare(self.root, owners)
        if self.in_the_way(owners):
            before = outputs(self.root)
            try:
                write(changes)
            except TreeError:
                assert outputs(self.root) == before
            else:
                raise AssertionError("somebody else's file was overwritten")
        else:
            compiled(self.root, owners)
            self.last, self.killed = expected(owners), False
            self.mine = {path: content for path, content in self.mine.items() if path not in self.last}
            assert outputs(self.root) == self.last | self.mine

    @rule(owners=compiles(), step=st.integers(1, 60))
    def killed_compile(self, owners: Owners, step: int) -> None:
        if not any(related(path, mine) for path in expected(owners) for mine in self.mine):
            run_apart(write_until, self.root, owners, step)
            self.killed = True

    @precondition(lambda self: self.last)
    @rule(data=st.data(), content=CONTENTS)
    def edit(self, data: st.DataObject, content: str) -> None:
        path = data.draw(st.sampled_from(sorted(self.last)))
        if (self.root / path).is_file():
            put(self.root, path, content)

    @rule(path=st.sampled_from(PATHS))
    def delete(self, path: str) -> None:
        if path not in self.mine and (self.root / path).is_file():
            (self.root / path).unlink()

    @precondition(lambda self: not self.killed)
    @rule(path=st.sampled_from([*PATHS, "generated/prod/a/notes.md", "generated/images/a/code/mine.py"]))
    def make_a_file_of_ones_own(self, path: str) -> None:
        standing = outputs(self.root)
        if not any(related(path, other) for other in (*standing, *self.last)):
            put(self.root, path, "a\n")
            self.mine[path] = b"a\n"

    @invariant()
    def somebody_elses_files_are_as_they_were(self) -> None:
        assert self.mine.items() <= outputs(self.root).items()

    @invariant()
    def every_file_is_whole(self) -> None:
        assert set(outputs(self.root).values()) <= {b"", b"a\n", b"b\n"}

    def teardown(self) -> None:
        self.folder.cleanup()


TestHistory = History.TestCase
TestHistory.settings = settings(
    max_examples=max(settings.default.max_examples // 3, 10) if settings.default else 30,
    stateful_step_count=20,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)
