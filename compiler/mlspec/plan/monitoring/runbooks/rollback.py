"""ResolvedSpec -> how the last change of a deployment is taken back, in words and commands."""

from __future__ import annotations

from mlspec.environment.resolved import ResolvedSpec
from mlspec.plan.names import plan_names
from mlspec.plan.plan import Look

from .advice import sh

_REVERT = "git log --oneline -5 -- {specs} {folder}\ngit revert COMMIT\ngit push"


def rollback(resolved: ResolvedSpec, folder: str) -> tuple[str, Look | None]:
    """`folder` is where the deployment's manifests go, in the repository as in the workspace."""
    specs, gitops = resolved.model.folder, resolved.environment.spec.gitops
    commands = _REVERT.format(specs=specs, folder=folder)
    if gitops.repo is None:
        applied = f"{commands}\nkubectl apply -f {folder}"
        return "Revert the commit that brought the change, and apply what it brings back.", sh("", applied)
    application = plan_names(resolved.name, resolved.environment.name).application
    back = (
        "Argo CD then brings the state before it back; what is changed by kubectl it would undo."
        if gitops.sync == "auto"
        else f"Argo CD then shows the Application `{application}` as out of sync: sync it."
    )
    text = (
        f"What runs is what stands in `{folder}` on the branch `{gitops.branch}` of <{gitops.repo}>. Revert the "
        "commit that brought the change: spec and manifests go back together, and the image is called as it was, so "
        f"that none is built anew. {back}"
    )
    promote = f"mlspec promote {resolved.name} --from ENVIRONMENT --to {resolved.environment.name}"
    text += f" Where another environment still runs the version that is wanted, `{promote}` brings it here."
    if resolved.spec.rollout.canary:
        name, namespace = resolved.name, resolved.environment.namespace
        abort = f"kubectl argo rollouts -n {namespace} abort {name}"
        text += f" While a canary is under way, `{abort}` sends all requests back."
    return text, sh("", commands)
