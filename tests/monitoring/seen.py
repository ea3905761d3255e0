"""Which test saw an alert fire in a real Prometheus: docs/alerts.md shows it, and the tests hold to it."""

from __future__ import annotations

SEEN_ON_THE_SERVER = (
    "MlspecErrorBudgetBurn",
    "MlspecLatencyBudgetBurn",
    "MlspecMetricsAbsent",
    "MlspecRequestsRefused",
    "MlspecStartupSlow",
)
"""A real server fails, is slow, refuses, starts slowly and dies."""
SEEN_IN_ANSWERS = ("MlspecAccuracyLow", "MlspecFeatureDrift")
"""A real server gets other rows than it was trained on, and labels that say that it was wrong."""
SEEN_BY_STAND_IN = (
    "MlspecAcceleratorIdle",
    "MlspecBatchFailed",
    "MlspecBatchMissed",
    "MlspecCrashLooping",
    "MlspecMemoryNearLimit",
    "MlspecNoReplicaReady",
    "MlspecReplicasNotReady",
    "MlspecRequestsWaiting",
    "MlspecTokenBudgetBurn",
)
"""An exporter stands in for those that need a cluster, a card or vLLM."""
OF_VLLM_BY_STAND_IN = ("MlspecStartupSlow",)
"""Of our own server they are seen, too: it says itself what a cluster says of vLLM's."""

SEEN = {
    **dict.fromkeys(SEEN_ON_THE_SERVER, "test_live.py, a real server"),
    "MlspecStartupSlow": "test_live.py, a real server; of `vllm` test_live_others.py, an exporter",
    **dict.fromkeys(SEEN_IN_ANSWERS, "test_live_others.py, a real server"),
    **dict.fromkeys(SEEN_BY_STAND_IN, "test_live_others.py, an exporter in place of a cluster, a card or vLLM"),
}
