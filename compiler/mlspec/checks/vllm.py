"""Checks of format vllm: fields that its server does not know, fields that it alone has, and the cards it needs."""

from __future__ import annotations

from collections.abc import Iterator

from mlspec.codes import code
from mlspec.diagnostics import Diagnostic
from mlspec.environment.resolved import ResolvedSpec
from mlspec.plan.formats import FORMATS
from mlspec.plan.resources import catalogue_entry, is_nvidia

from .registry import check

FOREIGN_FIELD = code(
    "MLS270",
    "not-of-vllm",
    title="a field that vLLM's server does not know",
    reason="Of format vllm the image has vLLM's own server, which nothing could tell what the field says.",
    remedy="remove it; `null` in the model's own block takes away what an environment's `defaults` say",
)
VLLM_ALONE = code(
    "MLS271",
    "vllm-alone",
    title="a field that only format vllm has",
    reason="It speaks to vLLM's server; the model's own is another.",
    remedy="remove it, or use format vllm for a language model",
)
NO_CARDS = code(
    "MLS275",
    "vllm-without-accelerator",
    title="vLLM without an accelerator",
    reason="vLLM's image is made for cards, and its server ends when it finds none.",
    remedy="ask for `resources.accelerator`",
)
SLICES = code(
    "MLS276",
    "slices-together",
    title="one model on several MIG slices",
    reason="CUDA shows a process one slice only, and slices cannot exchange what tensor parallelism computes.",
    remedy="ask for one larger slice, or for whole cards",
)
OTHER_CARDS = code(
    "MLS277",
    "other-cards",
    title="vLLM's image for NVIDIA's cards on others",
    reason="The image has CUDA inside; on the cards of another vendor its server ends at once.",
    remedy="name an image for these cards as `build.baseImage`; vLLM publishes one for AMD's, too",
)

_IN_ITS_IMAGE = "put it into an image of your own that is made from vLLM's, and name that as `build.baseImage`"
_FOREIGN = {
    ("model", "inputs"): "remove it: a language model takes text and returns text",
    ("model", "outputs"): "remove it: a language model takes text and returns text",
    ("model", "predict"): "remove it: a language model has no such methods",
    ("build", "python"): "remove it: the Python is that of vLLM's image",
    ("build", "requirements"): _IN_ITS_IMAGE,
    ("build", "code"): _IN_ITS_IMAGE,
    ("build", "handler"): "remove it: a chat template goes with the model, in tokenizer_config.json",
    (
        "server",
        "batching",
    ): "remove it: vLLM batches by itself; `--max-num-batched-tokens` in `server.args` bounds a batch",
    ("server", "timeout"): "say with `expose.timeout` how long an answer may take",
    ("server", "maxBody"): "remove it: `--max-model-len` in `server.args` bounds prompt and answer",
    ("server", "workers"): "remove it: `--api-server-count` in `server.args` is vLLM's number of processes for the API",
    ("monitoring", "accuracy"): "remove it: vLLM's server takes no labels for what it has written",
    ("logging", "payloads"): "remove it: `--enable-log-requests` in `server.args` logs every request",
}


def is_vllm(resolved: ResolvedSpec) -> bool:
    """Whether vLLM's server answers."""
    return FORMATS[resolved.spec.model.format].server == "vllm"


@check(FOREIGN_FIELD)
def not_of_vllm(resolved: ResolvedSpec) -> Iterator[Diagnostic]:
    if not is_vllm(resolved):
        return
    for path, remedy in _FOREIGN.items():
        if resolved.has(*path):
            message = f"vLLM's server has no `{path[-1]}`"
            yield FOREIGN_FIELD.error(resolved.at_key(*path), message, label="would have no effect", remedy=remedy)
    if resolved.spec.server.protocol == "open-inference":
        yield FOREIGN_FIELD.error(
            resolved.at("server", "protocol"),
            "vLLM's server does not speak the Open Inference Protocol",
            label="it speaks OpenAI's",
            remedy="remove it: of format vllm the protocol is openai",
        )


@check(VLLM_ALONE)
def vllm_alone(resolved: ResolvedSpec) -> Iterator[Diagnostic]:
    if is_vllm(resolved):
        return
    spec, said = resolved.spec, resolved.spec.model.format
    asked = [("server", "args")] if spec.server.args else []
    asked += [("server", "protocol")] if spec.server.protocol == "openai" else []
    asked += [("expose", "inferencePool")] if spec.expose and spec.expose.inference_pool else []
    nodes = ("resources", "accelerator", "nodes")
    more = spec.resources.accelerator is not None and spec.resources.accelerator.nodes > 1
    for path in (*asked, *([nodes] if more else [])):
        message = f"the server of format {said} has no `{path[-1]}`"
        if path == ("server", "protocol"):
            message = f"the server of format {said} does not speak OpenAI's protocol"
        yield VLLM_ALONE.error(resolved.at_key(*path), message, label="of format vllm alone")


@check(NO_CARDS)
def vllm_without_accelerator(resolved: ResolvedSpec) -> Iterator[Diagnostic]:
    if is_vllm(resolved) and resolved.spec.resources.accelerator is None:
        yield NO_CARDS.error(
            resolved.at("model", "format"),
            f"{resolved.name} has no accelerator in {resolved.environment.name}",
            label="needs one",
        )


@check(SLICES)
def slices_together(resolved: ResolvedSpec) -> Iterator[Diagnostic]:
    accelerator = resolved.spec.resources.accelerator
    if not is_vllm(resolved) or accelerator is None or not accelerator.mig:
        return
    for key, number in (("count", accelerator.count), ("nodes", accelerator.nodes)):
        if number > 1:
            path = ("resources", "accelerator", key)
            message = f"{accelerator.count * accelerator.nodes} slices cannot compute one model together"
            yield SLICES.error(resolved.at(*path), message, label="one at most")
            return


@check(OTHER_CARDS)
def other_cards(resolved: ResolvedSpec) -> Iterator[Diagnostic]:
    entry = catalogue_entry(resolved)
    if not is_vllm(resolved) or entry is None or resolved.spec.build.base_image:
        return
    if not is_nvidia(entry):
        asked = resolved.spec.resources.accelerator
        yield OTHER_CARDS.error(
            resolved.at("resources", "accelerator", "type"),
            "vLLM's image by default is for NVIDIA's cards",
            label="other cards",
            related=resolved.environment.related(
                "not NVIDIA's", "accelerators", asked.type if asked else "", "resource"
            ),
        )
