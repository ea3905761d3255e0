"""Language models of format vllm, for the environments that have cards; valid by construction."""

from __future__ import annotations

import hashlib
from typing import Any

from hypothesis import strategies as st

from mlspec_runtime.digest import folder_digest
from tests.strategies.environment import CARDS, Card
from tests.strategies.source import folders_elsewhere
from tests.strategies.text import label_maps, versions

Spec = dict[str, Any]

ARGUMENTS = st.lists(
    st.sampled_from(
        [
            ["--max-model-len=8192"],
            ["--gpu-memory-utilization", "0.85"],
            ["--enable-prefix-caching"],
            ["--no-enable-chunked-prefill"],
            ["--chat-template={{ $(x) }} $$"],
            ['--hf-overrides={"a": "b"}'],
            ["--cpu-offload-gb=1.5"],
            ["--kv-offloading-size", "4"],
        ]
    ),
    unique_by=lambda items: items[0],
    max_size=3,
).map(lambda chosen: [item for items in chosen for item in items])


def suitable(environment: Spec) -> list[Card]:
    """The cards of an environment that could run one: whole, and NVIDIA's."""
    entries: Spec = environment["spec"].get("accelerators", {})
    cards = [card for card in CARDS if card.name in entries and card.measured]
    return [card for card in cards if "claim" not in entries[card.name] and "single" not in entries[card.name].values()]


@st.composite
def model_sources(draw: st.DrawFn, folder: str, files: dict[str, bytes], *, digest: bool, image_volumes: bool) -> Spec:
    """The block `model`: a folder, as a hub has it, beside the spec, in a store or on a volume."""
    if draw(st.booleans()):
        found = draw(folders_elsewhere(digest=digest, image_volumes=image_volumes))
        return {"format": "vllm", "version": draw(versions), **found, "size": draw(st.sampled_from(["300M", "1Gi"]))}
    content = {"config.json": b"{}", "model-00001-of-00001.safetensors": draw(st.binary(max_size=40))}
    files |= {f"{folder}/weights/{name}": each for name, each in content.items()}
    spec: Spec = {"format": "vllm", "version": draw(versions), "uri": "./weights/"}
    if digest or draw(st.booleans()):
        spec["digest"] = folder_digest((name, hashlib.sha256(each).hexdigest()) for name, each in content.items())
    return spec | draw(st.fixed_dictionaries({}, optional={"size": st.sampled_from(["1Gi", "15.5Gi"])}))


@st.composite
def servers(draw: st.DrawFn) -> Spec:
    """What of the block `server` vLLM has a use for."""
    fields = {
        "protocol": st.just("openai"),
        "concurrency": st.integers(1, 65_536),
        "args": ARGUMENTS,
        "env": st.just([{"name": "VLLM_API_KEY", "secret": "llm/key"}]),
    }
    return draw(st.fixed_dictionaries({}, optional=fields))


@st.composite
def language_blocks(draw: st.DrawFn, name: str, environment: Spec, base: Spec) -> Spec:
    """What differs in an environment that has cards: which of them, and how many."""
    spec = environment["spec"]
    card = draw(st.sampled_from(suitable(environment)))
    asked: Spec = {"type": card.name}
    if spec["accelerators"][card.name].get("migStrategy") and draw(st.booleans()):
        # The largest, which is the whole card: a smaller one may be too small for the model.
        asked["mig"] = card.profiles[-1]
    elif draw(st.booleans()):
        asked["count"] = draw(st.sampled_from([1, 2, 8]))
        if spec.get("leaderWorkerSet"):
            asked["nodes"] = draw(st.sampled_from([1, 2, 3]))
    # An environment's `defaults` may say what vLLM's server has no use for.
    block: Spec = {"resources": {"accelerator": asked, "memory": "64Gi"}, "server": {"queue": None}}
    if "expose" in base:
        block["expose"] = {"host": f"{name}.{environment['metadata']['name']}.example.com"}
        if spec.get("inferencePool") and draw(st.booleans()):
            fields = {"port": st.just(9003), "labels": label_maps, "failOpen": st.booleans()}
            pool = st.fixed_dictionaries({"endpointPicker": st.just(f"{name[:40]}-epp")}, optional=fields)
            block["expose"]["inferencePool"] = draw(pool)
    return block
