"""An image's plan -> the model and the user's own code, copied unchanged."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from mlspec.artifacts.file import Copied
from mlspec.artifacts.registry import context

if TYPE_CHECKING:
    from mlspec.plan.image import ImagePlan


@context
def copies(plan: ImagePlan) -> Iterator[Copied]:
    for copy in plan.copies:
        yield Copied(f"{plan.folder}/{copy.target}", copy.source, copy.sha256, copy.size)
