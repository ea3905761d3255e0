"""A model that is not beside its spec: how it reaches the pod, how long that may take, and what is opened for it."""

from __future__ import annotations

from typing import Any

import pytest

from mlspec.environment.resolved import ResolvedSpec
from mlspec.plan.build_plan import build_plan
from mlspec.plan.delivery import delivery_budget, plan_model_volume
from mlspec.plan.exposure import plan_network
from mlspec.plan.lifecycle import plan_lifecycle, startup_budget
from mlspec.plan.plan import Destination, Peer, Plan
from mlspec.spec.workspace import WorkspaceSpec

from .specs import spec_of

GIB = 2**30
MODEL: dict[str, Any] = {"format": "onnx", "version": "1.0.0", "size": "10Gi"}
IMAGE = f"registry.example.com/ml/churn@sha256:{'1' * 64}"


def _spec(uri: str, *stores: dict[str, Any], **model: Any) -> ResolvedSpec:
    return spec_of({"modelStores": list(stores)}, model={**MODEL, "uri": uri, **model}, resources={"memory": "16Gi"})


def _plan(uri: str, *stores: dict[str, Any], **model: Any) -> Plan:
    return build_plan(_spec(uri, *stores, **model), WorkspaceSpec(), "0123456789abcdef")


def test_a_fetched_model_is_told_to_its_container_alone() -> None:
    keys = [
        {"name": "AWS_SECRET_ACCESS_KEY", "secret": "store/key"},
        {"name": "AWS_ACCESS_KEY_ID", "secret": "store/id"},
    ]
    near = {"prefix": "s3://models/", "region": "eu-central-1", "endpoint": "https://s3.example.com/", "env": keys}
    plan = _plan("s3://models/churn/1/", {"prefix": "s3://", "region": "us-east-2"}, near, digest=f"sha256:{'2' * 64}")
    assert plan.model_volume is not None
    assert plan.model_volume.source == {"emptyDir": {"sizeLimit": "10461Mi"}}
    fetch = plan.model_volume.fetch
    assert fetch is not None
    assert fetch.args == (
        "--uri=s3://models/churn/1/",
        f"--digest=sha256:{'2' * 64}",
        f"--size={10 * GIB}",
        "--expected=154",
        "--target=/mnt/model",
    )
    assert [each["name"] for each in fetch.env] == [
        "AWS_ACCESS_KEY_ID",
        "AWS_ENDPOINT_URL",
        "AWS_REGION",
        "AWS_SECRET_ACCESS_KEY",
    ]
    assert fetch.env[1]["value"] == "https://s3.example.com"
    assert not {each["name"] for each in fetch.env} & {each["name"] for each in plan.container.env}
    # A pod's limit is the larger of the two: the model's volume, /tmp and logs fit into the server's.
    assert plan.container.limits["ephemeral-storage"] == "11741Mi"


@pytest.mark.parametrize(
    ("uri", "path"),
    [
        ("s3://models/churn/1/", "/mnt/model/files"),
        ("gs://models/churn/model.onnx", "/mnt/model/files/model.onnx"),
        ("hf://acme/churn", "/mnt/model/files"),
        ("hf://acme/churn/onnx/model.onnx", "/mnt/model/files/model.onnx"),
        ("pvc://models", "/mnt/model"),
        ("pvc://models/churn/1/", "/mnt/model/churn/1"),
        (f"oci://{IMAGE}", "/mnt/model"),
        (f"oci://{IMAGE}/model.onnx", "/mnt/model/model.onnx"),
    ],
)
def test_the_server_is_told_where_the_model_is(uri: str, path: str) -> None:
    revision = {"revision": "4f1c" * 10} if uri.startswith("hf:") else {}
    assert f'"path": "{path}"' in (_plan(uri, **revision).settings or "")


def test_what_is_mounted_is_only_read() -> None:
    claim, image = plan_model_volume(_spec("pvc://models/a")), plan_model_volume(_spec(f"oci://{IMAGE}/m.onnx"))
    assert claim is not None
    assert image is not None
    assert (claim.source, claim.fetch) == ({"persistentVolumeClaim": {"claimName": "models", "readOnly": True}}, None)
    assert (image.source, image.fetch) == ({"image": {"reference": IMAGE}}, None)


