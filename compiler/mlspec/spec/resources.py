"""`spec.resources`: what one replica needs of its node."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from .scalars import Cpu, DnsLabel, MigProfile, Size
from .section import Section


class Accelerator(Section):
    """Cards, or slices of a card, from the environment's catalogue."""

    type: Annotated[DnsLabel, Field(description="A name in the environment's `accelerators`.")]
    count: Annotated[int, Field(ge=1, le=64, description="How many cards, or slices, each replica gets on a node.")] = 1
    nodes: Annotated[
        int, Field(ge=1, le=64, description="vllm only: over how many nodes a replica that one is too small for goes.")
    ] = 1
    mig: Annotated[MigProfile | None, Field(description="A MIG profile of that card, as `1g.10gb`.")] = None


class Resources(Section):
    """What one replica needs; memory is request and limit at once, CPU a request."""

    cpu: Annotated[
        Cpu, Field(description="CPU request; there is no CPU limit.", json_schema_extra={"default": "500m"})
    ] = 500
    memory: Annotated[Size, Field(description="Memory request and limit.", json_schema_extra={"default": "1Gi"})] = (
        2**30
    )
    accelerator: Annotated[Accelerator | None, Field(description="Absent: CPU only.")] = None
    shared_memory: Annotated[Size | None, Field(description="Size of /dev/shm; it counts against the memory.")] = None
    ephemeral_storage: Annotated[
        Size | None, Field(description="Disk that the pod may write; default derived from the model's size.")
    ] = None
