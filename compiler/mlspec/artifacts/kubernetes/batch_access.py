"""Plan -> what the pods that score files may do and whom they may meet: an account of their own, and closed doors."""

from __future__ import annotations

from collections.abc import Iterator

from mlspec.artifacts.file import File
from mlspec.artifacts.manifest import manifest_file, metadata
from mlspec.artifacts.registry import batch as batch_artifact
from mlspec.plan.plan import Batch, Plan

from .network_policy import NETWORK_POLICY, policy_spec
from .service_account import SERVICE_ACCOUNT


@batch_artifact
def batch_service_account(plan: Plan, batch: Batch) -> Iterator[File]:
    manifest = {
        **SERVICE_ACCOUNT,
        "metadata": metadata(plan, batch.name, wave=-2, labels=batch.labels, annotations=batch.account_annotations),
        "automountServiceAccountToken": False,
    }
    yield manifest_file(plan.folder, manifest, plan.source, "batch")


@batch_artifact
def batch_network_policy(plan: Plan, batch: Batch) -> Iterator[File]:
    """Nobody gets in but Prometheus, which reads how far a run is."""
    manifest = {
        **NETWORK_POLICY,
        "metadata": metadata(plan, batch.name, wave=-2, labels=batch.labels),
        "spec": policy_spec(batch.selector, batch.network, batch.metrics_port),
    }
    yield manifest_file(plan.folder, manifest, plan.source, "batch")
