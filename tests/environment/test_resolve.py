"""Each model is resolved in each environment that it names, with every layer in its turn."""

from __future__ import annotations

from typing import Any

import pytest

from mlspec.environment.resolved import Resolution
from tests.environment.workspace import MODEL, document, environment, model, only, resolved, workspace

LAYERS = ["specs/workspace.yaml", "specs/prod.yaml", "specs/churn.yaml", "specs/churn.yaml"]
"""From the lowest to the highest: the workspace's defaults, the environment's, the model, its block."""


def _with_queues(*set_by: int) -> Resolution:
    """`server.queue` set by some of the layers, to 10 and the layer's number."""
    queues: list[dict[str, Any]] = [
        {"server": {"queue": 10 + index}} if index in set_by else {} for index in range(len(LAYERS))
    ]
    return resolved(
        workspace(defaults=queues[0]),
        environment("prod", defaults=queues[1]),
        model(**queues[2], environments={"prod": queues[3]}),
    )


@pytest.mark.parametrize("highest", range(len(LAYERS)))
def test_the_highest_layer_wins_and_its_line_is_known(highest: int) -> None:
    spec = only(_with_queues(*range(highest + 1)))
    assert spec.spec.server.queue == 10 + highest
    assert spec.at("server", "queue").file == LAYERS[highest]
    assert spec.has("server", "queue")


def test_what_no_layer_sets_has_the_default_of_the_language() -> None:
    spec = only(_with_queues())
    assert spec.spec.server.queue == 256
    assert not spec.has("server", "queue")


def test_null_takes_away_what_is_inherited() -> None:
    scaling = {"maxReplicas": 3, "metrics": [{"cpu": "70%"}]}
    prod = environment("prod", defaults={"scaling": scaling})
    spec = only(resolved(prod, model(environments={"prod": {"scaling": None, "replicas": 2}})))
    assert (spec.spec.scaling, spec.spec.replicas) == (None, 2)


def test_a_workspace_without_environments_has_one_of_its_own() -> None:
    built_in = only(resolved(model())).environment
    assert (built_in.name, built_in.namespace, built_in.spec.kubernetes) == ("default", "ml-default", "1.35")
    assert built_in.at("kubernetes") is None
    assert built_in.related("here", "kubernetes") == ()


def test_the_workspace_says_what_environments_leave_out_of_gitops() -> None:
    gitops = {"repo": "https://git.example.com/acme/ml.git", "branch": "release", "sync": "manual"}
    resolution = resolved(
        workspace(gitops=gitops), environment("prod", gitops={"sync": "auto"}), document("Environment", "staging")
    )
    found = {each.name: each.spec.gitops for each in resolution.environments}
    assert (found["prod"].branch, found["prod"].sync) == ("release", "auto")
    assert (found["staging"].branch, found["staging"].sync) == ("release", "manual")
    assert only(resolved(workspace(gitops=gitops), model())).environment.spec.gitops.branch == "release"


@pytest.mark.parametrize(
    ("environments", "names"),
    [
        ({}, []),
        ({"prod": {}}, ["prod"]),
        ({"prod": None}, ["prod"]),
        (None, ["prod", "staging"]),
    ],
)
def test_a_model_runs_where_it_says(environments: dict[str, object] | None, names: list[str]) -> None:
    everywhere = resolved(environment("prod"), environment("staging"), model(environments=environments))
    assert [spec.environment.name for spec in everywhere.specs] == names


def test_a_model_runs_everywhere_where_it_names_nothing() -> None:
    everywhere = resolved(environment("prod"), environment("staging"), model())
    assert [spec.environment.name for spec in everywhere.specs] == ["prod", "staging"]
    assert all(spec.environment.namespace == f"ml-{spec.environment.name}" for spec in everywhere.specs)


def test_of_two_with_one_name_the_first_is_taken() -> None:
    first, second = model(replicas=1), document("Model", "churn", {"model": MODEL, "replicas": 2}, "specs/copy.yaml")
    resolution = resolved(first, second)
    assert [found.code for found in resolution.diagnostics] == ["MLS110"]
    assert [spec.spec.replicas for spec in resolution.specs] == [1]


def test_an_environment_that_is_unknown_hinders_no_other() -> None:
    resolution = resolved(environment("prod"), model(environments={"prod": {}, "prd": {}}))
    assert [found.code for found in resolution.diagnostics] == ["MLS111"]
    assert [spec.environment.name for spec in resolution.specs] == ["prod"]


def test_no_environment_is_unknown_while_a_file_could_not_be_read() -> None:
    asking = model(environments={"prod": {}, "staging": {}})
    assert resolved(environment("prod"), asking, complete=False).diagnostics == []


def test_an_environment_with_a_mistake_is_not_unknown() -> None:
    resolution = resolved(environment("prod", kubernetes="1.0"), model(environments={"prod": {"replicas": 2}}))
    assert [found.code for found in resolution.diagnostics] == ["MLS105"]
    assert resolution.environments == []
    assert resolution.specs == []


def test_a_model_that_only_an_environment_completes_is_none_by_itself() -> None:
    prod = environment("prod", defaults={"model": {"version": "2.0.0"}})
    spec = only(resolved(prod, document("Model", "churn", {"model": {"format": "sklearn", "uri": "./m.joblib"}})))
    assert spec.spec.model.version == "2.0.0"
    assert spec.model.base is None


def test_a_model_by_itself_has_what_the_workspace_says_and_no_environment() -> None:
    prod = environment("prod", defaults={"replicas": 5})
    spec = only(resolved(workspace(defaults={"server": {"queue": 7}}), prod, model()))
    assert spec.model.base is not None
    assert (spec.model.base.server.queue, spec.model.base.replicas) == (7, None)


@pytest.mark.parametrize("spec", [{"defaults": None}, {"defaults": {}}, {}])
def test_defaults_may_be_empty(spec: dict[str, object]) -> None:
    assert only(resolved(workspace(**spec), environment("prod", **spec), model())).spec.replicas is None


def test_paths_start_from_the_folder_of_the_spec() -> None:
    spec = only(resolved(document("Model", "churn", {"model": MODEL}, "specs/team/churn/model.yaml")))
    assert spec.file("./model.joblib") == "specs/team/churn/model.joblib"
