"""Checks of `server.args`: each is one that the pinned vLLM has, is whole, and is decided nowhere else."""

from __future__ import annotations

from collections.abc import Iterator
from enum import StrEnum
from functools import cache
from pathlib import Path

from msgspec import Struct

from mlspec.codes import Ignorable, code
from mlspec.diagnostics import Diagnostic
from mlspec.environment.resolved import ResolvedSpec
from mlspec.source.suggestion import did_you_mean

from .registry import check
from .vllm import is_vllm

UNKNOWN = code(
    "MLS272",
    "unknown-server-argument",
    title="an argument that vLLM does not have",
    reason="Its server ends at once at an argument that it does not know, and the pods start again for ever.",
    remedy="use an argument of `vllm serve`",
    ignorable=Ignorable.YES,
)
DECIDED = code(
    "MLS273",
    "decided-server-argument",
    title="an argument of vLLM that is decided elsewhere",
    reason="What is decided in two places comes apart: probes, Service, rules and cards follow from the spec.",
    remedy="remove it",
)
MALFORMED = code(
    "MLS274",
    "malformed-server-argument",
    title="an argument without the value that it needs, or with one that it does not take",
    reason="vLLM's server would not start, or take the next argument for the value.",
    remedy="write `--name=value`, or `--name` for a switch",
)

_ELSEWHERE = {
    ("--model", "--model-tag", "--revision", "--code-revision", "--download-dir"): "`model.uri` says which model it is",
    ("--host", "--port", "--uds"): "the Service and the probes know where it listens",
    ("--served-model-name",): "the model's name is that of the spec: `metadata.name`",
    ("--tensor-parallel-size",): "it is the number of cards: `resources.accelerator.count`",
    (
        "--pipeline-parallel-size",
        "--nnodes",
        "--node-rank",
        "--master-addr",
        "--master-port",
        "--headless",
        "--distributed-executor-backend",
    ): "replicas of several nodes are asked for with `resources.accelerator.nodes`",
    ("--shutdown-timeout",): "`health.drain` says how long requests may take to finish",
    ("--max-num-seqs",): "`server.concurrency` says how many requests are at work",
    ("--max-num-queued-reqs",): "`server.queue` says how many requests may wait",
    ("--api-key",): "a key is a secret: `env: [{name: VLLM_API_KEY, secret: <secret>/<key>}]`",
    ("--hf-token",): "a token is a secret, and none is needed: the model lies in the container",
    ("--config",): "it could say all that is decided here: write each argument of its own",
    ("--disable-log-stats",): "without vLLM's metrics no objective, alert and autoscaler would see anything",
    ("--ssl-keyfile", "--ssl-certfile", "--ssl-ca-certs", "--ssl-cert-reqs", "--enable-ssl-refresh", "--ssl-ciphers"): (
        "the Gateway ends TLS; probes and Prometheus ask in plain HTTP"
    ),
    ("--grpc", "--grpc-port"): "the Service, the probes and the rules are for HTTP",
    ("--api-server-count",): "one process for the API does; more replicas bring more of them",
}
_DATA_PARALLEL = ("--data-parallel-", "--dp-supervisor-")
_SHORT = {"-tp": "--tensor-parallel-size", "-pp": "--pipeline-parallel-size", "-n": "--nnodes", "-r": "--node-rank"}


class Kind(StrEnum):
    """What an argument takes; a toggle has a form that begins with `--no-`, too."""

    SWITCH = "switch"
    TOGGLE = "toggle"
    VALUE = "value"
    VALUES = "values"
    OPTION = "option"


class Argument(Struct, frozen=True):
    """An item of `server.args`, with the items behind it that are its values."""

    index: int
    name: str
    value: str | None


@cache
def known() -> dict[str, Kind]:
    """Every argument of the pinned `vllm serve`, and what stands behind it."""
    lines = Path(__file__).with_name("vllm_arguments.txt").read_text(encoding="utf-8").splitlines()
    table: dict[str, Kind] = {}
    for name, kind in (line.split() for line in lines if not line.startswith("#")):
        table[name] = Kind(kind)
        if kind == Kind.TOGGLE:
            table[f"--no-{name.removeprefix('--')}"] = Kind.TOGGLE
    return table


@check(UNKNOWN)
def unknown_argument(resolved: ResolvedSpec) -> Iterator[Diagnostic]:
    for argument in _arguments(resolved):
        if _decided(argument.name) is None and argument.name.partition(".")[0] not in known():
            spelt = argument.name.replace("_", "-") if argument.name.startswith("--") else ""
            near = spelt if spelt in known() else did_you_mean(argument.name, sorted(known()))
            written = resolved.spec.server.args[argument.index]
            fix, remedy = (near and near + written.removeprefix(argument.name)) or "", ""
            first, _, rest = written.partition(" ")
            if rest and first in known():
                fix = f"{first}={rest}"
                remedy = f"write `{fix}`: there is no shell that would make two words of it"
            elif not fix and not argument.name.startswith("-"):
                remedy = "an argument begins with `--`"
            yield UNKNOWN.error(
                resolved.at("server", "args", argument.index),
                f"vLLM's server has no argument `{argument.name}`",
                label="no such argument",
                remedy=remedy,
                fix=fix,
            )


@check(DECIDED)
def decided_argument(resolved: ResolvedSpec) -> Iterator[Diagnostic]:
    for argument in _arguments(resolved):
        if why := _decided(argument.name):
            message = f"`{argument.name}` is not for `server.args`"
            span = resolved.at("server", "args", argument.index)
            yield DECIDED.error(span, message, label="decided elsewhere", remedy=why)


@check(MALFORMED)
def malformed_argument(resolved: ResolvedSpec) -> Iterator[Diagnostic]:
    for argument in _arguments(resolved):
        kind = known().get(argument.name)
        if kind is None or _decided(argument.name):
            continue
        span = resolved.at("server", "args", argument.index)
        if kind in (Kind.VALUE, Kind.VALUES) and not argument.value:
            yield MALFORMED.error(span, f"`{argument.name}` needs a value", label="has none")
        elif kind in (Kind.SWITCH, Kind.TOGGLE) and argument.value is not None:
            yield MALFORMED.error(span, f"`{argument.name}` is a switch and takes no value", label="takes none")


def _arguments(resolved: ResolvedSpec) -> Iterator[Argument]:
    """As argparse reads them: an item that does not begin with a hyphen is a value of the one before that needs one."""
    if not is_vllm(resolved):
        return
    items = list(resolved.spec.server.args)
    index = 0
    while index < len(items):
        name, equals, value = items[index].partition("=")
        behind = 0 if equals else _values_behind(name, items[index + 1 :])
        values = items[index + 1 : index + 1 + behind]
        yield Argument(index, name, value if equals else " ".join(values) or None)
        index += 1 + behind


def _values_behind(name: str, items: list[str]) -> int:
    """How many of the items are values of the argument `name`."""
    most = {Kind.VALUE: 1, Kind.OPTION: 1, Kind.VALUES: len(items)}.get(
        known().get(_SHORT.get(name, name), Kind.SWITCH), 0
    )
    return next((count for count, item in enumerate(items[:most]) if item.startswith("-")), min(most, len(items)))


def _decided(name: str) -> str | None:
    """Where it is decided, if not here."""
    plain = _SHORT.get(name, name).replace("_", "-").partition(".")[0]
    if plain.startswith(_DATA_PARALLEL):
        return "more copies of the model are more replicas: `replicas` or `scaling`"
    return next((why for names, why in _ELSEWHERE.items() if plain in names), None)
