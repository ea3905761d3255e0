"""Checks of `monitoring.drift`: a reference that rows cannot be compared with, and models that have no rows."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from mlspec.checks.registry import check
from mlspec.codes import Code, code
from mlspec.diagnostics import Diagnostic
from mlspec.environment.resolved import ResolvedSpec
from mlspec.plan.drift.comparable import LARGEST, TABULAR, is_comparable, is_table

NOTTABULAR = code(
    "MLS350",
    "drift-not-tabular",
    title="drift of a model that does not take rows of columns",
    reason="The index compares the values of columns one by one; of texts, images and tokens it says nothing.",
    remedy="remove `drift`",
)
NO_SIGNATURE = code(
    "MLS351",
    "drift-without-signature",
    title="drift of a model whose inputs nobody has declared",
    reason="The columns of the reference have to be matched with the model's inputs before it is loaded.",
    remedy="write the signature: `model.inputs`, with -1 as the first length of each",
)
MISSING = code(
    "MLS352",
    "drift-reference-missing",
    title="the reference is not where the spec says",
    reason="There would be nothing to compare with.",
    remedy="commit the file beside the spec, or correct the path",
)
TOO_LARGE = code(
    "MLS353",
    "drift-reference-too-large",
    title="a reference of more than 16 MiB",
    reason="It is read whenever the spec is compiled, and more rows than some thousands make it no better.",
    remedy="take a sample of its rows: ten thousand say as much",
)
UNREADABLE = code(
    "MLS354",
    "drift-reference-unreadable",
    title="a reference that cannot be read",
    reason="Its columns and their names are taken from it as they stand.",
    remedy="write it as CSV with a header, as JSON lines or as Parquet, uncompressed",
)
COLUMNS = code(
    "MLS355",
    "drift-reference-columns",
    title="a reference whose columns are not the model's inputs",
    reason="A feature would be compared with another one, or with none.",
    remedy="keep a column for each input, and under the names of outputs what the model predicted",
)
TYPE = code(
    "MLS356",
    "drift-reference-type",
    title="a column of the reference that has another type than its input",
    reason="No request could hold such a value, and so it tells nothing about requests.",
    remedy="correct the column, or the input's datatype",
)
SHORT = code(
    "MLS357",
    "drift-reference-short",
    title="a reference with too few rows for its threshold",
    reason="By chance alone the index of two samples lies near (buckets - 1) × (1/rows + 1/rows in the window).",
    remedy="use more rows, or a higher threshold",
)
VALUES = code(
    "MLS358",
    "drift-too-many-values",
    title="a column of texts that are no categories",
    reason="Identifiers and free text are different in every row: they drift always, or never.",
    remedy="do not watch the column: name it in `exclude`",
)
EXCLUDED = code(
    "MLS359",
    "drift-exclude-unknown",
    title="a column that is excluded, and that nobody would watch",
    reason="It may be misspelt, and another one is watched that should not be.",
    remedy="name columns of the reference, or take the name out",
)
FEATURES = code(
    "MLS360",
    "drift-features",
    title="too many columns to watch, or none",
    reason="Each is a series in Prometheus for every replica.",
    remedy="watch from 1 to 100 columns: name the others in `exclude`",
)


@check(NOTTABULAR)
def not_tabular(resolved: ResolvedSpec) -> Iterator[Diagnostic]:
    if resolved.spec.monitoring.drift is None:
        return
    if (kind := resolved.spec.model.format) not in TABULAR:
        yield NOTTABULAR.error(
            resolved.at_key("monitoring", "drift"),
            f"a model of format {kind} takes no rows of columns, which drift is measured by",
            label="nothing to compare",
        )
        return
    for index, tensor in enumerate(resolved.spec.model.inputs):
        if not is_table(tensor):
            what = "does not count rows" if tensor.shape[0] != -1 else f"has {len(tensor.shape)} dimensions"
            yield NOTTABULAR.error(
                resolved.at("model", "inputs", index, "shape"),
                f"the input {tensor.name} {what}, and drift is measured by columns of rows",
                label="no row of columns",
                remedy="remove `drift`, or write the shape of a table: `[-1, columns]`",
            )


@check(NO_SIGNATURE)
def without_signature(resolved: ResolvedSpec) -> Iterator[Diagnostic]:
    spec = resolved.spec
    if spec.monitoring.drift is not None and spec.model.format in TABULAR and not spec.model.inputs:
        yield NO_SIGNATURE.error(
            resolved.at_key("monitoring", "drift"),
            f"nobody knows which columns {resolved.name} takes",
            label="needs `model.inputs`",
        )


@check(MISSING)
def reference_missing(resolved: ResolvedSpec) -> Iterator[Diagnostic]:
    drift = resolved.spec.monitoring.drift
    if drift is not None and resolved.files.size(resolved.file(drift.reference)) is None:
        yield MISSING.error(
            resolved.at("monitoring", "drift", "reference"),
            f"there is no file {resolved.file(drift.reference)}",
            label="no such file",
        )


@check(TOO_LARGE)
def reference_too_large(resolved: ResolvedSpec) -> Iterator[Diagnostic]:
    drift = resolved.spec.monitoring.drift
    size = (resolved.files.size(resolved.file(drift.reference)) or 0) if drift is not None else 0
    if drift is not None and size > LARGEST:
        yield TOO_LARGE.error(
            resolved.at("monitoring", "drift", "reference"),
            f"{resolved.file(drift.reference)} has {size / 2**20:.0f} MiB; at most {LARGEST >> 20} MiB are read",
            label="too large",
        )


def _reference(about: Code, resolved: ResolvedSpec) -> Iterator[Diagnostic]:
    """What is wrong with a reference, where it is something of this kind."""
    drift = resolved.spec.monitoring.drift
    if drift is None or not is_comparable(resolved, drift):
        return
    from mlspec.plan.drift.plan_drift import read_reference
    from mlspec.plan.drift.reference import Fault

    found = read_reference(resolved, drift)
    if isinstance(found, Fault) and found.kind == about.name:
        place = ("exclude", drift.exclude.index(found.about)) if found.about else ("reference",)
        message = f"{resolved.file(drift.reference)} {found.message}"
        span = resolved.at("monitoring", "drift", *place)
        yield about.error(span, message, label=found.label, remedy=found.remedy)


for _kind in (UNREADABLE, COLUMNS, TYPE, SHORT, VALUES, EXCLUDED, FEATURES):
    check(_kind)(partial(_reference, _kind))
