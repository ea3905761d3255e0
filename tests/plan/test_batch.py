"""A spec's batch -> the words of its command, its volumes and its times, as the runtime reads them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from mlspec.plan.batch import HOPELESS, longest_silence
from mlspec.plan.build_plan import build_plan
from mlspec.plan.names import batch_name
from mlspec.plan.plan import Batch, Destination, Peer, Plan
from mlspec.spec.workspace import WorkspaceSpec
from mlspec_runtime.batch import outcome
from mlspec_runtime.batch.options import Options, read_options
from mlspec_runtime.settings import Delivered
from tests.plan.specs import spec_of

INPUT, OUTPUT = "pvc://lake/customers/", "pvc://scores"


def planned(environment: dict[str, Any] | None = None, **asked: Any) -> Batch:
    model = {"model": asked.pop("model")} if "model" in asked else {}
    batch = {"input": INPUT, "output": OUTPUT, "format": "parquet", **asked}
    plan = build_plan(spec_of(environment, batch=batch, **model), WorkspaceSpec(), "0" * 64)
    assert plan.batch is not None
    return plan.batch


def read(batch: Batch) -> Options:
    """As the pod reads its arguments, once Kubernetes has made `$` of `$$`."""
    return read_options([word.replace("$$", "$") for word in batch.args], {"MLSPEC_JOB_NAME": "a-29923170"})


def test_the_runtime_understands_every_word() -> None:
    awkward = ["$(HOME)", 'a "b", c', "ä=1", "$$"]
    batch = planned(
        schedule="30 2 * * *",
        timeZone="Europe/Berlin",
        output="pvc://scores/{date}/",
        shards=8,
        batchSize=7,
        id="customer",
        keep=awkward[:1],
        columns={"x": awkward, "y": "z"},
    )
    options = read(batch)
    assert (options.input, options.output) == ("/mnt/input/customers/", "/mnt/output/2026-11-23/")
    assert (options.format, options.shards, options.batch_size) == ("parquet", 8, 7)
    assert options.carried == ("customer", "$(HOME)")
    assert options.columns == {"x": tuple(awkward), "y": ("z",)}
    assert (options.metrics_port, options.environment) == (batch.metrics_port, "prod")


def test_a_claim_without_a_path_is_the_volume_itself() -> None:
    batch = planned()
    assert read(batch).output == "/mnt/output"
    assert [(each.name, each.source) for each in batch.volumes] == [claim("input", "lake"), claim("output", "scores")]
    assert [(each.volume, each.mount_path, each.read_only) for each in batch.mounts] == [
        ("input", "/mnt/input", True),
        ("output", "/mnt/output", False),
    ]


def claim(name: str, of: str) -> tuple[str, dict[str, Any]]:
    return name, {"persistentVolumeClaim": {"claimName": of}}


LAKES = [
    ({}, [claim("data", "lake")], [("data", True), ("data", False)]),
    ({"input": "s3://lake/rows/"}, [claim("output", "lake")], [("output", False)]),
    ({"uri": "pvc://lake/model"}, [claim("model", "lake")], [("model", True), ("model", True), ("model", False)]),
    (
        {"uri": "pvc://models/1"},
        [("model", {"persistentVolumeClaim": {"claimName": "models", "readOnly": True}}), claim("data", "lake")],
        [("model", True), ("data", True), ("data", False)],
    ),
    (
        {"uri": "pvc://lake/model", "output": "pvc://scores"},
        [("model", {"persistentVolumeClaim": {"claimName": "lake", "readOnly": True}}), claim("output", "scores")],
        [("model", True), ("model", True), ("output", False)],
    ),
]


@pytest.mark.parametrize(("asked", "volumes", "mounts"), LAKES)
def test_a_claim_is_one_volume(asked: dict[str, str], volumes: list[Any], mounts: list[tuple[str, bool]]) -> None:
    where: dict[str, Any] = {"input": "pvc://lake/rows/", "output": "pvc://lake/scores/", **asked}
    if uri := where.pop("uri", None):
        where["model"] = {"format": "sklearn", "version": "1.0.0", "uri": uri}
    batch = planned(**where)
    assert [(each.name, each.source) for each in batch.volumes] == volumes
    assert [(each.volume, each.read_only) for each in batch.mounts] == mounts


def test_both_sides_mean_the_same_by_an_exit_status() -> None:
    assert HOPELESS == outcome.HOPELESS


@pytest.mark.parametrize(
    ("schedule", "silence", "starting"),
    [
        ("30 2 * * *", 24 * 3600 + 6 * 3600 + 3600, 3600),
        ("0 6-20/7 * * *", 10 * 3600 + 6 * 3600 + 3600, 3600),
        ("*/10 * * * *", 600 + 6 * 3600 + 600, 600),
        ("* * * * *", 60 + 6 * 3600 + 60, 60),
    ],
)
def test_how_long_it_may_be_silent(schedule: str, silence: int, starting: int) -> None:
    output = "pvc://scores/{date}/{time}/"
    spec = spec_of(batch={"input": INPUT, "output": output, "format": "csv", "schedule": schedule})
    assert spec.spec.batch is not None
    assert longest_silence(spec.spec.batch) == silence
    batch = planned(schedule=schedule, output=output)
    assert batch.schedule is not None
    assert batch.schedule.starting_deadline == starting


def test_only_argo_cd_keeps_a_job_that_has_ended() -> None:
    repository = {"gitops": {"repo": "https://git.example.com/a/b.git"}}
    nightly = {"schedule": "@daily", "output": "pvc://scores/{date}/"}
    assert planned(repository).keep_finished is None
    assert planned().keep_finished == planned(repository, **nightly).keep_finished == 172_800


def test_names_fit_however_long_the_model_is_called() -> None:
    """A pod's host name is its Job's name and its shard, and must fit 63."""
    longest = f"{batch_name('m' * 40)}-99999999-9999"
    assert len(longest) <= 63


FETCHED = {"format": "onnx", "version": "1.0.0", "uri": "s3://models/churn.onnx", "size": "1Gi"}


def fetched(store: dict[str, Any], **model: Any) -> Plan:
    batch = {"input": INPUT, "output": OUTPUT, "format": "parquet"}
    spec = spec_of({"modelStores": [store]}, batch=batch, model={**FETCHED, **model}, resources={"memory": "4Gi"})
    return build_plan(spec, WorkspaceSpec(), "0" * 64)


def test_the_job_itself_says_which_model_is_brought_to_it() -> None:
    one = fetched({"prefix": "s3://"}, digest=f"sha256:{'2' * 64}")
    assert one.batch is not None
    delivered = Delivered("1.0.0", Path("/mnt/model/files/churn.onnx"), f"sha256:{'2' * 64}", verified=True)
    assert read(one.batch).delivered == delivered
    two = fetched({"prefix": "s3://"}, version="2.0.0", digest=f"sha256:{'3' * 64}")
    assert two.batch is not None
    assert two.container.image == one.container.image
    assert two.batch.args != one.batch.args
    assert read(planned()).delivered is None


def test_the_pods_of_a_batch_may_fetch_its_model_as_the_server_s_may() -> None:
    client = {"azure.workload.identity/client-id": "models"}
    plan = fetched({"prefix": "s3://models/", "identity": client, "network": [{"namespace": "s", "ports": [9000]}]})
    assert plan.batch is not None
    assert plan.batch.account_annotations == client
    assert plan.batch.pod_labels == {"azure.workload.identity/use": "true"}
    assert plan.batch.pod_annotations == {"azure.workload.identity/skip-containers": "batch"}
    assert plan.batch.network.destinations == plan.network.destinations == (Destination(None, (9000,), Peer("s")),)


LAKE: dict[str, Any] = {
    "prefix": "s3://lake/",
    "region": "eu-central-1",
    "endpoint": "https://minio.storage:9000",
    "env": [{"name": "AWS_ACCESS_KEY_ID", "secret": "lake/id"}],
    "network": [{"namespace": "storage", "ports": [9000]}],
}


def test_the_container_that_scores_is_told_how_to_ask_its_stores() -> None:
    at = {"input": "s3://lake/customers/", "output": "s3://lake/scores/"}
    batch = planned({"modelStores": [LAKE]}, **at)
    assert (read(batch).input, read(batch).output, batch.volumes) == (at["input"], at["output"], ())
    told = {item["name"]: item for item in batch.env}
    assert told["AWS_REGION"]["value"] == "eu-central-1"
    assert told["AWS_ENDPOINT_URL"]["value"] == "https://minio.storage:9000"
    assert told["AWS_ACCESS_KEY_ID"]["valueFrom"] == {"secretKeyRef": {"name": "lake", "key": "id"}}
    assert batch.network.destinations == (Destination(None, (9000,), Peer("storage")),)


def test_a_cloud_knows_the_container_that_scores() -> None:
    role = {"eks.amazonaws.com/role-arn": "arn:aws:iam::111122223333:role/lake"}
    batch = planned({"modelStores": [{"prefix": "s3://lake/", "identity": role}]}, output="s3://lake/scores/")
    assert batch.account_annotations == role
    # Its token is for the very container that the model's fetch would keep it from.
    assert batch.pod_annotations == {}
    assert {each.ports for each in batch.network.destinations} == {(443,)}


def test_the_server_beside_a_batch_is_told_nothing_of_its_stores() -> None:
    batch = {"input": INPUT, "output": "s3://lake/scores/", "format": "csv"}
    plan = build_plan(spec_of({"modelStores": [LAKE]}, batch=batch), WorkspaceSpec(), "0" * 64)
    assert plan.network.destinations == ()
    assert plan.account_annotations == {}
    assert [item["name"] for item in plan.container.env] == ["OMP_NUM_THREADS"]
