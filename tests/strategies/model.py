"""Models in every supported format, with every supported field, for environments that are given."""

from __future__ import annotations

import csv
import io
from typing import Any

from hypothesis import strategies as st

from tests.strategies.environment import CARDS, GATEWAY, Card
from tests.strategies.language_model import language_blocks, model_sources, suitable
from tests.strategies.language_model import servers as language_servers
from tests.strategies.source import TABLES, code, requirements, sources
from tests.strategies.text import dns_labels, free_text, label_keys, label_maps, label_values, versions

Spec = dict[str, Any]

QUERY = 'sum(rate(queue_length{job=~"a|b\'c"}[1m]))'
EXPRESSIONS = ('up{job="a\\"b"} == 0', "sum by (model) (rate(mlspec_requests_total[5m])) > 1e3", "absent(x{y='`'})")
VARIABLES = ("OMP_NUM_THREADS", "A", "_b", "NO_PROXY", "X" * 63)


@st.composite
def alerts(draw: st.DrawFn) -> list[Spec]:
    """Alerts of the user's own; a summary is a template of Prometheus."""
    names = draw(st.lists(st.sampled_from(["A", "FraudRateHigh", "N" * 80]), max_size=2, unique=True))
    values = draw(st.sampled_from(["", " {{ $value }}", " {{ $labels.model }}: {{ $value | humanize }}"]))
    return [
        {
            "name": name,
            "expr": draw(st.sampled_from(EXPRESSIONS)),
            "severity": draw(st.sampled_from(["page", "ticket"])),
            "summary": draw(free_text(400, templates=False)).rstrip("{") + "." + values,
        }
        | draw(st.fixed_dictionaries({}, optional={"for": st.sampled_from(["0s", "1ms", "5m", "1h30m", "7d"])}))
        for name in names
    ]


HOLDS = st.sampled_from(["1m", "2m30s", "1h", "7d"])


@st.composite
def default_alerts(draw: st.DrawFn, objectives: list[str]) -> Spec:
    """Some of the alerts that every model that serves has, and those of its objectives, switched and tuned."""
    common: dict[str, st.SearchStrategy[Any]] = {
        "enabled": st.booleans(),
        "for": HOLDS,
        "severity": st.sampled_from(["page", "ticket"]),
    }
    shares = {
        "memoryNearLimit": ["50%", "99%"],
        "requestsRefused": ["0%", "0.5%", "50%"],
        "startupSlow": ["10%", "100%"],
    }
    names = ["metricsAbsent", "noReplicaReady", "replicasNotReady", "crashLooping", "memoryNearLimit"]
    spec: Spec = {}
    for name in draw(st.lists(st.sampled_from(names), unique=True, max_size=3)):
        threshold = {"threshold": st.sampled_from(shares[name])} if name in shares else {}
        spec[name] = draw(st.fixed_dictionaries({}, optional={**common, **threshold}))
    burns = {"availability": "errorBudgetBurn", "latency": "latencyBudgetBurn", "timePerOutputToken": "tokenBudgetBurn"}
    for name in objectives:
        severities = st.sampled_from([["page"], ["ticket"], ["ticket", "page"]])
        spec[burns[name]] = draw(
            st.fixed_dictionaries({}, optional={"enabled": st.booleans(), "severities": severities})
        )
    return spec


@st.composite
def monitorings(draw: st.DrawFn, *, slo: bool) -> Spec:
    """Objectives that can fire, over periods of any length."""
    spec: Spec = {"alerts": draw(alerts())} if draw(st.booleans()) else {}
    if slo or draw(st.booleans()):
        objectives = draw(st.sampled_from([("availability",), ("latency",), ("availability", "latency")]))
        spec["slo"] = {}
        if "availability" in objectives:
            spec["slo"]["availability"] = draw(st.sampled_from(["95%", "99%", "99.9%", "99.95%", "99.999%"]))
        if "latency" in objectives:
            threshold = draw(st.sampled_from(["1ms", "37ms", "250ms", "999ms"]))
            spec["slo"]["latency"] = {"target": draw(st.sampled_from(["95%", "99%", "99.5%"])), "threshold": threshold}
        if draw(st.booleans()):
            spec["slo"]["period"] = draw(st.sampled_from(["7d", "28d", "30d", "37d13h", "90d", "92d"]))
    if draw(st.booleans()):
        spec["defaultAlerts"] = draw(default_alerts([key for key in spec.get("slo", {}) if key != "period"]))
    return spec


