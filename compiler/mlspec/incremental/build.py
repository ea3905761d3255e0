"""A workspace on disk in; what it compiles to and how its tree differs out, as if all of it were compiled each time.

What a file of specs came to before is taken from memory where its inputs, the environments and the workspace are as
they were and each of its outputs stands as it was made. Where nothing changed, the compiler is not even imported.
In doubt (a file with more than models changed, a name is taken twice, a write was killed) everything is compiled.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from msgspec import Struct

from mlspec.source.files import FilesOnDisk, spec_files
from mlspec.tree.changes import Changes
from mlspec.tree.compare import compare, is_interrupted
from mlspec.tree.errors import TreeError
from mlspec.tree.folders import Folders
from mlspec.tree.index import index_paths, render_index
from mlspec.tree.journal import Journal, read_journal
from mlspec.tree.layout import Layout
from mlspec.tree.strays import strays

from .compiler import identity
from .inputs import Inputs, TracedFiles, Unchanged
from .memory import Memory, load, place, save, units_text
from .stamps import settled_since
from .standing import Made, in_real_folders, made_of, stamp_all, stands

if TYPE_CHECKING:
    from mlspec.compile import Compilation
    from mlspec.diagnostics import Diagnostic
    from mlspec.environment.resolved import ResolvedSpec
    from mlspec.unit import Listing, SetAside, Unit


class Built(Protocol):
    """What a workspace compiles to, for whoever shows or writes it."""

    listing: Listing
    diagnostics: list[Diagnostic]
    set_aside: list[SetAside]
    shared: set[str]
    """Files of specs on which others depend."""

    def compare(self) -> Changes:
        """How the tree differs; asked only where there is no error. Raises TreeError."""

    def strays(self, changes: Changes) -> list[str]:
        """What Argo CD would apply though no spec asks for it. Raises TreeError."""


class _Run(Struct, frozen=True):
    root: Path
    specs: str
    each: Callable[[list[ResolvedSpec]], Iterable[ResolvedSpec]]
    memory: Path | None
    compiler: str
    settled: int
    """A stamp of what changed since would not say enough."""


def build(
    root: Path,
    specs: str = "specs",
    each: Callable[[list[ResolvedSpec]], Iterable[ResolvedSpec]] = iter,
    *,
    remember: bool = True,
) -> Built:
    """`each` may watch those pass that are compiled. Without `remember` nothing is asked of memory, or kept there."""
    file = place(root) if remember else None
    run = _Run(root, specs, each, file, identity() if file else "", settled_since())
    memory = load(file, run.compiler) if file else None
    if memory is not None and (seen := _look(run, memory)) is not None:
        if not seen.differs:
            return _Same(run, memory, seen)
        if (built := _compile_changed(run, memory, seen)) is not None:
            return built
    return _compile(run, {}, {})


class _Seen(Struct):
    """What of the memory holds."""

    same: set[str]
    """Files of specs whose inputs and outputs are as they were."""
    differs: bool
    renewed: bool
    """Whether a stamp was taken that says more than the one before."""


def _look(run: _Run, memory: Memory) -> _Seen | None:
    """None where everything is to be compiled."""
    files, layout = FilesOnDisk(run.root), Layout(run.root, memory.listing.output)
    unchanged, folders = Unchanged(files, run.settled), Folders(layout)
    try:
        present = spec_files(files.below(run.specs))
        interrupted = is_interrupted(layout, folders, read_journal(layout, folders))
        indexes = {owner for path in index_paths(layout, folders) if (owner := layout.owner_of(path)) is not None}
    except (OSError, TreeError):
        return None
    same = {source for source in present if source in memory.inputs and unchanged(memory.inputs[source])}
    if interrupted or not memory.shared <= same:
        return None
    fallen, renewed = _fallen(run, memory, layout, folders)
    same -= {source for source in same if not fallen.isdisjoint(memory.owners[source])}
    differs = bool(fallen) or indexes != memory.made.keys() or not same == set(present) == memory.inputs.keys()
    return _Seen(same, differs, renewed or unchanged.renewed)


def _fallen(run: _Run, memory: Memory, layout: Layout, folders: Folders) -> tuple[set[str], bool]:
    """The owners of which something stands otherwise than it was made; whether a stamp was renewed."""
    stamps = stamp_all(layout, memory.made, run.settled)
    trusted = in_real_folders(layout, folders, memory.made)
    fallen, renewed = set[str](), False
    for owner, made in memory.made.items():
        now = stamps[owner]
        if trusted and now and now == made.stamp:
            continue
        if stands(layout, folders, owner, made):
            renewed |= now != made.stamp
            made.stamp = now
        else:
            fallen.add(owner)
    return fallen, renewed


def _compile_changed(run: _Run, memory: Memory, seen: _Seen) -> Built | None:
    """None where what changed concerns others."""
    units = memory.read_units()
    known = {source: units[source] for source in seen.same - memory.shared}
    built = _compile(run, known, {owner: memory.made[owner] for unit in known.values() for owner in unit.owners})
    built.inputs |= {source: memory.inputs[source] for source in known}
    units = built.compilation.units
    names = [name for unit in units.values() for name in unit.models]
    return built if built.shared == memory.shared and len(names) == len(set(names)) else None


def _compile(run: _Run, known: dict[str, Unit], standing: dict[str, Made]) -> _Compiled:
    from mlspec.compile import compile as compile_specs

    files = FilesOnDisk(run.root)
    traced = TracedFiles(files, run.settled) if run.memory else None
    compilation = compile_specs(traced or files, run.specs, run.each, known)
    return _Compiled(run, compilation, known, standing, traced.inputs if traced else {})


class _Same:
    """Nothing changed since the last compile."""

    def __init__(self, run: _Run, memory: Memory, seen: _Seen) -> None:
        self.run, self.memory, self.seen = run, memory, seen
        self.listing, self.shared = memory.listing, memory.shared
        self.diagnostics, self.set_aside = memory.diagnostics, memory.set_aside

    def compare(self) -> Changes:
        if self.seen.renewed and self.run.memory:
            save(self.run.memory, self.run.compiler, self.memory)
        layout = Layout(self.run.root, self.listing.output)
        files = {owner: made.files for owner, made in self.memory.made.items()}
        return Changes(layout, {}, (), (), (), (), Journal(), interrupted=False, settled=files)

    def strays(self, changes: Changes) -> list[str]:  # noqa: ARG002 - there is none
        return _strays(self.run.root, self.listing, (), self.memory.made.values(), ())


class _Compiled:
    """Some files of specs were compiled, or all."""

    def __init__(
        self,
        run: _Run,
        compilation: Compilation,
        known: dict[str, Unit],
        standing: dict[str, Made],
        inputs: dict[str, Inputs],
    ) -> None:
        """`standing` is what was made from the files that are `known`."""
        self.run, self.compilation, self.known, self.standing, self.inputs = run, compilation, known, standing, inputs
        self.shared = {source for source, unit in compilation.units.items() if unit.shared}
        self.diagnostics, self.set_aside = compilation.diagnostics, compilation.set_aside
        self.listing = compilation.listing

    def compare(self) -> Changes:
        outputs, output = self.compilation.outputs, self.listing.output
        layout = Layout(self.run.root, output)
        made = {
            owner: made_of(f"{output}/{owner}", (file.path for file in files), render_index(files))
            for owner, files in outputs.items()
            if files
        }
        # Before their content is looked at: what changes after that shows in the next run.
        stamps = stamp_all(layout, made, self.run.settled, alone=True) if self.run.memory else {}
        changes = compare(self.run.root, outputs, output, {owner: one.files for owner, one in self.standing.items()})
        if self.run.memory:
            differing = {change.owner for change in (*changes.files, *changes.indexes)}
            stray = {path.rpartition("/")[0] for path in self.strays(changes)}
            for owner, one in made.items():
                one.stamp = "" if owner in differing or one.folder in stray else stamps[owner]
            self._remember(self.run.memory, self.standing | made)
        return changes

    def strays(self, changes: Changes) -> list[str]:
        places = [
            place
            for source, unit in self.compilation.units.items()
            if source not in self.known
            for place in unit.places
        ]
        made = {output.path for outputs in self.compilation.outputs.values() for output in outputs}
        made.update(change.path for change in changes.files)
        return _strays(self.run.root, self.listing, places, self.standing.values(), made)

    def _remember(self, file: Path, made: dict[str, Made]) -> None:
        units = self.compilation.units
        memory = Memory(
            listing=self.listing,
            diagnostics=self.diagnostics,
            set_aside=self.set_aside,
            inputs={source: self.inputs[source] for source in units},
            shared=self.shared,
            owners={source: unit.owners for source, unit in units.items()},
            made=made,
            units=units_text(units),
        )
        save(file, self.run.compiler, memory)


def _strays(
    root: Path, listing: Listing, places: Iterable[tuple[str, str]], standing: Iterable[Made], made: Iterable[str]
) -> list[str]:
    """Beside manifests that stand as they were made there is none; only where files of many models lie is looked."""
    folders = {f"{listing.output}/{environment}/{model}" for model, environment in places}
    folders |= {f"{listing.argocd}/{environment}" for environment, _ in listing.environments}
    return strays(root, folders, {*made, *(path for each in standing for path in each.others)})
