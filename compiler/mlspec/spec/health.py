"""`spec.health`: how long a start and a stop may take."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from .scalars import Duration, between, parse_duration
from .section import Section


class Health(Section):
    """How long a start and a stop may take."""

    startup: Annotated[
        Annotated[Duration, between("1s", "1d")] | None,
        Field(description="From start to ready at most; default derived from format and size.", examples=["2m"]),
    ] = None
    drain: Annotated[
        Annotated[Duration, between("0s", "1h")],
        Field(description="How long requests in progress may take to finish.", json_schema_extra={"default": "30s"}),
    ] = parse_duration("30s")
