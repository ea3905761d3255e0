"""What people write for a key of the language: by the section that lacks it, the key that is meant, or what to tell.

A key that the section has under a near spelling needs no row, nor one that the spec has elsewhere by the same name.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from .environment import EnvironmentDocument, EnvironmentSpec
from .fields import OtherWords, sections_below
from .section import Section
from .service import ModelHead, ModelSpec, ServiceSpec
from .workspace import WorkspaceSpec

_SPECS: Mapping[type[Section], type[Section]] = {ModelHead: ModelSpec, EnvironmentDocument: EnvironmentSpec}
_UNDER_SPEC = "indent it under `spec`"
_METADATA = "write it under the document's `metadata`"
_PATCHED = "what the language does not say is patched under `overrides`"
_OF_NODES = "which nodes have what, the environment's `accelerators` say; ask for one under `resources.accelerator`"
_OF_ENVIRONMENT = "the Environment says it, once for all its models"
_PORT = "remove it: the server has one port, and callers use that of its Service or of `expose`"
_METRIC = "write the metric as the key: `- cpu: 70%`, `- requestsPerSecond: 50`"
_ONE_AMOUNT = "write one amount: `memory: 1Gi` is request and limit at once, `cpu: 500m` a request"

_SYNONYMS: Mapping[str, Mapping[str, str]] = {
    "ServiceSpec": {
        "resources.accelerator": "gpu gpus accelerator accelerators",
        "resources.memory": "mem ram",
        "resources.ephemeralStorage": "disk storage",
        "server.env": "env envs environmentVariables variables secrets",
        "environments": "environment perEnvironment",
        "build.baseImage": "image docker dockerImage",
        "build.requirements": "dependencies packages pip",
        "scaling": "autoscaling autoscaler hpa keda scale",
        "scaling.metrics": "rps qps metrics",
        "replicas": "instances replicaCount",
        "monitoring.slo": "slo sla objectives",
        "expose": "route domain url ingressHost",
        "rollout": "deployment deploy",
        "health": "probes probe livenessProbe readinessProbe startupProbe",
        "batch": "job cron cronJob",
        "server.timeout": "timeout requestTimeout",
    },
    "Resources": {
        "accelerator": "gpu gpus accelerators",
        "memory": "ram mem",
        "sharedMemory": "shm",
        "ephemeralStorage": "disk storage",
    },
    "Accelerator": {"type": "name kind model gpu", "count": "number quantity gpus", "mig": "profile slice"},
    "Metric": {
        "requestsPerSecond": "rps qps requests throughput",
        "gpuUtilization": "gpu gpus",
        "memory": "ram mem",
        "query": "prometheus promql",
        "concurrency": "inFlight",
    },
    "Query": {"promql": "query expr", "threshold": "target value"},
    "Scaling": {
        "minReplicas": "min minimum",
        "maxReplicas": "max maximum",
        "scaleDownAfter": "cooldown cooldownPeriod stabilizationWindow",
        "metrics": "rps qps cpu requestsPerSecond concurrency metric",
    },
    "Server": {
        "env": "envs environment environmentVariables variables",
        "batching": "batch",
        "server.batching.maxSize": "batchSize maxBatchSize",
        "build.baseImage": "image",
        "logging.level": "logLevel",
        "maxBody": "maxRequestSize bodyLimit",
    },
    "Batching": {"maxSize": "size maxBatchSize batchSize", "maxWait": "delay timeout latency maxDelay"},
    "EnvVar": {"secret": "valueFrom secretKeyRef fromSecret secretRef", "name": "key"},
    "ModelSource": {
        "uri": "path file location url source storageUri",
        "format": "framework type flavor flavour kind",
        "digest": "sha256 checksum hash",
        "inputs": "signature schema",
        "revision": "commit branch",
    },
    "Build": {
        "baseImage": "image base from",
        "requirements": "packages dependencies pip",
        "systemPackages": "apt aptPackages",
        "handler": "entrypoint class",
        "code": "source src",
    },
    "Rollout": {
        "strategy": "type",
        "surge": "maxSurge",
        "rollout.canary.steps": "steps",
        "rollout.canary.pause": "pause",
    },
    "Canary": {"steps": "weights shares", "abortOn": "rollbackOn"},
    "Monitoring": {"slo": "sla objectives", "alerts": "rules"},
    "Slo": {"availability": "uptime errors", "latency": "p99 p95 p90 responseTime", "period": "window"},
    "Expose": {"host": "hostname domain url", "expose.ingress.tlsSecret": "tls"},
    "Health": {"drain": "gracePeriod terminationGracePeriodSeconds", "startup": "start initialDelaySeconds"},
    "Batch": {"input": "source from", "output": "target destination to", "schedule": "cron"},
    "EnvironmentSpec": {
        "accelerators": "gpu gpus",
        "kubernetes": "k8s version kubernetesVersion",
        "gitops": "git argocd argo",
        "gitops.repo": "repository",
        "modelStores": "stores storage store",
    },
    "Gitops": {"repo": "repository url repoURL", "branch": "revision targetRevision"},
    "CatalogueEntry": {"nodeSelector": "selector labels", "hourlyCost": "cost price"},
}
"""For each section by the key that is meant (a path begins at the spec) what people write for it."""

_ADVICE: Mapping[str, Mapping[str, str]] = {
    "ServiceSpec": {
        _METADATA: "name owner labels description annotations",
        _OF_NODES: "nodeSelector tolerations",
        _OF_ENVIRONMENT: "namespace cluster registry kubernetes imagePullSecrets gitops",
        _PATCHED: "affinity volumes volumeMounts serviceAccount priorityClassName sidecars initContainers",
        _PORT: "port ports containerPort",
    },
    "Server": {_PORT: "port ports host address"},
    "Expose": {_PORT: "port ports"},
    "Resources": {_ONE_AMOUNT: "requests limits"},
    "Metric": {_METRIC: "type name target value targetValue averageUtilization utilization metric resource"},
    "ModelSource": {_METADATA: "name"},
}


def other_keys_of(section: type[Section]) -> OtherWords:
    """What people write for keys of a section, in small letters."""
    meant = dict(_rows(_SYNONYMS.get(section.__name__, {})))
    if section in (EnvironmentSpec, WorkspaceSpec):
        meant = {key.casefold(): f"defaults.{key}" for key in _keys(ServiceSpec)} | meant
    advice = dict(_rows(_ADVICE.get(section.__name__, {})))
    if spec := _SPECS.get(section):
        advice = {letters(key): _UNDER_SPEC for key in _keys(spec)} | advice
    return OtherWords(meant, advice)


def places_of(root: type[Section], key: str) -> list[str]:
    """Where else below `root` a key of this very name may stand, as `build.handler`."""
    return [".".join((*path, key)) for path, section in sections_below(root) if key in _keys(section)]


def letters(word: str) -> str:
    """`min_replicas` and `minReplicas` are one word."""
    return "".join(character for character in word.casefold() if character.isalnum())


def _rows(table: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    for meant, words in table.items():
        yield from ((letters(word), meant) for word in words.split())


def _keys(section: type[Section]) -> list[str]:
    return [str(field.alias or name) for name, field in section.model_fields.items()]
