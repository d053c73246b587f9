"""Whole pages in Russian and Uzbek: no English is left but code, and what the merchant says."""

from __future__ import annotations

import re
from html.parser import HTMLParser

import pytest

from tests.simulator.web.merchant import error
from tests.simulator.web.pages.conftest import Pages

_ENGLISH = re.compile(
    r"\b(the|is|are|was|of|and|not|with|has|have|this|that|from|an|be|by|for|it|no|there)\b",
    re.IGNORECASE,
)
_VALUES = re.compile(r"\{.*\}|\"[^\"]*\"|\S*[-._]\S*")
_CODE = {"pre", "code", "script", "style", "option", "datalist"}
_VOID = {"input", "meta", "link", "br", "img", "hr", "source"}


CHOSEN = {"account_type": "one-time", "account_state": "awaiting"}


class _Told(HTMLParser):
    """The texts and labels of a page, but for code and what is in another language or none."""

    def __init__(self) -> None:
        super().__init__()
        self.texts: list[str] = []
        self._open: list[tuple[str, bool]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        known = dict(attrs)
        other = tag in _CODE or ("lang" in known and tag != "html")
        if tag not in _VOID:
            self._open.append((tag, other))
        names = ("aria-label", "title", "placeholder", "alt")
        self.texts += [str(known[n]) for n in names if known.get(n) and not other]

    def handle_endtag(self, tag: str) -> None:
        while self._open and self._open.pop()[0] != tag:
            pass

    def handle_data(self, data: str) -> None:
        if data.strip() and not any(other for _, other in self._open):
            self.texts.append(" ".join(data.split()))


def english_of(page: str) -> list[str]:
    """The texts in which English words stand."""
    told = _Told()
    told.feed(page)
    return [text for text in told.texts if _ENGLISH.search(_VALUES.sub("", text))]


@pytest.fixture
def wrong(pages: Pages) -> Pages:
    """The merchant's calls go wrong in several ways."""
    made = pages.merchant
    made.plan("CheckPerformTransaction", error(-31050, "nothing"), "<html>oops", "silent", 500)
    made.plan("CreateTransaction", {"result": {"state": "1", "transaction": 5}}, "deaf", 404)
    made.plan("CheckTransaction", error(-31003, "nothing"))
    made.plan("GetStatement", {"result": {}})
    return pages


@pytest.mark.parametrize("lang", ["ru", "uz"])
def test_what_goes_wrong_is_told_in_the_pages_language(lang: str, wrong: Pages) -> None:
    for slug in ("create-transaction", "invalid-amount", "check-perform-transaction"):
        run = wrong.run(f"/sandbox/{slug}", amount="100000", **CHOSEN)
        shown = wrong.get(f"/sandbox/{slug}?run={run.id}", lang)

        assert 'class="finding' in shown
        assert english_of(shown) == []
        assert english_of(wrong.get(f"/sandbox/{slug}?run={run.id}"))


@pytest.mark.parametrize("lang", ["ru", "uz"])
def test_a_run_of_scenarios_is_told_in_the_pages_language(lang: str, wrong: Pages) -> None:
    run = wrong.run("/runs", scenario="check-perform.*", tag="", profile="default")
    shown = wrong.get(f"/runs/{run.id}", lang)

    assert english_of(shown) == []


@pytest.mark.parametrize("lang", ["ru", "uz"])
@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/nothing-here", 404),
        ("GET", "/payments/65a0000000000000000000ff", 404),
        ("POST", "/runs", 400),
        ("DELETE", "/runs", 405),
    ],
)
def test_errors_are_told_in_the_pages_language(
    lang: str, method: str, path: str, status: int, pages: Pages
) -> None:
    answer = pages.client.open(f"{path}?lang={lang}", method=method)

    assert answer.status_code == status
    assert english_of(answer.text) == []


@pytest.mark.parametrize("lang", ["ru", "uz"])
def test_another_site_is_refused_in_the_pages_language(lang: str, pages: Pages) -> None:
    foreign = {"Origin": "http://evil.example"}
    answer = pages.client.post(f"/runs?lang={lang}", headers=foreign)

    assert answer.status_code == 403
    assert english_of(answer.text) == []


def test_english_is_seen_where_it_stands() -> None:
    page = '<p>нет</p><p title="it is not">да</p><code>a is b</code><p lang="">this is</p><p>no</p>'

    assert english_of(page) == ["it is not", "no"]
