"""A model's spec -> the plan of its image: which files of the workspace go in, and below which folder it is made."""

from __future__ import annotations

from pathlib import PurePosixPath

from msgspec import Struct
from msgspec.structs import replace

from mlspec.environment.resolved import Model, ResolvedSpec
from mlspec.source.files import Files
from mlspec.spec.location import location
from mlspec.spec.requirements import read_requirements
from mlspec.spec.service import ServiceSpec
from mlspec_runtime.digest import folder_digest

from .formats import FORMATS
from .image import CODE, MODEL, Copy, ImagePlan, Needs, plan_image
from .pins import pinned

IMAGES = "images"


def plan_context(resolved: ResolvedSpec, output: str) -> ImagePlan:
    """The image of one model in one environment, pinned by its lock; `output` is the folder of all that is generated.

    Environments that change nothing in the image share `images/<model>`, so that adding one builds nothing.
    """
    return pinned(plan_unpinned(resolved, output), resolved.model.lock)


def plan_unpinned(resolved: ResolvedSpec, output: str) -> ImagePlan:
    """The same as its spec alone has it."""
    model, shared = resolved.model, f"{output}/{IMAGES}/{resolved.name}"
    mine = image_of(model, resolved.spec, resolved.files, shared)
    if model.base is not None and _has_files(model, model.base, resolved.files):
        everyone = image_of(model, model.base, resolved.files, shared)
        if everyone == mine:
            return mine
    return replace(mine, folder=f"{shared}.{resolved.environment.name}")


def image_of(model: Model, spec: ServiceSpec, files: Files, folder: str) -> ImagePlan:
    """The plan of an image for `spec`, whose files are all there."""
    source, build = spec.model, spec.build
    found, elsewhere = model_files(model, spec, files), location(source.uri)
    needs = Needs(
        model=model.metadata.name,
        # What is brought to the pod is no part of the image: its version, place and digest are settings.
        version=None if elsewhere else source.version,
        source=model.source,
        folder=folder,
        format=source.format,
        model_path=found.path,
        model_name=elsewhere.name if elsewhere else found.path,
        digest=None if elsewhere else source.digest or found.digest,
        predict=source.predict if FORMATS[source.format].methods else None,
        handler=build.handler,
        inputs=[tensor.model_dump() for tensor in source.inputs],
        outputs=[tensor.model_dump() for tensor in source.outputs],
        copies=[*found.copies, *_code_copies(model, spec, files)],
        owner=model.metadata.owner,
        description=model.metadata.description,
        python=build.python if build.base_image is None or "python" in build.model_fields_set else None,
        base_image=build.base_image,
        system_packages=build.system_packages,
        requirements=requirement_lines(model, spec, files),
        accelerated=spec.resources.accelerator is not None,
        asks_stores=_asks_stores(spec),
        scores_files=spec.batch is not None,
    )
    return plan_image(needs)


def _asks_stores(spec: ServiceSpec) -> bool:
    """Whether a container of the image fetches the model, or the rows of a batch."""
    uris = [spec.model.uri, *([spec.batch.input, spec.batch.output] if spec.batch else [])]
    return any(where.is_fetched for where in map(location, uris) if where)


class ModelFiles(Struct, frozen=True):
    """The model beside a spec; nothing where it lies elsewhere."""

    path: str | None = None
    """Of the model's file or folder in the build context."""
    digest: str | None = None
    """`sha256:<hex>` as the server computes it."""
    copies: tuple[Copy, ...] = ()

    @property
    def size(self) -> int:
        """Bytes."""
        return sum(copy.size for copy in self.copies)


def model_files(model: Model, spec: ServiceSpec, files: Files) -> ModelFiles:
    """The model's file, or every file of its folder."""
    uri = spec.model.uri
    if uri is None or not uri.startswith("./"):
        return ModelFiles()
    path = PurePosixPath(model.folder, uri)
    if files.size(str(path)) is not None:
        copy = _copy(files, str(path), f"{MODEL}/{path.name}")
        return ModelFiles(copy.target, f"sha256:{copy.sha256}", (copy,))
    inside = {str(PurePosixPath(file).relative_to(path)): file for file in files.below(str(path))}
    if not inside:
        return ModelFiles()
    copies = tuple(_copy(files, file, f"{MODEL}/{name}") for name, file in inside.items())
    digest = folder_digest((copy.target.removeprefix(f"{MODEL}/"), copy.sha256) for copy in copies)
    return ModelFiles(MODEL, digest, copies)


def model_size(resolved: ResolvedSpec) -> int:
    """Bytes: as the spec says, otherwise of the files beside it; 0 where nobody knows."""
    return resolved.spec.model.size or model_files(resolved.model, resolved.spec, resolved.files).size


def requirement_lines(model: Model, spec: ServiceSpec, files: Files) -> list[str]:
    """The user's own requirements, from the spec or from the file that it names."""
    stated = spec.build.requirements
    if isinstance(stated, list):
        return stated
    text = files.read(str(PurePosixPath(model.folder, stated))).decode("utf-8", "replace")
    return [line for _, line in read_requirements(text)]


def _has_files(model: Model, spec: ServiceSpec, files: Files) -> bool:
    """Whether every file that the spec names is there: an environment may have replaced one that is not."""
    named = [spec.model.uri, spec.build.code, spec.build.requirements]
    paths = (str(PurePosixPath(model.folder, name)) for name in named if isinstance(name, str) and name[:2] == "./")
    return all(files.size(path) is not None or files.below(path) for path in paths)


def _code_copies(model: Model, spec: ServiceSpec, files: Files) -> list[Copy]:
    if spec.build.code is None:
        return []
    folder = str(PurePosixPath(model.folder, spec.build.code))
    return [_copy(files, file, f"{CODE}/{PurePosixPath(file).relative_to(folder)}") for file in files.below(folder)]


def _copy(files: Files, source: str, target: str) -> Copy:
    return Copy(source, target, files.sha256(source), files.size(source) or 0)
