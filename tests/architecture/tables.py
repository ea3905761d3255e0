"""The registries of codes and rules -> the tables of docs/ that list them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import yaml

from mlspec.codes import all_codes
from mlspec.plan.kubernetes_features import ON_BY_DEFAULT
from mlspec.plan.mig import PROFILES
from mlspec.plan.monitoring.options import alert_of
from mlspec.spec.json_schema import schema
from mlspec.verify.retired import RETIRED, UNCHANGED, Retired
from mlspec.verify.rules.numbered import RULES, Rule
from mlspec.verify.rules.registry import all_rules
from mlspec.verify.verify import AGAINST_PRACTICE, BROKEN_BY_OVERRIDE, BROKEN_BY_US
from tests.monitoring.seen import SEEN

from .declared import load_all

_CASES = Path(__file__).parents[1] / "verify" / "rule_cases"
_ALERTS = """\
An alert of an objective has no `for`: its short window already waits. `severities: [ticket]` wakes nobody.

## Labels and annotations

| | |
| --- | --- |
| labels | `severity` (`page` or `ticket`), `owner`, `model`, `environment`, `namespace`; of objectives `slo` |
| annotations | `summary`, `description`; `runbook_url` and `dashboard_url` where it is known where they lead |

Names, labels and annotations follow the guidelines of [monitoring-mixins](https://github.com/monitoring-mixins/docs)
and what [pint](https://cloudflare.github.io/pint/) checks (`tests/monitoring/test_conventions.py` has the list), but
for the words of severities: `page` is their `critical`, `ticket` their `warning`.

## Runbooks

Each alert of each model has a page, `generated/<environment>/<model>/docs/<alert>.md`: what it means, queries and
commands to look at, the likeliest causes, how to take a change back. Argo CD reads neither folders below a model's
nor Markdown. An alert of your own has a page, too, with its expression.

`runbook_url` leads there on GitHub.com, GitLab.com, Bitbucket.org and Codeberg. For another host say how its files
look in a browser, in the workspace or an environment; the file's path follows:

```yaml
gitops:
  repo: https://git.example.com/acme/ml-gitops.git
  browse: https://git.example.com/acme/ml-gitops/src/branch/main
```

## Tests

`mlspec test-rules` makes a unit test for every alert as it will be applied, tuned and overridden, and runs it in
Prometheus's own promtool: it fires just over its threshold, and is silent just under it, on one window alone, and
without traffic; when nothing is scraped any more `MlspecMetricsAbsent` fires. `mlspec test-rules --output DIR` keeps
the files, which `promtool test rules` runs elsewhere. They are not committed: they follow from the spec alone, are
larger than all manifests, and no cluster reads them.
"""
GENERATED = "<!-- Generated: `pytest tests/architecture --update-golden` writes this file. -->\n"


def rules_page() -> str:
    """Every rule by number: what holds and why, what refuses a spec that asks otherwise, what decides and tests it."""
    rules = all_rules()
    load_all()
    rows = [
        (str(number), sentence(rule.title), rule.reason, _refused_by(rule), _tested(number))
        for number, rule in RULES.items()
    ]
    functions = [
        (str(rule.number), rule.title, f"`{rule.name}` in `{rule.check.__module__.replace('.', '/')}.py`")
        for rule in rules
    ]
    return (
        f"# Rules for what is generated\n\n{GENERATED}\n"
        f"{len(RULES)} rules hold for everything that `mlspec compile` writes, overrides applied. Where a spec can\n"
        "ask otherwise, a check refuses it at its own line; where an override breaks a rule, the finding is "
        f"{BROKEN_BY_OVERRIDE.id}; a\nbreak without one is a bug of ours, {BROKEN_BY_US.id}. "
        f"An override may break rule {_judgements()} for a reason, which\na comment gives: "
        f"`# mlspec: ignore {AGAINST_PRACTICE.id} because …`. "
        "Beside the rules stand the schemas of the environment's Kubernetes\nand the grammar of PromQL.\n\n"
        "Each rule is also a property: Hypothesis makes whole workspaces, and every rule holds for what they compile\n"
        "to, on every minor since the environment's (`tests/properties/test_rules_hold.py`). *Cases* are sound\n"
        "deployments with one thing broken, which the rule has to find at its place (`tests/verify/rule_cases`).\n\n"
        + table(("rule", "what holds", "why", "a spec that asks otherwise", "tested besides"), rows)
        + f"\n## Functions\n\n{len(rules)} functions decide the rules on finished objects.\n\n"
        + table(("rule", "what holds", "decided by"), functions)
    )


def _judgements() -> str:
    *others, last = (str(number) for number, rule in RULES.items() if rule.judgement)
    return f"{', '.join(others)} or {last}"


def _refused_by(rule: Rule) -> str:
    """Each code with what to do about it; else why a spec cannot ask otherwise."""
    known = {code.id: code for code in all_codes()}
    said = [f"`{identifier}`: {known[identifier].remedy}" for identifier in rule.codes]
    return "; ".join(said) or "cannot: nothing in the language says it"


def _tested(number: int) -> str:
    cases = sum(case["rule"] == number for file in _CASES.glob("*.yaml") for case in yaml.safe_load(file.read_text()))
    said = f"{cases} case{'s' if cases > 1 else ''}" if cases else ""
    return "; ".join(text for text in (said, RULES[number].elsewhere) if text)


def kubernetes_page() -> str:
    """What each Kubernetes minor has, and what it took away; the cards and slices that are known."""
    since = [(f"`{name}`", ".".join(map(str, minor))) for name, minor in sorted(ON_BY_DEFAULT.items())]
    retired = [
        (
            ".".join(map(str, row.since)),
            f"`{row.kind}` `{'.'.join(str(step) for step in row.path)}`",
            row.message
            + ("" if row.refused else " (another default: a warning)" if row.other_default else " (a warning)"),
            row.instead,
            row.source,
        )
        for row in sorted(RETIRED, key=lambda row: row.since)
    ]
    cards = [(card, ", ".join(f"`{profile}`" for profile in profiles)) for card, profiles in PROFILES.items()]
    return (
        f"# What Kubernetes and its cards have\n\n{GENERATED}\n"
        "An environment says the oldest minor that its clusters run (`kubernetes`). What is not on by default\n"
        "there is not emitted, and a spec that needs it is refused with that line beside its own.\n\n"
        "## On by default\n\n"
        + table(("feature", "since"), since)
        + "\n## Taken away, deprecated, or with another default\n\n"
        "A schema accepts all of it in every minor; what an override brings in is told when the environment is raised\n"
        "to that minor (`MLS243` to `MLS245`). An API that a minor does not serve is refused by its schemas.\n\n"
        + table(("since", "where", "what", "instead", "source"), retired)
        + "\nOther defaults between 1.33 and 1.37 were looked at, and concern no object that is written here:\n\n"
        + table(("what", "why not", "source"), UNCHANGED)
        + "\n## Slices of a card\n\n"
        "The profiles of NVIDIA's [MIG user guide]"
        "(https://docs.nvidia.com/datacenter/tesla/mig-user-guide/supported-mig-profiles.html). Of a card that is not\n"
        "listed, any profile of the right form is taken.\n\n" + table(("card", "profiles"), cards)
    )


def alerts_page() -> str:
    """The alerts that deployments get by themselves: what each means, and how it is tuned."""
    definitions = schema()["definitions"]
    rows = []
    for option, node in definitions["DefaultAlerts"]["properties"].items():
        section = definitions[node["allOf"][0]["$ref"].rpartition("/")[2]]
        knobs = [_knob(section["properties"], name) for name in ("threshold", "for", "severity")]
        rows.append((f"`{alert_of(option)}`", f"`{option}`", node["description"], *knobs))
    seen = [(f"`{alert_of(option)}`", SEEN[alert_of(option)]) for option in definitions["DefaultAlerts"]["properties"]]
    return (
        f"# Alerts\n\n{GENERATED}\n"
        "Every deployment gets these, as far as it has what they are about. `monitoring.defaultAlerts` switches and\n"
        "tunes each by its key: in a model, in its block for an environment, or in the `defaults` of an environment\n"
        "or of the workspace. What a model says of an alert that it does not have is refused (MLS341).\n\n"
        "```yaml\nmonitoring:\n  defaultAlerts:\n    memoryNearLimit: {threshold: 85%, for: 30m}\n"
        "    acceleratorIdle: {enabled: false}\n    errorBudgetBurn: {severities: [ticket]}\n```\n\n"
        "The table has what each has by itself. `for` may be 1m to 7d.\n\n"
        + table(("alert", "key", "what is wrong", "`threshold`", "`for`", "`severity`"), rows)
        + f"\n{_ALERTS}"
        + "\n## Seen to fire\n\nEach was seen in a real Prometheus to be pending, to fire and to be over, with windows "
        "of seconds\nin place of minutes and days; those of objectives wait for nothing and are never pending. The "
        "tests are in\n`tests/monitoring`.\n\n" + table(("alert", "by"), seen)
    )


def _knob(properties: dict[str, Any], name: str) -> str:
    if name == "severity" and "severities" in properties:
        return "`severities`: page and ticket, or one of them"
    if name not in properties:
        return ""
    knob = properties[name]
    about = knob["description"].rstrip(".").replace("Who is told; default ", "")
    usual = knob.get("default")
    if name in ("for", "severity") and usual is not None:
        return f"{usual}{'; a start on top' if 'on top' in about else ''}"
    return about if usual is None else f"{usual}: {about[0].lower()}{about[1:]}"


def _weight(row: Retired) -> str:
    if row.other_default:
        return " (another default: a warning)"
    return "" if row.refused else " (a warning)"


def sentence(text: str) -> str:
    first = text.partition(" ")[0]
    # A name keeps its own spelling: vLLM.
    return (text[0].upper() if first == first.casefold() else text[0]) + text[1:].rstrip(".") + "."


def table(heading: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = (heading, ["---"] * len(heading), *rows)
    return "".join(f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in line)} |\n" for line in lines)
