"""What a model needs to run, in plain values -> the plan of its image: every choice that its build context holds."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Literal

from msgspec import Struct

from mlspec.spec.lock import pinned_line
from mlspec.spec.requirements import choice_of, read_requirements, requirement_problem

from .formats import FORMATS

USER_ID = 10001
"""Of user and group: above the range that distributions give to system accounts, and in no image's passwd."""
PORT = 8080
DEFAULT_PYTHON = "3.13"
RUNTIME = "mlspec_runtime"
CODE = "code"
MODEL = "model"

_BASE_IMAGE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._/:@-]*")
_PACKAGE = re.compile(r"[a-z0-9][a-z0-9+.-]+(=[A-Za-z0-9.+:~-]+)?")
_PYTHON = re.compile(r"3\.\d+")


class Copy(Struct, frozen=True):
    """A file of the workspace that goes into the build context."""

    source: str
    """Relative to the workspace."""
    target: str
    """Relative to the build context, below `model/` or `code/`."""
    sha256: str
    size: int


class ImagePlan(Struct, frozen=True):
    """Every decision about one image. What could break out of its line in a generated file raises ValueError."""

    model: str
    version: str | None
    """None where the image holds no model: it is brought to the pod."""
    source: str
    """The spec's file: it stands in the first line of every generated file."""
    folder: str
    """Where the build context goes, relative to the workspace."""
    format: str
    server: Literal["mlspec", "vllm"]
    """Whose server answers; with another's, only the model and the user's packages are added to its image."""
    base_image: str
    python: str | None
    """The minor version that the base image must have, as `3.13`; None: whichever it has."""
    system_packages: tuple[str, ...]
    """Debian packages, sorted."""
    requirements: tuple[str, ...]
    """Lines of requirements.txt, one for each distribution, sorted by its name."""
    user_id: int
    port: int
    labels: Mapping[str, str]
    """OCI annotations as image labels; each value one line."""
    model_json: Mapping[str, object]
    """What the server reads about the model at start-up."""
    copies: tuple[Copy, ...]
    interpreter: str | None = None
    """The minor version that the base image's Python has, where that is known."""
    base_digest: str | None = None
    """Of the base image, from the lock."""
    distributions: str = ""
    """From the lock, in place of `requirements`: all that is installed, with hashes, as requirements.txt has it."""

    def __post_init__(self) -> None:
        wrong = [line for line in self.requirements if requirement_problem(line)]
        wrong += [name for name in self.system_packages if not _PACKAGE.fullmatch(name)]
        wrong += [] if _BASE_IMAGE.fullmatch(self.base_image) else [self.base_image]
        wrong += [] if self.python is None or _PYTHON.fullmatch(self.python) else [self.python]
        wrong += [text for text in (self.source, *self.labels, *self.labels.values()) if not text.isprintable()]
        wrong += [copy.target for copy in self.copies if not _inside(copy.target)]
        wrong += [line for _, line in read_requirements(self.distributions) if not pinned_line(line)]
        if wrong:
            raise ValueError(f"{self.source!r}: cannot be written into a build context: {wrong}")

    @property
    def base(self) -> str:
        """What the Dockerfile starts from."""
        stated = self.base_digest is None or "@" in self.base_image
        return self.base_image if stated else f"{self.base_image}@{self.base_digest}"

    @property
    def runtime(self) -> str | None:
        """The archive in the context that holds what of ours runs inside the image."""
        return f"{RUNTIME}.tar" if self.server == "mlspec" or self.fetches else None

    @property
    def copied_folders(self) -> tuple[str, ...]:
        """Folders of the context that go into the image."""
        tops = {copy.target.partition("/")[0] for copy in self.copies}
        return tuple(top for top in (CODE, MODEL) if top in tops)

    @property
    def folders(self) -> tuple[str, ...]:
        """Folders of the image, those that change least first."""
        return (*((RUNTIME,) if self.runtime else ()), *self.copied_folders)

    @property
    def fetches(self) -> bool:
        """Whether an image with another's server holds what fetches the model, which is all that it needs of us."""
        return self.server != "mlspec" and bool(self.requirements)

    @property
    def code_folders(self) -> tuple[str, ...]:
        """Those of them that hold Python code."""
        return tuple(folder for folder in self.folders if folder != MODEL)


class Needs(Struct, frozen=True, kw_only=True):
    """What a model needs to run, in plain values."""

    model: str
    version: str | None
    source: str
    folder: str
    format: str
    model_path: str | None = None
    """The model's file or folder, relative to the build context; only format python may have none."""
    model_name: str | None = None
    """Of the model's file, wherever it lies."""
    digest: str | None = None
    predict: str | None = None
    handler: str | None = None
    inputs: Sequence[Mapping[str, object]] = ()
    outputs: Sequence[Mapping[str, object]] = ()
    copies: Iterable[Copy] = ()
    owner: str | None = None
    description: str | None = None
    python: str | None = None
    """The user's own, or None; `base_image` too."""
    base_image: str | None = None
    system_packages: Iterable[str] = ()
    """The user's, laid over the defaults of the format; `requirements` too."""
    requirements: Iterable[str] = ()
    accelerated: bool = False
    asks_stores: bool = False
    """By a container that fetches the model, or reads or writes the rows of a batch."""
    scores_files: bool = False
    """In another container of this image."""


