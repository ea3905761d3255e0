"""How an Application syncs: whether by itself, how often it tries again, and how it applies."""

from __future__ import annotations

from collections.abc import Iterable

from mlspec.artifacts.manifest import present
from mlspec.plan.plan import Manifest


def sync_policy(*, auto: bool, options: Iterable[str] = ()) -> Manifest:
    """A SyncPolicy; `automated` also undoes what was changed or left behind in the cluster by hand."""
    return present(
        {
            "automated": {"prune": True, "selfHeal": True} if auto else None,
            "retry": {"limit": 5, "backoff": {"duration": "5s", "factor": 2, "maxDuration": "3m"}},
            "syncOptions": ["ServerSideApply=true", "ApplyOutOfSyncOnly=true", "PruneLast=true", *options],
        }
    )
