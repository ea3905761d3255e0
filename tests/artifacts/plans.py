"""Plans as `build_plan` makes them: the smallest, and those that between them have everything that a plan can say."""

from __future__ import annotations

from msgspec.structs import replace

from mlspec.plan.plan import (
    Batch,
    BatchMount,
    BatchSchedule,
    BatchVolume,
    Canary,
    CanaryMetric,
    Container,
    Destination,
    DeviceClaim,
    EnvironmentPlan,
    Fetch,
    GatewayRoute,
    Gitops,
    IngressRoute,
    Lifecycle,
    LoadBalancer,
    ModelVolume,
    Monitoring,
    Names,
    NetworkAccess,
    NodeGroup,
    Peer,
    Placement,
    Plan,
    Pool,
    Probe,
    Rollout,
    Scaling,
    ScalingMetric,
    Workload,
)

_SELECTOR = {"app.kubernetes.io/name": "churn", "app.kubernetes.io/instance": "churn-prod"}
_LABELS = {
    **_SELECTOR,
    "app.kubernetes.io/version": "1.0.0",
    "app.kubernetes.io/component": "model-server",
    "app.kubernetes.io/managed-by": "mlspec",
    "mlspec.dev/environment": "prod",
}

_BATCH_SELECTOR = {"app.kubernetes.io/name": "churn-batch", "app.kubernetes.io/instance": "churn-prod"}

SMALLEST = Plan(
    model="churn",
    version="1.0.0",
    environment="prod",
    namespace="ml-prod",
    kubernetes="1.35",
    source="specs/churn/model.yaml",
    folder="generated/prod/churn",
    description=None,
    names=Names(
        "churn", "churn-settings", "churn-public", "churn", "churn-prod", "churn-stable", "churn-canary", "churn-nodes"
    ),
    labels=_LABELS,
    selector=_SELECTOR,
    pod_annotations={"mlspec.dev/settings-digest": "807cedafc51f"},
    settings='{\n  "concurrency": 64,\n  "queue": 256\n}\n',
    workload=Workload("apps/v1", "Deployment", "churn"),
    container=Container(
        name="server",
        image="churn:1.0.0-0123456789ab",
        port=8080,
        port_name="http",
        env=({"name": "OMP_NUM_THREADS", "value": "1"},),
        requests={"cpu": "500m", "memory": "1Gi"},
        limits={"memory": "1Gi"},
        user_id=10001,
        shared_memory=None,
        temporary_storage="1Gi",
        settings_path="/etc/mlspec",
    ),
    claim=None,
    service_port=80,
    placement=Placement({}, (), ("kubernetes.io/hostname", "topology.kubernetes.io/zone"), ()),
    lifecycle=Lifecycle(
        startup=Probe("/v2/health/ready", 5, 3, 12),
        liveness=Probe("/v2/health/live", 15, 5, 4),
        readiness=Probe("/v2/health/ready", 5, 3, 2),
        pre_stop=5,
        grace_period=40,
        progress_deadline=400,
        startup_budget=60,
    ),
    rollout=Rollout("RollingUpdate", "25%", 0),
    replicas=1,
    scaling=None,
    disruption_budget=False,
    exposure=None,
    network=NetworkAccess(callers=(Peer("monitoring"),), anyone=False, destinations=()),
    monitoring=Monitoring({}, "30s", "10s", ()),
    gitops=None,
    patches=(),
)

GITOPS = Gitops(
    namespace="argocd",
    project="ml-prod",
    repo="https://git.example.com/acme/ml-gitops.git",
    branch="main",
    path="generated/prod/churn",
    cluster="https://kubernetes.default.svc",
    auto_sync=True,
    ignores_replicas=False,
    has_custom_resources=True,
    application_file="argocd/prod/churn.yaml",
)

