"""Plan -> the model's own ServiceAccount, which may do nothing in the cluster; a cloud may know it."""

from __future__ import annotations

from collections.abc import Iterator

from mlspec.artifacts.file import File
from mlspec.artifacts.manifest import manifest_file, metadata, object_kind
from mlspec.artifacts.registry import deployment
from mlspec.plan.plan import Plan

SERVICE_ACCOUNT = object_kind("v1", "ServiceAccount")


@deployment
def service_account(plan: Plan) -> Iterator[File]:
    manifest = {
        **SERVICE_ACCOUNT,
        "metadata": metadata(plan, plan.names.service, wave=-2, annotations=plan.account_annotations),
        "automountServiceAccountToken": False,
    }
    yield manifest_file(plan.folder, manifest, plan.source)
