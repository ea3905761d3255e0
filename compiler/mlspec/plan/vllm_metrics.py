"""The names, labels and buckets of the metrics that vLLM's server exports, as of the release of the default image.

Source: vllm/v1/metrics/loggers.py, vllm/v1/metrics/buckets.py and vllm/entrypoints/serve/instrumentator/metrics.py of
`RELEASE`; those of requests over HTTP, `http_…`, are prometheus-fastapi-instrumentator's. In what another release
differs says `tests/monitoring/vllm_wheel.py`.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Final

RELEASE: Final = "0.33.0"

HTTP_REQUESTS: Final = "http_requests_total"
FIRST: Final = "vllm:time_to_first_token_seconds"
"""Of the first token of an answer."""
PACE: Final = "vllm:request_time_per_output_token_seconds"
"""Of an answer that is finished: the mean time from one of its tokens to the next."""
RUNNING: Final = "vllm:num_requests_running"
WAITING: Final = "vllm:num_requests_waiting"
REJECTED: Final = "vllm:admission_rejections_total"
"""By one of two bounds of its queue, each with a 503."""

WHOLE: Final = "vllm:e2e_request_latency_seconds"
"""Of an answer, from the request to its last token."""
PROMPT_TOKENS: Final = "vllm:prompt_tokens_total"
GENERATED_TOKENS: Final = "vllm:generation_tokens_total"
CACHE_USED: Final = "vllm:kv_cache_usage_perc"
"""A share from 0 to 1, whatever it is called."""
LOOKUPS: Final = "vllm:prefix_cache_queries_total"
HITS: Final = "vllm:prefix_cache_hits_total"
PREEMPTIONS: Final = "vllm:num_preemptions_total"
SUCCESS: Final = "vllm:request_success_total"

METHOD: Final = "method"
STATUS: Final = "status"
"""`2xx` to `5xx`."""
REASON: Final = "reason"
FINISHED: Final = "finished_reason"
REASON_QUEUE_FULL: Final = "max_num_queued_reqs"

_HANDLER: Final = "handler"
_ENGINE: Final = ("model_name", "engine")
_PLAIN: Final = (
    "corrupted_requests_total",
    "e2e_request_latency_seconds",
    "external_prefix_cache_hits_total",
    "external_prefix_cache_queries_total",
    "generation_tokens_total",
    "inter_token_latency_seconds",
    "iteration_tokens_total",
    "kv_cache_usage_perc",
    "mm_cache_hits_total",
    "mm_cache_queries_total",
    "num_preemptions_total",
    "num_requests_running",
    "num_requests_waiting",
    "prefix_cache_hits_total",
    "prefix_cache_queries_total",
    "prompt_tokens_total",
    "prompt_tokens_cached_total",
    "request_decode_time_seconds",
    "request_generation_tokens",
    "request_inference_time_seconds",
    "request_max_num_generation_tokens",
    "request_num_preemptions",
    "request_params_max_tokens",
    "request_params_n",
    "request_prefill_kv_computed_tokens",
    "request_prefill_time_seconds",
    "request_prompt_tokens",
    "request_queue_time_seconds",
    "request_time_per_output_token_seconds",
    "spec_decode_num_accepted_tokens_total",
    "spec_decode_num_draft_tokens_total",
    "spec_decode_num_drafts_total",
    "time_to_first_token_seconds",
)

LABEL_NAMES: Final[dict[str, tuple[str, ...]]] = {
    **{f"vllm:{name}": _ENGINE for name in _PLAIN},
    REJECTED: ("model_name", REASON),
    "vllm:engine_sleep_state": (*_ENGINE, "sleep_state"),
    "vllm:num_requests_waiting_by_reason": (*_ENGINE, REASON),
    "vllm:prompt_tokens_by_source_total": (*_ENGINE, "source"),
    "vllm:prompt_tokens_cached_by_source_total": (*_ENGINE, "source"),
    SUCCESS: (*_ENGINE, FINISHED),
    "vllm:spec_decode_num_accepted_tokens_per_pos_total": (*_ENGINE, "position"),
    HTTP_REQUESTS: (_HANDLER, METHOD, STATUS),
    "http_request_duration_seconds": (_HANDLER, METHOD),
    "http_request_duration_highr_seconds": (),
    "http_request_size_bytes": (_HANDLER,),
    "http_response_size_bytes": (_HANDLER,),
}
"""Histograms without their endings."""

_BUCKETS: Final = "0.001 0.005 0.01 0.02 0.04 0.06 0.08 0.1 0.25 0.5 0.75 1 2.5 5 7.5 10 20 40 80 160 640 2560"
FIRST_BUCKETS: Final = tuple(Decimal(bound) for bound in _BUCKETS.split())
"""Seconds."""
_PACE_BOUNDS: Final = "0.01 0.025 0.05 0.075 0.1 0.15 0.2 0.3 0.4 0.5 0.75 1 2.5 5 7.5 10 20 40 80"
PACE_BUCKETS: Final = tuple(Decimal(bound) for bound in _PACE_BOUNDS.split())
"""Seconds."""