ANSWERS = {
    "accuracy": ("FP32", [-1, 3]),
    "f1": ("BYTES", [-1]),
    "auc": ("FP64", [-1, 2]),
    "mae": ("INT64", [-1, 1]),
}
"""By metric an output that tells it."""


@st.composite
def accuracies(draw: st.DrawFn, model: Spec) -> Spec:
    """Labels for an output that the model gets, behind those that it has."""
    metric = draw(st.sampled_from(sorted(ANSWERS)))
    datatype, shape = ANSWERS[metric]
    model["outputs"] = [*model.get("outputs", []), {"name": "answer", "datatype": datatype, "shape": shape}]
    spec: Spec = {"metric": metric}
    spec |= {"maximum": draw(st.sampled_from([0.001, 3, 1e15]))} if metric == "mae" else {"minimum": "92.5%"}
    fields: dict[str, st.SearchStrategy[Any]] = {
        "minSamples": st.sampled_from([20, 500, 50_000]),
        "output": st.just("answer"),
    }
    if metric in ("f1", "auc"):
        fields["positive"] = st.sampled_from(["bad", 'a "b"\n', 1, True])
    return spec | draw(st.fixed_dictionaries({}, optional=fields))


VARIABLE = st.fixed_dictionaries({"value": free_text(200, shortest=0)}) | st.sampled_from(
    [{"secret": "a.b/KEY_1"}, {"secret": "s" * 253 + "/" + "k" * 253}]
)


def environment_variables(names: list[str]) -> st.SearchStrategy[list[Spec]]:
    """A plain value of any text, or a key of a Secret, for each name."""
    return st.lists(VARIABLE, min_size=len(names), max_size=len(names)).map(
        lambda each: [{"name": name, **value} for name, value in zip(names, each, strict=True)]
    )


@st.composite
def servers(draw: st.DrawFn) -> Spec:
    """Every knob of the server; its timeout is at least a second."""
    names = st.lists(st.sampled_from(VARIABLES), max_size=3, unique=True)
    batching = st.fixed_dictionaries(
        {"maxSize": st.integers(1, 4096)}, optional={"maxWait": st.sampled_from(["0ms", "1ms", "1s", "1m"])}
    )
    fields = {
        "protocol": st.just("open-inference"),
        "batching": batching,
        "concurrency": st.integers(1, 65_536),
        "queue": st.integers(0, 65_536),
        "timeout": st.sampled_from(["1s", "1500ms", "30s", "59m"]),
        "maxBody": st.sampled_from(["1k", "1.5Mi", "2Gi"]),
        "workers": st.integers(1, 64),
        "env": names.flatmap(environment_variables),
    }
    return draw(st.fixed_dictionaries({}, optional=fields))


@st.composite
def scalings(draw: st.DrawFn, *, prometheus: bool, wakes: bool) -> Spec:
    """Bounds and metrics; with `prometheus` those that need KEDA or an adapter, from zero where one of them `wakes`."""
    share = st.sampled_from(["1%", "70%", "100%"])
    number = st.sampled_from([1, 8, 0.5, 0.001, 1_000_000])
    kinds: dict[str, st.SearchStrategy[object]] = {"cpu": share, "memory": share}
    if prometheus:
        kinds |= {"concurrency": number, "requestsPerSecond": number}
        kinds["query"] = st.fixed_dictionaries({"promql": st.sampled_from([QUERY, "1", "max(x)"]), "threshold": number})
    names = draw(st.lists(st.sampled_from(sorted(kinds)), min_size=1, max_size=4, unique=True))
    least = draw(st.sampled_from([0, 1, 2, 5] if wakes and "query" in names else [1, 2, 5]))
    spec: Spec = {
        "maxReplicas": draw(st.integers(max(least, 1), 100)),
        "metrics": [{name: draw(kinds[name])} for name in names],
    }
    if least != 1 or draw(st.booleans()):
        spec["minReplicas"] = least
    return spec


