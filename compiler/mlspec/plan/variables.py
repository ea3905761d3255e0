"""An environment variable of a spec -> the one of Kubernetes."""

from __future__ import annotations

from mlspec.spec.server import EnvVar

from .plan import Manifest


def environment_variable(item: EnvVar) -> Manifest:
    """A plain value, or a key of a Secret."""
    if item.secret is None:
        if not item.value:
            # The API server leaves an empty value out, and would differ from a manifest that has it.
            return {"name": item.name}
        # Kubernetes expands `$(NAME)` and makes `$` of `$$`; doubled, what the spec says arrives as it is.
        escaped = "$(" in item.value or "$$" in item.value
        return {"name": item.name, "value": item.value.replace("$", "$$") if escaped else item.value}
    name, key = item.secret.split("/")
    return {"name": item.name, "valueFrom": {"secretKeyRef": {"name": name, "key": key}}}
