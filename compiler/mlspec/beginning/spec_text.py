"""What a model file says of itself, and where it will lie -> the text of its spec, which teaches whoever reads it."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from mlspec.beginning.found import Found, Tensor

_MIB = 2**20
_STEP = 256 * _MIB
_MOST_COLUMNS = 40
_LONGEST_LINE = 118


@dataclass(frozen=True)
class Subject:
    """`uri` is where the model will lie; `handler` the class that loads it, where its format needs one."""

    name: str
    version: str
    uri: str
    digest: str
    size: int
    schema: str
    handler: str | None = None


def spec_text(subject: Subject, found: Found) -> str:
    """YAML. Every value is written so that YAML reads it as it is meant."""
    return "\n".join([*_head(subject, found), *_model(subject, found), *_build(subject, found), *_rest(subject, found)])


def _head(subject: Subject, found: Found) -> Iterator[str]:
    yield f"# yaml-language-server: $schema={subject.schema}"
    yield f"# {_comment(found.said)}"
    yield "apiVersion: mlspec.dev/v1"
    yield "kind: Model"
    yield "metadata:"
    yield f"  name: {subject.name}"
    yield "  # owner: payments-risk          # who is paged; a label on every object and every alert"
    yield "spec:"


def _model(subject: Subject, found: Found) -> Iterator[str]:
    yield "  model:"
    yield f"    format: {found.format}"
    yield "    # Goes into the image's tag and the metrics: a new model is a new version."
    yield f"    version: {_quoted(subject.version)}"
    yield f"    uri: {_quoted(subject.uri)}"
    yield f"    # Of its {subject.size:,} bytes; checked by `mlspec compile`, and again when it is loaded."
    yield "    # After a new training this has to change as well: the error that you get says to what."
    yield f"    digest: {subject.digest}"
    if not subject.uri.startswith("./"):
        yield f"    size: {_size(subject.size)}                  # how long fetching may take, and the disk for it"
    if found.inputs:
        yield "    # -1: any number of rows. Callers see this signature under /v2/models/" + subject.name + "."
        yield from _tensors("inputs", found.inputs)
    if found.columns and len(found.inputs) < 2:
        yield from _columns(found.columns)
    if found.outputs:
        yield from _tensors("outputs", found.outputs)
    elif found.inputs:
        yield "    # outputs: the server finds them out when it starts"
    if "predict_proba" in found.methods:
        yield "    # predict: predict_proba      # for a score of each class; leave `outputs` out then"


def _build(subject: Subject, found: Found) -> Iterator[str]:
    if not found.requirements and not subject.handler:
        return
    yield ""
    yield "  build:"
    if found.requirements:
        yield "    # As the model was made with: another version may not load it, or answer otherwise."
        yield f"    requirements: [{', '.join(map(_quoted, found.requirements))}]"
    if subject.handler:
        yield "    code: ./src                   # copied into the image, importable there"
        yield f"    handler: {subject.handler}       # has the program that the weights are for"


def _rest(subject: Subject, found: Found) -> Iterator[str]:
    yield ""
    yield "  # Of one replica. Memory is request and limit at once: measure what it takes, and leave room."
    yield f"  resources: {{cpu: 500m, memory: {memory(subject.size, found.format)}}}"
    yield ""
    yield "  # What else there is, each with a safe default (docs/language.md):"
    yield "  # replicas: 2                   # or `scaling`, by CPU, requests or a query"
    yield "  # server: {batching: {maxSize: 32}}   # requests that queue are computed together"
    yield "  # expose: {host: models.example.com}  # closed to everybody but Prometheus without it"
    yield "  # monitoring: {slo: {availability: 99.9%, latency: {target: 99%, threshold: 250ms}}}"
    yield "  # environments: {staging: {}, prod: {replicas: 3}}   # where it runs, and what differs; absent: everywhere"
    yield ""


def memory(size: int, name: str) -> str:
    """What the server and its framework take, and four times the model: most grow when they are loaded."""
    from mlspec.plan.formats import FORMATS

    base = 2 * _STEP + FORMATS[name].memory + FORMATS[name].shared_memory
    return _size(math.ceil((base + 4 * size) / _STEP) * _STEP)


def _columns(names: Sequence[str]) -> Iterator[str]:
    shown = ", ".join(names[:_MOST_COLUMNS]) + (", …" if len(names) > _MOST_COLUMNS else "")
    yield "    # Its columns, in this order:"
    line = "    #  "
    for word in shown.split(" "):
        if len(line) + len(word) > _LONGEST_LINE:
            yield line
            line = "    #  "
        line += f" {_comment(word)}"
    yield line


def _tensors(key: str, tensors: Sequence[Tensor]) -> Iterator[str]:
    """On one line, or where that is too long on one for each."""
    written = [
        f"{{name: {_quoted(each.name)}, datatype: {each.datatype}, shape: [{', '.join(map(str, each.shape))}]}}"
        for each in tensors
    ]
    line = f"    {key}: [{', '.join(written)}]"
    if len(line) <= _LONGEST_LINE:
        yield line
    else:
        yield f"    {key}:"
        yield from (f"      - {each}" for each in written)


def _quoted(text: str) -> str:
    """Plain where no reader of YAML can take it for something else."""
    plain = text.replace("_", "").replace("-", "").isalnum() and text.isascii() and text[0].isalpha()
    is_word = text.lower() in ("true", "false", "null", "yes", "no", "on", "off", "y", "n", "nan", "inf")
    is_path = text.startswith("./") and all(letter.isalnum() or letter in "./_-" for letter in text)
    is_version = text.count(".") >= 2 and all(part.isdigit() for part in text.split("."))
    return text if (plain and not is_word) or is_path or is_version else json.dumps(text, ensure_ascii=False)


def _comment(text: str) -> str:
    return "".join(letter if letter.isprintable() else " " for letter in text)


def _size(size: int) -> str:
    mebibytes = max(1, math.ceil(size / _MIB))
    return f"{mebibytes // 1024}Gi" if mebibytes % 1024 == 0 else f"{mebibytes}Mi"