RESOURCES = st.fixed_dictionaries(
    {},
    optional={
        "cpu": st.sampled_from(["1m", "500m", 2, 0.1, "1000m", 1024]),
        "memory": st.sampled_from(["512Mi", "1Gi", "1.5Gi", "3072Mi", "2G", "64Gi"]),
        "sharedMemory": st.sampled_from(["1Mi", "64Mi", "256Mi"]),
    },
)
STORAGE = st.sampled_from(["100Mi", "1Gi", "10G"])
CALLERS = st.lists(
    st.fixed_dictionaries({"namespace": dns_labels()}, optional={"labels": label_maps}), min_size=1, max_size=3
)
DESTINATIONS = st.lists(
    st.fixed_dictionaries(
        {"cidr": st.sampled_from(["10.20.0.0/16", "0.0.0.0/0", "2001:db8::/32"])},
        optional={"ports": st.lists(st.sampled_from([1, 443, 5432, 65_535]), max_size=3)},
    ),
    max_size=2,
)


@st.composite
def exposures(draw: st.DrawFn, *, gateway: bool) -> Spec:
    """A way in; without `gateway` the environments bring none. A route's host is named for each environment."""
    kind = draw(st.sampled_from(["gateway", "own gateway", "ingress", "load balancer"]))
    if kind == "load balancer":
        return {"loadBalancer": True}
    spec: Spec = {"path": draw(st.sampled_from(["/", "/a", "/a/B-c_d.e~f"]))} if draw(st.booleans()) else {}
    if kind != "ingress" and draw(st.booleans()):
        spec["timeout"] = draw(st.sampled_from(["59m", "1h1m1s1ms", "1d"]))
    if kind == "ingress":
        tls = st.fixed_dictionaries({"tlsSecret": st.just("host-tls")}, optional={"issuer": st.just("letsencrypt")})
        spec["ingress"] = {"class": draw(st.sampled_from(["traefik", "a.b"])), **draw(st.just({}) | tls)}
    elif kind == "own gateway" or not gateway:
        spec["gateway"] = draw(GATEWAY)
    return spec


@st.composite
def overrides(draw: st.DrawFn) -> list[Spec]:
    """Patches of both kinds, of objects that every deployment has."""
    note = {"metadata": {"annotations": {"example.com/note": draw(free_text(100))}}}
    choices: list[Spec] = [
        {"target": {"kind": "Deployment"}, "patch": {"spec": {"template": {"spec": {"priorityClassName": "high"}}}}},
        {"target": {"kind": "Deployment"}, "patch": [{"op": "add", "path": "/spec/minReadySeconds", "value": 10}]},
        {"target": {"kind": "Service"}, "patch": note},
        {"target": {"kind": "ServiceAccount"}, "patch": note},
    ]
    return draw(st.lists(st.sampled_from(choices), max_size=3))


@st.composite
def rollouts(draw: st.DrawFn) -> Spec:
    strategy = draw(st.sampled_from([{}, {"strategy": "rolling"}, {"strategy": "recreate"}]))
    surge = {"surge": draw(st.sampled_from(["1%", "25%", "100%"]))} if strategy != {"strategy": "recreate"} else {}
    return strategy | (surge if draw(st.booleans()) else {})