SLICE = replace(
    SMALLEST,
    container=replace(
        SMALLEST.container,
        image="registry.example.com/ml/churn:1.0.0-0123456789ab",
        requests={"cpu": "2", "memory": "8Gi"},
        limits={"memory": "8Gi", "nvidia.com/mig-1g.10gb": "1"},
        shared_memory="2Gi",
    ),
    placement=replace(
        SMALLEST.placement,
        node_selector={"nvidia.com/gpu.product": "NVIDIA-A100-SXM4-80GB"},
        tolerations=({"key": "nvidia.com/gpu", "operator": "Exists", "effect": "NoSchedule"},),
        image_pull_secrets=("regcred",),
    ),
    rollout=Rollout("Recreate", None, None),
    exposure=IngressRoute(
        "traefik", "churn.example.com", "/", "churn-tls", {"cert-manager.io/cluster-issuer": "letsencrypt"}
    ),
    gitops=replace(GITOPS, cluster="edge", auto_sync=False),
)
"""A slice of a card, one replica, an Ingress, and a cluster that Argo CD knows by name and syncs when told to."""

_DOWN_TO_NONE = Scaling(
    kind="keda",
    min_replicas=0,
    max_replicas=20,
    metrics=(
        ScalingMetric("cpu", "cpu", "70"),
        ScalingMetric("prometheus", "concurrency", "8", 'sum(mlspec_requests_in_progress{model="churn"})'),
        ScalingMetric("prometheus", "query", "0.5", 'sum(rate(orders_total{shop="a"}[1m]))', activation="2"),
    ),
    selector={"model": "churn"},
    scale_down_window=300,
    cooldown=600,
    prometheus="http://prometheus-operated.monitoring:9090",
    fallback_replicas=10,
    container="server",
)

EVERYTHING = replace(
    SMALLEST,
    description='Who leaves next month: "churn"',
    labels={**_LABELS, "mlspec.dev/owner": "growth", "cost-centre": "1e3"},
    container=replace(
        SMALLEST.container,
        env=(
            {"name": "OMP_NUM_THREADS", "value": "1"},
            {"name": "TOKEN", "valueFrom": {"secretKeyRef": {"name": "hub-token", "key": "token"}}},
        ),
        requests={"cpu": "500m", "memory": "1Gi", "ephemeral-storage": "10Gi"},
        limits={"memory": "1Gi", "ephemeral-storage": "10Gi"},
    ),
    replicas=None,
    scaling=_DOWN_TO_NONE,
    disruption_budget=True,
    exposure=GatewayRoute("public", "gateway-system", "https", "ml.example.com", "/churn", "35s"),
    network=NetworkAccess(
        callers=(Peer("gateway-system"), Peer("monitoring"), Peer("checkout", {"app": "basket"})),
        anyone=False,
        destinations=(Destination("10.20.0.0/16", (5432,)), Destination("2001:db8::/32", ())),
    ),
    gitops=replace(GITOPS, ignores_replicas=True),
)
"""KEDA down to none, a route below a path, callers and destinations, secrets, and a description with quotes."""

PUBLIC = replace(
    SMALLEST,
    replicas=None,
    rollout=Rollout("RollingUpdate", 0, 1),
    scaling=Scaling(
        kind="hpa",
        min_replicas=2,
        max_replicas=6,
        metrics=(
            ScalingMetric("cpu", "cpu", "70"),
            ScalingMetric("memory", "memory", "80"),
            ScalingMetric("pods", "concurrency", "8", series="mlspec_requests_in_progress"),
            ScalingMetric("external", "query", "2500m", "sum(orders_waiting)", series="mlspec_scaling_demand"),
        ),
        selector={"model": "churn"},
        scale_down_window=300,
        cooldown=300,
        prometheus="http://prometheus-operated.monitoring:9090",
        fallback_replicas=4,
        container="server",
    ),
    disruption_budget=True,
    exposure=LoadBalancer(),
    network=NetworkAccess(callers=(Peer("monitoring"),), anyone=True, destinations=()),
    gitops=replace(GITOPS, ignores_replicas=True),
)
"""An HPA behind a load balancer, which anyone may call."""

CLAIMED = replace(
    SMALLEST,
    kubernetes="1.34",
    claim=DeviceClaim(
        name="accelerator",
        template="churn-accelerator-5f1d7a3c",
        device_class="gpu.nvidia.com",
        count=2,
        selectors=("device.attributes['gpu.nvidia.com'].architecture == 'Hopper'",),
    ),
    rollout=Rollout("RollingUpdate", 0, 1),
    replicas=2,
    disruption_budget=True,
    gitops=GITOPS,
)
"""Two cards for each replica, which a driver hands out by claims."""

