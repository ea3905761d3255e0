"""Documents of a workspace -> each model in each environment: layers merged node by node, then validated."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from mlspec.codes import code
from mlspec.diagnostics import Diagnostic, Related, Span
from mlspec.source.files import Files
from mlspec.source.node import Document, Node
from mlspec.source.suggestion import did_you_mean
from mlspec.spec.environment import EnvironmentDocument, EnvironmentSpec
from mlspec.spec.parse import WRONG_TYPE, parse_section
from mlspec.spec.service import ModelHead, ServiceSpec
from mlspec.spec.workspace import WorkspaceDocument

from .merge import merge_layers, without
from .resolved import Environment, Model, Resolution, ResolvedSpec

DUPLICATE = code(
    "MLS110",
    "duplicate-name",
    title="two documents of one kind have the same name",
    reason="Both would write the same files.",
    remedy="rename or remove one of them",
)
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
)
SECOND_WORKSPACE = code(
    "MLS113",
    "second-workspace",
    title="more than one Workspace document",
    reason="There is one workspace in a repository.",
    remedy="merge the two documents",
)
DEFAULT_ENVIRONMENT = "default"
"""The environment of a workspace that has none."""


def resolve(documents: Iterable[Document], files: Files, *, complete: bool = True) -> Resolution:
    """Merges and validates every document; findings stand in the result.

    `complete` is False where a file could not be read whole: the environments that it may hold are not called unknown.
    """
    by_kind: dict[str, list[Document]] = {"Workspace": [], "Environment": [], "Model": []}
    for document in documents:
        kind = document.root.get("kind")
        by_kind[str(kind.value) if kind else ""].append(document)
    result = Resolution()
    workspace = _workspace(by_kind["Workspace"], result)
    for document in _unique("Environment", by_kind["Environment"], result):
        _environment(document, workspace, result)
    if not by_kind["Environment"]:
        result.environments.append(_built_in(workspace, result))
    named = {_name(document) for document in by_kind["Environment"]} or {DEFAULT_ENVIRONMENT}
    known = named if complete else None
    for document in _unique("Model", by_kind["Model"], result):
        _model(document, workspace, known, files, result)
    return result


def _name(document: Document) -> object:
    node = document.root.get("metadata", "name")
    return node.value if node and isinstance(node.value, str) else None


def _name_span(document: Document) -> Span:
    return document.root.locate(("metadata", "name"))


def _unique(kind: str, documents: Sequence[Document], result: Resolution) -> Iterator[Document]:
    """The documents without those whose name is taken already."""
    seen: dict[object, Document] = {}
    for document in documents:
        name = _name(document)
        first = seen.setdefault(name, document) if name is not None else document
        if first is document:
            yield document
            continue
        here, there = _name_span(document), _name_span(first)
        result.diagnostics.append(
            DUPLICATE.error(
                here,
                f"the {kind.lower()} {name} is defined twice",
                label="taken already",
                related=[Related(there, "first defined here")],
            )
        )


def _workspace(documents: Sequence[Document], result: Resolution) -> Node | None:
    """The `spec` of the Workspace, if there is one that is valid."""
    for other in documents[1:]:
        first = Related(documents[0].root.locate_key(("kind",)), "the first one")
        result.diagnostics.append(
            SECOND_WORKSPACE.error(
                other.root.locate(("kind",)), "the workspace is defined twice", label="second", related=[first]
            )
        )
    if not documents:
        return None
    parsed, findings = parse_section(WorkspaceDocument, documents[0].root)
    result.diagnostics += findings
    if parsed is None:
        return None
    result.workspace = parsed.spec
    return documents[0].root.get("spec")


def _environment(document: Document, workspace: Node | None, result: Resolution) -> None:
    tree = document.root.get("spec")
    parsed, findings = parse_section(EnvironmentDocument, document.root)
    result.diagnostics += findings
    if parsed is None:
        return
    spec, findings = _with_workspace(tree, workspace)
    result.diagnostics += findings
    if spec is not None:
        result.environments.append(Environment(parsed.metadata.name, spec, document.file, _name_span(document), tree))


def _with_workspace(tree: Node | None, workspace: Node | None) -> tuple[EnvironmentSpec | None, list[Diagnostic]]:
    """An environment's spec over what the workspace says of every environment's `gitops`."""
    shared = workspace.value.get("gitops") if workspace and isinstance(workspace.value, dict) else None
    if workspace is None or shared is None:
        return parse_section(EnvironmentSpec, merge_layers(tree)) if tree else (EnvironmentSpec(), [])
    return parse_section(EnvironmentSpec, merge_layers(Node(workspace.span, {"gitops": shared}), tree))


def _built_in(workspace: Node | None, result: Resolution) -> Environment:
    spec, findings = _with_workspace(None, workspace)
    result.diagnostics += findings
    return Environment(DEFAULT_ENVIRONMENT, spec or EnvironmentSpec(), "", Span(""))


def _model(
    document: Document, workspace: Node | None, known: set[object] | None, files: Files, result: Resolution
) -> None:
    head, findings = parse_section(ModelHead, document.root)
    result.diagnostics += findings
    spec, metadata = document.root.get("spec"), document.root.get("metadata")
    if head is None or spec is None or metadata is None:
        return
    base = without(spec, "environments")
    everywhere = workspace.get("defaults") if workspace else None
    alone, _ = parse_section(ServiceSpec, merge_layers(everywhere, base), spec.span)
    model = Model(head.metadata, document.file, metadata, alone)
    result.models.append(model)
    blocks = _blocks(spec, known, result)
    for environment in result.environments:
        if blocks is not None and environment.name not in blocks:
            continue
        defaults = environment.tree.get("defaults") if environment.tree else None
        block = blocks[environment.name] if blocks else None
        tree = merge_layers(everywhere, defaults, base, block)
        value, findings = parse_section(ServiceSpec, tree, document.root.locate_key(("spec",)))
        result.diagnostics += findings
        if value is not None:
            result.specs.append(ResolvedSpec(model, environment, value, tree, files))


def _blocks(spec: Node, known: set[object] | None, result: Resolution) -> dict[str, Node] | None:
    """The model's block for each environment that it names; None where it names none and so runs everywhere."""
    node = spec.get("environments")
    if node is None or node.value is None:
        return None
    if not isinstance(node.value, dict):
        result.diagnostics.append(
            WRONG_TYPE.error(node.span, "`environments` must be a mapping", label="expected a mapping")
        )
        return {}
    if not node.value:
        result.diagnostics.append(NOWHERE.warning(node.span, "this model runs nowhere", label="names no environment"))
    for name, entry in node.value.items():
        if known is not None and name not in known:
            result.diagnostics.append(_unknown(name, entry.key, known))
        elif entry.node.value is not None and not isinstance(entry.node.value, dict):
            message = f"`environments.{name}` must be a mapping"
            result.diagnostics.append(WRONG_TYPE.error(entry.node.span, message, label="expected a mapping"))
    mappings = (entry for entry in node.value.items() if entry[1].node.value is None or _is_mapping(entry[1].node))
    return {name: entry.node for name, entry in mappings}


def _is_mapping(node: Node) -> bool:
    return isinstance(node.value, dict)


def _unknown(name: str, span: Span, named: set[object]) -> Diagnostic:
    choices = sorted(str(choice) for choice in named)
    near = did_you_mean(name, choices)
    remedy = f"did you mean `{near}`?" if near else "the workspace has: " + ", ".join(choices)
    return UNKNOWN_ENVIRONMENT.error(
        span,
        f"there is no environment `{name}`",
        label="no such environment",
        remedy=remedy,
    )
