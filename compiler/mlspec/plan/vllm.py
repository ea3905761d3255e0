"""ResolvedSpec -> the arguments of `vllm serve`: what mlspec decides, then the user's own."""

from __future__ import annotations

from mlspec.environment.resolved import ResolvedSpec

from .formats import FORMATS
from .image import PORT
from .quantities import seconds
from .resources import nodes

_GROUP_SIZE, _INDEX, _LEADER = "$(LWS_GROUP_SIZE)", "$(LWS_WORKER_INDEX)", "$(LWS_LEADER_ADDRESS)"
"""Kubernetes fills in what the LeaderWorkerSet's controller has put into each container's environment."""


def plan_arguments(resolved: ResolvedSpec, model_path: str) -> tuple[str, ...]:
    """Of the pod that answers requests; `model_path` is where the model lies in the container."""
    server = resolved.spec.server
    arguments = [model_path, f"--port={PORT}", f"--served-model-name={resolved.name}", *_parallelism(resolved)]
    arguments.append(f"--shutdown-timeout={seconds(resolved.spec.health.drain)}")
    if not is_unbounded(resolved):
        # The second bound is of all that the server has in hand, at work or waiting.
        bounds = (server.concurrency, server.concurrency + server.queue)
        arguments += [f"--max-num-seqs={bounds[0]}", f"--max-num-queued-reqs={bounds[1]}"]
    return (*arguments, *map(escaped, server.args))


def is_unbounded(resolved: ResolvedSpec) -> bool:
    """Whether as many requests are at work as the cards have memory for, and any number waits: vLLM's own way, in which
    it is left where the spec bounds neither."""
    stated = resolved.spec.server.model_fields_set & {"concurrency", "queue"}
    return FORMATS[resolved.spec.model.format].server == "vllm" and not stated


def plan_worker_arguments(resolved: ResolvedSpec, model_path: str) -> tuple[str, ...]:
    """Of the other pods of a replica: the same, without the API."""
    return (*plan_arguments(resolved, model_path), "--headless")


def _parallelism(resolved: ResolvedSpec) -> list[str]:
    """Every layer over the cards of a node, and the layers over the nodes: between nodes there is less to send so.

    Source: "Parallelism and Scaling" in vLLM's documentation.
    """
    accelerator = resolved.spec.resources.accelerator
    arguments = [f"--tensor-parallel-size={accelerator.count if accelerator else 1}"]
    if nodes(resolved) > 1:
        arguments += [
            f"--pipeline-parallel-size={_GROUP_SIZE}",
            f"--nnodes={_GROUP_SIZE}",
            f"--node-rank={_INDEX}",
            f"--master-addr={_LEADER}",
        ]
    return arguments


def escaped(argument: str) -> str:
    """As it is, where Kubernetes would expand `$(NAME)` and make `$` of `$$`."""
    return argument.replace("$", "$$") if "$(" in argument or "$$" in argument else argument
