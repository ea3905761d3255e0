"""The app -> the same app with OpenTelemetry's own ASGI instrumentation, where an OTLP endpoint is set."""

from __future__ import annotations

import os
import sys
from typing import Any, cast

from mlspec_runtime.app import App
from mlspec_runtime.errors import StartupError
from mlspec_runtime.manifest import Manifest

ENDPOINTS = ("OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT")
UNTRACED = "v2/health/.*,metrics,ping"


def is_traced() -> bool:
    return any(os.environ.get(name) for name in ENDPOINTS)


def traced(app: App, manifest: Manifest) -> App:
    """Everything else is set by OpenTelemetry's own variables. Raises StartupError where its packages are missing."""
    try:
        from opentelemetry import trace
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
        from opentelemetry.instrumentation.asgi import OpenTelemetryMiddleware
        from opentelemetry.sdk.resources import Resource
        from opentelemetry.sdk.trace import TracerProvider
        from opentelemetry.sdk.trace.export import BatchSpanProcessor
        from opentelemetry.util.http import parse_excluded_urls
    except ImportError as error:
        raise StartupError(
            "import",
            f"{ENDPOINTS[0]} is set, but OpenTelemetry is not installed ({error}); add opentelemetry-sdk, "
            "opentelemetry-exporter-otlp-proto-http and opentelemetry-instrumentation-asgi to build.requirements",
        ) from error
    resource = Resource.create({"service.name": manifest.name, "service.version": manifest.version})
    provider = TracerProvider(resource=resource)
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
    trace.set_tracer_provider(provider)
    middleware = OpenTelemetryMiddleware(
        cast(Any, app),
        excluded_urls=parse_excluded_urls(os.environ.get("OTEL_PYTHON_EXCLUDED_URLS", UNTRACED)),
        exclude_spans=["receive", "send"],
    )
    return cast(App, middleware)


def end_tracing() -> None:
    """Sends the spans that have not been sent yet."""
    if "opentelemetry.sdk.trace" in sys.modules:
        from opentelemetry import trace

        cast(Any, trace.get_tracer_provider()).shutdown()
