"""Check of text that looks like a credential, anywhere in a spec: secrets are only ever named."""

from __future__ import annotations

import re
from collections.abc import Iterator

from mlspec.codes import code
from mlspec.diagnostics import Diagnostic, Span
from mlspec.environment.resolved import ResolvedSpec

from .registry import check

CREDENTIAL = code(
    "MLS230",
    "credential",
    title="a literal that looks like a credential",
    reason="A spec is committed, and what it says stands in the generated files for all to read.",
    remedy="put it into a Secret and name it: `{name: …, secret: <secret>/<key>}`; and revoke this one",
)

_SHAPES = {
    "an AWS access key": r"\b(AKIA|ASIA)[0-9A-Z]{16}\b",
    "a GitHub token": r"\b(gh[pousr]_[A-Za-z0-9]{36,}|github_pat_\w{22,})",
    "a GitLab token": r"\bglpat-[\w-]{20,}",
    "a Hugging Face token": r"\bhf_[A-Za-z0-9]{30,}",
    "an OpenAI or Anthropic key": r"\bsk-[A-Za-z0-9_-]{20,}",
    "a Slack token": r"\bxox[abposr]-[A-Za-z0-9-]{10,}",
    "a Google API key": r"\bAIza[\w-]{35}",
    "a JSON Web Token": r"\beyJ[\w-]{8,}\.eyJ[\w-]{8,}\.[\w-]*",
    "a private key": r"-----BEGIN [A-Z ]*PRIVATE KEY",
    "a password in a URL": r"\b[a-z][a-z0-9+.-]*://[^\s/:@]*:[^\s/:@]+@",
}
_SECRET_NAME = re.compile(r"(^|_)(PASSWORD|PASSWD|SECRET|TOKEN|API_?KEY|ACCESS_?KEY|PRIVATE_?KEY|CREDENTIALS?)$")
_SHAPE = re.compile("|".join(f"(?P<shape{index}>{shape})" for index, shape in enumerate(_SHAPES.values())))


@check(CREDENTIAL)
def credential(resolved: ResolvedSpec) -> Iterator[Diagnostic]:
    for tree in (resolved.tree, resolved.model.metadata_tree):
        for _, node in tree.scalars():
            if isinstance(node.value, str) and (match := _SHAPE.search(node.value)):
                kind = list(_SHAPES)[int((match.lastgroup or "shape0").removeprefix("shape"))]
                yield _finding(node.span, f"this looks like {kind}")
    for index, variable in enumerate(resolved.spec.server.env):
        value = variable.value
        if value and _SECRET_NAME.search(variable.name.upper()) and not _SHAPE.search(value):
            yield _finding(
                resolved.at("server", "env", index, "value"),
                f"{variable.name} looks like the name of a credential, and this is its value",
            )


def _finding(span: Span, message: str) -> Diagnostic:
    return CREDENTIAL.error(span, message, label="never write it here")
