"""The rules by number: what holds, why, and the codes of the checks where a spec can ask otherwise.

The functions of this package decide each on finished objects; docs/rules.md is written from both.
"""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct


class Rule(Struct, frozen=True):
    """One rule; `elsewhere` says what holds it where no function of finished objects can.

    An object that breaks a rule of `judgement` works, at a risk to nobody but the model itself.
    """

    title: str
    reason: str
    codes: tuple[str, ...] = ()
    elsewhere: str = ""
    judgement: bool = False


RULES: Mapping[int, Rule] = {
    1: Rule(
        "A device is a whole number in the limits, and never 0",
        "The scheduler counts devices; a fraction, or a request unlike the limit, is refused when the pod is made.",
        ("MLS262",),
    ),
    2: Rule(
        "One container asks for the devices, a slice by the name that the card's strategy gives it",
        "No node ever announces a slice that its card cannot be cut into: the pod stays Pending.",
        ("MLS204", "MLS205", "MLS260", "MLS261", "MLS276"),
    ),
    3: Rule(
        "A device is had by an extended resource or by a claim, never both; replicas claim by a template",
        "Two ways to one device count it twice; one claim for all replicas gives them all the same device.",
        ("MLS263",),
    ),
    4: Rule(
        "Nodes and tolerations come from the environment's catalogue",
        "A model that asks for a card that no node has stays Pending for ever.",
        ("MLS203", "MLS209"),
        "`tests/properties/test_rules_hold.py` compares each pod with the catalogue",
    ),
    5: Rule(
        "Memory request is limit; CPU has a request and no limit",
        "Memory over the request is the first that a node takes back; a CPU limit only throttles what would be idle.",
    ),
    6: Rule(
        "Shared memory has a size, and fits into the memory limit with the model",
        "The default of 64 MiB kills PyTorch's workers; what is in it counts against the limit.",
        ("MLS206", "MLS214"),
    ),
    7: Rule(
        "What downloads weights requests and limits ephemeral storage",
        "A node without room evicts the pod in the middle of the download.",
        ("MLS430", "MLS434"),
    ),
    8: Rule(
        "Quantities are written as the API server prints them",
        "Argo CD shows `1000m` against `1` as a difference for ever.",
    ),
    9: Rule(
        "A rollout on accelerators surges only on spare cards",
        "The new pod would wait for a card that the old one holds.",
        ("MLS207", "MLS252"),
    ),
    10: Rule(
        "Surge and unavailable are never both 0; Recreate has no rollingUpdate",
        "No pod could be replaced; the API server refuses the other.",
        ("MLS280",),
    ),
    11: Rule(
        "The progress deadline outlasts image pull, start and drain",
        "Argo CD would call a start Degraded that is only slow.",
        judgement=True,
    ),
    12: Rule(
        "A selector is name and instance, and never changes",
        "Kubernetes refuses another one for a Deployment that is there.",
        ("MLS504",),
        "`tests/tree/test_refusals.py` compares with what is generated already",
    ),
    13: Rule(
        "A change of configuration rolls the pods, and nothing else does",
        "Pods with old settings would run on; others would restart for nothing.",
        elsewhere="`tests/rules/test_rolls.py` changes each field",
    ),
    14: Rule(
        "A start-up probe with a derived budget; liveness is not readiness",
        "A slow start would be killed and start again, for ever.",
        ("MLS220",),
    ),
    15: Rule(
        "Ready means loaded and warm, and not yet draining",
        "Requests would meet a server that cannot answer them.",
        elsewhere="`tests/runtime/test_lifecycle.py` asks the running server",
    ),
    16: Rule(
        "The grace period covers preStop, drain and 5 s",
        "Requests in progress would be cut.",
        ("MLS221",),
        judgement=True,
    ),
    17: Rule(
        "A route's time-outs are explicit and not shorter than the server's",
        "Callers would get the gateway's error for what the server still answers.",
        ("MLS222", "MLS233"),
    ),
    18: Rule(
        "With an autoscaler nobody else states replicas",
        "Argo CD would set the number back at every sync.",
    ),
    19: Rule(
        "One autoscaler, bounds in order, metrics that can be measured",
        "Two fight; one without a value does nothing.",
        ("MLS215", "MLS218", "MLS264"),
    ),
    20: Rule(
        "Zero replicas only where something scales up again",
        "A Service holds no requests while nothing runs.",
        ("MLS216", "MLS217"),
    ),
    21: Rule(
        "Scaling down waits at least as long as a start takes",
        "A replica that is about to be ready would be taken away, and the number would swing.",
        ("MLS219",),
        judgement=True,
    ),
    22: Rule(
        "A disruption budget lets one pod go; a single replica has none",
        "A budget that keeps the only pod keeps its node from being drained, for ever.",
    ),
    23: Rule(
        "Replicas spread over nodes and zones, where they can",
        "All of them on one node are gone with it; a hard rule would stop a rollout in a full zone.",
        judgement=True,
    ),
    24: Rule(
        "Names and labels are valid, fit, and no two become one",
        "The API server refuses them, or one object overwrites another.",
        ("MLS225", "MLS226", "MLS232"),
    ),
    25: Rule(
        "Every reference resolves inside the output",
        "Nothing says so at apply time: the pods wait, or nobody reaches them.",
        ("MLS201", "MLS228", "MLS278", "MLS279"),
    ),
    26: Rule(
        "A ConfigMap is smaller than 1 MiB",
        "etcd takes none that is larger.",
        elsewhere="`tests/verify/test_object_rules.py` makes one that is not",
    ),
    27: Rule(
        "An image is named by a tag that does not move, or by digest",
        "Two pods of one Deployment could run two images.",
        ("MLS213",),
    ),
    28: Rule(
        "Every container is under the Pod Security Standard *restricted*",
        "A pickle runs code: it must get no further than its own process.",
    ),
    29: Rule("A ServiceAccount of its own, without a token", "A model has nothing to ask the API server."),
    30: Rule(
        "Closed both ways, but for what is named",
        "What breaks into the server would reach everything else in the cluster.",
        ("MLS224", "MLS435"),
    ),
    31: Rule(
        "Secrets are referred to, never written",
        "What is committed is read by everybody, for ever.",
        ("MLS230",),
    ),
    32: Rule(
        "Objects are applied after what they need",
        "A pod that starts before its settings fails, and a sync with it.",
    ),
    33: Rule(
        "An Application has its environment's project, heals, retries, and prunes last",
        "`default` permits everything; an apply in the middle of an upgrade fails once and must not stay failed.",
    ),
    34: Rule(
        "Nothing differs from what the API server returns",
        "A difference that never goes hides the one that matters.",
        elsewhere="`tests/rules/api_server.py` knows what it fills in, drops and prints otherwise",
    ),
    35: Rule(
        "An AppProject permits this repository, this namespace and these kinds",
        "Who may commit a manifest may otherwise do anything anywhere.",
        ("MLS227",),
    ),
    36: Rule(
        "A path that Argo CD prunes never becomes empty by accident",
        "The last model removed, everything that runs there is deleted.",
        ("MLS022", "MLS505", "MLS507"),
        "`tests/tree/test_refusals.py` takes the last model away",
    ),
    37: Rule(
        "A run of a Job ends, and counts its failures by shard",
        "One that hangs would hold its cards for ever; one bad shard, or a node that goes, would end all the others.",
        ("MLS104",),
    ),
    38: Rule(
        "Runs by a schedule do not overlap, and are not made up for long after",
        "Two runs would wait for the same cards, and after an outage all that were missed would come at once.",
        ("MLS104",),
    ),
    39: Rule(
        "No Service sends requests to the pods of a Job",
        "They listen only for Prometheus; callers would get errors for as long as a run lasts.",
    ),
}
