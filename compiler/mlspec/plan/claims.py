"""ResolvedSpec -> the claim by which each replica gets its devices, where the environment has them from a driver."""

from __future__ import annotations

import hashlib
import json

from mlspec.environment.resolved import ResolvedSpec

from .mig import MIG_CLASS
from .names import fit
from .plan import DeviceClaim
from .resources import catalogue_entry

_NAME = "accelerator"


def plan_claim(resolved: ResolvedSpec) -> DeviceClaim | None:
    """None where the model asks for no accelerator, or has it as an extended resource."""
    accelerator, entry = resolved.spec.resources.accelerator, catalogue_entry(resolved)
    if accelerator is None or entry is None or entry.claim is None:
        return None
    selectors = list(entry.claim.selectors)
    if accelerator.mig and entry.claim.device_class == MIG_CLASS:
        # Source: the attributes that NVIDIA's driver publishes for each slice.
        selectors.append(f"device.attributes['gpu.nvidia.com'].profile == '{accelerator.mig}'")
    asked = json.dumps([entry.claim.device_class, accelerator.count, selectors])
    digest = hashlib.sha256(asked.encode()).hexdigest()[:8]
    return DeviceClaim(
        name=_NAME,
        # The spec of a template can never be changed: another request is another template, and rolls the pods.
        template=fit(f"{resolved.name}-{_NAME}-{digest}"),
        device_class=entry.claim.device_class,
        count=accelerator.count,
        selectors=tuple(selectors),
    )