def plan_image(needs: Needs) -> ImagePlan:
    """The plan of one image. Raises KeyError for an unknown format, ValueError as ImagePlan does."""
    defaults = FORMATS[needs.format]
    copies = tuple(sorted(needs.copies, key=lambda copy: copy.target))
    # A base image of the user's own has the Python that it has, unless the spec says which one it counts on.
    minor = needs.python or (None if needs.base_image else DEFAULT_PYTHON)
    python = minor if defaults.server == "mlspec" else None
    return ImagePlan(
        model=needs.model,
        version=needs.version,
        source=one_line(needs.source),
        folder=needs.folder,
        format=needs.format,
        server=defaults.server,
        base_image=needs.base_image or default_base_image(needs.format, python),
        python=python,
        system_packages=tuple(sorted({*defaults.system_packages, *needs.system_packages})),
        requirements=_image_requirements(needs),
        user_id=USER_ID,
        port=PORT,
        labels=_labels(title=needs.model, version=needs.version, description=needs.description, vendor=needs.owner),
        model_json=_model_json(needs, has_code=any(copy.target.startswith(f"{CODE}/") for copy in copies)),
        copies=copies,
        interpreter=python or defaults.brings_python,
    )


def _image_requirements(needs: Needs) -> tuple[str, ...]:
    """Those of our programs that the image holds, of the format, and the user's."""
    defaults = FORMATS[needs.format]
    return merge_requirements(
        runtime_requirements() if defaults.server == "mlspec" else (),
        fetch_requirements() if needs.asks_stores else (),
        batch_requirements() if needs.scores_files else (),
        defaults.requirements_for(needs.model_name or needs.model_path or "", accelerated=needs.accelerated),
        needs.requirements,
    )


def default_base_image(format: str, python: str | None) -> str:  # noqa: A002 - the spec's own word
    """The image that a format starts from; KeyError for an unknown format."""
    return FORMATS[format].base_image.format(python=python)


def merge_requirements(*layers: Iterable[str]) -> tuple[str, ...]:
    """One choice for each library, sorted by name: a later layer's lines replace an earlier one's for the same."""
    chosen: dict[str, list[str]] = {}
    for layer in layers:
        named: dict[str, list[str]] = {}
        for line in layer:
            named.setdefault(choice_of(line), []).append(line)
        chosen |= named
    return tuple(line for name in sorted(chosen) for line in dict.fromkeys(chosen[name]))


@cache
def runtime_requirements() -> tuple[str, ...]:
    """What the server itself needs, at exact versions."""
    return _requirements("requirements.txt")


@cache
def fetch_requirements() -> tuple[str, ...]:
    """What fetching a model needs besides, at exact versions."""
    return _requirements("fetch", "requirements.txt")


def _requirements(*path: str) -> tuple[str, ...]:
    text = runtime_folder().joinpath(*path).read_text(encoding="utf-8")
    return tuple(line for _, line in read_requirements(text))


def runtime_folder() -> Path:
    """Where the server's own source lies: found and not imported, and without what importlib.resources brings along."""
    spec = find_spec(RUNTIME)
    if spec is None or not spec.submodule_search_locations:
        raise LookupError(f"the package {RUNTIME} is not installed")
    return Path(spec.submodule_search_locations[0])


@cache
def batch_requirements() -> tuple[str, ...]:
    """What scoring files needs besides."""
    text = runtime_folder().joinpath("batch", "requirements.txt").read_text(encoding="utf-8")
    return tuple(line for _, line in read_requirements(text))


def one_line(text: str) -> str:
    """Free text as one line of printable characters: control, bidirectional and separator characters become spaces."""
    return " ".join("".join(character if character.isprintable() else " " for character in text).split())


def _inside(target: str) -> bool:
    parts = target.split("/")
    return len(parts) > 1 and parts[0] in (CODE, MODEL) and not {"", ".", ".."} & set(parts)


def _labels(**values: str | None) -> Mapping[str, str]:
    """https://github.com/opencontainers/image-spec/blob/main/annotations.md; no date, so that bytes stay the same."""
    return {f"org.opencontainers.image.{key}": one_line(text) for key, text in sorted(values.items()) if text}


def _model_json(needs: Needs, *, has_code: bool) -> Mapping[str, object]:
    values = {
        "name": needs.model,
        "version": needs.version,
        "format": needs.format,
        "path": needs.model_path,
        "digest": needs.digest,
        "predict": needs.predict,
        "handler": needs.handler,
        "code": CODE if has_code else None,
        "inputs": list(map(dict, needs.inputs)),
        "outputs": list(map(dict, needs.outputs)),
    }
    return {key: value for key, value in values.items() if value is not None}
