"""A load run's page in a real Chromium: nothing is asked for, nothing runs, nothing overflows."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import sync_playwright

from loadtests.report.html import html_report
from tests.browser.test_html_report import CHROMIUM
from tests.loadtests.runs import BAD, hostile

pytestmark = pytest.mark.skipif(
    not CHROMIUM.exists(), reason="Chromium is not installed: apt-get install chromium"
)


def test_page(tmp_path: Path) -> None:
    pages = {"bad": BAD, "hostile": hostile()}
    for name, run in pages.items():
        (tmp_path / f"{name}.html").write_text(html_report(run), encoding="utf-8")
    asked: list[str] = []
    complaints: list[str] = []
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(
            executable_path=str(CHROMIUM), args=["--no-sandbox", "--disable-dev-shm-usage"]
        )
        for name in pages:
            for width in (1280, 400):
                page = chromium.new_page(viewport={"width": width, "height": 800})
                page.on("request", lambda request: asked.append(request.url))
                page.on("console", lambda message: complaints.append(message.text))
                page.goto((tmp_path / f"{name}.html").as_uri())
                assert page.locator("h1").inner_text().startswith("The money does not add up")
                assert page.evaluate("document.documentElement.scrollWidth") <= width
                assert page.evaluate("window.owned ?? null") is None
                boxes = [one.bounding_box() for one in page.locator("svg").all()]
                assert boxes
                assert all(box is not None and box["width"] > 200 for box in boxes)
        page.locator("summary").first.click()
        chromium.close()
    assert len(asked) == 2 * len(pages)
    assert complaints == []
