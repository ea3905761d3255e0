"""A server in; the outcome of every case, in order, out."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from mlspec.client.exchange import NoAnswer, Reply, exchange

from .answer import InferReply, read_answer
from .case import Case, CaseRequest, Infer, instance, load_cases
from .expectations import Reference, count_at, faults, plain_body
from .request import make_request
from .subject import Inapplicable, Subject

_PLAIN = CaseRequest(method="POST", path="/v2/models/{model}/infer", infer=Infer())


class Result(StrEnum):
    PASSED = "pass"
    FAILED = "FAIL"
    SKIPPED = "skip"


@dataclass(frozen=True, slots=True)
class Outcome:
    """`why` is what is wrong, or why the case does not apply; `seconds` is how long it took."""

    group: str
    name: str
    result: Result
    why: str = ""
    seconds: float = 0.0


def cases_for(subject: Subject) -> list[Case]:
    """Every case, those `for_each` of something once for each that the model has."""
    return [one for case in load_cases() for one in _instances(case, subject)]


def run_suite(subject: Subject, cases: Iterable[Case]) -> Iterator[Outcome]:
    """Runs the cases one after another. An answer that does not come is a failure of its case."""
    reference = find_reference(subject)
    for case in cases:
        started = time.perf_counter()
        try:
            wrong = "; ".join(_run(case, subject, reference))
            result = Result.FAILED if wrong else Result.PASSED
        except Inapplicable as reason:
            result, wrong = Result.SKIPPED, str(reason)
        except NoAnswer as error:
            result, wrong = Result.FAILED, str(error)
        yield Outcome(case.group, case.name, result, wrong, time.perf_counter() - started)


def find_reference(subject: Subject) -> Reference | None:
    """The outputs for the plainest request, where the model gives the same twice."""
    try:
        first, second = _infer(subject), _infer(subject)
    except (Inapplicable, NoAnswer, ValueError):
        return None  # the cases say what is wrong
    return first.outputs if first.outputs == second.outputs else None


def refuses_its_sample(subject: Subject) -> bool:
    """Whether the model answers the plainest request with an error of the caller's: then most cases say only that."""
    try:
        return 400 <= exchange(subject.address, make_request(_PLAIN, subject)).status < 500
    except (Inapplicable, NoAnswer):
        return False


def _infer(subject: Subject) -> InferReply:
    reply = exchange(subject.address, make_request(_PLAIN, subject))
    return read_answer(reply, plain_body(reply))


def _instances(case: Case, subject: Subject) -> list[Case]:
    if case.for_each is None:
        return [case]
    specs = subject.inputs if case.for_each == "input datatype" else subject.outputs
    words = [spec.datatype if case.for_each == "input datatype" else spec.name for spec in specs]
    return [instance(case, word) for word in dict.fromkeys(words)]


def _run(case: Case, subject: Subject, reference: Reference | None) -> list[str]:
    if case.needs and not any(name.startswith(case.needs) for name in subject.extensions):
        raise Inapplicable(f"the server declares no extension {case.needs}")
    request = make_request(case.request, subject)
    reply = exchange(subject.address, request)
    found = list(faults(reply, case.expect, subject, reference))
    if case.expect.grew and not found:
        try:
            _infer(subject)
            found += _growth_faults(reply, exchange(subject.address, request), case.expect.grew, subject)
        except ValueError as error:
            found.append(str(error))
    return found


def _growth_faults(before: Reply, after: Reply, path: str, subject: Subject) -> Iterator[str]:
    if count_at(after, path, subject) <= count_at(before, path, subject):
        yield f"{path} did not grow with an inference"
