"""Every field of every manifest has an answer, and those that a person can tell are exactly right."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest

from mlspec.artifacts.file import File
from mlspec.source.files import FilesInMemory, FilesOnDisk
from mlspec.why.answer import Answer, Inquiry
from mlspec.why.place import Place, at_line, at_path
from mlspec.why.reasons import SAME
from mlspec.why.subject import Subject, subject_of
from mlspec.why.text import render
from mlspec.why.trial import make, text_of
from mlspec.why.why import CannotSay, why

ROOT = Path(__file__).parents[2]
EXAMPLES = FilesOnDisk(ROOT)
WIDEST = [("credit-risk", "prod"), ("churn-nightly", "prod"), ("assistant-llm", "prod"), ("digits-onnx", "staging")]
"""Examples that have every kind of manifest between them."""
SPEC = b"""\
apiVersion: mlspec.dev/v1
kind: Model
metadata: {name: churn, owner: growth}
spec:
  model: {format: sklearn, version: 1.2.0, uri: ./model.joblib}
  build: {requirements: [scikit-learn==1.9.1]}
  server:
    queue: 100
    env: [{name: TOKEN, secret: api-access/token}]
  resources: {cpu: 500m, memory: 2Gi}
  replicas: 3
  expose: {host: models.example.com}
  monitoring: {slo: {availability: 99.9%}}
  environments:
    prod: {resources: {memory: 3Gi}}
"""
PROD = b"""\
apiVersion: mlspec.dev/v1
kind: Environment
metadata: {name: prod}
spec:
  registry: registry.example.com/ml
  gateway: {name: public, namespace: gateways}
  gitops: {repo: "https://git.example.com/acme/ml.git"}
  defaults: {health: {drain: 40s}}
