"""The images of `specs/`, as committed in `generated/`, give the answers that lie beside the specs."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from .conftest import require_large_images
from .engine import Engine
from .serving import check_config, check_image

REPOSITORY = Path(__file__).parents[2]
# Those that hold our server: vLLM's image is tens of gigabytes, and its server ends without a card.
CONTEXTS = sorted(path.parent for path in (REPOSITORY / "generated/images").glob("*/model.json"))


@pytest.mark.parametrize("context", CONTEXTS, ids=lambda context: context.name)
def test_generated_image_gives_the_expected_answer(context: Path, engine: Engine) -> None:
    if re.search("-gpu|^torch", (context / "requirements.txt").read_text(), re.MULTILINE):
        require_large_images()
    model = json.loads((context / "model.json").read_bytes())
    asked = json.loads((REPOSITORY / "specs" / model["name"] / "expected.json").read_bytes())
    image = engine.build(context)
    title = {"org.opencontainers.image.title": model["name"], "org.opencontainers.image.version": model["version"]}
    check_config(engine.config(image), title)
    expected = {output["name"]: output["data"] for output in asked["outputs"]}
    check_image(engine, image, model["name"], asked["inputs"], expected)
