"""What is known of an alert that somebody is told of, by its name: each adds itself by the decorator `advises`."""

from __future__ import annotations

from collections.abc import Callable

from msgspec import Struct

from mlspec.plan.labels import plan_selector
from mlspec.plan.monitoring.batch_alerts import BatchSubject
from mlspec.plan.monitoring.subject import Subject
from mlspec.plan.plan import Look
from mlspec.spec.monitoring import Monitoring


class Case(Struct, frozen=True):
    """The deployment that an alert is about."""

    subject: Subject
    asked: Monitoring
    batch: BatchSubject | None

    @property
    def kubectl(self) -> str:
        """The command, in its namespace."""
        return f"kubectl -n {self.subject.namespace}"

    @property
    def selector(self) -> str:
        """The option by which kubectl finds its pods."""
        labels = plan_selector(self.subject.model, self.subject.environment)
        return "-l " + ",".join(f"{label}={value}" for label, value in labels.items())

    @property
    def errors(self) -> Look:
        """The errors in the server's log."""
        own = self.subject.dialect.says_model
        pattern = """'"log.level":"error"'""" if own else "ERROR"
        log = f"{self.kubectl} logs {self.selector} -c {self.subject.container}"
        text = f"{log} --since=30m --tail=-1 --prefix | grep {pattern}"
        return sh("What the server says of its failures.", text)

    @property
    def pods(self) -> Look:
        return sh(
            "Its pods: how many are ready, how often they have restarted.",
            f"{self.kubectl} get pods {self.selector} -o wide",
        )

    @property
    def events(self) -> Look:
        text = f"{self.kubectl} describe pods {self.selector} | sed -n '/^Name:/p; /^Events:/,/^$/p'"
        return sh("What the scheduler and the kubelet say of them.", text)


class Advice(Struct, frozen=True):
    """Texts are Markdown; the likeliest cause comes first."""

    meaning: str
    looks: tuple[Look, ...]
    causes: tuple[str, ...]


Adviser = Callable[[Case], Advice]
_ADVISERS: dict[str, Adviser] = {}


def advises(alert: str) -> Callable[[Adviser], Adviser]:
    """Registers what is known of an alert."""

    def register(function: Adviser) -> Adviser:
        if alert in _ADVISERS:
            raise ValueError(f"{alert} has two runbooks")
        _ADVISERS[alert] = function
        return function

    return register


def advice_of(alert: str, case: Case) -> Advice | None:
    """None for an alert of the user's own."""
    adviser = _ADVISERS.get(alert)
    return adviser(case) if adviser else None


def promql(about: str, text: str) -> Look:
    return Look(about, "promql", text)


def sh(about: str, text: str) -> Look:
    return Look(about, "sh", text)
