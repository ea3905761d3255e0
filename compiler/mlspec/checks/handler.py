"""Checks of the user's handler: that its module is there, that it is Python, and that it has the class."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from mlspec.codes import code
from mlspec.diagnostics import Diagnostic, Span
from mlspec.environment.resolved import ResolvedSpec
from mlspec.source.suggestion import did_you_mean

from .registry import check

HANDLER_MISSING = code(
    "MLS407",
    "handler-missing",
    title="a handler that nothing provides",
    reason="The server would fail when it imports the handler.",
    remedy="set `build.code` to the folder that contains the handler's module",
)
NOT_PYTHON = code(
    "MLS410",
    "handler-not-python",
    title="a handler whose module is not Python",
    reason="The image's build would end there.",
    remedy="mend the syntax",
)
NO_CLASS = code(
    "MLS412",
    "handler-without-class",
    title="a handler's class that its module does not have",
    reason="The server would fail when it imports the handler.",
    remedy="correct the class's name",
)


@check(HANDLER_MISSING)
def handler_missing(resolved: ResolvedSpec) -> Iterator[Diagnostic]:
    build = resolved.spec.build
    if build.handler is None:
        yield from _needed(resolved)
        return
    if build.code is None:
        yield HANDLER_MISSING.error(
            resolved.at("build", "handler"), "a handler needs `build.code`", label="no folder holds this module"
        )
        return
    candidates = _modules(resolved, build.handler, build.code)
    if resolved.files.below(resolved.file(build.code)) and _existing(resolved, candidates) is None:
        module, _, wanted = build.handler.partition(":")
        near = did_you_mean(module, _modules_in(resolved, resolved.file(build.code)))
        yield HANDLER_MISSING.error(
            resolved.at("build", "handler"),
            f"there is no module {candidates[0]}",
            label="no such module",
            remedy="" if near else "correct the module's name, or `build.code`",
            fix=f"{near}:{wanted}" if near else "",
        )


def _modules_in(resolved: ResolvedSpec, folder: str) -> list[str]:
    """As Python calls them."""
    files = (path.removeprefix(f"{folder}/") for path in resolved.files.below(folder) if path.endswith(".py"))
    return sorted(file.removesuffix(".py").removesuffix("/__init__").replace("/", ".") for file in files)


def _needed(resolved: ResolvedSpec) -> Iterator[Diagnostic]:
    """Where the model is code, or weights without a program."""
    source = resolved.spec.model
    remedy = "name it as `build.handler: module:Class`, and its folder as `build.code`"
    if source.format == "python":
        span = resolved.at_key("build") if resolved.has("build") else resolved.at("model", "format")
        yield HANDLER_MISSING.error(span, "format python needs a handler", label="has none", remedy=remedy)
    if source.format == "pytorch" and source.uri is not None and _holds_weights(resolved, source.uri):
        yield HANDLER_MISSING.error(
            resolved.at("model", "uri"),
            "weights of PyTorch need a handler whose `load(path)` gives the module that has them",
            label="weights without a program",
            remedy=f"{remedy}; or save the program: `torch.export.save(…, 'model.pt2')`",
        )


def _holds_weights(resolved: ResolvedSpec, uri: str) -> bool:
    """As the server's loader sees it: safetensors, or a folder."""
    path = resolved.file(uri)
    is_folder = uri.startswith("./") and resolved.files.size(path) is None and bool(resolved.files.below(path))
    return is_folder or uri.endswith(".safetensors")


@check(NOT_PYTHON)
def handler_not_python(resolved: ResolvedSpec) -> Iterator[Diagnostic]:
    if (path := _module(resolved)) is None:
        return
    try:
        ast.parse(resolved.files.read(path), filename=path)
    except SyntaxError as error:
        line, column = error.lineno or 1, max(error.offset or 1, 1)
        yield NOT_PYTHON.error(
            Span(path, line, column, line, column), f"the handler's module is not Python: {error.msg}", label="here"
        )
    except ValueError:
        yield NOT_PYTHON.error(Span(path), "the handler's module is not Python: it holds null bytes")


@check(NO_CLASS)
def handler_without_class(resolved: ResolvedSpec) -> Iterator[Diagnostic]:
    handler = resolved.spec.build.handler
    if handler is None or (path := _module(resolved)) is None:
        return
    try:
        names = _names(ast.parse(resolved.files.read(path)))
    except (SyntaxError, ValueError):
        return
    wanted = handler.partition(":")[2]
    if wanted in names or "*" in names:
        return
    near = did_you_mean(wanted, names)
    yield NO_CLASS.error(
        resolved.at("build", "handler"),
        f"{path} has no class {wanted}",
        label="no such class",
        fix=f"{handler.partition(':')[0]}:{near}" if near else "",
    )


def _modules(resolved: ResolvedSpec, handler: str, code_folder: str) -> tuple[str, str]:
    """The two files that a module may be."""
    module = f"{resolved.file(code_folder)}/{handler.partition(':')[0].replace('.', '/')}"
    return f"{module}.py", f"{module}/__init__.py"


def _existing(resolved: ResolvedSpec, candidates: tuple[str, str]) -> str | None:
    return next((path for path in candidates if resolved.files.size(path) is not None), None)


def _module(resolved: ResolvedSpec) -> str | None:
    """The file of the handler's module, if it is there."""
    build = resolved.spec.build
    if build.handler is None or build.code is None:
        return None
    return _existing(resolved, _modules(resolved, build.handler, build.code))


def _names(module: ast.Module) -> set[str]:
    """What a module binds anywhere: whatever stands under a condition may well be bound."""
    names: set[str] = set()
    for node in ast.walk(module):
        match node:
            case ast.ClassDef(name=name) | ast.FunctionDef(name=name):
                names.add(name)
            case ast.Import(names=aliases) | ast.ImportFrom(names=aliases):
                names |= {alias.asname or alias.name.partition(".")[0] for alias in aliases}
            case ast.Name(id=name, ctx=ast.Store()):
                names.add(name)
            case _:
                pass
    return names