@st.composite
def canaries(draw: st.DrawFn, spec: Spec) -> None:
    """Makes the rollout a canary that nothing refuses: with a route any shares, without one those of whole pods."""
    routed = spec.get("expose", {}).keys().isdisjoint({"ingress", "loadBalancer"}) and "expose" in spec
    if not routed:
        spec.pop("scaling", None)
        spec["replicas"] = draw(st.integers(4, 100))
    shares = draw(st.lists(st.integers(1 if routed else 25, 100), min_size=1, max_size=5, unique=True))
    canary: Spec = {"steps": [f"{share}%" for share in sorted(shares)]}
    if draw(st.booleans()):
        canary["pause"] = draw(st.sampled_from(["2m", "1h1m1s1ms", "7d"]))
    spec["rollout"] = {"strategy": "canary", "canary": canary}
    spec["monitoring"] = draw(monitorings(slo=True))
    for override in spec.get("overrides", ()):
        if override["target"]["kind"] == "Deployment":
            override["target"] = {"kind": "Rollout"}


@st.composite
def accelerators(draw: st.DrawFn, environment: Spec) -> Spec | None:
    """A request that the environment's catalogue can meet, if it has any."""
    entries: Spec = environment["spec"].get("accelerators", {})
    if not entries or draw(st.integers(0, 3)) == 3:
        return None
    name = draw(st.sampled_from(sorted(entries)))
    card = card_called(name)
    asked: Spec = {"type": name}
    # A second turn on a card that is shared already would bring nothing.
    if draw(st.booleans()):
        asked["count"] = 1 if card.resource.endswith(".shared") else draw(st.integers(1, 8))
    claimed = entries[name].get("claim", {}).get("deviceClass") == "mig.nvidia.com"
    if claimed or ("migStrategy" in entries[name] and draw(st.integers(0, 3)) < 3):
        asked["mig"] = draw(st.sampled_from(card.profiles))
    return asked


def card_called(name: str) -> Card:
    (card,) = (card for card in CARDS if card.name == name)
    return card


def _asks_prometheus(environment: Spec) -> bool:
    """Whether its autoscaler reads more than CPU and memory."""
    spec = environment["spec"]
    return spec.get("autoscaler", "keda") == "keda" or "metricsAdapter" in spec


def _wakes(environment: Spec) -> bool:
    """Whether its autoscaler starts a first replica."""
    spec = environment["spec"]
    return _asks_prometheus(environment) and (
        spec.get("autoscaler", "keda") == "keda" or spec.get("kubernetes", "1.35") == "1.37"
    )


COLUMNS = ("customer", "$(HOME)", 'a "b", $$c', "ä" * 256)


DATA = (
    ("pvc://lake", "pvc://scores"),
    ("pvc://a.b/x.csv", "az://account/container"),
    ("s3://models/in", "s3://models/scores"),
    ("gs://lake/x.parquet", "pvc://scores"),
    ("https://models.example.com:8443/x.csv", "s3://scores"),
)
"""Never two stores that want different things of one container."""


@st.composite
def drifts(draw: st.DrawFn, inputs: list[Spec], folder: str, files: dict[str, bytes]) -> Spec:
    """A reference with rows enough for any threshold that is drawn, and perhaps an input that is not watched."""
    rows = 500
    columns: dict[str, list[str]] = {}
    for tensor in inputs:
        width = abs(tensor["shape"][1]) if len(tensor["shape"]) == 2 else 1
        names = [tensor["name"]] if width == 1 else [f"{tensor['name']}.{place}" for place in range(width)]
        columns |= {name: [str((row + at) % 2) for row in range(rows)] for at, name in enumerate(names)}
    text = io.StringIO()
    csv.writer(text).writerows([list(columns), *zip(*columns.values(), strict=True)])
    files[f"{folder}/reference.csv"] = text.getvalue().encode()
    fields = {"threshold": st.sampled_from([0.1, 0.2, 2]), "window": st.sampled_from(["5m", "1h", "7d"])}
    optional: Spec = draw(st.fixed_dictionaries({}, optional=fields))
    if len(columns) > 1 and draw(st.booleans()):
        optional["exclude"] = [next(iter(columns))]
    return {"reference": "./reference.csv", **optional}


