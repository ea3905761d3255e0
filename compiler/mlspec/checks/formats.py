"""Checks of what a model's format takes: its files, its signature and its method."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import PurePosixPath

from mlspec.codes import code
from mlspec.diagnostics import Diagnostic
from mlspec.environment.resolved import ResolvedSpec
from mlspec.plan.formats import FORMATS, Format

from .registry import check

ANOTHER_FORMAT = code(
    "MLS420",
    "model-of-another-format",
    title="a model that its format cannot read",
    reason="The server would fail to load it, on every start.",
    remedy="correct the format, or name the file that it reads",
)
NO_METHOD = code(
    "MLS421",
    "no-such-method",
    title="a method that models of this format do not have",
    reason="`predict` chooses among the methods of scikit-learn-like models; the others have one way to answer.",
    remedy="remove `predict`",
)
SIGNATURE = code(
    "MLS422",
    "signature-of-another-format",
    title="a signature that models of this format cannot have",
    reason="Some formats do not say their inputs, and some can only take one kind: the server would refuse to start.",
    remedy="correct `inputs`",
)

_NO_FORMAT = frozenset({".h5", ".hdf5", ".keras", ".pb", ".tflite", ".cbm", ".pmml", ".mlmodel", ".mar", ".gguf"})
"""Endings of models that no format of this version reads."""
_CONFIGURATION = "config.json"


@check(ANOTHER_FORMAT)
def model_of_another_format(resolved: ResolvedSpec) -> Iterator[Diagnostic]:
    uri = resolved.spec.model.uri
    if uri is None:
        return
    row, path = FORMATS[resolved.spec.model.format], resolved.file(uri)
    is_here = uri.startswith("./")
    if is_here and resolved.files.size(path) is None:
        yield from _of_a_folder(resolved, row, path)
    elif is_here and row.reads == "folder":
        yield ANOTHER_FORMAT.error(
            resolved.at("model", "uri"),
            f"format {resolved.spec.model.format} reads a folder",
            label="one file",
            remedy="name the folder that `save_pretrained` wrote: `uri: ./model/`",
        )
    else:
        yield from _of_a_file(resolved, row, PurePosixPath(uri).suffix)


def _of_a_file(resolved: ResolvedSpec, row: Format, suffix: str) -> Iterator[Diagnostic]:
    """An ending that nobody knows may be anything, and is left to the loader."""
    fitting = [name for name, other in FORMATS.items() if suffix in other.suffixes]
    if suffix in row.suffixes or not row.suffixes or not (fitting or suffix in _NO_FORMAT):
        return
    own = f"format {resolved.spec.model.format} reads {' '.join(row.suffixes)}"
    remedy = "convert it to ONNX, or load it in a handler of format python"
    if fitting:
        remedy = f"`format: {fitting[0]}` reads it; {own}"
    yield ANOTHER_FORMAT.error(
        resolved.at("model", "uri"),
        f"format {resolved.spec.model.format} does not read {suffix} files",
        label=f"fits format {' or '.join(fitting)}" if fitting else "no format reads this",
        remedy=remedy,
    )


def _of_a_folder(resolved: ResolvedSpec, row: Format, path: str) -> Iterator[Diagnostic]:
    inside = [str(PurePosixPath(file).relative_to(path)) for file in resolved.files.below(path)]
    name, span = resolved.spec.model.format, resolved.at("model", "uri")
    if inside and row.reads == "file":
        fitting = [file for file in inside if PurePosixPath(file).suffix in row.suffixes]
        remedy = f"name the file in it, one that ends in {' '.join(row.suffixes)}"
        if len(fitting) == 1:
            remedy = f"name the file in it: `uri: ./{PurePosixPath(resolved.spec.model.uri or '', fitting[0])}`"
        yield ANOTHER_FORMAT.error(span, f"format {name} reads one file", label="a folder", remedy=remedy)
    elif inside and row.reads == "folder" and _CONFIGURATION not in inside:
        yield ANOTHER_FORMAT.error(
            span,
            f"the folder of a model of format {name} has a {_CONFIGURATION}",
            label=f"has no {_CONFIGURATION}",
            remedy="name the folder that `save_pretrained` wrote, with the tokenizer's files beside the model's",
        )


@check(NO_METHOD)
def no_such_method(resolved: ResolvedSpec) -> Iterator[Diagnostic]:
    source = resolved.spec.model
    methods = FORMATS[source.format].methods
    if source.predict == "predict" or source.predict in methods:
        return
    handler = "; a handler's `predict` is what answers" if source.format == "python" else ""
    yield NO_METHOD.error(
        resolved.at("model", "predict"),
        f"models of format {source.format} have no method {source.predict}",
        label="no such method",
        remedy=f"the choices are: {', '.join(methods)}" if methods else f"remove `predict`{handler}",
    )


@check(SIGNATURE)
def signature_of_another_format(resolved: ResolvedSpec) -> Iterator[Diagnostic]:
    source = resolved.spec.model
    if source.format == "pytorch" and not source.inputs:
        yield SIGNATURE.error(
            resolved.at_key("model"),
            "a PyTorch program does not say its inputs",
            label="has no `inputs`",
            remedy="state them: `inputs: [{name: x, datatype: FP32, shape: [-1, 3, 224, 224]}]`",
        )
    # A handler may make one text of whatever comes.
    if source.format == "transformers" and source.inputs and resolved.spec.build.handler is None:
        first = source.inputs[0]
        if len(source.inputs) > 1 or first.datatype != "BYTES" or len(first.shape) != 1:
            yield SIGNATURE.error(
                resolved.at("model", "inputs"),
                "a pipeline of transformers takes one text for each row",
                label="not one input of text",
                remedy="write `inputs: [{name: text, datatype: BYTES, shape: [-1]}]`, or leave it out",
            )
