"""A load run's page in a real Chromium: nothing is asked for, nothing runs, nothing overflows."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import Browser

from loadtests.report.html import html_report
from tests.browser.visiting import Heard, needs_chromium
from tests.loadtests.runs import BAD, hostile

pytestmark = needs_chromium


def test_page(browser: Browser, tmp_path: Path) -> None:
    pages = {"bad": BAD, "hostile": hostile()}
    for name, run in pages.items():
        (tmp_path / f"{name}.html").write_text(html_report(run), encoding="utf-8")
    heard = Heard()
    for name in pages:
        for width in (1280, 400):
            page = heard.of(browser.new_page(viewport={"width": width, "height": 800}))
            page.goto((tmp_path / f"{name}.html").as_uri())
            assert page.locator("h1").inner_text().startswith("The money does not add up")
            assert page.evaluate("document.documentElement.scrollWidth") <= width
            assert page.evaluate("window.owned ?? null") is None
            boxes = [one.bounding_box() for one in page.locator("svg").all()]
            assert boxes
            assert all(box is not None and box["width"] > 200 for box in boxes)
    page.locator("summary").first.click()
    assert len(heard.asked) == 2 * len(pages)
    assert heard.complaints == []