@st.composite
def batches(draw: st.DrawFn) -> Spec:
    """Files that are scored once, or by a schedule; of a model whose inputs may be derived."""
    schedule = draw(st.sampled_from([None, "30 2 * * *", "*/5 8-18 * * MON-FRI", "@weekly", "0 0 29 2 *"]))
    date = "" if schedule is None else "/{date}/{time}"
    shards = draw(st.sampled_from([1, 4, 10_000]))
    source, target = draw(st.sampled_from(DATA))
    spec: Spec = {
        "input": source + date,
        "output": f"{target}/out{date}/",
        "format": draw(st.sampled_from(["parquet", "csv", "jsonl"])),
        "shards": shards,
    }
    fields: dict[str, st.SearchStrategy[Any]] = {
        "parallelism": st.integers(1, shards),
        "id": st.sampled_from(COLUMNS[:2]),
        "keep": st.lists(st.sampled_from(COLUMNS[2:]), unique=True),
        "batchSize": st.integers(1, 1_000_000),
        "timeout": st.sampled_from(["1m", "6h", "7d"]),
    }
    if schedule is not None:
        spec["schedule"] = schedule
        fields["timeZone"] = st.sampled_from(["Etc/UTC", "America/Argentina/Buenos_Aires"])
    return spec | draw(st.fixed_dictionaries({}, optional=fields))


@st.composite
def blocks(draw: st.DrawFn, name: str, environment: Spec, base: Spec) -> Spec | None:
    """What differs in an environment: hosts, accelerators, and now and then some more."""
    block: Spec = {}
    host = f"{name}.{environment['metadata']['name']}.example.com"
    if "expose" in base and "loadBalancer" not in base["expose"]:
        block["expose"] = {"host": host}
    # A surge and a canary on accelerators need some to spare, which the environment may not have.
    roomy = {"surge", "canary"} & base.get("rollout", {}).keys()
    if not roomy and (asked := draw(accelerators(environment))):
        block["resources"] = {"accelerator": asked, "memory": "8Gi"}
        measured = card_called(asked["type"]).measured
        if "scaling" in base and _asks_prometheus(environment) and measured and draw(st.booleans()):
            block["scaling"] = {"metrics": [{"gpuUtilization": "80%"}, {"cpu": "70%"}]}
            if base["scaling"].get("minReplicas", 1) == 0:
                block["scaling"]["minReplicas"] = 1
    if draw(st.booleans()):
        block["logging"] = {"level": draw(st.sampled_from(["debug", "warning"]))}
    if draw(st.booleans()):
        block["model"] = {"version": draw(versions)}
    if "scaling" in base and draw(st.booleans()):
        block |= {"scaling": None, "replicas": draw(st.integers(1, 100))}
    return block or draw(st.sampled_from([None, {}]))


@st.composite
def with_room(draw: st.DrawFn, spec: Spec) -> Spec:
    """The spec with cards, storage and memory enough for what it asks."""
    # A rollout with a surge of its own needs spare cards: more models shall have cards than have that.
    if spec.get("rollout", {}).get("surge") and draw(st.integers(0, 3)) < 3:
        del spec["rollout"]["surge"]
    if draw(st.booleans()):
        # What is fetched needs room beside /tmp and the logs.
        baked = spec["model"].get("uri", "./").startswith("./")
        spec.setdefault("resources", {})["ephemeralStorage"] = draw(STORAGE) if baked else "10G"
    if spec["model"]["format"] in ("pytorch", "transformers"):
        # Their frameworks take most of a gibibyte.
        spec.setdefault("resources", {})["memory"] = draw(st.sampled_from(["3072Mi", "2G", "64Gi"]))
    elif spec["model"].get("size") == "300M" and spec.get("resources", {}).get("memory") == "512Mi":
        spec["resources"]["memory"] = "1Gi"  # the model and its shared memory have to fit
    return spec