CANARY = replace(
    EVERYTHING,
    workload=Workload("argoproj.io/v1alpha1", "Rollout", "churn"),
    scaling=replace(
        _DOWN_TO_NONE,
        min_replicas=2,
        metrics=(ScalingMetric("prometheus", "concurrency", "8", "sum(mlspec_requests_in_progress)", measured=True),),
    ),
    canary=Canary(
        shares=(10, 50),
        pause="5m",
        routed=True,
        trades_replicas=True,
        hash_argument="canary-hash",
        metrics=(
            CanaryMetric(
                "availability",
                'sum(mlspec_requests_total{pod=~"churn-{{args.canary-hash}}-[a-z0-9]+",code=~"5.."})\n/\n'
                'sum(mlspec_requests_total{pod=~"churn-{{args.canary-hash}}-[a-z0-9]+"})',
                "0.0144",
            ),
        ),
        interval="30s",
        prometheus="http://prometheus-operated.monitoring:9090",
    ),
)
"""A canary whose route divides the requests, scaled by KEDA."""

CANARY_BY_PODS = replace(
    SMALLEST,
    workload=CANARY.workload,
    replicas=4,
    disruption_budget=True,
    rollout=Rollout("RollingUpdate", 0, 1),
    canary=replace(CANARY.canary, routed=False, trades_replicas=False) if CANARY.canary else None,
    gitops=GITOPS,
)
"""A canary without a route: its share of the requests is that of its pods."""
GROUPS = replace(
    SMALLEST,
    settings=None,
    pod_annotations={},
    workload=Workload("leaderworkerset.x-k8s.io/v1", "LeaderWorkerSet", "churn-nodes"),
    container=replace(
        SMALLEST.container,
        limits={"memory": "1Gi", "nvidia.com/gpu": "8"},
        shared_memory="256Mi",
        settings_path=None,
        args=("/app/model", "--port=8080"),
    ),
    placement=replace(SMALLEST.placement, topology_keys=("kubernetes.io/hostname",)),
    rollout=Rollout("RollingUpdate", 0, 1),
    replicas=None,
    scaling=Scaling(
        kind="keda",
        min_replicas=1,
        max_replicas=3,
        metrics=(ScalingMetric("prometheus", "concurrency", "8", "sum(vllm:num_requests_running)"),),
        selector={"model": "churn"},
        scale_down_window=300,
        cooldown=300,
        prometheus="http://prometheus-operated.monitoring:9090",
        fallback_replicas=2,
        container="server",
    ),
    disruption_budget=True,
    exposure=GatewayRoute(
        "public", "gateway-system", None, "ml.example.com", "/", "10m", Pool("churn-epp", 9002, fail_open=True)
    ),
    network=NetworkAccess(
        callers=(Peer("gateway-system"), Peer("ml-prod", {"inferencepool": "churn-epp"})),
        anyone=False,
        destinations=(),
        among_themselves=True,
    ),
    monitoring=Monitoring({}, "30s", "10s", (), {"model": "churn"}),
    gitops=replace(GITOPS, ignores_replicas=True),
    group=NodeGroup(
        size=2,
        worker_args=("/app/model", "--port=8080", "--headless"),
        leader_label={"app.kubernetes.io/component": "model-server"},
        worker_labels={**_LABELS, "app.kubernetes.io/component": "model-worker"},
        group_label="leaderworkerset.sigs.k8s.io/group-key",
        topology_key="topology.kubernetes.io/zone",
    ),
)
"""A server that is not ours, in replicas of two pods, behind a picker."""

_FETCHED_VOLUME = {"emptyDir": {"sizeLimit": "10461Mi"}}
FETCHED = replace(
    SMALLEST,
    pod_annotations={**SMALLEST.pod_annotations, "azure.workload.identity/skip-containers": "server"},
    pod_labels={"azure.workload.identity/use": "true"},
    account_annotations={"azure.workload.identity/client-id": "00000000-0000-0000-0000-000000000000"},
    network=NetworkAccess(
        callers=(Peer("monitoring"),),
        anyone=False,
        destinations=(
            Destination("0.0.0.0/0", (443,), excluded=("169.254.0.0/16",)),
            Destination(None, (9000,), Peer("storage", {"app": "minio"})),
        ),
    ),
    model_volume=ModelVolume(
        "/mnt/model",
        _FETCHED_VOLUME,
        Fetch(
            name="fetch-model",
            command=("/opt/venv/bin/python", "-m", "mlspec_runtime.fetch"),
            args=("--uri=az://account/models/churn/", "--size=10737418240", "--expected=154", "--target=/mnt/model"),
            env=({"name": "AZURE_STORAGE_ENDPOINT", "value": "https://blob.example.com"},),
            requests={"cpu": "500m", "memory": "256Mi", "ephemeral-storage": "10461Mi"},
            limits={"memory": "256Mi", "ephemeral-storage": "10461Mi"},
        ),
    ),
)
"""A model that is fetched, by a pod that a cloud knows."""

