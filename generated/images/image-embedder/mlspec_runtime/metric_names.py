"""The names, labels and buckets of every metric that the server exports: rules and dashboards take them from here."""

from __future__ import annotations

from typing import Final

REQUESTS: Final = "mlspec_requests_total"
REQUEST_DURATION: Final = "mlspec_request_duration_seconds"
REQUESTS_IN_PROGRESS: Final = "mlspec_requests_in_progress"
QUEUE_DEPTH: Final = "mlspec_queue_depth"
REJECTED: Final = "mlspec_rejected_total"
BATCH_SIZE: Final = "mlspec_batch_size"
INFERENCE_DURATION: Final = "mlspec_inference_duration_seconds"
QUEUE_DURATION: Final = "mlspec_queue_duration_seconds"
PREDICTIONS: Final = "mlspec_predictions_total"
MODEL_INFO: Final = "mlspec_model_info"
MODEL_LOAD: Final = "mlspec_model_load_seconds"
DRIFT_SCORE: Final = "mlspec_drift_score"
DRIFT_SAMPLES: Final = "mlspec_drift_samples"
DRIFT_SKIPPED: Final = "mlspec_drift_skipped_total"
ACCURACY: Final = "mlspec_accuracy"
ACCURACY_SAMPLES: Final = "mlspec_accuracy_samples"
ACCURACY_WEIGHT: Final = "mlspec_accuracy_weight"
LABELS: Final = "mlspec_labels_total"
FEEDBACK: Final = "mlspec_feedback_total"
BATCH_ROWS: Final = "mlspec_batch_rows_total"
BATCH_PROGRESS: Final = "mlspec_batch_progress_ratio"
BATCH_MODEL_SECONDS: Final = "mlspec_batch_model_seconds_total"

MODEL: Final = "model"
VERSION: Final = "version"
ENDPOINT: Final = "endpoint"
CODE: Final = "code"
REASON: Final = "reason"
CLASS: Final = "class"
DIGEST: Final = "digest"
FORMAT: Final = "format"
FEATURE: Final = "feature"
METRIC: Final = "metric"
OUTCOME: Final = "outcome"

LABEL_NAMES: Final[dict[str, tuple[str, ...]]] = {
    REQUESTS: (MODEL, VERSION, ENDPOINT, CODE),
    REQUEST_DURATION: (MODEL, VERSION, ENDPOINT),
    REQUESTS_IN_PROGRESS: (MODEL,),
    QUEUE_DEPTH: (MODEL,),
    REJECTED: (MODEL, REASON),
    BATCH_SIZE: (MODEL,),
    INFERENCE_DURATION: (MODEL, VERSION),
    QUEUE_DURATION: (MODEL, VERSION),
    PREDICTIONS: (MODEL, VERSION, CLASS),
    MODEL_INFO: (MODEL, VERSION, DIGEST, FORMAT),
    MODEL_LOAD: (MODEL, VERSION),
    DRIFT_SCORE: (MODEL, VERSION, FEATURE),
    DRIFT_SAMPLES: (MODEL, VERSION, FEATURE),
    DRIFT_SKIPPED: (MODEL, VERSION),
    ACCURACY: (MODEL, VERSION, METRIC),
    ACCURACY_SAMPLES: (MODEL, VERSION, METRIC),
    ACCURACY_WEIGHT: (MODEL, VERSION, METRIC),
    LABELS: (MODEL, VERSION, METRIC),
    FEEDBACK: (MODEL, OUTCOME),
}

BATCH_LABEL_NAMES: Final[dict[str, tuple[str, ...]]] = {
    BATCH_ROWS: (MODEL, VERSION),
    BATCH_PROGRESS: (MODEL, VERSION),
    BATCH_MODEL_SECONDS: (MODEL, VERSION),
}
"""Of batch scoring, which the server does not export."""

ENDPOINT_INFER: Final = "infer"
ENDPOINT_INVOCATIONS: Final = "invocations"
ENDPOINT_FEEDBACK: Final = "feedback"
ENDPOINT_HEALTH: Final = "health"
ENDPOINT_METADATA: Final = "metadata"
ENDPOINT_STATISTICS: Final = "statistics"
ENDPOINT_METRICS: Final = "metrics"
ENDPOINT_UNKNOWN: Final = "unknown"

REASON_QUEUE_FULL: Final = "queue_full"
REASON_NOT_READY: Final = "not_ready"
REASON_DRAINING: Final = "draining"
REASON_TIMEOUT: Final = "timeout"
REASON_DISCONNECTED: Final = "disconnected"
REASON_TOO_LARGE: Final = "too_large"
REASONS: Final = (
    REASON_QUEUE_FULL,
    REASON_NOT_READY,
    REASON_DRAINING,
    REASON_TIMEOUT,
    REASON_DISCONNECTED,
    REASON_TOO_LARGE,
)

OUTCOME_MATCHED: Final = "matched"
OUTCOME_UNKNOWN: Final = "unknown"
OUTCOME_EXPIRED: Final = "expired"
OUTCOME_DUPLICATE: Final = "duplicate"
OUTCOMES: Final = (OUTCOME_MATCHED, OUTCOME_UNKNOWN, OUTCOME_EXPIRED, OUTCOME_DUPLICATE)
"""What becomes of the labels for one answer."""

FAILURES: Final = ("500", "503", "504")
"""The `code` of every answer that is an error of ours."""

CODE_CLIENT_GONE: Final = "499"
"""The `code` of a request whose client went away: neither a success nor an error of ours."""

DEFAULT_LATENCY_BUCKETS: Final[tuple[float, ...]] = (
    0.001,
    0.0025,
    0.005,
    0.01,
    0.025,
    0.05,
    0.1,
    0.25,
    0.5,
    1.0,
    2.5,
    5.0,
    10.0,
    30.0,
)
"""Seconds. `latencyBuckets` in the settings replaces them for `mlspec_request_duration_seconds`."""

BATCH_SIZE_BUCKETS: Final[tuple[int, ...]] = (1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024)
"""Rows."""
