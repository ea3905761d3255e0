"""Runbooks of models whose answers are not what they were, though the service is well."""

from __future__ import annotations

from mlspec.plan.monitoring.promql import select
from mlspec_runtime import metric_names as metrics

from .advice import Advice, Case, advises, promql, sh

_TRAIN = "**The world has changed** since the model was trained. Train it anew on data of today."
_HOUR = 3_600


@advises("MlspecAccuracyLow")
def accuracy_low(case: Case) -> Advice:
    series, accuracy = case.subject.series, case.asked.accuracy
    matchers = {**series, metrics.METRIC: accuracy.metric} if accuracy else series
    value, weight = select(metrics.ACCURACY, matchers), select(metrics.ACCURACY_WEIGHT, matchers)
    labels = select(metrics.FEEDBACK, series, _HOUR)
    by = f"sum by ({metrics.VERSION})"
    return Advice(
        "By the labels that callers have sent lately, the model is wrong more often than the spec allows. The "
        "service is well: what it answers is not.",
        (
            promql(
                "How right each version is. The one before, if it still answers, is the measure.",
                f"{by} ({value} * {weight})\n/\n{by} ({weight})",
            ),
            promql(
                "Labels a second, and what became of them: few matched ones tell little.",
                f"sum by ({metrics.OUTCOME}) (rate({labels}))",
            ),
            promql(
                "What the model answers, by class. One of them may have become rare.",
                f"sum by ({metrics.CLASS}) (rate({select(metrics.PREDICTIONS, series, _HOUR)}))",
            ),
            sh("What has changed lately.", "git log --oneline --since=2.weeks -- specs"),
        ),
        (
            "**A new version of the model, or of its handler.** Take it back, if the one before was better.",
            "**What callers send has changed**: a unit, a category, a value that is missing. MlspecFeatureDrift "
            "tells which feature, where `monitoring.drift` watches for it.",
            "**The labels have changed**, or only a part of the callers sends them. Look at some by hand.",
            _TRAIN,
        ),
    )


def _rests_on(case: Case) -> str:
    """Where nothing watches, there is no such alert."""
    watch = case.subject.drift
    say = f" One with fewer than {watch.samples} has no say." if watch else ""
    return f"Rows that this rests on, by replica.{say}"


@advises("MlspecFeatureDrift")
def feature_drift(case: Case) -> Advice:
    series = case.subject.series
    score, samples = select(metrics.DRIFT_SCORE, series), select(metrics.DRIFT_SAMPLES, series)
    predictions = select(metrics.PREDICTIONS, series, _HOUR)
    return Advice(
        "What callers send is distributed otherwise than the reference that the spec names. The answers may still be "
        "right; the model has never seen such data.",
        (
            promql(
                "How far each feature is from the reference; 0.1 is little, 0.25 a lot.",
                f"max by ({metrics.FEATURE}) ({score})",
            ),
            promql(_rests_on(case), f"min by (pod) ({samples})"),
            promql("What the model answers now, by class.", f"sum by ({metrics.CLASS}) (rate({predictions}))"),
        ),
        (
            "**Something upstream has changed**: a unit, a new category, a value that is missing. One feature alone "
            "has drifted, from one minute to the next.",
            "**Other callers, or other users of theirs.** Several features drift together. Compare by time of day "
            "and week.",
            _TRAIN,
            "**The reference is old.** Replace it with data of the training that this version comes from.",
        ),
    )
