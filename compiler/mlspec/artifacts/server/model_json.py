"""An image's plan -> model.json, what the server reads about its model when it starts."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import TYPE_CHECKING

from mlspec.artifacts.file import File
from mlspec.artifacts.registry import context

if TYPE_CHECKING:
    from mlspec.plan.image import ImagePlan


@context
def model_json(plan: ImagePlan) -> Iterator[File]:
    if plan.server != "mlspec":
        return
    yield File(f"{plan.folder}/model.json", (json.dumps(plan.model_json, indent=2) + "\n").encode())
