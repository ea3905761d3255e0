"""Objects -> every field in which the cluster would differ from the file for ever, or that a reviewer wonders about.

Rule 34. The first two kinds are what Argo CD would show: a field that the API server prints otherwise, and one that it
drops. The third is a field that only repeats what the server fills in: no difference, and a line without a reason.
Numbers that a plan decides may equal a default and are stated all the same.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from mlspec.verify.manifests import dig
from mlspec.verify.problem import identity, written
from tests.rules.api_server import filled_in, printed_otherwise

DECIDED = {
    "backoffLimit": "how often a shard may fail",
    "failedJobsHistoryLimit": "how many runs are kept to look into",
    "failureThreshold": "from the start-up budget",
    "maxReplicas": "a bound of the spec",
    "maxSurge": "from the strategy",
    "maxUnavailable": "from the strategy",
    "minReplicas": "a bound of the spec",
    "path.type": "how a route's path is compared, which nobody should have to know by heart",
    "parallelism": "asked for by the spec",
    "path": "said in full, as a reader looks for it",
    "periodSeconds": "from the start-up budget",
    "progressDeadlineSeconds": "from the start-up budget",
    "replicas": "asked for by the spec",
    "rolloutStrategy.type": "its definition requires it, and has the one value",
    "status": "the schemas of 1.33 and 1.34 require it of a pod's condition",
    "successfulJobsHistoryLimit": "how many runs are kept to look into",
    "terminationGracePeriodSeconds": "from the drain",
    "timeoutSeconds": "longer than a second, whatever the default",
}
"""Fields that state a decision even where it equals the default."""


def differences(objects: Iterable[dict[str, Any]]) -> Iterator[str]:
    """`Kind/name path: what becomes of it`."""
    for manifest in objects:
        name = identity(manifest)
        for path, said in printed_otherwise(manifest):
            yield f"{name} {written(path)}: {said}"
        for path, default in filled_in(manifest):
            stated = {str(path[-1]), ".".join(map(str, path[-2:]))} & DECIDED.keys()
            if _is(dig(manifest, *path), default) and not stated:
                yield f"{name} {written(path)}: repeats the default {default!r}"


def _is(found: Any, default: object) -> bool:
    """Whether a field has the default; an absent one has not."""
    return found is not None and type(found) is type(default) and found == default
