"""Plans of images for the tests, each choice open to change, and what an artifact makes of them."""

from __future__ import annotations

from typing import Any

from mlspec.artifacts.file import File
from mlspec.artifacts.registry import ContextArtifact
from mlspec.plan.image import Copy, ImagePlan, Needs, plan_image


def image_plan(**changed: Any) -> ImagePlan:
    """The plan of a small model with code, as `plan_image` makes it from `changed`."""
    chosen: dict[str, Any] = {
        "model": "churn",
        "version": "1.0.0",
        "source": "specs/churn/model.yaml",
        "folder": "generated/images/churn",
        "format": "sklearn",
        "model_path": "model/model.joblib",
        "copies": [
            Copy("specs/churn/model.joblib", "model/model.joblib", "0" * 64, 100),
            Copy("specs/churn/src/handler.py", "code/handler.py", "1" * 64, 10),
        ],
    }
    return plan_image(Needs(**chosen | changed))


def rendered(artifact: ContextArtifact, plan: ImagePlan) -> str:
    """The text of the one file that `artifact` makes."""
    (file,) = artifact(plan)
    assert isinstance(file, File)
    return file.content.decode()
