"""Afterwards one environment has what the other had, and every byte that is not part of that is where it was."""

from __future__ import annotations

import difflib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mlspec.compile import Compilation
from mlspec.environment.resolve import resolve
from mlspec.promotion.promote import CannotPromote, Promotion, promoted, still_different
from mlspec.source.files import FilesInMemory
from mlspec.source.read import read_specs, together

FILE = "specs/churn/model.yaml"
HEAD = """\
# The churn model.
apiVersion: mlspec.dev/v1
kind:   Model
metadata: {name: churn}   # of growth

spec:
  model: {format: sklearn, version: "1.0.0", uri: ./model.joblib}
"""
STAGING_BLOCK = """\
    staging:
      # tried since Monday
      model:
        version: 2.0.0   # the new one
        digest: 'sha256:%s'
      replicas: 1
""" % ("a" * 64)
ENVIRONMENT = b"""\
apiVersion: mlspec.dev/v1
kind: Environment
metadata: {name: %s}
spec: {kubernetes: "1.36"%s}
"""


def workspace(spec: str, prod: bytes = b"") -> Compilation:
    content = {
        FILE: spec.encode(),
        "specs/churn/model.joblib": b"a model",
        "specs/environments/prod.yaml": ENVIRONMENT % (b"prod", prod),
        "specs/environments/staging.yaml": ENVIRONMENT % (b"staging", b""),
    }
    files = FilesInMemory(content)
    parsed = together(read_specs(files, "specs").values())
    # As far as a promotion looks: nothing is rendered.
    return Compilation(resolve(parsed.documents, files, complete=parsed.complete))


def promote(spec: str, *sections: str, source: str = "staging", target: str = "prod") -> str:
    return promoted(Promotion("churn", source, target, sections or ("model", "build")), workspace(spec), spec, FILE)


def plain(spec: str, environment: str, section: str) -> object:
    (resolved,) = (each for each in workspace(spec).resolution.specs if each.environment.name == environment)
    node = resolved.tree.get(section)
    return node.plain() if node else None


def changed(before: str, after: str) -> list[str]:
    return [line for line in difflib.ndiff(before.splitlines(), after.splitlines()) if line[0] in "+-"]


def test_a_block_of_its_own_is_written_as_the_other_has_it() -> None:
    spec = f"{HEAD}  environments:\n{STAGING_BLOCK}    prod:\n      replicas: 3  # for the summer\n"
    assert changed(spec, promote(spec)) == [
        "+       model:",
        "+         version: 2.0.0   # the new one",
        f"+         digest: 'sha256:{'a' * 64}'",
    ]


def test_what_kept_an_environment_behind_goes_and_its_comments_stay() -> None:
    spec = (
        f"{HEAD}  environments:\n    staging: {{}}\n    prod:\n"
        "      # stays behind until the audit\n"
        "      model: {version: 0.9.0}   # since May\n"
        "      replicas: 3\n"
    )
    assert changed(spec, promote(spec)) == ["-       model: {version: 0.9.0}   # since May"]


def test_an_environment_left_without_values_still_runs_the_model() -> None:
    spec = f"{HEAD}  environments:\n    staging:\n    prod:   # the real one\n      model:\n        version: 0.9.0\n"
    after = promote(spec)
    assert after.endswith("    staging:\n    prod: {}   # the real one\n")
    assert plain(after, "prod", "model") == plain(after, "staging", "model")


BLOCKS = {
    "nothing": "    {name}:{end}\n",
    "null": "    {name}: null{end}\n",
    "brackets": "    {name}: {{}}{end}\n",
    "flow": "    {name}: {{replicas: 2, model: {{version: '{version}'}}}}{end}\n",
    "flow over lines": "    {name}: {{{end}\n      model: {{version: {version}}},\n      replicas: 2}}\n",
    "other values": "    {name}:{end}\n      replicas: 2\n",
    "block": "    {name}:{end}\n      replicas: 2\n      model:{end}\n        version: {version}\n",
    "block first": "    {name}:\n      model: {{version: {version}}}{end}\n\n      replicas: 2\n",
    "folded": '    {name}:\n      model:\n        version:\n          "{version}"{end}\n        digest: null\n',
    "deep": "    {name}:\n          model:\n                version: {version}{end}\n          replicas: 2\n",
}