BATCH = Batch(
    name="churn-batch",
    labels={**_LABELS, **_BATCH_SELECTOR, "app.kubernetes.io/component": "batch"},
    selector=_BATCH_SELECTOR,
    container="batch",
    command=("/opt/venv/bin/python", "-m", "mlspec_runtime", "batch"),
    args=("--input=/mnt/input", "--output=/mnt/output/scores", "--format=parquet", "--shards=8"),
    env=({"name": "OMP_NUM_THREADS", "value": "1"},),
    pod_labels={},
    pod_annotations={},
    account_annotations={},
    metrics_port=8080,
    metrics_port_name="metrics",
    volumes=(
        BatchVolume("input", {"persistentVolumeClaim": {"claimName": "lake"}}),
        BatchVolume("output", {"persistentVolumeClaim": {"claimName": "scores"}}),
    ),
    mounts=(
        BatchMount("input", "/mnt/input", read_only=True),
        BatchMount("output", "/mnt/output", read_only=False),
    ),
    shards=8,
    parallelism=4,
    retries=3,
    hopeless=2,
    deadline=21_600,
    keep_finished=None,
    schedule=None,
    queue="ml",
    network=NetworkAccess(callers=(Peer("monitoring"),), anyone=False, destinations=()),
)
POINTERS = ("/spec/suspend", "/spec/template/spec/nodeSelector", "/spec/template/spec/tolerations")

ONCE = replace(SLICE, exposure=None, serves=False, batch=BATCH, gitops=replace(GITOPS, ignored_job=POINTERS))
"""A Job on slices of a card, which waits in a queue; nobody is served."""

NIGHTLY = replace(
    SMALLEST,
    description="Scores of all customers",
    batch=replace(
        BATCH, keep_finished=172_800, schedule=BatchSchedule("30 2 * * *", "Europe/Berlin", 3_600), queue=None
    ),
)
"""A CronJob beside a server."""

NIGHTLY_FETCHED = replace(
    FETCHED,
    serves=False,
    batch=replace(
        NIGHTLY.batch or BATCH,
        pod_labels=FETCHED.pod_labels,
        pod_annotations={"azure.workload.identity/skip-containers": "batch"},
        account_annotations=FETCHED.account_annotations,
        network=FETCHED.network,
        volumes=(BatchVolume("model", _FETCHED_VOLUME), *BATCH.volumes),
        mounts=(BatchMount("model", "/mnt/model", read_only=True), *BATCH.mounts),
    ),
)
"""A CronJob whose pods fetch their model first."""

PLANS = {
    "smallest": SMALLEST,
    "slice": SLICE,
    "everything": EVERYTHING,
    "public": PUBLIC,
    "claimed": CLAIMED,
    "canary": CANARY,
    "canary-by-pods": CANARY_BY_PODS,
    "groups": GROUPS,
    "fetched": FETCHED,
    "once": ONCE,
    "nightly": NIGHTLY,
    "nightly-fetched": NIGHTLY_FETCHED,
}

ENVIRONMENT = EnvironmentPlan(
    environment="prod",
    source="specs/environments/prod.yaml",
    file="argocd/prod.yaml",
    project="ml-prod",
    root="ml-prod-root",
    argocd_namespace="argocd",
    namespace="ml-prod",
    cluster="edge",
    repo="https://git.example.com/acme/ml-gitops.git",
    branch="main",
    applications_path="argocd/prod",
    auto_sync=True,
    labels={"app.kubernetes.io/managed-by": "mlspec", "mlspec.dev/environment": "prod"},
)
