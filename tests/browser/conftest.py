"""One Chromium for a module's tests. Not for the whole run: it holds an event loop of its own,
which the tests of other folders must not find running."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect, sync_playwright

from tests.browser.visiting import CHROMIUM, LIMIT_MS


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(
            executable_path=str(CHROMIUM), args=["--no-sandbox", "--disable-dev-shm-usage"]
        )
        yield chromium
        chromium.close()


@pytest.fixture(autouse=True)
def patient() -> Iterator[None]:
    """A page may be as slow as the machine."""
    expect.set_options(timeout=LIMIT_MS)
    yield
    expect.set_options(timeout=None)
