"""Plan -> the ResourceClaimTemplate from which each pod gets its devices, where a driver hands them out."""

from __future__ import annotations

from collections.abc import Iterator

from mlspec.artifacts.file import File
from mlspec.artifacts.manifest import manifest_file, metadata, object_kind, present
from mlspec.artifacts.registry import either
from mlspec.plan.plan import Plan

RESOURCE_CLAIM_TEMPLATE = object_kind("resource.k8s.io/v1", "ResourceClaimTemplate")


@either
def resource_claim_template(plan: Plan) -> Iterator[File]:
    claim = plan.claim
    if claim is None:
        return
    exactly = present(
        {
            "deviceClassName": claim.device_class,
            "selectors": [{"cel": {"expression": expression}} for expression in claim.selectors],
            "count": claim.count if claim.count > 1 else None,
        }
    )
    manifest = {
        **RESOURCE_CLAIM_TEMPLATE,
        "metadata": metadata(plan, claim.template, wave=-1),
        "spec": {"spec": {"devices": {"requests": [{"name": claim.name, "exactly": exactly}]}}},
    }
    yield manifest_file(plan.folder, manifest, plan.source)
