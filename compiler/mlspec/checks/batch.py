"""Checks of batches: what a Job could not score, and what nobody would see of a model that serves no requests."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import combinations

from mlspec.codes import code
from mlspec.diagnostics import Diagnostic, Related
from mlspec.environment.resolved import ResolvedSpec
from mlspec.plan.batch_stores import DataStore, data_stores
from mlspec.plan.delivery import account_annotations
from mlspec.plan.names import batch_name
from mlspec.plan.variables import environment_variable
from mlspec.spec.model import Tensor
from mlspec.unit import Taken

from .registry import check, taken_once

NOTHING_RUNS = code(
    "MLS290",
    "nothing-runs",
    title="a model that neither serves nor scores files",
    reason="Without replicas and without a batch there would be nothing in the cluster.",
    remedy="remove `replicas: 0`, or write a `batch`; leave an environment out of `environments` to have nothing there",
)
SERVES_NOBODY = code(
    "MLS291",
    "serves-nobody",
    title="a part of serving on a model that serves nobody",
    reason="With `replicas: 0` there is no server that it could be about.",
    remedy="remove it, or let the model serve: `replicas: 1`",
)
NO_SIGNATURE = code(
    "MLS292",
    "batch-without-signature",
    title="a batch of a model whose inputs nobody knows",
    reason="Columns become the model's inputs by name and type, and a handler's code does not tell them.",
    remedy="write the signature: `model.inputs`, with -1 as the first length of each",
)
NO_ROWS = code(
    "MLS293",
    "batch-without-rows",
    title="a batch of a model that takes no rows",
    reason="Rows of a file are put together in a tensor's first dimension, which must be open.",
    remedy="write -1 as the first length of its shape, if the model takes several rows at once",
)
WRONG_COLUMNS = code(
    "MLS294",
    "batch-columns",
    title="columns that do not fit the model's inputs",
    reason="Every run would fail at its first row.",
    remedy="name the model's own inputs, each with as many columns as it takes",
)
COLUMN_TAKEN = code(
    "MLS295",
    "batch-column-taken",
    title="a column that is carried over under the name of an output",
    reason="The output would have two columns of one name.",
    remedy="rename the model's output, or do not keep the column",
)
SAME_BATCH = code(
    "MLS296",
    "same-batch",
    title="a model with the name of another's batch",
    reason="The objects of a batch are called `<model>-batch`; the two would overwrite each other for ever.",
    remedy="rename one of the models",
)
NOT_FOR_BATCH = code(
    "MLS297",
    "format-not-for-batch",
    title="a batch of a model that is served by another server",
    reason="The image has no part of ours that could read files.",
    remedy="remove `batch`",
)
STORES_DISAGREE = code(
    "MLS298",
    "batch-stores-disagree",
    title="a batch whose stores want two things of one pod",
    reason="A container has one value of each variable, and a pod one account: one store would be asked as the other.",
    remedy="keep what one pod asks in places that one entry of `modelStores` is for, or on a claim",
)
_OF_SERVING = (
    *(("server", key) for key in ("protocol", "batching", "concurrency", "queue", "timeout", "maxBody", "workers")),
    ("expose",),
    ("health",),
    ("rollout",),
    ("monitoring", "slo"),
    ("monitoring", "drift"),
    ("monitoring", "accuracy"),
    ("logging", "payloads"),
    ("network", "from"),
)
"""What says how requests are taken and answered; a batch has its own times and sizes, and one process."""


@check(NOTHING_RUNS)
def nothing_runs(resolved: ResolvedSpec) -> Iterator[Diagnostic]:
    if not resolved.spec.serves and resolved.spec.batch is None:
        yield NOTHING_RUNS.error(
            resolved.at("replicas"),
            f"nothing of {resolved.name} runs in {resolved.environment.name}",
            label="no server",
        )


@check(SERVES_NOBODY)
def serves_nobody(resolved: ResolvedSpec) -> Iterator[Diagnostic]:
    if resolved.spec.serves or resolved.spec.batch is None:
        return
    for path in _OF_SERVING:
        # What an environment says of all its models is not about this one.
        if resolved.has(*path) and (span := resolved.at_key(*path)).file == resolved.model.source:
            yield SERVES_NOBODY.error(
                span,
                f"`{'.'.join(path)}` of {resolved.name} has no effect: it serves nobody in {resolved.environment.name}",
                label="no server",
                related=[Related(resolved.at("replicas"), "none here")],
            )


@check(NO_SIGNATURE)
def batch_without_signature(resolved: ResolvedSpec) -> Iterator[Diagnostic]:
    spec = resolved.spec
    if spec.batch is not None and not spec.model.inputs and (spec.model.format == "python" or spec.build.handler):
        yield NO_SIGNATURE.error(
            resolved.at_key("batch"), f"nobody knows which columns {resolved.name} takes", label="needs `model.inputs`"
        )


@check(NO_ROWS)
def batch_without_rows(resolved: ResolvedSpec) -> Iterator[Diagnostic]:
    if resolved.spec.batch is None:
        return
    for key, tensors in (("inputs", resolved.spec.model.inputs), ("outputs", resolved.spec.model.outputs)):
        for index, tensor in enumerate(tensors):
            if tensor.shape[0] != -1:
                yield NO_ROWS.error(
                    resolved.at("model", key, index, "shape"),
                    f"{tensor.name} of {resolved.name} does not count rows, and a batch is many rows",
                    label="the first length is fixed",
                    related=[Related(resolved.at_key("batch"), "scored here")],
                )


@check(WRONG_COLUMNS)
def batch_columns(resolved: ResolvedSpec) -> Iterator[Diagnostic]:
    batch, inputs = resolved.spec.batch, {tensor.name: tensor for tensor in resolved.spec.model.inputs}
    if batch is None or not inputs:
        return
    for name, columns in batch.columns.items():
        if name not in inputs:
            known = ", ".join(inputs)
            message = f"{resolved.name} has no input {name}; it has {known}"
            yield WRONG_COLUMNS.error(resolved.at_key("batch", "columns", name), message, label="no such input")
        elif (said := _misfit(inputs[name], len(columns))) is not None:
            yield WRONG_COLUMNS.error(
                resolved.at("batch", "columns", name), f"the input {name} {said}", label="does not fit"
            )


def _misfit(tensor: Tensor, columns: int) -> str | None:
    shape = tensor.shape
    if columns == 1:
        return None  # its values may be lists
    if len(shape) == 1:
        return f"takes one value for each row, and {columns} columns are named"
    if len(shape) > 2:
        return f"has {len(shape)} dimensions, which columns side by side do not have"
    return (
        None if shape[1] in (-1, columns) else f"takes {shape[1]} values for each row, and {columns} columns are named"
    )


@check(COLUMN_TAKEN)
def batch_column_taken(resolved: ResolvedSpec) -> Iterator[Diagnostic]:
    batch, outputs = resolved.spec.batch, {tensor.name for tensor in resolved.spec.model.outputs}
    if batch is None:
        return
    carried = [
        (("batch", "id"), batch.id),
        *((("batch", "keep", index), name) for index, name in enumerate(batch.keep)),
    ]
    for path, name in carried:
        if name in outputs:
            yield COLUMN_TAKEN.error(
                resolved.at(*path), f"{name} is an output of {resolved.name}", label="taken already"
            )


@check(NOT_FOR_BATCH)
def format_not_for_batch(resolved: ResolvedSpec) -> Iterator[Diagnostic]:
    if resolved.spec.batch is not None and resolved.spec.model.format == "vllm":
        yield NOT_FOR_BATCH.error(
            resolved.at_key("batch"), "a model of format vllm is served by vLLM, which reads no files", label="no batch"
        )


@check(STORES_DISAGREE)
def batch_stores_disagree(resolved: ResolvedSpec) -> Iterator[Diagnostic]:
    stores, server = data_stores(resolved), resolved.spec.server.env
    stated = {item.name: environment_variable(item) for item in server}
    accounts = [
        ("model.uri", account_annotations(resolved)),
        *((f"batch.{each.key}", each.identity) for each in stores),
    ]
    said = [
        (each.key, f"{name} is one thing in `server.env` and another for `batch.{each.key}`")
        for each in stores
        for name, item in each.variables.items()
        if stated.get(name, item) != item
    ]
    for (one, mine), (other, theirs) in combinations(accounts, 2):
        differing = [name for name in mine if theirs.get(name, mine[name]) != mine[name]]
        said += [
            (other.removeprefix("batch."), f"`{one}` and `{other}` want two accounts ({name})") for name in differing
        ]
    if len(stores) == 2:
        said += [("output", text) for text in _differing(*stores)]
    for key, message in said[:1]:
        yield STORES_DISAGREE.error(resolved.at("batch", key), message, label="wants another")


def _differing(source: DataStore, target: DataStore) -> Iterator[str]:
    """Of one kind of store both must be asked alike: what one leaves out it would have from the other."""
    mine, theirs = source.variables, target.variables
    names = mine.keys() | theirs.keys() if source.where.scheme == target.where.scheme else mine.keys() & theirs.keys()
    for name in sorted(names):
        if mine.get(name) != theirs.get(name):
            yield f"{name} is one thing for `batch.input` and another for `batch.output`"


def _same_batch(taken: Sequence[Taken]) -> Iterator[Diagnostic]:
    """A batch takes the name of another model's objects; two batches have two names."""
    for batch in (each for each in taken if each.what):
        for other in (each for each in taken if not each.what):
            yield SAME_BATCH.error(
                other.span,
                f"{batch.model} has a batch whose objects are called {other.model}",
                label="taken already",
                related=[Related(batch.span, f"by {batch.model}")],
            )


@taken_once(SAME_BATCH, clash=_same_batch)
def names_of_batches(resolved: ResolvedSpec) -> Iterator[Taken]:
    model, environment = resolved.name, resolved.environment.name
    yield Taken(f"{environment}/{model}", model, environment, resolved.model.name_span)
    if resolved.spec.batch is not None:
        key = f"{environment}/{batch_name(model)}"
        yield Taken(key, model, environment, resolved.at_key("batch"), "a batch")