@st.composite
def scoring(draw: st.DrawFn, spec: Spec) -> Spec:
    """The spec with a batch, beside its server or in place of it: then nothing of one is left without effect."""
    spec = {**spec, "batch": draw(batches())}
    if draw(st.booleans()):
        return spec
    of_serving = ("health", "logging", "scaling", "expose", "rollout", "network")
    spec = {key: value for key, value in spec.items() if key not in of_serving}
    spec["server"] = {key: value for key, value in spec.get("server", {}).items() if key == "env"}
    overrides = [each for each in spec.get("overrides", []) if each["target"]["kind"] == "ServiceAccount"]
    return {**spec, "replicas": 0, "overrides": overrides}


@st.composite
def watched(draw: st.DrawFn, spec: Spec, folder: str, files: dict[str, bytes], *, labelled: bool) -> None:
    """Adds what is held against labels (`labelled`) and against a reference to a spec."""
    if labelled:
        asked = spec.setdefault("monitoring", {})
        asked["accuracy"] = draw(accuracies(spec["model"]))
        asked.setdefault("defaultAlerts", {})["accuracyLow"] = {"enabled": draw(st.booleans()), "for": draw(HOLDS)}
    if spec.get("replicas") != 0 and spec["model"]["format"] != "transformers" and draw(st.booleans()):
        spec["model"]["inputs"] = draw(TABLES)
        asked = spec.setdefault("monitoring", {})
        asked["drift"] = draw(drifts(spec["model"]["inputs"], folder, files))
        asked.setdefault("defaultAlerts", {})["featureDrift"] = {"for": draw(HOLDS)}


@st.composite
def models(draw: st.DrawFn, name: str, environments: list[Spec], files: dict[str, bytes], *, strict: bool) -> Spec:
    """A Model called `name`; its files are added to `files`. A `strict` one has digest, owner and objective."""
    folder = f"specs/{name}"
    with_cards = [each for each in environments if suitable(each)]
    if with_cards and draw(st.integers(0, 3)) == 0:
        return draw(language_models(name, with_cards, files, strict=strict))
    new = _mount_images(environments)
    spec: Spec = {"model": draw(sources(folder, files, digest=strict, image_volumes=new))}
    build = draw(code(folder, files, needed=spec["model"]["format"] == "python")) | draw(requirements(folder, files))
    prometheus = all(_asks_prometheus(each) for each in environments)
    wakes = all(_wakes(each) for each in environments)
    gateway = all("gateway" in each["spec"] for each in environments)
    parts: dict[str, st.SearchStrategy[Any]] = {
        "server": servers(),
        "resources": RESOURCES,
        "replicas": st.integers(1, 100),
        "scaling": scalings(prometheus=prometheus, wakes=wakes),
        "expose": exposures(gateway=gateway),
        "health": st.fixed_dictionaries(
            {},
            optional={"startup": st.sampled_from(["60s", "10m", "50m"]), "drain": st.sampled_from(["0s", "90s", "1h"])},
        ),
        "rollout": rollouts(),
        "logging": st.fixed_dictionaries({}, optional={"payloads": st.sampled_from(["0%", "0.1%", "100%"])}),
        "network": st.fixed_dictionaries({}, optional={"from": CALLERS, "to": DESTINATIONS}),
        "overrides": overrides(),
    }
    # Drawn one by one: Hypothesis' own choice of optional keys leaves most of them out.
    spec |= {key: draw(part) for key, part in parts.items() if draw(st.booleans())}
    spec = draw(with_room(spec))
    spec |= {"build": build} if build else {}
    if _takes_rows(spec["model"], build) and draw(st.booleans()):
        spec = draw(scoring(spec))
    if "scaling" in spec:
        spec.pop("replicas", None)
        if draw(st.booleans()):
            spec["scaling"]["scaleDownAfter"] = "1h"
    if "ingress" in spec.get("expose", {}):
        spec.setdefault("network", {}).setdefault("from", [{"namespace": "traefik"}])
    if (strict or draw(st.booleans())) and spec.get("replicas") != 0:
        spec["monitoring"] = draw(monitorings(slo=strict))
    labelled = spec.get("replicas") != 0 and draw(st.booleans())
    if (
        all(each["spec"].get("argoRollouts") for each in environments)
        and spec.get("replicas") != 0
        and draw(st.booleans())
    ):
        draw(canaries(spec))
    draw(watched(spec, folder, files, labelled=labelled))
    where = draw(st.lists(st.sampled_from(environments), min_size=1, unique_by=lambda each: each["metadata"]["name"]))
    if "expose" in spec or draw(st.integers(0, 3)) < 3:
        spec["environments"] = {each["metadata"]["name"]: draw(blocks(name, each, spec)) for each in where}
    return {
        "apiVersion": "mlspec.dev/v1",
        "kind": "Model",
        "metadata": draw(metadata(name, owner=strict)),
        "spec": spec,
    }