@given(
    st.sampled_from(sorted(BLOCKS)),
    st.sampled_from(sorted(BLOCKS)),
    st.sampled_from(["", "  # a comment: {with} [all], 'signs'"]),
    st.sampled_from(["\n", "\r\n"]),
    st.booleans(),
    st.booleans(),
)
def test_any_layout(staging: str, prod: str, comment: str, newline: str, prod_first: bool, end: bool) -> None:
    blocks = [
        BLOCKS[staging].format(name="staging", version="2.0.0", end=comment),
        BLOCKS[prod].format(name="prod", version="0.9.0", end=comment),
    ]
    spec = (
        HEAD + "  environments:\n" + "".join(reversed(blocks) if prod_first else blocks) + "  logging: {level: info}\n"
    )
    spec = (spec if end else spec.removesuffix("\n")).replace("\n", newline)
    assert workspace(spec).resolution.diagnostics == []
    after = promote(spec)
    assert workspace(after).resolution.diagnostics == []
    assert plain(after, "prod", "model") == plain(spec, "staging", "model")
    for environment, section in (
        ("staging", "model"),
        ("staging", "replicas"),
        ("prod", "replicas"),
        ("prod", "logging"),
    ):
        assert plain(after, environment, section) == plain(spec, environment, section)
    assert promote(after) == after
    # What is not in the block of prod is as it was, to the byte.
    at = spec.index("    prod:")
    assert after.startswith(spec[:at])
    rest = spec[at:].split(f"{newline}    staging:" if prod_first else f"{newline}  logging:", 1)[1]
    assert after.endswith(rest)
    assert after.count("\n") == after.count(newline)


def test_values_that_mean_something_else_between_brackets_are_quoted() -> None:
    code = "  batching: {maxSize: 8, maxWait: 2ms}\n"
    spec = (
        f"{HEAD}  environments:\n    staging:\n      monitoring:\n        alerts:\n"
        "          - name: Few\n            expr: sum(up{a='b'}) < 1, or\n            severity: ticket\n"
        "            summary: >\n              few\n              requests\n    prod: {replicas: 2}\n"
    ).replace("sum(up{a='b'}) < 1, or", "sum(up{a='b'}) < 1")
    after = promote(spec, "monitoring")
    assert plain(after, "prod", "monitoring") == plain(spec, "staging", "monitoring")
    assert code not in after


def test_what_is_the_same_in_other_words_stays() -> None:
    blocks = "    staging: {model: {version: 2.0.0}}\n    prod:\n      model:\n        version: '2.0.0'\n"
    spec = f"{HEAD}  environments:\n{blocks}"
    assert promote(spec) == spec


def test_a_model_without_blocks_is_the_same_everywhere() -> None:
    assert promote(HEAD) == HEAD


@pytest.mark.parametrize(
    ("target", "said"),
    [("test", "`churn` does not run in `test`; it runs in: prod, staging"), ("prod", "")],
)
def test_an_environment_where_it_does_not_run(target: str, said: str) -> None:
    spec = f"{HEAD}  environments: {{staging: {{}}, prod: {{}}}}\n"
    if said:
        with pytest.raises(CannotPromote, match=said):
            promote(spec, target=target)
    else:
        assert promote(spec, target=target) == spec


def test_what_an_environments_own_defaults_say_is_told() -> None:
    compilation = workspace(HEAD, prod=b", defaults: {server: {timeout: 3s}}")
    promotion = Promotion("churn", "staging", "prod", ("server",))
    assert list(still_different(promotion, compilation.resolution.specs)) == [
        "server.timeout still differs: prod gets it from specs/environments/prod.yaml:4:57"
    ]
