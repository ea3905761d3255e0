"""A model file and what was said of it -> the files of its spec, held to the compiler before any is written."""

from __future__ import annotations

import keyword
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from mlspec.beginning.found import CannotBegin, Found
from mlspec.beginning.handler_text import handler
from mlspec.beginning.lay import Content
from mlspec.beginning.spec_text import Subject, spec_text

_LONGEST_NAME = 40
_SAYS_NOTHING = ("model", "mlmodel", "estimator", "pipeline", "booster", "checkpoint", "export", "artifact", "data")
_HANDLER = "weights:Handler"


@dataclass(frozen=True)
class Wishes:
    """What the command line says; None: to be found out."""

    name: str | None = None
    version: str = "1.0.0"
    uri: str | None = None
    program: str | None = None
    load: bool = False


@dataclass(frozen=True)
class Begun:
    """`files` are those of the model alone, by their paths in the workspace."""

    name: str
    spec: str
    found: Found
    files: Mapping[str, Content]


def begin(path: Path, root: Path, wishes: Wishes) -> Begun:
    """Raises CannotBegin; writes nothing."""
    found = _found(path, wishes)
    inside = _folder_inside(found.path, root)
    name = wishes.name or inside or _name(path)
    spec = f"specs/{name}/model.yaml"
    if (root / spec).exists():
        raise CannotBegin(f"{spec} is there already: choose another name (--name), or edit it")
    files: dict[str, Content] = {}
    if wishes.uri is None and inside == name:
        uri = "./" + found.path.resolve().relative_to(root / "specs" / name).as_posix()
    else:
        uri = wishes.uri or f"./{found.file_name}"
    size = found.size
    if wishes.uri is None:
        _refuse_large(found.path, size)
        if inside != name:
            files |= {f"specs/{name}/{beside}": file for beside, file in found.files.items()}
    if wishes.program:
        files |= _program(wishes.program, name)
    subject = Subject(
        name=name,
        version=wishes.version,
        uri=uri,
        digest=_digest(found),
        size=size,
        schema="../../schemas/mlspec.dev_v1.json",
        handler=_HANDLER if wishes.program else None,
    )
    # The spec last: as long as it is not there, the same command goes on where it was stopped.
    return Begun(name, spec, found, {**files, spec: spec_text(subject, found).encode()})


def _found(path: Path, wishes: Wishes) -> Found:
    if not path.exists():
        raise CannotBegin(f"there is no file {path}")
    if wishes.program:
        if path.suffix != ".safetensors":
            raise CannotBegin(f"--program is for weights without a program (.safetensors), which {path} is not")
        from mlspec.beginning.readers.safetensors import read_safetensors

        return read_safetensors(path)
    from mlspec.beginning.readers.open import open_model

    return open_model(path, load=wishes.load)


def _digest(found: Found) -> str:
    """As the server computes it."""
    from mlspec_runtime.digest import digest, folder_digest

    if found.path.is_file():
        return digest(found.path)
    prefix = f"{found.file_name}/"
    return folder_digest(
        (name.removeprefix(prefix), digest(file).removeprefix("sha256:")) for name, file in found.files.items()
    )


def _refuse_large(path: Path, size: int) -> None:
    from mlspec.checks.build import LARGEST_BAKED

    if size > LARGEST_BAKED:
        raise CannotBegin(
            f"{path} has {size / 2**20:.0f} MiB, and beside its spec a model may have {LARGEST_BAKED >> 20}: put it "
            "into a store, and say where: --uri s3://<bucket>/<key> (or gs://, az://, https://, hf://, pvc://). The "
            "file is still read here, for its signature, size and digest"
        )


def _folder_inside(path: Path, root: Path) -> str | None:
    """The model's folder below specs/, if the file lies in one."""
    try:
        parts = path.resolve().relative_to(root / "specs").parts
    except ValueError:
        return None
    return parts[0] if len(parts) > 1 else None


def _name(path: Path) -> str:
    """Of the file, or where that says nothing of its folder, as a name in Kubernetes."""
    whole = path.resolve()
    stem = whole.name.partition(".")[0]
    words = stem if stem.lower() not in _SAYS_NOTHING else whole.parent.name
    name = re.sub(r"[^a-z0-9]+", "-", words.lower()).strip("-")
    name = name if name[:1].isalpha() else f"model-{name}"
    return name[:_LONGEST_NAME].strip("-") or "model"


def _program(program: str, name: str) -> dict[str, Content]:
    """`net.py:Net` -> the file, and the handler that gives `Net` its weights."""
    source, _, kind = program.rpartition(":")
    file = Path(source)
    if file.suffix != ".py" or not kind.isidentifier() or keyword.iskeyword(kind):
        raise CannotBegin(f"--program {program}: write it as FILE.py:CLASS, the class that makes the module")
    if not file.is_file():
        raise CannotBegin(f"--program {program}: there is no file {source}")
    if not file.stem.isidentifier() or file.stem == "weights":
        raise CannotBegin(f"--program {program}: {file.name} cannot be imported by that name: rename it")
    return {
        f"specs/{name}/src/{file.name}": file,
        f"specs/{name}/src/weights.py": handler(file.stem, kind).encode(),
    }