def _mount_images(environments: list[Spec]) -> bool:
    """Whether the clusters of all of them do."""
    return all(tuple(map(int, each["spec"].get("kubernetes", "1.35").split("."))) >= (1, 35) for each in environments)


def _takes_rows(model: Spec, build: Spec) -> bool:
    """Whether its files could be scored."""
    tensors = [*model.get("inputs", []), *model.get("outputs", [])]
    told = bool(model.get("inputs")) or (model["format"] != "python" and "handler" not in build)
    told = told and model["format"] != "vllm"
    return told and all(tensor["shape"][0] == -1 and tensor["name"] not in COLUMNS for tensor in tensors)


@st.composite
def language_models(
    draw: st.DrawFn, name: str, environments: list[Spec], files: dict[str, bytes], *, strict: bool
) -> Spec:
    """A Model of format vllm called `name`, in some of `environments`, all of which have cards."""
    new = _mount_images(environments)
    spec: Spec = {"model": draw(model_sources(f"specs/{name}", files, digest=strict, image_volumes=new))}
    prometheus = all(_asks_prometheus(each) for each in environments)
    wakes = all(_wakes(each) for each in environments)
    parts: dict[str, st.SearchStrategy[Any]] = {
        "server": language_servers(),
        # An autoscaler looks back an hour, in which the model has to arrive, too.
        "health": st.just({"startup": "50m", "drain": "10m"}),
        "rollout": st.sampled_from([{}, {"strategy": "rolling"}]),
        "scaling": scalings(prometheus=prometheus, wakes=wakes),
        "network": st.fixed_dictionaries({}, optional={"from": CALLERS, "to": DESTINATIONS}),
    }
    if all("gateway" in each["spec"] for each in environments):
        parts["expose"] = st.fixed_dictionaries({}, optional={"timeout": st.just("30m"), "path": st.just("/llm")})
    spec |= {key: draw(part) for key, part in parts.items() if draw(st.booleans())}
    if strict or draw(st.booleans()):
        spec["monitoring"] = draw(monitorings(slo=strict))
        if latency := spec["monitoring"].get("slo", {}).get("latency"):
            latency["threshold"] = draw(st.sampled_from(["500ms", "1s", "40s"]))
        if "slo" in spec["monitoring"] and draw(st.booleans()):
            threshold = draw(st.sampled_from(["10ms", "75ms", "1s"]))
            spec["monitoring"]["slo"]["timePerOutputToken"] = {"target": "95%", "threshold": threshold}
    spec["environments"] = {each["metadata"]["name"]: draw(language_blocks(name, each, spec)) for each in environments}
    return {
        "apiVersion": "mlspec.dev/v1",
        "kind": "Model",
        "metadata": draw(metadata(name, owner=strict)),
        "spec": spec,
    }


@st.composite
def metadata(draw: st.DrawFn, name: str, *, owner: bool) -> Spec:
    fields = {
        "owner": st.sampled_from(["payments-risk", "o" * 63, "1e3"]),
        "description": free_text(500, shortest=0),
        "labels": st.dictionaries(label_keys, label_values, max_size=3),
    }
    required = {"owner": fields.pop("owner")} if owner else {}
    return draw(st.fixed_dictionaries({"name": st.just(name), **required}, optional=fields))
