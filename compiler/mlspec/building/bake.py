"""The images of a workspace -> a bake file for `docker buildx bake`: JSON, printed for CI and committed nowhere.

Source: "Bake file reference", https://docs.docker.com/build/bake/reference/.
"""

from __future__ import annotations

import json
from collections.abc import Sequence

from .builder import Wish
from .buildx import DATED
from .targets import Target


def bake_file(targets: Sequence[Target], wish: Wish) -> str:
    """A target for each image, in a group `default`; `docker buildx bake --file - --push` builds all of them."""
    names = {target.name: _name(target.name) for target in targets}
    return (
        json.dumps(
            {
                "group": {"default": {"targets": [names[target.name] for target in targets]}},
                "target": {names[target.name]: _target(target, wish) for target in targets},
            },
            indent=2,
            ensure_ascii=False,
        )
        + "\n"
    )


def _target(target: Target, wish: Wish) -> dict[str, object]:
    output = DATED if wish.push else "type=docker"
    attested = ["type=sbom", "type=provenance,mode=max"] if wish.push and wish.attestations else []
    return {
        "context": target.folder,
        "dockerfile": "Dockerfile",
        "tags": list(target.tags),
        "args": {"SOURCE_DATE_EPOCH": str(wish.epoch)},
        **({"attest": attested} if attested else {}),
        "output": [output],
    }


def _name(name: str) -> str:
    """A target's name may hold no dot; a model's holds no underscore, so that no two come to the same."""
    return name.replace(".", "_")
