"""Whatever workspace there is, a lock of what it asks for fits it, reads as it was written, and decides its images."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable

from hypothesis import given, settings

from mlspec.environment.locks import lock_path
from mlspec.environment.resolved import ResolvedSpec
from mlspec.locking.text import lock_text
from mlspec.plan.context import model_files, plan_unpinned
from mlspec.plan.image import ImagePlan
from mlspec.plan.pins import image_key
from mlspec.source.files import FilesInMemory
from mlspec.source.read import parse
from mlspec.spec.location import location
from mlspec.spec.lock import Lock, LockedImage, LockedModel, LockMetadata
from mlspec.spec.parse import parse_section
from mlspec.spec.requirements import distribution
from tests.strategies import Workspace, workspaces

from .compiled import compiled, errors, made

DIGEST = f"sha256:{hashlib.sha256(b'base').hexdigest()}"


@settings(max_examples=15)
@given(workspaces())
def test_a_lock_fits_and_decides_the_images(workspace: Workspace) -> None:
    texts = workspace.texts()
    loose = compiled(texts)
    assert errors(loose) == []
    locks = {model.source: _locks(loose.resolution.specs, model.source) for model in loose.resolution.models}
    written = {lock_path(source): lock_text(each).encode() for source, each in locks.items()}
    for source, each in locks.items():
        assert _read(lock_path(source), written[lock_path(source)]) == each
    pinned = compiled({**texts, **written})
    assert errors(pinned) == []
    files = made(pinned)
    for path, text in files.items():
        if path.endswith("/Dockerfile"):
            assert re.search(r"^FROM \S+@sha256:[0-9a-f]{64} AS base$", text, re.MULTILINE)
            installed = files.get(path.replace("/Dockerfile", "/requirements.txt"), "")
            assert ("--require-hashes" in text) == bool(installed)
            lines = installed.replace("\\\n", "").splitlines()[1:]
            assert all("--hash=sha256:" in line for line in lines)


def _locks(specs: Iterable[ResolvedSpec], source: str) -> list[Lock]:
    """Of every model of a file, in the order in which they are written."""
    mine = [spec for spec in specs if spec.model.source == source]
    return [_lock([spec for spec in mine if spec.name == name]) for name in sorted({spec.name for spec in mine})]


def _lock(specs: list[ResolvedSpec]) -> Lock:
    plans = [plan_unpinned(spec, "") for spec in specs]
    models = {(model.uri, model.revision or ""): model for spec in specs if (model := _model(spec))}
    return Lock(
        api_version="mlspec.dev/v1",
        kind="Lock",
        metadata=LockMetadata(name=specs[0].name),
        models=[models[place] for place in sorted(models)],
        images={image_key(plan): _image(plan) for plan in sorted(plans, key=image_key)},
    )


def _model(spec: ResolvedSpec) -> LockedModel | None:
    """What is beside the spec, or would be read in its store."""
    source = spec.spec.model
    found, where = model_files(spec.model, spec.spec, spec.files).digest, location(source.uri)
    if source.uri and (found or (where and where.is_fetched and not source.digest)):
        return LockedModel(uri=source.uri, revision=None if found else source.revision, digest=found or DIGEST)
    return None


def _image(plan: ImagePlan) -> LockedImage:
    digest = plan.base_image.partition("@")[2] or DIGEST
    if not plan.requirements:
        return LockedImage(base_image=plan.base_image, digest=digest)
    hashed = hashlib.sha256(b"wheel").hexdigest()
    names = dict.fromkeys(distribution(line) for line in plan.requirements)
    return LockedImage(
        base_image=plan.base_image,
        digest=digest,
        python=plan.interpreter,
        platforms=["linux/amd64", "linux/arm64"],
        requirements=list(plan.requirements),
        distributions="".join(f"{name}==1.0 \\\n    --hash=sha256:{hashed}\n" for name in names),
    )


def _read(path: str, data: bytes) -> list[Lock]:
    files = FilesInMemory({path: data})
    read = (parse_section(Lock, document.root)[0] for document in parse(path, files.read(path)).documents)
    return [lock for lock in read if lock is not None]
