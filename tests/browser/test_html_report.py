"""The HTML report in a real Chromium: no request, no script of a merchant's, nothing cut off."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from simulator.conformance.events import Event
from simulator.reports import HtmlReport
from tests.browser.visiting import Heard, needs_chromium
from tests.simulator.reports import hostile, stream

pytestmark = needs_chromium
RUNS: list[Callable[[], list[Event]]] = [
    stream.all_green,
    stream.many_failing,
    stream.not_testable,
    stream.merchant_died,
    stream.race,
    hostile.hostile,
]


@pytest.fixture
def opened(browser: Browser, tmp_path: Path) -> Iterator[Callable[..., Page]]:
    """Opens a run's report; whatever the page asks for or complains of fails the test."""
    heard = Heard()
    contexts = []

    def open_report(events: list[Event], **context: object) -> Page:
        path = tmp_path / "report.html"
        stream.feed(HtmlReport(path), events)
        made = browser.new_context(**context)  # type: ignore[arg-type]
        contexts.append(made)
        page = heard.of(made.new_page())
        page.goto(path.as_uri())
        return page

    yield open_report
    for context in contexts:
        context.close()
    assert [url for url in heard.asked if not url.startswith("file:")] == []
    assert heard.complaints == []


@pytest.mark.parametrize("make", RUNS, ids=lambda make: make.__name__)
def test_nothing_runs_over_the_edge(
    make: Callable[[], list[Event]], opened: Callable[..., Page]
) -> None:
    page = opened(make())
    page.evaluate("for (const d of document.querySelectorAll('details')) d.open = true")
    for width in (390, 768, 1280, 1920):
        page.set_viewport_size({"width": width, "height": 900})
        assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_a_merchants_script_never_runs(opened: Callable[..., Page]) -> None:
    page = opened(hostile.hostile())
    assert page.evaluate("window.owned") is None
    assert page.locator("img").count() == 0
    assert "<script>window.owned=1</script>" in page.locator("article").first.inner_text()


def test_the_policy_stops_a_script_even_if_one_got_in(browser: Browser, tmp_path: Path) -> None:
    path = tmp_path / "report.html"
    stream.feed(HtmlReport(path), stream.all_green())
    text = path.read_text(encoding="utf-8")
    evil = "<script>window.owned=1</script><img src=x onerror='window.owned=1'>"
    path.write_text(text.replace("<main>", f"<main>{evil}"), encoding="utf-8")
    page = browser.new_page()
    page.goto(path.as_uri())
    assert page.evaluate("window.owned") is None
    assert page.locator("#shown").inner_text() == "32 of 32"  # ours did run
    page.close()


def test_the_table_of_rules_is_narrowed_by_words_and_outcome(opened: Callable[..., Page]) -> None:
    page = opened(stream.many_failing())
    rows = page.locator("table.rules tbody tr")
    assert rows.count() == 23
    page.fill("#words", "EXPIRED perform")
    (only,) = visible(page)
    assert "PM-PE-03" in only
    page.fill("#words", "")
    page.select_option("#outcome", "warn")
    assert len(visible(page)) == 2
    assert page.locator("#shown").inner_text() == "2 of 23"


def visible(page: Page) -> list[str]:
    rows = page.locator("table.rules tbody tr").all()
    return [row.inner_text() for row in rows if row.is_visible()]


def test_a_command_is_copied(opened: Callable[..., Page]) -> None:
    page = opened(stream.one_failing(), permissions=["clipboard-read", "clipboard-write"])
    button = page.locator("article button.copy:visible").first
    button.click()
    page.get_by_text("copied", exact=True).wait_for()
    assert page.evaluate("navigator.clipboard.readText()") == "payme-sandbox replay x7Kp2"


def test_a_link_from_the_matrix_opens_what_it_leads_to(opened: Callable[..., Page]) -> None:
    page = opened(stream.many_failing())
    page.click("table.matrix a.known")
    assert page.locator("details#known-PM-CT-02").get_attribute("open") is not None


def test_everything_can_be_read_without_script(opened: Callable[..., Page]) -> None:
    page = opened(stream.many_failing(), java_script_enabled=False)
    assert page.locator("article").count() == 12
    assert page.locator("article").first.is_visible()
    assert page.locator("table.rules tbody tr").first.is_visible()
    assert not page.locator("form.filter").is_visible()
    assert page.locator("button.copy:visible").count() == 0
    page.locator("table.rules summary").first.click()
    assert page.locator("table.rules .names").first.is_visible()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_words_stand_out_from_their_ground(scheme: str, opened: Callable[..., Page]) -> None:
    page = opened(stream.many_failing(), color_scheme=scheme)
    seen = {name: page.locator(name).first.evaluate(CONTRAST) for name in WORDS}
    assert {name: ratio for name, ratio in seen.items() if ratio < 4.5} == {}


WORDS = (
    *("body", "h1", ".quiet", ".label", "nav a", "article pre", "button.copy"),
    *(".mark.ok", ".mark.fail", ".mark.warn", ".mark.known", "td.got", "td.wanted"),
    *(".arrow .at", ".bad .words"),
)
# WCAG 2.2, contrast (minimum): 4.5 to 1 for text.
CONTRAST = """element => {
  const parse = (text) => (text.match(/[\\d.]+/g) || []).map(Number);
  let ground = element;
  while (ground && (parse(getComputedStyle(ground).backgroundColor)[3] ?? 1) === 0) {
    ground = ground.parentElement;
  }
  const light = (rgb) => {
    const part = rgb.slice(0, 3).map((v) => v / 255)
      .map((v) => (v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4));
    return 0.2126 * part[0] + 0.7152 * part[1] + 0.0722 * part[2];
  };
  const colours = [getComputedStyle(element).color, getComputedStyle(ground).backgroundColor];
  const [a, b] = colours.map((colour) => light(parse(colour))).sort((x, y) => y - x);
  return (a + 0.05) / (b + 0.05);
}"""


def test_paper_is_white_and_shows_what_was_folded(opened: Callable[..., Page]) -> None:
    page = opened(stream.many_failing(), color_scheme="dark")
    page.emulate_media(media="print")
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    assert not page.locator("nav").is_visible()
    assert page.locator("details.rule .text").first.is_visible()
