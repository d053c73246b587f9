"""Opening pages in Chromium, with an eye on what they ask of others and complain of, and looking
at them: whether they run over the edge, whether anybody is kept from reading them."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from shutil import which
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page

Open = Callable[..., Page]
CHROMIUM = Path(os.environ.get("CHROMIUM") or which("chromium") or "/usr/bin/chromium")
LIMIT_MS = 60_000
HOSTILE = '</pre><script>window.owned=1</script><img src=x onerror="window.owned=1">'

needs_chromium = pytest.mark.skipif(
    not CHROMIUM.exists(),
    reason="Chromium is not installed: apt-get install chromium, or name one in CHROMIUM",
)


@dataclass
class Heard:
    """What pages asked for, by address, and what scripts, console and dialogs said."""

    asked: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)

    def of(self, page: Page) -> Page:
        """Listen to a page from here on."""
        page.on("request", lambda request: self.asked.append(request.url))
        page.on("console", lambda message: self.complaints.append(message.text))
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("dialog", lambda dialog: self.complaints.append(dialog.message))
        return page


@contextmanager
def visiting(
    browser: Browser, url: str, limit_ms: int, lang: str, forgiven: str | None = None
) -> Iterator[Open]:
    """Opens paths below `url`, each in a context of its own with `lang` for its language.

    Afterwards nothing may have been asked of other hosts, and no script, console or dialog may
    have said anything; what holds `forgiven` may stand on the console.
    """
    heard = Heard()
    contexts: list[BrowserContext] = []
    usual = lang

    def open_page(path: str, lang: str = usual, **context: Any) -> Page:
        made = browser.new_context(**context)
        made.set_default_timeout(limit_ms)
        contexts.append(made)
        page = heard.of(made.new_page())
        page.goto(f"{url}{path}{'&' if '?' in path else '?'}lang={lang}")
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert [one for one in heard.asked if not one.startswith(url)] == []
    assert [text for text in heard.complaints if forgiven is None or forgiven not in text] == []


def unfolded(page: Page) -> None:
    """With everything open that can be opened."""
    page.evaluate("for (const part of document.querySelectorAll('details')) part.open = true")


def serious(page: Page) -> list[str]:
    """What axe-core finds that is serious or worse."""
    page.wait_for_load_state("load")  # before that it may have no style yet
    found = Axe().run(page).response["violations"]
    bad = [one for one in found if one["impact"] in ("serious", "critical")]
    return [f"{one['id']}: {node['html']}" for one in bad for node in one["nodes"]]


def within(page: Page, *widths: int) -> None:
    """Nothing runs over the edge at any of these widths."""
    for width in widths:
        page.set_viewport_size({"width": width, "height": 900})
        wide = page.evaluate("document.documentElement.scrollWidth")
        assert wide <= width, (page.url, width)


def tab_to(page: Page, selector: str) -> None:
    """By the Tab key, as far as that."""
    for _ in range(60):
        page.keyboard.press("Tab")
        if page.evaluate("s => document.activeElement.matches(s)", selector):
            outline = "getComputedStyle(document.activeElement).outlineStyle"
            assert page.evaluate(outline) != "none"
            return
    raise AssertionError(f"the Tab key never comes to {selector}")
