"""Every alert leads to a page that is there; what the page says to look at can be looked at."""

from __future__ import annotations

import itertools
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from markdown_it.token import Token

from mlspec.artifacts.file import File
from mlspec.artifacts.monitoring.runbooks import page
from mlspec.compile import compile as compile_specs
from mlspec.plan.monitoring.options import PREFIX
from mlspec.plan.monitoring.runbooks.address import files_address
from mlspec.plan.plan import Look, Runbook
from mlspec.promql import parse
from mlspec.source.files import FilesOnDisk
from mlspec.spec.environment import Gitops
from tests.libyaml import load
from tests.monitoring.known_series import known_series

ROOT = Path(__file__).parents[2]
BROWSE = "https://git.example.com/acme/ml-gitops/src/branch/main/"
ASKED_BY_RUNBOOKS = {
    # kube-state-metrics: docs/metrics/workload/pod-metrics.md.
    "kube_pod_container_status_restarts_total": {"namespace", "pod", "container"},
    "kube_pod_container_status_last_terminated_reason": {"namespace", "pod", "container", "reason"},
    # docs/metrics/workload/job-metrics.md and cronjob-metrics.md.
    "kube_job_failed": {"namespace", "job_name", "condition"},
    "kube_cronjob_status_last_successful_time": {"namespace", "cronjob"},
}
"""What the queries of the pages read besides what rules do."""
Pages = dict[str, str]
Rule = dict[str, Any]


@pytest.fixture(scope="module")
def owners() -> dict[str, tuple[Pages, list[Rule]]]:
    """The pages and the rules of each deployment of the examples."""
    found = {}
    for owner, outputs in compile_specs(FilesOnDisk(ROOT)).outputs.items():
        files = {file.path: file.content.decode() for file in outputs if isinstance(file, File)}
        rules = [text for path, text in files.items() if path.endswith("/prometheusrule.yaml")]
        if rules:
            (manifest,) = map(load, rules)
            pages = {path: text for path, text in files.items() if path.endswith(".md")}
            found[owner] = pages, [rule for group in manifest["spec"]["groups"] for rule in group["rules"]]
    assert len(found) > 10
    return found


def _blocks(text: str) -> Iterator[Token]:
    return (token for token in MarkdownIt().parse(text) if token.type == "fence")


def test_each_alert_leads_to_a_page_of_its_deployment(owners: dict[str, tuple[Pages, list[Rule]]]) -> None:
    for owner, (pages, rules) in owners.items():
        alerts = [rule for rule in rules if "alert" in rule]
        led_to = {rule["annotations"]["runbook_url"].removeprefix(BROWSE) for rule in alerts}
        assert led_to == set(pages), owner
        for rule in alerts:
            text = pages[rule["annotations"]["runbook_url"].removeprefix(BROWSE)]
            assert f"# {rule['alert']}: " in text
            assert rule["labels"]["severity"] in text


def test_links_between_pages_lead_somewhere(owners: dict[str, tuple[Pages, list[Rule]]]) -> None:
    links = 0
    for pages, _ in owners.values():
        for path, text in pages.items():
            inline = [child for token in MarkdownIt().parse(text) for child in token.children or ()]
            for target in (str(token.attrs["href"]) for token in inline if token.type == "link_open"):
                links += 1
                assert target.startswith("https://") or f"{path.rpartition('/')[0]}/{target}" in pages
    assert links


def test_every_query_reads_what_somebody_exports(owners: dict[str, tuple[Pages, list[Rule]]]) -> None:
    known = {**known_series(), **ASKED_BY_RUNBOOKS}
    for pages, rules in owners.values():
        recorded = {rule["record"]: {"namespace", "model"} for rule in rules if "record" in rule}
        for path, text in pages.items():
            if PREFIX not in path:
                continue  # the user's own expression, which is checked at its own line
            for block in _blocks(text):
                for selector in parse(block.content).selectors if block.info == "promql" else ():
                    labels = (recorded | known)[selector.metric or ""]
                    assert {label for label, _, _ in selector.matchers} <= labels, f"{path}: {selector.metric}"


def test_every_command_is_one_that_a_shell_reads(
    owners: dict[str, tuple[Pages, list[Rule]]], require_tool: Callable[[str], str]
) -> None:
    commands = {
        block.content
        for pages, _ in owners.values()
        for text in pages.values()
        for block in _blocks(text)
        if block.info == "sh"
    }
    assert len(commands) > 50
    script = "\n".join(sorted(commands))
    done = subprocess.run([require_tool("bash"), "-n"], input=script, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


def test_each_page_says_what_whom_and_how(owners: dict[str, tuple[Pages, list[Rule]]]) -> None:
    for pages, _ in owners.values():
        for path, text in pages.items():
            tokens = MarkdownIt().parse(text)
            headings = [after.content for token, after in itertools.pairwise(tokens) if token.type == "heading_open"]
            causes = ["Likely causes, the likeliest first"] if PREFIX in path else []
            wanted = ["What it means", "What to look at", *causes, "How to take a change back"]
            assert headings[1:] == wanted, path
            paragraphs = [token.content for token in tokens if token.type == "inline"]
            unfinished = [line for line in paragraphs if not line.rstrip().endswith((".", ":", "`", "*"))]
            assert set(unfinished) <= set(headings), path


@given(st.text(st.sampled_from("`~#|<>-[]*_ \n\\a{}"), min_size=1, max_size=60))
def test_what_the_user_wrote_stays_text(text: str) -> None:
    runbook = Runbook(
        alert="Own",
        path="x.md",
        title="Own: churn in prod",
        facts=(("severity", "page"),),
        meaning="It is.",
        quoted=(Look("What it says", "text", text),),
        looks=(Look("Its pods.", "sh", "true"),),
        causes=(),
        rollback=("Revert it.", None),
    )
    blocks = list(_blocks(page(runbook, "specs/a-->b.yaml")))
    assert [(block.info, block.content) for block in blocks] == [("text", f"{text}\n"), ("sh", "true\n")]


@pytest.mark.parametrize(
    ("repo", "address"),
    [
        ("https://github.com/acme/ml.git", "https://github.com/acme/ml/blob/env/prod"),
        ("git@github.com:acme/ml.git", "https://github.com/acme/ml/blob/env/prod"),
        ("ssh://git@gitlab.com:2222/acme/team/ml.git", "https://gitlab.com/acme/team/ml/-/blob/env/prod"),
        ("https://x@bitbucket.org/acme/ml", "https://bitbucket.org/acme/ml/src/env/prod"),
        ("https://codeberg.org/acme/ml.git", "https://codeberg.org/acme/ml/src/branch/env/prod"),
        ("https://git.example.com/acme/ml.git", None),
        (None, None),
    ],
)
def test_where_a_known_host_shows_a_file(repo: str | None, address: str | None) -> None:
    assert files_address(Gitops(repo=repo, branch="env/prod")) == address


def test_what_the_workspace_says_goes_before_what_is_known() -> None:
    stated = Gitops(repo="https://github.com/acme/ml", browse="https://pages.example.com/ml/")
    assert files_address(stated) == "https://pages.example.com/ml"
