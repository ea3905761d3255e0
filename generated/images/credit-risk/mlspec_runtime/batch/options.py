"""Words of a command line and the environment of a Job's pod -> what one run is to do."""

from __future__ import annotations

import argparse
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from mlspec_runtime.batch.outcome import Hopeless
from mlspec_runtime.settings import Delivered, read_delivered

INDEX = "JOB_COMPLETION_INDEX"
"""Set by Kubernetes in each pod of an Indexed Job."""
JOB_NAME = "MLSPEC_JOB_NAME"
"""Name of the Job, by which all its pods know the time that it was scheduled for."""
FORMATS = ("parquet", "csv", "jsonl")

_MINUTES = re.compile(r"-(\d{7,9})$")
"""A CronJob calls its Jobs `<its own name>-<minutes since 1970 of the scheduled time>`.

Source: getJobName in pkg/controller/cronjob/utils.go of Kubernetes.
"""


@dataclass(frozen=True, slots=True)
class Options:
    """`index` is the one shard to score, None: all of them. `columns` names, by input, one column or several."""

    input: str
    output: str
    format: str
    model_json: Path
    delivered: Delivered | None = None
    """A model that the image does not hold."""
    shards: int = 1
    index: int | None = None
    batch_size: int = 1024
    id: str | None = None
    keep: tuple[str, ...] = ()
    columns: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    metrics_port: int | None = None
    progress_every: float = 5.0
    """Seconds between two lines of the log that say how far the run is."""
    log_level: str = "info"
    environment: str = ""
    owner: str = ""

    @property
    def carried(self) -> tuple[str, ...]:
        """Columns of the input that the output has too, in its order, each once."""
        return tuple(dict.fromkeys(([self.id] if self.id else []) + list(self.keep)))


def read_options(arguments: Sequence[str], environ: Mapping[str, str]) -> Options:
    """Raises Hopeless where a date is asked for and nobody knows it; exits with 2 where the words make no sense."""
    parser = _parser()
    given = parser.parse_args(arguments)
    index = environ.get(INDEX)
    if index is not None and not (index.isdecimal() and int(index) < given.shards):
        parser.error(f"{INDEX} is {index!r}; there are {given.shards} shards, counted from 0")
    when = _Time(given.at, environ.get(JOB_NAME, ""), given.time_zone)
    return Options(
        input=when.put_into(given.input),
        output=when.put_into(given.output),
        format=given.format,
        model_json=given.model,
        delivered=given.delivered,
        shards=given.shards,
        index=None if index is None else int(index),
        batch_size=given.batch_size,
        id=given.id,
        keep=tuple(given.keep),
        columns=given.columns,
        metrics_port=given.metrics_port,
        progress_every=given.progress_every,
        log_level=given.log_level,
        environment=given.environment,
        owner=given.owner,
    )


@dataclass(frozen=True, slots=True)
class _Time:
    """When the run was scheduled for: as said (`at`), or as the Job's name says."""

    at: datetime | None
    job: str
    zone: ZoneInfo

    def put_into(self, uri: str) -> str:
        """`{date}` and `{time}` replaced; raises Hopeless where nobody knows them."""
        if "{date}" not in uri and "{time}" not in uri:
            return uri
        scheduled = self._scheduled().astimezone(self.zone)
        return uri.replace("{date}", f"{scheduled:%Y-%m-%d}").replace("{time}", f"{scheduled:%H%M}")

    def _scheduled(self) -> datetime:
        if self.at is not None:
            return self.at
        if match := _MINUTES.search(self.job):
            return datetime.fromtimestamp(60 * int(match[1]), UTC)
        raise Hopeless(
            "time",
            f"nobody knows which date is meant: the Job {self.job!r} was not named by a schedule. Name it "
            "<name>-<minutes since 1970> as the CronJob does, or give --at",
        )


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m mlspec_runtime batch", description="Scores stored rows.")
    parser.add_argument("--input", required=True, help="file or folder: a path or a URI")
    parser.add_argument("--output", required=True, help="folder: a path or a URI")
    parser.add_argument("--format", required=True, choices=FORMATS)
    parser.add_argument("--model", type=Path, default=Path("model.json"), help="model.json of the image")
    parser.add_argument(
        "--delivered", type=_delivered, help="a model that is not in the image: JSON, as in settings.json"
    )
    parser.add_argument("--shards", type=_positive, default=1)
    parser.add_argument("--batch-size", type=_positive, default=1024, help="rows in one call of the model")
    parser.add_argument("--id", help="column that names a row; carried over, never empty")
    parser.add_argument("--keep", action="append", default=[], help="column that is carried over; may be repeated")
    parser.add_argument("--columns", type=_columns, default={}, help='as JSON: {"features": ["age", "income"]}')
    parser.add_argument("--time-zone", type=_zone, default=ZoneInfo("UTC"))
    parser.add_argument("--at", type=_moment, help="the scheduled time, as 2026-11-23T02:00:00+00:00")
    parser.add_argument("--metrics-port", type=int, help="where Prometheus reads how far the run is; absent: nowhere")
    parser.add_argument("--progress-every", type=float, default=5.0, help="seconds between two lines of the log")
    parser.add_argument("--log-level", choices=("debug", "info", "warning", "error"), default="info")
    parser.add_argument("--environment", default="")
    parser.add_argument("--owner", default="")
    return parser


def _positive(text: str) -> int:
    if not text.isdecimal() or not int(text):
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number above zero")
    return int(text)


def _delivered(text: str) -> Delivered:
    try:
        return read_delivered(json.loads(text))
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from None


def _columns(text: str) -> dict[str, tuple[str, ...]]:
    try:
        found = json.loads(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"not JSON: {error}") from None
    if not isinstance(found, dict) or not all(_is_names(names) for names in found.values()):
        raise argparse.ArgumentTypeError("must be an object of lists of column names")
    return {name: tuple(columns) for name, columns in found.items()}


def _is_names(value: object) -> bool:
    return isinstance(value, list) and bool(value) and all(isinstance(name, str) for name in value)


def _zone(text: str) -> ZoneInfo:
    try:
        return ZoneInfo(text)
    except (LookupError, ValueError):
        raise argparse.ArgumentTypeError(f"{text!r} is not a time zone that this image knows") from None


def _moment(text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from None
    if moment.tzinfo is None:
        raise argparse.ArgumentTypeError(f"{text!r} does not say in which zone, as +00:00 does")
    return moment
