"""Log records -> one JSON object a line on standard output, with the Elastic Common Schema's names."""

from __future__ import annotations

import fcntl
import logging
import sys
import traceback
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Any, Final, TextIO

import orjson

log: Final = logging.getLogger("mlspec")

ECS_VERSION: Final = "8.11.0"


def event(**names: object) -> dict[str, Any]:
    """Fields for a record's `extra`; `_` in a keyword stands for `.`: `event(event_action="load")`."""
    return {"ecs": {name.replace("_", "."): value for name, value in names.items() if value is not None}}


def fields(values: Mapping[str, object]) -> dict[str, Any]:
    """The same for names that have an underscore of their own, such as `http.response.status_code`."""
    return {"ecs": {name: value for name, value in values.items() if value is not None}}


class EcsFormatter(logging.Formatter):
    """Adds the service's own fields to every line."""

    def __init__(self, service: Mapping[str, object]) -> None:
        super().__init__()
        self._service = dict(service)

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, Any] = {
            "@timestamp": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "log.level": record.levelname.lower(),
            "message": record.getMessage(),
            "ecs.version": ECS_VERSION,
            "log.logger": record.name,
            "process.pid": record.process,
            **self._service,
            **getattr(record, "ecs", {}),
        }
        if record.exc_info and record.exc_info[0] is not None:
            line["error.type"] = record.exc_info[0].__qualname__
            line["error.message"] = str(record.exc_info[1])
            line["error.stack_trace"] = "".join(traceback.format_exception(record.exc_info[1]))
        return orjson.dumps(line, default=str, option=orjson.OPT_NON_STR_KEYS).decode()


class _Handler(logging.StreamHandler[TextIO]):
    """Writes whole lines, also where other processes write to the same pipe."""

    turn: IO[str] | None = None

    def emit(self, record: logging.LogRecord) -> None:
        if self.turn is None:
            super().emit(record)
            return
        try:
            line = self.format(record) + self.terminator
            # A lock of POSIX: one of flock(2) would outlive this process in those that a model has forked.
            fcntl.lockf(self.turn, fcntl.LOCK_EX)
            try:
                self.stream.write(line)
                self.flush()
            finally:
                fcntl.lockf(self.turn, fcntl.LOCK_UN)
        except RecursionError:
            raise
        except Exception:  # noqa: BLE001 - as logging itself does: nobody fails because of what it logs
            self.handleError(record)


def take_turns(file: Path) -> None:
    """From here on this process logs no line while another one does that was told the same file.

    A pipe that is full takes what is longer than 4 KiB, such as a payload or a trace, in parts (pipe(7)). Nothing else
    here may open that file: to close it would give up the turn.
    """
    turn = file.open("w")
    for handler in logging.getLogger().handlers:
        if isinstance(handler, _Handler):
            handler.turn = turn


def configure(level: str, service: Mapping[str, object]) -> None:
    """Sends every logger of this process, warnings included, to standard output as JSON."""
    handler = _Handler(sys.stdout)
    handler.setFormatter(EcsFormatter(service))
    logging.basicConfig(handlers=[handler], level=logging.WARNING, force=True)
    logging.captureWarnings(capture=True)
    log.setLevel(level.upper())
