"""A laid-out build context and its Job's words -> the same run on this machine, with a bar that shows how far it is."""

from __future__ import annotations

import json
import signal
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING

import click

from .context import Context
from .log_text import told
from .process import Process

if TYPE_CHECKING:
    from click._termui_impl import ProgressBar

_STEPS = 1000
_SUCCESS = "_SUCCESS"
"""What a run leaves once all is scored, with the number of rows."""
_OF_THE_CLUSTER = ("--input=", "--output=", "--metrics-port=")
_TICK = "0.2"
"""Seconds between two steps of the bar."""
_SIGNALS = (signal.SIGINT, signal.SIGTERM)


def local_words(context: Context, source: Path, target: Path) -> list[str]:
    """The Job's own words with files of this machine; a date in them is of now."""
    kept = [word for word in context.words if not word.startswith(_OF_THE_CLUSTER)]
    model = json.loads(context.settings).get("model")
    kept += [f"--delivered={json.dumps(model)}"] if model else []
    now = datetime.now(UTC).isoformat(timespec="seconds")
    return [*kept, f"--input={source}", f"--output={target}", f"--at={now}", f"--progress-every={_TICK}"]


def outcome(rows: int, target: Path) -> str:
    """What one run of `rows` rows has left in the folder, which earlier ones that were interrupted may have begun."""
    total: int = json.loads((target / _SUCCESS).read_text(encoding="utf-8"))["rows"]
    if total == 0:
        return f"scored 0 rows into {target}: the input has none"
    if rows == 0:
        return f"nothing was left to score: {target} has {_rows(total)}"
    before = f", which has {_rows(total)} with those of an earlier run" if rows < total else ""
    return f"scored {_rows(rows)} into {target}{before}"


def _rows(count: int) -> str:
    return "1 row" if count == 1 else f"{count:,} rows"


def score(folder: Path, words: Sequence[str], variables: Mapping[str, str], logs: bool) -> int | str:
    """The rows that this run has scored, or why it has not; with `logs` the run's own log in place of the bar."""
    process = Process(folder, ["-m", "mlspec_runtime", "batch", *words], variables)
    last, rows = "", 0
    with _ended_by_signals(process), _bar(logs) as bar:
        while (record := process.records.get()) is not None:
            if logs:
                click.echo(json.dumps(record, ensure_ascii=False), err=True)
            share = record.get("batch.progress")
            if share is not None and bar is not None:
                bar.update(round(share * _STEPS) - bar.pos)
            last = told(record, folder) or last
            rows = record.get("batch.rows", rows)
        status = process.status()
    if status == 0:
        return rows
    if status < 0:
        return f"the run was ended by {signal.Signals(-status).name}; the same command goes on where it stopped"
    return last.removeprefix("error: ") or f"the run ended with status {status} and said nothing"


@contextmanager
def _bar(logs: bool) -> Iterator[ProgressBar[int] | None]:
    """Only where somebody looks: elsewhere the log is what stays."""
    if logs or not sys.stderr.isatty():
        yield None
        return
    with click.progressbar(length=_STEPS, label="scoring", file=sys.stderr, show_eta=True) as bar:
        yield bar


@contextmanager
def _ended_by_signals(process: Process) -> Iterator[None]:
    """Whoever ends this command ends the run; nothing is left half written."""

    def end(_signal: int, _frame: FrameType | None) -> None:
        process.terminate()

    before = {number: signal.signal(number, end) for number in _SIGNALS}
    try:
        yield
    finally:
        process.kill()
        for number, handler in before.items():
            signal.signal(number, handler)
