"""Subject -> how right its answers were, by the labels that callers have sent."""

from __future__ import annotations

from decimal import Decimal

from mlspec.plan.monitoring.accuracy import WORDS, bound, labels_held, measured
from mlspec.plan.parts.dashboard import GREEN, RED, Panel, Query, Section, Step
from mlspec.spec.monitoring import Accuracy
from mlspec_runtime import metric_names as metrics

from .panels import over
from .shown import Shown

_SECTION = 90
_VERSION = f"{{{{{metrics.VERSION}}}}}"


def labels(shown: Shown) -> Section | None:
    """None where nobody sends any."""
    subject, asked = shown.subject, shown.subject.accuracy
    if asked is None:
        return None
    sent = f"sum by ({metrics.OUTCOME}) (rate({over(metrics.FEEDBACK, subject.series)}))"
    panels = (
        _course(shown, asked),
        Panel(
            92,
            "Labels",
            f"The latest of all replicas, by the version that answered; below {asked.min_samples} no alert fires.",
            "none",
            (Query(labels_held(subject, asked, metrics.VERSION), _VERSION),),
            least=Decimal(0),
        ),
        Panel(
            93,
            "Answers labelled",
            "A second, by what became of the labels; a share that is unknown or expired never counts.",
            "none",
            (Query(sent, f"{{{{{metrics.OUTCOME}}}}}"),),
            least=Decimal(0),
            stacked=True,
        ),
    )
    return Section(_SECTION, "Labels", panels)


def _course(shown: Shown, asked: Accuracy) -> Panel:
    """Red where the alert would fire."""
    limit, is_error = Decimal(bound(asked)), asked.metric == "mae"
    name = WORDS[asked.metric]
    return Panel(
        91,
        name[0].upper() + name[1:],
        "By the latest labels, of each version; it comes and goes with them, and is nothing without.",
        "none" if is_error else "percentunit",
        (Query(measured(shown.subject, asked, metrics.VERSION), _VERSION),),
        steps=(Step(None, GREEN), Step(limit, RED)) if is_error else (Step(None, RED), Step(limit, GREEN)),
        least=Decimal(0) if is_error else None,
        most=None if is_error else Decimal(1),
    )
