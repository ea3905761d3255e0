"""A model's `environments` -> its block for each environment that it names, and findings about the names."""

from __future__ import annotations

from collections.abc import Iterator

from mlspec.codes import Ignorable, code
from mlspec.diagnostics import Diagnostic, Span
from mlspec.source.node import Node
from mlspec.source.suggestion import did_you_mean
from mlspec.spec.parse import WRONG_TYPE
from mlspec.unit import DEFAULT_ENVIRONMENT

UNKNOWN_ENVIRONMENT = code(
    "MLS111",
    "unknown-environment",
    title="a model names an environment that the workspace does not have",
    reason="The block would never take effect.",
    remedy="correct the name, or add the environment below specs/environments/",
)
NOWHERE = code(
    "MLS112",
    "runs-nowhere",
    title="a model whose `environments` is empty",
    reason="Nothing is generated for it.",
    remedy="name an environment, or remove `environments` to run everywhere",
    ignorable=Ignorable.YES,
)


def blocks_of(spec: Node, known: set[str] | None) -> tuple[dict[str, Node] | None, list[Diagnostic]]:
    """The blocks, None where the model names no environment and so runs everywhere; `known` None: any may be there."""
    node = spec.get("environments")
    if node is None or node.value is None:
        return None, []
    if not isinstance(node.value, dict):
        return {}, [
            _no_mapping(node.span, "environments", "write a block for each one, which may be empty: `prod: {}`")
        ]
    findings = list(_findings(spec, node, known))
    blocks = {name: entry.node for name, entry in node.value.items()}
    return {
        name: block for name, block in blocks.items() if block.value is None or isinstance(block.value, dict)
    }, findings


def _findings(spec: Node, node: Node, known: set[str] | None) -> Iterator[Diagnostic]:
    entries = node.value if isinstance(node.value, dict) else {}
    if not entries:
        yield NOWHERE.warning(spec.locate_key(("environments",)), "this model runs nowhere", label="names none")
    for name, entry in entries.items():
        if known is not None and name not in known:
            yield _unknown(name, entry.key, known)
        elif entry.node.value is not None and not isinstance(entry.node.value, dict):
            remedy = f"write what differs in {name} as keys of a spec: `{name}: {{replicas: 2}}`"
            yield _no_mapping(entry.node.span, f"environments.{name}", remedy)


def _no_mapping(span: Span, name: str, remedy: str) -> Diagnostic:
    return WRONG_TYPE.error(span, f"`{name}` must be a mapping", label="expected a mapping", remedy=remedy)


def _unknown(name: str, span: Span, known: set[str]) -> Diagnostic:
    if known == {DEFAULT_ENVIRONMENT}:
        remedy = f"the workspace has none yet: write specs/environments/{name}.yaml, or remove `environments`"
        return UNKNOWN_ENVIRONMENT.error(
            span, f"there is no environment `{name}`", label="none is there", remedy=remedy
        )
    near = did_you_mean(name, sorted(known))
    has = ", ".join(sorted(known))
    remedy = f"did you mean `{near}`?" if near else f"the workspace has: {has}; or add {name} below specs/environments/"
    message = f"there is no environment `{name}`"
    return UNKNOWN_ENVIRONMENT.error(span, message, label="not in this workspace", remedy=remedy, fix=near or "")
