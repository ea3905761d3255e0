"""Plan -> the AnalysisTemplate by which a canary is measured and, where it breaks an objective, ended."""

from __future__ import annotations

from collections.abc import Iterator

from mlspec.artifacts.file import File
from mlspec.artifacts.manifest import manifest_file, metadata, object_kind
from mlspec.artifacts.registry import deployment
from mlspec.plan.plan import Canary, CanaryMetric, Manifest, Plan

ANALYSIS_TEMPLATE = object_kind("argoproj.io/v1alpha1", "AnalysisTemplate")


@deployment
def analysis_template(plan: Plan) -> Iterator[File]:
    canary = plan.canary
    if canary is None:
        return
    manifest = {
        **ANALYSIS_TEMPLATE,
        # Before the Rollout, which is invalid without it.
        "metadata": metadata(plan, plan.names.service, wave=-1),
        "spec": {
            "args": [{"name": canary.hash_argument}],
            "metrics": [_metric(metric, canary) for metric in canary.metrics],
        },
    }
    yield manifest_file(plan.folder, manifest, plan.source)


def _metric(metric: CanaryMetric, canary: Canary) -> Manifest:
    return {
        "name": metric.name,
        "interval": canary.interval,
        # No value: nothing bad happened, or not often enough to say.
        "successCondition": f"len(result) == 0 || result[0] <= {metric.limit}",
        "provider": {"prometheus": {"address": canary.prometheus, "query": metric.query}},
    }
