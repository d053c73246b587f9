"""The matrix of bugs in a real Chromium: nothing is asked for, and the grid keeps its headings."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Browser

from simulator.conformance.events import Outcome
from simulator.conformance.load import Catalogue, load_catalogue
from simulator.reports.zoo import Matrix, Row, Seen, Told
from simulator.reports.zoo_page import matrix_page
from tests.browser.visiting import Heard, needs_chromium

pytestmark = needs_chromium
_BUGS = 60


def _row(name: str, rule: str) -> Row:
    return Row(name, "family", "does it <i>wrong</i>", (rule,), "must", "answer", "x", "default")


def _matrix(catalogue: Catalogue) -> Matrix:
    rules = list(catalogue.rules)[:_BUGS]
    seen = [
        Seen(_row(f"family.{rule}", rule), (Told(rule, Outcome.FAILED, "scenario", "step", "No."),))
        for rule in rules
    ]
    missed = Seen(_row("family.missed", rules[0]), ())
    return Matrix((*seen, missed), catalogue.rules, 100)


def test_page(browser: Browser, tmp_path: Path) -> None:
    path = tmp_path / "matrix.html"
    path.write_text(matrix_page(_matrix(load_catalogue())), encoding="utf-8")
    heard = Heard()
    page = heard.of(browser.new_page(viewport={"width": 1200, "height": 800}))
    page.goto(path.as_uri())

    assert page.locator("h1").inner_text().startswith(f"{_BUGS} of {_BUGS + 1} bugs caught")
    assert page.locator(".grid td.own.failed").count() == _BUGS
    assert page.locator(".grid td.lost").inner_text() == "×"
    wide, shown = page.evaluate("[document.body.scrollWidth, window.innerWidth]")
    assert wide <= shown, "only the grid itself is scrolled sideways"
    page.locator(".grid").evaluate("grid => grid.scrollTo(400, 400)")
    head = page.locator(".grid thead .column").nth(30).bounding_box()
    grid = page.locator(".grid").bounding_box()
    assert head is not None
    assert grid is not None
    assert head["y"] == pytest.approx(grid["y"], abs=3)
    family = page.locator(".grid tr.family th").bounding_box()
    assert family is not None
    assert family["x"] == pytest.approx(grid["x"], abs=3), "families are named wherever one is"
    page.locator(".families a").click()
    head = page.locator(".grid thead .corner").bounding_box()
    family = page.locator(".grid tr.family th").bounding_box()
    assert head is not None
    assert family is not None
    assert family["y"] >= head["y"] + head["height"] - 3, "the headings do not hide it"
    assert heard.asked == [path.as_uri()]
    assert heard.complaints == []
