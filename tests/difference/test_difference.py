"""What a change of a spec does is said in a reviewer's words, and nothing else is."""

from __future__ import annotations

from pathlib import Path

import pytest

from mlspec.difference.difference import Row, Sign
from mlspec.difference.text import render

from .history import SPEC, History

NEW_FIRST = "pods restart 25% at a time, the new one first"


@pytest.fixture
def history(tmp_path: Path) -> History:
    return History(tmp_path)


def rows(history: History, environment: str = "prod") -> list[Row]:
    return list(history.subject(environment=environment).rows)


def test_a_comment_changes_nothing(history: History) -> None:
    history.edit("  scaling:", "  # enough for the summer\n  scaling:")
    history.edit("minReplicas: 2", "minReplicas:   2")
    assert history.difference().changed == ()
    assert render(history.difference()) == "nothing changes against main\n"


def test_a_version_brings_an_image_and_restarts_the_pods(history: History) -> None:
    history.edit("version: 1.0.0", "version: 1.1.0")
    assert rows(history) == [Row(Sign.CHANGED, "model", "1.0.0", "1.1.0", ("new image",))]
    assert history.subject().restart == NEW_FIRST


def test_an_image_with_the_same_version_names_what_changed_in_it(history: History) -> None:
    history.write("specs/churn/model.joblib", "another model")
    (row,) = rows(history)
    assert (row.subject, row.notes) == ("image", ("model.json, model/model.joblib",))


def test_replicas_do_not_restart_pods(history: History) -> None:
    history.edit("maxReplicas: 8", "maxReplicas: 20")
    assert rows(history) == [Row(Sign.CHANGED, "scaling", "2..8", "2..20")]
    assert history.subject().restart == ""


def test_accelerators_and_their_cost_are_reckoned_up(history: History) -> None:
    history.edit("  scaling:", "  resources: {accelerator: {type: nvidia-l4}}\n  scaling:")
    history.edit("maxReplicas: 8", "maxReplicas: 20")
    notes = next(row.notes for row in rows(history) if row.subject == "scaling")
    assert notes == ("accelerators at most 0 → 20", "$0.00 → $1.60 to $16.00 an hour")
    assert history.subject().restart == "pods restart one at a time, the old one first (no spare accelerator)"


@pytest.mark.parametrize(
    ("old", "new", "subject", "note"),
    [
        ("99.9%", "99.5%", "slo.availability", "loosened"),
        ("99.9%", "99.95%", "slo.availability", "tightened"),
        ("250ms", "400ms", "slo.latency.threshold", "loosened"),
        ("target: 99%", "target: 99.5%", "slo.latency.target", "tightened"),
        (", latency: {target: 99%, threshold: 250ms}", "", "slo.latency", "loosened"),
    ],
)
def test_objectives_are_loosened_or_tightened(history: History, old: str, new: str, subject: str, note: str) -> None:
    history.edit(old, new)
    assert [(row.subject, row.notes) for row in rows(history) if row.subject.startswith("slo")] == [(subject, (note,))]


def test_alerts_come_and_go(history: History) -> None:
    history.edit("FewRequests", "NoRequests")
    told = [(row.sign, row.before or row.after, row.notes) for row in rows(history) if row.subject == "alert"]
    assert told == [
        (Sign.REMOVED, "FewRequests", ("ticket, team growth",)),
        (Sign.ADDED, "NoRequests", ("ticket, team growth",)),
    ]


def test_a_route_moves(history: History) -> None:
    history.edit("churn.example.com", "predict.example.com")
    (row,) = rows(history)
    assert (row.subject, row.before, row.after) == ("route", "churn.example.com/", "predict.example.com/")


def test_a_change_for_one_environment_is_told_of_that_one(history: History) -> None:
    history.edit("prod: {}", "prod: {server: {timeout: 3s}}")
    assert rows(history) == [Row(Sign.CHANGED, "server.timeout", "default", "3s")]
    assert history.subject(environment="staging").sign is None
    assert history.subject().restart == NEW_FIRST  # the server reads its settings once


