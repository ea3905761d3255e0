"""ResolvedSpec -> settings.json: what the server may be told without a new image."""

from __future__ import annotations

import hashlib
import json
from datetime import timedelta
from typing import Any

from mlspec.environment.resolved import ResolvedSpec

from .accuracy import accuracy_settings
from .delivery import model_location, model_path
from .quantities import seconds

DIGEST_ANNOTATION = "mlspec.dev/settings-digest"


def plan_settings(resolved: ResolvedSpec, latency_buckets: tuple[float, ...]) -> str:
    """JSON text; times in seconds, sizes in bytes. `latency_buckets` in seconds, growing."""
    spec, server = resolved.spec, resolved.spec.server
    settings: dict[str, Any] = {}
    if server.batching:
        wait = server.batching.max_wait
        settings["batching"] = {"maxSize": server.batching.max_size, "maxWait": wait / timedelta(seconds=1)}
    settings |= {
        "concurrency": server.concurrency,
        "queue": server.queue,
        "timeout": server.timeout / timedelta(seconds=1),
        "maxBody": server.max_body,
        "workers": server.workers,
        "drain": seconds(spec.health.drain),
        "logging": {"level": spec.logging.level, "payloads": float(spec.logging.payloads)},
        "latencyBuckets": list(latency_buckets),
        "environment": resolved.environment.name,
    }
    if resolved.metadata.owner:
        settings["owner"] = resolved.metadata.owner
    if spec.resources.accelerator:
        settings["accelerator"] = spec.resources.accelerator.type
    if accuracy := accuracy_settings(resolved):
        settings["accuracy"] = accuracy
    if model := delivered_model(resolved):
        settings["model"] = model
    if spec.monitoring.drift and spec.serves:
        settings["drift"] = {"window": seconds(spec.monitoring.drift.window), "reference": "drift.json"}
    return json.dumps(settings, indent=2) + "\n"


def delivered_model(resolved: ResolvedSpec) -> dict[str, Any]:
    """What a server or a batch is told of a model that is not in the image; empty for one that is."""
    where, source = model_location(resolved), resolved.spec.model
    if where is None:
        return {}
    model: dict[str, Any] = {"version": source.version, "path": model_path(resolved)}
    if source.digest:
        # What was fetched has been verified when the server starts: reading 70 GB once more would only take time.
        model |= {"digest": source.digest, "verified": where.is_fetched}
    return model


def settings_digest(settings: str, drift: str | None = None) -> str:
    """12 hex digits over settings.json and drift.json: an annotation of the pods, so that a change replaces them."""
    return hashlib.sha256((settings + (drift or "")).encode()).hexdigest()[:12]