def test_a_new_version_of_a_fetched_model_is_no_new_image() -> None:
    one, two = _plan("s3://models/1/m.onnx"), _plan("s3://models/2/m.onnx", version="2.0.0")
    assert one.container.image == two.container.image == "churn:0123456789ab"
    assert one.pod_annotations != two.pod_annotations


@pytest.mark.parametrize(
    ("uri", "stores", "size", "delivery"),
    [
        ("./model.joblib", [], "10Gi", 0),
        ("pvc://models/m", [], "10Gi", 0),
        ("s3://models/m", [], "1Mi", 60),
        ("s3://models/m", [], "10Gi", 154),
        ("s3://models/m", [{"prefix": "s3://", "bandwidth": "200Mi"}], "10Gi", 77),
        (f"oci://{IMAGE}", [{"prefix": "oci://", "bandwidth": "50Mi"}], "10Gi", 308),
    ],
)
def test_how_long_the_model_may_take_to_arrive(uri: str, stores: list[Any], size: str, delivery: int) -> None:
    spec = _spec(uri, *stores, size=size)
    assert delivery_budget(spec) == delivery
    bytes_of = spec.spec.model.size or 0
    life, start = plan_lifecycle(spec, bytes_of), startup_budget(spec, bytes_of)
    # The probe begins when the model is there.
    assert life.ready_budget == delivery + life.startup_budget
    assert life.progress_deadline == delivery + start + 300 + life.grace_period


def test_a_slow_volume_is_read_slowly() -> None:
    slow = _spec("pvc://models/m", {"prefix": "pvc://", "bandwidth": "10Mi"})
    fast = _spec("pvc://models/m", {"prefix": "pvc://", "bandwidth": "10Gi"})
    assert (startup_budget(slow, 10 * GIB), startup_budget(fast, 10 * GIB)) == (1559, 177)


def test_the_way_to_the_store_is_opened() -> None:
    named = {"prefix": "s3://", "network": [{"namespace": "storage", "ports": [9000]}, {"cidr": "10.0.0.0/8"}]}
    assert plan_network(_spec("s3://models/m", named)).destinations == (
        Destination("10.0.0.0/8", ()),
        Destination(None, (9000,), Peer("storage")),
    )
    anywhere = (
        Destination("0.0.0.0/0", (443,), excluded=("169.254.0.0/16",)),
        Destination("::/0", (443,)),
    )
    assert plan_network(_spec("s3://models/m")).destinations == anywhere
    for uri, store, port in (
        ("s3://models/m", [{"prefix": "s3://", "endpoint": "http://minio:9000"}], 9000),
        ("s3://models/m", [{"prefix": "s3://", "endpoint": "http://minio"}], 80),
        ("https://models.example.com:8443/m", [], 8443),
    ):
        assert {each.ports for each in plan_network(_spec(uri, *store)).destinations} == {(port,)}
    assert plan_network(_spec("pvc://models/m")).destinations == ()


@pytest.mark.parametrize(
    ("identity", "labels", "annotations", "addresses"),
    [
        ("eks.amazonaws.com/role-arn", {}, {"eks.amazonaws.com/skip-containers": "server"}, set()),
        (
            "azure.workload.identity/client-id",
            {"azure.workload.identity/use": "true"},
            {"azure.workload.identity/skip-containers": "server"},
            set(),
        ),
        ("iam.gke.io/gcp-service-account", {}, {}, {"169.254.169.252/32", "169.254.169.254/32"}),
    ],
)
def test_a_cloud_knows_the_pod_and_only_what_fetches_gets_its_token(
    identity: str, labels: dict[str, str], annotations: dict[str, str], addresses: set[str]
) -> None:
    store = {"prefix": "s3://", "identity": {identity: "models"}, "network": [{"cidr": "10.0.0.0/8", "ports": [443]}]}
    plan = _plan("s3://models/m", store)
    assert plan.account_annotations == {identity: "models"}
    assert plan.pod_labels == labels
    assert plan.pod_annotations == {**plan.pod_annotations, **annotations}
    assert {each.cidr for each in plan.network.destinations} == {"10.0.0.0/8", *addresses}
