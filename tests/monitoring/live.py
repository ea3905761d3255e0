"""A real Prometheus that scrapes a real server, with the generated rules and windows of seconds."""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx

from mlspec.plan.monitoring.subject import Subject
from tests.ports import free_port
from tests.runtime.running import PATIENCE, eventually

_OTHER_WINDOWS = 5
_WINDOWS = {"5m": 4, "30m": 5, "1h": 6, "2h": 6, "6h": 8, "1d": 10, "3d": 12, "30d": 60}
"""Seconds instead; scrapes and evaluations are one second apart."""


def shortened(document: dict[str, Any]) -> dict[str, Any]:
    """The same rules in seconds: names stay, and so does everything that is compared."""
    for group in document["groups"]:
        group["interval"] = "1s"
        for rule in group["rules"]:
            windows = re.sub(r"\[(\w+)\]", lambda match: f"[{_WINDOWS.get(match[1], _OTHER_WINDOWS)}s]", rule["expr"])
            rule["expr"] = re.sub(r"\* 30$", "* 1", windows)
            if "for" in rule:
                rule["for"] = "1s"
    return document


class Prometheus:
    """`url` is where it answers."""

    def __init__(self, url: str) -> None:
        self._http = httpx.Client(base_url=url, timeout=PATIENCE, trust_env=False)

    def firing(self) -> set[tuple[str, str]]:
        """Name and severity of every alert that fires."""
        alerts = self._http.get("/api/v1/alerts").json()["data"]["alerts"]
        labels = (alert["labels"] for alert in alerts if alert["state"] == "firing")
        return {(found["alertname"], found["severity"]) for found in labels}

    def were_pending(self) -> set[tuple[str, str]]:
        """The same of those that waited before, at any time until now."""
        query = 'max_over_time(ALERTS{alertstate="pending"}[1h])'
        result = self._http.get("/api/v1/query", params={"query": query}).json()["data"]["result"]
        return {(found["metric"]["alertname"], found["metric"]["severity"]) for found in result}

    def value(self, query: str) -> float | None:
        """Of the one series that a query returns; None where there is none."""
        result = self._http.get("/api/v1/query", params={"query": query}).json()["data"]["result"]
        return float(result[0]["value"][1]) if result else None

    def faults(self) -> list[str]:
        """What it says against a rule that it could not evaluate."""
        groups = self._http.get("/api/v1/rules").json()["data"]["groups"]
        return [rule["lastError"] for group in groups for rule in group["rules"] if rule.get("lastError")]

    def answers(self) -> bool:
        try:
            return self._http.get("/-/ready").is_success
        except httpx.TransportError:
            return False

    def close(self) -> None:
        self._http.close()


@contextmanager
def prometheus(
    program: str, rules: dict[str, Any], subject: Subject | None, target: int, folder: Path
) -> Iterator[Prometheus]:
    """Scrapes the port `target` of this machine, with the labels that the ServiceMonitor leaves to a target.

    Without a subject the labels of its series are its own, as those of an exporter are.
    """
    scrape: dict[str, Any] = {"job_name": "exporter", "honor_labels": True}
    labels: dict[str, str] = {}
    if subject is not None:
        scrape = {"job_name": subject.service}
        labels = {"namespace": subject.namespace, "job": subject.service, "pod": f"{subject.service}-7d9f8c6b5-x2x4z"}
    scrape["static_configs"] = [{"targets": [f"127.0.0.1:{target}"], "labels": labels}]
    config = {
        "global": {"scrape_interval": "1s", "scrape_timeout": "1s", "evaluation_interval": "1s"},
        "rule_files": ["rules.json"],
        "scrape_configs": [scrape],
    }
    (folder / "rules.json").write_text(json.dumps(rules), encoding="utf-8")
    (folder / "prometheus.json").write_text(json.dumps(config), encoding="utf-8")
    with free_port() as port, (folder / "log").open("wb") as log:
        options = ["--storage.tsdb.path=data", f"--web.listen-address=127.0.0.1:{port}"]
        command = [program, "--config.file=prometheus.json", *options]
        process = subprocess.Popen(command, cwd=folder, stdout=log, stderr=log)
        found = Prometheus(f"http://127.0.0.1:{port}")
        try:
            eventually(found.answers)
            yield found
        finally:
            found.close()
            process.terminate()
            process.wait(PATIENCE)


def in_time(condition: Callable[[], bool]) -> None:
    """Waits for what changes once a second at most: asking all the time would keep a processor from the rest."""
    eventually(condition, every=0.2)
