"""The settings file (a ConfigMap) and the environment -> how this server runs, and which model is brought to it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from mlspec_runtime import fields
from mlspec_runtime.errors import StartupError
from mlspec_runtime.metric_names import DEFAULT_LATENCY_BUCKETS

DEFAULT_FILE = Path("/etc/mlspec/settings.json")


@dataclass(frozen=True, slots=True)
class Batching:
    """`max_size` in rows; `max_wait` in seconds, how long a batch that is not full may be held."""

    max_size: int = 32
    max_wait: float = 0.0


@dataclass(frozen=True, slots=True)
class Logging:
    """`payloads` is the share of requests whose payload is logged, 0 to 1."""

    level: str = "info"
    payloads: float = 0.0


@dataclass(frozen=True, slots=True)
class Accuracy:
    """What is told from the labels that callers send later: `metric` of `output`, over the latest `samples` rows.

    `positive` is the class that an `f1` or `auc` is of, where the spec names one.
    """

    metric: str
    output: str
    samples: int
    positive: str | None = None


@dataclass(frozen=True, slots=True)
class Delivered:
    """A model that the image does not hold: it is brought to the pod. `verified` where its digest has been compared."""

    version: str
    path: Path
    digest: str | None = None
    verified: bool = False


@dataclass(frozen=True, slots=True)
class Drift:
    """`window` in seconds; `reference` is a file beside the settings."""

    window: float
    reference: Path


@dataclass(frozen=True, slots=True)
class Settings:
    """Durations in seconds, sizes in bytes. Without `batching` the model sees one request at a time."""

    batching: Batching | None = None
    concurrency: int = 64
    queue: int = 256
    timeout: float = 30.0
    max_body: int = 16 << 20
    workers: int = 1
    drain: float = 30.0
    logging: Logging = field(default_factory=Logging)
    latency_buckets: tuple[float, ...] = DEFAULT_LATENCY_BUCKETS
    owner: str = ""
    environment: str = ""
    accelerator: str = ""
    """What the spec asks for, by its name in the environment's catalogue; empty: nothing."""
    model: Delivered | None = None
    accuracy: Accuracy | None = None
    drift: Drift | None = None


@dataclass(frozen=True, slots=True)
class Address:
    """Where to listen; port 0 is any that is free."""

    host: str
    port: int


def read_settings(environ: Mapping[str, str]) -> Settings:
    """Raises StartupError when the file has an unknown key or a value of the wrong type."""
    named = environ.get("MLSPEC_SETTINGS")
    file = Path(named or DEFAULT_FILE)
    if not named and not file.exists():
        return Settings()
    try:
        return _settings(json.loads(file.read_bytes()), file.parent)
    except (OSError, ValueError) as error:
        raise StartupError("settings", f"{file}: {error}") from error


def read_address(environ: Mapping[str, str]) -> Address:
    """Raises StartupError when the port is not one."""
    port = environ.get("MLSPEC_PORT", "8080")
    if not port.isdecimal() or int(port) > 65535:
        raise StartupError("settings", f"MLSPEC_PORT is {port!r}; it must be a number from 0 to 65535")
    return Address(environ.get("MLSPEC_HOST", "127.0.0.1"), int(port))


def _settings(document: object, folder: Path) -> Settings:
    found = fields.read_object(document, "settings", _FIELDS)
    if "drift" in found:
        found["drift"] = Drift(found["drift"]["window"], folder / found["drift"]["reference"])
    return Settings(**{_SNAKE.get(key, key): value for key, value in found.items()})


def _batching(value: object) -> Batching:
    known: dict[str, fields.Read[Any]] = {"maxSize": fields.whole(1), "maxWait": fields.number(0)}
    found = fields.read_object(value, "it", known)
    return Batching(found.get("maxSize", 32), found.get("maxWait", 0.0))


def _logging(value: object) -> Logging:
    known: dict[str, fields.Read[Any]] = {
        "level": fields.one_of("debug", "info", "warning", "error"),
        "payloads": fields.number(0, 1),
    }
    return Logging(**fields.read_object(value, "it", known))


def _accuracy(value: object) -> Accuracy:
    known: dict[str, fields.Read[Any]] = {
        "metric": fields.one_of("accuracy", "f1", "auc", "mae"),
        "output": fields.text,
        "samples": fields.whole(1),
        "positive": fields.any_text,
    }
    return Accuracy(**fields.read_object(value, "it", known, ("metric", "output", "samples")))


def read_delivered(value: object) -> Delivered:
    """Raises ValueError where it does not say what it must."""
    known: dict[str, fields.Read[Any]] = {
        "version": fields.text,
        "path": lambda path: Path(fields.text(path)),
        "digest": fields.text,
        "verified": fields.truth,
    }
    return Delivered(**fields.read_object(value, "it", known, ("version", "path")))


def _drift(value: object) -> dict[str, Any]:
    known: dict[str, fields.Read[Any]] = {"window": fields.number(0.001), "reference": fields.text}
    return fields.read_object(value, "it", known, tuple(known))


def _buckets(value: object) -> tuple[float, ...]:
    bounds = fields.each(fields.number(0))(value)
    if not bounds or list(bounds) != sorted(set(bounds)):
        raise ValueError("must be bounds in rising order, each once")
    return bounds


_SNAKE = {"maxBody": "max_body", "latencyBuckets": "latency_buckets"}
_FIELDS: dict[str, fields.Read[Any]] = {
    "batching": _batching,
    "concurrency": fields.whole(1),
    "queue": fields.whole(0),
    "timeout": fields.number(0.001),
    "maxBody": fields.whole(1),
    "workers": fields.whole(1),
    "drain": fields.number(0),
    "logging": _logging,
    "latencyBuckets": _buckets,
    "owner": fields.any_text,
    "environment": fields.any_text,
    "accelerator": fields.any_text,
    "model": read_delivered,
    "accuracy": _accuracy,
    "drift": _drift,
}
