"""Cases with their verdicts in; a JUnit report, as CI systems read it, out."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from xml.etree import ElementTree as ET

_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""https://www.w3.org/TR/xml/#charsets; what is reported may hold anything."""


@dataclass(frozen=True, slots=True)
class Case:
    """One test case; `failure` and `skipped` are why, in one line; `details` and `output` may be of several lines."""

    group: str
    name: str
    seconds: float = 0.0
    failure: str = ""
    skipped: str = ""
    details: str = ""
    output: str = ""


def junit(cases: Sequence[Case], suite: str) -> str:
    """One suite with a test case for each case, its class the group; ends with a line feed."""
    totals = {
        "name": suite,
        "tests": str(len(cases)),
        "failures": str(sum(bool(case.failure) for case in cases)),
        "errors": "0",
        "skipped": str(sum(bool(case.skipped) for case in cases)),
        "time": f"{sum(case.seconds for case in cases):.3f}",
    }
    root = ET.Element("testsuites")
    element = ET.SubElement(root, "testsuite", {key: _text(value) for key, value in totals.items()})
    for case in cases:
        _add(element, case)
    ET.indent(root)
    text: str = ET.tostring(root, "unicode")
    return f'<?xml version="1.0" encoding="utf-8"?>\n{text}\n'


def _add(suite: ET.Element, case: Case) -> None:
    named = {"classname": _text(case.group), "name": _text(case.name), "time": f"{case.seconds:.3f}"}
    element = ET.SubElement(suite, "testcase", named)
    for tag, why in (("skipped", case.skipped), ("failure", case.failure)):
        if why:
            ET.SubElement(element, tag, {"message": _text(why)}).text = _text(case.details) or None
    if case.output:
        ET.SubElement(element, "system-out").text = _text(case.output)


def _text(value: str) -> str:
    return _NOT_XML.sub("\ufffd", value)
