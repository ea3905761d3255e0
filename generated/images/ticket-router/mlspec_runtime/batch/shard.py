"""One shard of a run -> its part of the output, and a marker that it is done; what is done already is left alone."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from mlspec_runtime.batch.binding import Binding, bind, numbers, tensors
from mlspec_runtime.batch.files import Chunk, FileFormat, Wanted
from mlspec_runtime.batch.options import Options
from mlspec_runtime.batch.outcome import Hopeless
from mlspec_runtime.batch.predictor import Predictor
from mlspec_runtime.batch.progress import Progress
from mlspec_runtime.batch.run_plan import RunPlan, Unit
from mlspec_runtime.batch.stores import Store
from mlspec_runtime.datatypes import Array

SUCCESS = "_SUCCESS"
"""There once every shard is done, as Hadoop and Spark have it: whoever reads the output waits for it."""


@dataclass(frozen=True, slots=True)
class Names:
    """Where shard `index` of `count` writes."""

    index: int
    count: int
    suffix: str

    @property
    def part(self) -> str:
        """`part-00000-of-00004.parquet`."""
        return f"part-{self.index:05d}-of-{self.count:05d}{self.suffix}"

    @property
    def marker(self) -> str:
        """`_done/00000-of-00004.json`."""
        return f"_done/{self.index:05d}-of-{self.count:05d}.json"


@dataclass(frozen=True, slots=True)
class Run:
    """What all shards of a process share."""

    options: Options
    plan: RunPlan
    source: Store
    target: Store
    form: FileFormat
    predictor: Predictor
    progress: Progress

    def names(self, index: int) -> Names:
        return Names(index, self.options.shards, self.form.suffixes[0])

    def units(self, index: int) -> tuple[Unit, ...]:
        return self.plan.shard(index, self.options.shards)


def score(run: Run, index: int) -> bool:
    """False where the shard was done before. Its part is there, whole, before its marker is."""
    names, units = run.names(index), run.units(index)
    if run.target.read(names.marker) is not None:
        run.progress.passed(sum(unit.weight for unit in units))
        return False
    run.target.sweep(names.part)
    rows = _write_part(run, names.part, units)
    marker = {"rows": rows, "part": names.part if rows else None}
    run.target.put(names.marker, (json.dumps(marker) + "\n").encode())
    return True


def finish(run: Run) -> bool:
    """Writes the marker of the whole run where every shard has one; whichever comes last does, the content is the same.

    False where shards are still to come.
    """
    markers = [run.target.read(run.names(index).marker) for index in range(run.options.shards)]
    if any(marker is None for marker in markers):
        return False
    done: list[dict[str, Any]] = [json.loads(marker) for marker in markers if marker is not None]
    total = {"rows": sum(each["rows"] for each in done), "parts": [each["part"] for each in done if each["part"]]}
    run.target.put(SUCCESS, (json.dumps(total) + "\n").encode())
    return True


def _write_part(run: Run, path: str, units: Sequence[Unit]) -> int:
    """Rows written; a shard without any leaves no file, since nobody could say which columns it has."""
    scored = _scored(run, units)
    first = next(scored, None)
    if first is None:
        return 0
    rows = 0
    with run.target.write(path) as stream:
        writer = run.form.writer(stream)
        for chunk, outputs in _with(first, scored):
            writer.add({name: chunk.column(name) for name in run.options.carried}, outputs, chunk.rows)
            rows += chunk.rows
        writer.close()
    return rows


def _with(
    first: tuple[Chunk, dict[str, Array]], rest: Iterator[tuple[Chunk, dict[str, Array]]]
) -> Iterator[tuple[Chunk, dict[str, Array]]]:
    yield first
    yield from rest


def _scored(run: Run, units: Sequence[Unit]) -> Iterator[tuple[Chunk, dict[str, Array]]]:
    """Chunks in order with what the model says of them; one chunk in memory at a time."""
    bindings: tuple[Binding, ...] = ()
    entry = None
    for unit in units:
        if unit.entry != entry:
            entry = unit.entry
            header = run.form.header(run.source, entry)
            bindings = bind(run.predictor.inputs, run.options.columns, run.options.carried, header)
        names = dict.fromkeys([*run.options.carried, *(name for each in bindings for name in each.columns)])
        wanted, done = Wanted(tuple(names), numbers(bindings), run.options.batch_size), 0
        for chunk in run.form.chunks(run.source, unit.entry, unit.part, wanted):
            yield chunk, _outputs(run, bindings, chunk)
            run.progress.passed(chunk.done - done)
            done = chunk.done
        run.progress.passed(unit.weight - done)


def _outputs(run: Run, bindings: Sequence[Binding], chunk: Chunk) -> dict[str, Array]:
    _check_id(run.options, chunk)
    place = f"rows {chunk.first} to {chunk.first + chunk.rows - 1} of {chunk.place}"
    before = run.predictor.seconds
    outputs = run.predictor.predict(tensors(bindings, chunk), chunk.rows, place)
    run.progress.scored(chunk.rows, run.predictor.seconds - before)
    taken = sorted(set(outputs) & set(run.options.carried))
    if taken:
        raise Hopeless("column-taken", f"the column {taken[0]!r} that is kept has the name of an output of the model")
    return outputs


def _check_id(options: Options, chunk: Chunk) -> None:
    if options.id is None:
        return
    column = chunk.column(options.id)
    values = column if isinstance(column, list) else column.to_pylist()
    for number, value in enumerate(values, chunk.first):
        if value is None or value == "":
            raise Hopeless(
                "id-missing", f"row {number} of {chunk.place} has no {options.id}: nobody could tell it apart"
            )