def test_a_model_and_an_environment_come_and_go(history: History) -> None:
    history.edit("    staging: {expose: {host: staging.example.com}}\n", "")
    spec = (history.root / SPEC).read_text(encoding="utf-8")
    history.write("specs/fraud/model.yaml", spec.replace("name: churn", "name: fraud").replace("churn.ex", "fraud.ex"))
    history.write("specs/fraud/model.joblib", "a model")
    history.git("rm", "--quiet", "specs/environments/staging.yaml")
    signs = {(each.model, each.environment): each.sign for each in history.difference().changed}
    assert signs == {
        ("fraud", "prod"): Sign.ADDED,
        ("churn", "staging"): Sign.REMOVED,
        ("", "staging"): Sign.REMOVED,
    }
    assert all(each.sign is Sign.ADDED for each in history.subject("fraud").objects)
    assert all(each.sign is Sign.REMOVED for each in history.subject(environment="staging").objects)


def test_an_environment_tells_of_itself_and_of_its_models(history: History) -> None:
    history.edit("registry.example.com", "images.example.com", "specs/environments/prod.yaml")
    (environment,) = (each for each in history.difference().changed if not each.model)
    assert environment.rows == (Row(Sign.CHANGED, "registry", "registry.example.com", "images.example.com"),)
    assert history.subject().restart == NEW_FIRST
    (image,) = (row for row in rows(history) if row.subject == "image")
    assert image.before.startswith("registry.example.com/")  # without it both sides would be the same
    assert image.after.startswith("images.example.com/")


def test_an_alert_of_a_burn_rate_pages_and_opens_tickets(history: History) -> None:
    spec = (history.root / SPEC).read_text(encoding="utf-8")
    (slo,) = (line for line in spec.splitlines(keepends=True) if line.lstrip().startswith("slo:"))
    history.edit(slo, "")
    told = {row.before: row.notes for row in rows(history) if row.subject == "alert"}
    assert told["MlspecErrorBudgetBurn"] == ("page and ticket, team growth",)
    shown = [line for line in render(history.difference()).splitlines() if "team growth" in line]
    assert len({line.index("page and") for line in shown}) == 1  # in a column, long names and short ones


def test_a_spec_that_was_wrong_is_unknown(history: History) -> None:
    history.git("switch", "--quiet", "main")
    history.edit("minReplicas: 2", "minReplicas: two")
    history.commit()
    history.edit("minReplicas: two", "minReplicas: 2")
    assert history.subject().sign is Sign.ADDED or history.subject().unknown


def test_what_the_branch_has_not_yet_of_main_is_not_told(history: History) -> None:
    history.git("switch", "--quiet", "main")
    history.edit("maxReplicas: 8", "maxReplicas: 9")
    history.commit()
    history.git("switch", "--quiet", "work")
    history.edit("version: 1.0.0", "version: 1.1.0")
    assert [row.subject for row in rows(history)] == ["model"]


def test_a_secret_that_changes_is_named_and_a_long_value_is_cut(history: History) -> None:
    history.edit("  scaling:", "  server: {env: [{name: KEY, secret: store/key}]}\n  scaling:")
    history.commit()
    history.git("branch", "--force", "main", "work")
    history.edit("store/key", "vault/key")
    assert rows(history) == [Row(Sign.CHANGED, "server.env.KEY.secret", "store/key", "vault/key")]


def test_a_model_that_is_renamed_goes_and_comes(history: History) -> None:
    history.edit("name: churn", "name: attrition")
    states = {(each.model, each.environment): each.sign for each in history.difference().changed}
    assert states["churn", "prod"] is Sign.REMOVED
    assert states["attrition", "prod"] is Sign.ADDED


def test_the_text_of_a_reviewer(history: History) -> None:
    history.edit("version: 1.0.0", "version: 1.1.0")
    history.edit("staging: {", "staging: {model: {version: 1.0.0}, ")
    assert render(history.difference()) == (
        "churn in prod\n"
        "  ~ model              1.0.0 → 1.1.0            new image\n"
        f"  ! {NEW_FIRST}\n"
        "  = changes deployment\n"
        "  = changes the labels of configmap, httproute, networkpolicy, poddisruptionbudget, prometheusrule, "
        "scaledobject, service, serviceaccount, servicemonitor\n"
        "churn in staging   unchanged\n"
        "1 model, 1 environment: 10 objects change, none added, none removed\n"
    )


def test_a_workspace_below_the_top_of_the_repository(tmp_path: Path) -> None:
    history = History(tmp_path)
    inner = history.root / "team"
    inner.mkdir()
    history.git("mv", "specs", "team/specs")
    history.commit()
    history.git("branch", "--force", "main", "work")
    history.root = inner
    history.edit("maxReplicas: 8", "maxReplicas: 9")
    assert [row.subject for row in rows(history)] == ["scaling"]
