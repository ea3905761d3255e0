"""A compilation -> the objects of each deployment, and everything that any checker finds wrong with what was made."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

from mlspec.artifacts.file import File
from mlspec.compile import Compilation
from mlspec.verify.python_syntax import python_problems
from mlspec.verify.verify import object_problems
from tests.crds import crd_problems, has_crds
from tests.libyaml import load_all

MINORS = ("1.33", "1.34", "1.35", "1.36", "1.37")


@dataclass(frozen=True)
class Deployment:
    """One model in one environment, read back from the files as a cluster would; Argo CD's objects are among them."""

    owner: str
    minor: str
    objects: list[dict[str, Any]]


def deployments(result: Compilation) -> Iterator[Deployment]:
    """Every deployment, with the Applications and AppProjects of its environment."""
    for resolved in result.resolution.specs:
        environment = resolved.environment
        owner = f"{environment.name}/{resolved.name}"
        files = [*result.outputs.get(owner, ()), *result.outputs.get(environment.name, ())]
        objects = [
            document
            for file in files
            if isinstance(file, File) and file.path.endswith(".yaml")
            for document in load_all(file.content)
        ]
        yield Deployment(owner, environment.spec.kubernetes, objects)


def problems(result: Compilation) -> list[str]:
    """What the rules, the schemas of every minor since the environment's, the definitions and the parsers refuse."""
    found = []
    for deployment in deployments(result):
        for minor in MINORS[MINORS.index(deployment.minor) :]:
            found += [f"{deployment.owner} {minor} {each}" for each in object_problems(deployment.objects, minor)]
        if has_crds():
            found += [f"{deployment.owner} {problem}" for problem in crd_problems(deployment.objects)]
    scripts = [file for files in result.outputs.values() for file in files if file.path.endswith(".py")]
    found += [f"{file.path}: {each}" for file in scripts if isinstance(file, File) for each in _refused(file.content)]
    return found


@cache
def _refused(script: bytes) -> tuple[str, ...]:
    """Once for each content: every image has the same hundred files of the runtime."""
    return tuple(str(problem) for problem in python_problems(File("script", script)))