"""
FILES = FilesInMemory(
    {"specs/churn/model.yaml": SPEC, "specs/churn/model.joblib": b"a model\n" * 9, "specs/environments/prod.yaml": PROD}
)
POD = "spec.template.spec"


@cache
def inquiry() -> tuple[Subject, Inquiry]:
    """One for all questions: what is changed is compiled once."""
    subject = subject_of("generated/prod/churn/deployment.yaml", FILES, "specs")
    return subject, Inquiry(subject, FILES)


def asked(file: str, path: str) -> Answer:
    subject, inquired = inquiry()
    key, output = next((key, each) for key, each in subject.made.outputs.items() if each.path.endswith(file))
    inquired.subject = replace(subject, key=key, output=output)
    return inquired.answer(at_path(output.path, text_of(output) or "", path))


def decided_by(answer: Answer) -> list[str]:
    return [origin.leaf.name if origin.leaf else origin.file for origin in answer.origins if origin.written]


@pytest.mark.parametrize(
    ("file", "path", "names"),
    [
        ("churn/deployment.yaml", "spec.replicas", ["replicas"]),
        ("churn/deployment.yaml", "metadata.namespace", ["metadata.name"]),
        ("churn/deployment.yaml", f"{POD}.containers[0].resources.limits.memory", ["resources.memory"]),
        ("churn/deployment.yaml", f"{POD}.containers[0].resources.requests.cpu", ["resources.cpu"]),
        ("churn/deployment.yaml", f"{POD}.terminationGracePeriodSeconds", ["health.drain"]),
        ("churn/deployment.yaml", f"{POD}.containers[0].env[1].valueFrom.secretKeyRef.name", ["server.env[0].secret"]),
        ("churn/httproute.yaml", "spec.hostnames[0]", ["expose.host"]),
        ("churn/httproute.yaml", "spec.parentRefs[0].name", ["gateway.name"]),
        ("prod/churn.yaml", "spec.source.repoURL", ["gitops.repo"]),
    ],
)
def test_the_line_that_decides(file: str, path: str, names: list[str]) -> None:
    assert decided_by(asked(file, path)) == names


def test_the_place_is_that_of_the_layer_that_won() -> None:
    (memory,) = asked("churn/deployment.yaml", f"{POD}.containers[0].resources.limits.memory").origins
    (drain,) = asked("churn/deployment.yaml", f"{POD}.terminationGracePeriodSeconds").origins
    assert memory.leaf is not None
    assert drain.leaf is not None
    assert str(memory.leaf.span) == "specs/churn/model.yaml:15:32"
    assert str(drain.leaf.span) == "specs/environments/prod.yaml:8:30"


def test_of_an_image_name_everything_that_goes_into_it() -> None:
    names = decided_by(asked("churn/deployment.yaml", f"{POD}.containers[0].image"))
    assert {"metadata.name", "model.version", "registry", "build.requirements[0]"} <= set(names)
    assert "specs/churn/model.joblib" in names
    assert "replicas" not in names


def test_a_line_of_a_text_in_a_manifest() -> None:
    subject, inquired = inquiry()
    key, output = next(
        (key, each) for key, each in subject.made.outputs.items() if each.path.endswith("configmap.yaml")
    )
    inquired.subject = replace(subject, key=key, output=output)
    text = text_of(output) or ""
    number = next(at for at, line in enumerate(text.splitlines(), 1) if '"queue": 100' in line)
    assert decided_by(inquired.answer(at_line(output.path, text, number))) == ["server.queue"]


def test_a_default_says_what_it_is_for() -> None:
    answer = asked("churn/deployment.yaml", f"{POD}.containers[0].startupProbe.failureThreshold")
    names = [origin.leaf.name for origin in answer.origins if origin.leaf and not origin.written]
    assert names == ["health.startup"]
    assert answer.origins[0].leaf is not None
    assert "derived from format and size" in answer.origins[0].leaf.meaning
    assert "= default: health.startup is not given. From start" in render(answer, FILES)


def test_what_nothing_decides_has_its_rule() -> None:
    answer = asked("churn/deployment.yaml", f"{POD}.securityContext.runAsNonRoot")
    assert not answer.origins
    assert answer.reason is not None
    assert answer.reason.rule == 28


def fields(output: File) -> Iterator[Place]:
    """Every field that has a line of its own; a text over several lines is one."""
    text = output.content.decode()
    places = (at_line(output.path, text, number) for number in range(2, len(text.splitlines()) + 1))
    return (place for place in places if place.line is None)


def unanswered(subject: Subject, inquired: Inquiry) -> list[str]:
    """Fields of its manifests of which nothing is said but that they are always so."""
    found = []
    for key, output in subject.made.outputs.items():
        if isinstance(output, File) and output.path.endswith(".yaml"):
            inquired.subject = replace(subject, key=key, output=output)
            for place in fields(output):
                answer = inquired.answer(place)
                assert answer.origins or answer.reason, f"{output.path}:{place.number}"
                if answer.reason is not None and answer.reason.text == SAME:
                    found.append(f"{output.path}:{place.number}  {place.shown}")
    return found


@pytest.mark.parametrize("environment", ["prod", "staging"])
@pytest.mark.parametrize("model", sorted(path.parent.name for path in ROOT.glob("specs/*/model.yaml")))
def test_every_field_of_every_manifest_has_an_answer(model: str, environment: str, pytestconfig: pytest.Config) -> None:
    """Of those examples that have every kind of manifest between them; in the nightly run of all."""
    folder = ROOT / "generated" / environment / model
    nightly = pytestconfig.getoption("--hypothesis-profile") == "nightly"
    if not folder.is_dir() or not (nightly or (model, environment) in WIDEST):
        pytest.skip("for the nightly run" if folder.is_dir() else "does not run there")
    subject = subject_of(str(next(folder.glob("*.yaml")).relative_to(ROOT)), EXAMPLES, "specs")
    assert unanswered(subject, Inquiry(subject, EXAMPLES)) == []


def test_they_are_the_widest() -> None:
    kinds = {each: {path.stem for path in (ROOT / "generated" / each).glob("*/*.yaml")} for each in ("prod", "staging")}
    asked = {path.stem for model, each in WIDEST for path in (ROOT / "generated" / each / model).glob("*.yaml")}
    assert kinds["prod"] | kinds["staging"] == asked


def test_every_field_of_an_environment_has_an_answer() -> None:
    subject = subject_of("argocd/prod.yaml", EXAMPLES, "specs")
    assert unanswered(subject, Inquiry(subject, EXAMPLES)) == []


def test_what_is_made_one_by_one_is_what_compiling_makes() -> None:
    """An artifact that read something else than its plan would be taken over where it is another."""
    _, inquired = inquiry()
    for change in inquired.changes:
        for made in inquired.makes(change, 1):
            alone = make(made.documents, FILES)
            if alone is not None and change.origin.leaf is not None:
                assert {key: text_of(file) for key, file in made.outputs.items()} == {
                    key: text_of(file) for key, file in alone.outputs.items()
                }, change.origin.leaf.name


@pytest.mark.parametrize(
    ("place", "path", "said"),
    [
        ("generated/prod/churn/deploymnt.yaml:3", None, "did you mean generated/prod/churn/deployment.yaml?"),
        ("specs/churn/model.yaml:3", None, "ask about a file that mlspec writes, below generated/"),
        ("generated/prod/churn/service.yaml:900", None, "generated/prod/churn/service.yaml has "),
        ("generated/prod/churn/service.yaml", "spec.prts", "`spec` has "),
        ("generated/prod/churn/service.yaml", None, "which line of"),
    ],
)
def test_what_is_not_there(place: str, path: str | None, said: str) -> None:
    with pytest.raises(CannotSay) as told:
        why(FILES, "specs", place, path)
    assert said in str(told.value)


def test_lines_of_files_that_are_no_manifests() -> None:
    subject, inquired = inquiry()
    key, output = next(
        (key, each) for key, each in subject.made.outputs.items() if each.path.endswith("requirements.txt")
    )
    inquired.subject = replace(subject, key=key, output=output)
    text = text_of(output) or ""
    number = next(at for at, line in enumerate(text.splitlines(), 1) if "scikit-learn" in line)
    assert "build.requirements[0]" in decided_by(inquired.answer(at_line(output.path, text, number)))
