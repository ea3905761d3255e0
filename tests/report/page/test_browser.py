"""The page in a real browser, wide and narrow, light and dark: whole, quiet, readable, and asking for nothing."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, sync_playwright

from mlspec.report.page.page import workspace_page
from tests.monitoring.dashboards import SPECS
from tests.report.page.conftest import with_markup

PHONE, DESK = (390, 844), (1280, 900)
MODELS = ("owed", "canary", "card", "once", "tokens-alone")
"""With all that can be shown between them: a browser takes a second to examine each."""

TOO_WIDE = """Array.from(document.querySelectorAll("body *"))
  .filter((each) => each.getBoundingClientRect().right > innerWidth + 1)
  .filter((each) => {
    while ((each = each.parentElement)) if (getComputedStyle(each).overflowX === "auto") return false;
    return true;
  })
  .map((each) => each.outerHTML.slice(0, 80))"""
"""What goes over the edge of the window, but for what can be moved by itself."""


@pytest.fixture(scope="module")
def browser(require_tool: Callable[[str], str]) -> Iterator[Browser]:
    """Debian's Chromium; as root, which CI often is, it starts without its sandbox alone."""
    program = require_tool("chromium")
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=program, args=["--no-sandbox", "--disable-gpu"])
        yield started
        started.close()


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> str:
    file = tmp_path_factory.mktemp("report") / "report.html"
    file.write_text(workspace_page(with_markup({name: SPECS[name] for name in MODELS})), encoding="utf-8")
    return file.as_uri()


class _Watched:
    """A window with what it said and what it asked for."""

    def __init__(self, browser: Browser, address: str, size: tuple[int, int], scheme: str) -> None:
        width, height = size
        context = browser.new_context(
            viewport={"width": width, "height": height}, color_scheme="dark" if scheme == "dark" else "light"
        )
        self.page: Page = context.new_page()
        self.said: list[str] = []
        self.asked: list[str] = []
        self.page.on("console", lambda message: self.said.append(message.text))
        self.page.on("pageerror", lambda error: self.said.append(str(error)))
        self.page.on("dialog", lambda dialog: self.said.append(dialog.message))
        self.page.on("request", lambda request: self.asked.append(request.url))
        self.page.goto(address)


@pytest.mark.parametrize(
    ("size", "scheme", "examined"),
    [(PHONE, "light", True), (PHONE, "dark", False), (DESK, "light", False), (DESK, "dark", True)],
    ids=["phone-light", "phone-dark", "desk-light", "desk-dark"],
)
def test_a_person_can_read_it(
    browser: Browser, address: str, size: tuple[int, int], scheme: str, examined: bool, tmp_path: Path
) -> None:
    watched = _Watched(browser, address, size, scheme)
    window = watched.page
    window.evaluate("for (const each of document.querySelectorAll('details')) each.open = true")
    assert window.evaluate("document.documentElement.scrollWidth") <= size[0]
    assert window.evaluate(TOO_WIDE) == []
    if examined:
        # axe-core: contrast, headings, names of regions and fields, headers of tables, and some eighty more.
        found = Axe().run(window).response["violations"]
        assert [(each["id"], [node["target"] for node in each["nodes"]][:3]) for each in found] == []
    assert watched.said == []
    assert watched.asked == [address]
    shot = tmp_path / "report.png"
    window.screenshot(path=shot)
    width, height, lines = _looked_at(shot.read_bytes())
    assert (width, height) == size
    assert lines > height / 10, "a page whose lines are all alike is an empty one"
    window.context.close()


def _looked_at(png: bytes) -> tuple[int, int, int]:
    """Width, height and how many different lines a picture has."""
    width, height = struct.unpack(">II", png[16:24])
    at, data = 8, b""
    while at < len(png):
        (length,) = struct.unpack(">I", png[at : at + 4])
        if png[at + 4 : at + 8] == b"IDAT":
            data += png[at + 8 : at + 8 + length]
        at += length + 12
    lines = zlib.decompress(data)
    stride = len(lines) // height
    return width, height, len({lines[row * stride : (row + 1) * stride] for row in range(height)})


def test_models_are_found_by_a_word(browser: Browser, address: str) -> None:
    watched = _Watched(browser, address, DESK, "light")
    window = watched.page
    total = len(MODELS) + 1
    window.get_by_label("Find a model").fill("vllm tokens")
    assert window.locator("#found").inner_text() == f"1 of {total} models"
    shown = window.locator("tr[data-model]:visible")
    assert [each.get_attribute("data-model") for each in shown.all()] == ["tokens-alone"]
    assert window.locator("section[data-model]:visible").count() == 1
    window.get_by_label("Find a model").fill("")
    assert window.locator("tr[data-model]:visible").count() == total
    assert watched.said == []
    window.context.close()


def test_a_link_leads_to_what_was_filtered_away(browser: Browser, address: str) -> None:
    watched = _Watched(browser, address, DESK, "light")
    window = watched.page
    window.get_by_label("Find a model").fill("vllm")
    window.evaluate("location.hash = '#card_prod'")
    window.locator("#card_prod").wait_for(state="visible")
    assert watched.said == []
    window.context.close()


def test_it_says_all_without_its_script(browser: Browser, address: str) -> None:
    context = browser.new_context(java_script_enabled=False)
    window = context.new_page()
    window.goto(address)
    assert window.locator("tr[data-model]:visible").count() == len(MODELS) + 1
    assert not window.locator("#search").is_visible()
    context.close()
