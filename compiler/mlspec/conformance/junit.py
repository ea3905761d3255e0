"""Outcomes -> a JUnit report, as CI systems read it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from xml.etree import ElementTree as ET

from .suite import Outcome, Result

_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""https://www.w3.org/TR/xml/#charsets; a server's words may hold anything."""


def junit(outcomes: Sequence[Outcome], suite: str) -> bytes:
    """One test case for each outcome, its class the group."""
    skipped = sum(outcome.result is Result.SKIPPED for outcome in outcomes)
    failed = sum(outcome.result is Result.FAILED for outcome in outcomes)
    totals = {
        "name": suite,
        "tests": str(len(outcomes)),
        "failures": str(failed),
        "errors": "0",
        "skipped": str(skipped),
        "time": f"{sum(outcome.seconds for outcome in outcomes):.3f}",
    }
    root = ET.Element("testsuites")
    element = ET.SubElement(root, "testsuite", {key: _text(value) for key, value in totals.items()})
    for outcome in outcomes:
        named = {"classname": outcome.group, "name": outcome.name, "time": f"{outcome.seconds:.3f}"}
        case = ET.SubElement(element, "testcase", {key: _text(value) for key, value in named.items()})
        if outcome.result is not Result.PASSED:
            tag = "failure" if outcome.result is Result.FAILED else "skipped"
            ET.SubElement(case, tag, {"message": _text(outcome.why)})
    ET.indent(root)
    text: bytes = ET.tostring(root, "utf-8", xml_declaration=True)
    return text + b"\n"


def _text(value: str) -> str:
    return _NOT_XML.sub("\ufffd", value)
