"""Opening pages in Chromium, with an eye on what they ask of others and complain of."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from playwright.sync_api import Browser, BrowserContext, Page

Open = Callable[..., Page]


@contextmanager
def visiting(
    browser: Browser, url: str, limit_ms: int, lang: str, forgiven: str | None = None
) -> Iterator[Open]:
    """Opens paths below `url`, each in a context of its own with `lang` for its language.

    Afterwards nothing may have been asked of other hosts, and no script, console or dialog may
    have said anything; what holds `forgiven` may stand on the console.
    """
    asked: list[str] = []
    complaints: list[str] = []
    contexts: list[BrowserContext] = []
    usual = lang

    def open_page(path: str, lang: str = usual, **context: Any) -> Page:
        made = browser.new_context(**context)
        made.set_default_timeout(limit_ms)
        contexts.append(made)
        page = made.new_page()
        page.on("request", lambda request: asked.append(request.url))
        page.on("console", lambda message: complaints.append(message.text))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("dialog", lambda dialog: complaints.append(dialog.message))
        page.goto(f"{url}{path}{'&' if '?' in path else '?'}lang={lang}")
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert [one for one in asked if not one.startswith(url)] == []
    assert [text for text in complaints if forgiven is None or forgiven not in text] == []
