"""A model's and an environment's name -> the name of every object, each short enough and never two the same."""

from __future__ import annotations

import hashlib

from .plan import Names

LONGEST = 63
CONTAINER = "server"
"""The container that the server runs in."""


def fit(name: str, longest: int = LONGEST) -> str:
    """`name` itself where it fits; otherwise its beginning and a stable hash of the whole."""
    if len(name) <= longest:
        return name
    digest = hashlib.sha256(name.encode()).hexdigest()[:8]
    return f"{name[: longest - 9].rstrip('-')}-{digest}"


def plan_names(model: str, environment: str) -> Names:
    """The names of one model's objects in one environment."""
    return Names(
        service=model,
        settings=fit(f"{model}-settings"),
        public_service=fit(f"{model}-public"),
        horizontal_pod_autoscaler=model,
        application=instance(model, environment),
        stable_service=fit(f"{model}-stable"),
        canary_service=fit(f"{model}-canary"),
        group=fit(f"{model}-nodes"),
    )


def batch_name(model: str) -> str:
    """Of the CronJob and all that belongs to it; a Job's name begins with it.

    Kubernetes adds ten characters to a CronJob's name, and the shard's number to that for the pod's host name, all of
    which must fit 63: a model's name is at most 40.
    """
    return f"{model}-batch"


def instance(model: str, environment: str) -> str:
    """What tells this deployment of the model from another: the Application's name, and so the value that Argo CD's
    label tracking would write into `app.kubernetes.io/instance`; the two never fight over the label."""
    # A dot, which neither name can contain: `a-b` in `c` and `a` in `b-c` stay two.
    return fit(f"{model}.{environment}")
