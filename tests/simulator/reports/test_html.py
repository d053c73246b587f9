"""The page as a file; what a browser makes of it is looked at in tests/browser."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from lxml import html

from simulator.conformance.events import Event
from simulator.reports import HtmlReport
from simulator.reports.html import coded
from simulator.reports.text import hidden
from simulator.reports.view import safe_link
from tests.simulator.reports import hostile, stream
from tests.simulator.reports.runs import EVERY_RUN


def written(events: list[Event], tmp_path: Path) -> str:
    path = tmp_path / "report.html"
    stream.feed(HtmlReport(path, environment=lambda: [("Python", "3.11")]), events)
    return path.read_text(encoding="utf-8")


def page(events: list[Event], tmp_path: Path) -> html.HtmlElement:
    return html.document_fromstring(written(events, tmp_path))


@pytest.mark.parametrize("make", EVERY_RUN, ids=lambda make: make.__name__)
def test_one_file_that_asks_for_nothing(make: Callable[[], list[Event]], tmp_path: Path) -> None:
    root = page(make(), tmp_path)
    assert root.xpath("//link | //img | //iframe | //object | //embed | //base | //video") == []
    assert root.xpath("//@src | //@srcset | //@action | //@style") == []
    assert not re.search(r"url\(|@import", root.xpath("string(//style)"))
    assert root.xpath("//*/@*[starts-with(name(), 'on')]") == []
    for link in root.xpath("//a/@href"):
        assert link.startswith(("#", "https://developer.help.paycom.uz"))


@pytest.mark.parametrize("make", EVERY_RUN, ids=lambda make: make.__name__)
def test_names_are_given_once_and_links_lead_somewhere(
    make: Callable[[], list[Event]], tmp_path: Path
) -> None:
    root = page(make(), tmp_path)
    ids = root.xpath("//@id")
    assert len(ids) == len(set(ids))
    assert {link[1:] for link in root.xpath("//a/@href") if link.startswith("#")} <= set(ids)


def test_typical_sizes(tmp_path: Path) -> None:
    assert len(written(stream.many_failing(), tmp_path)) < 300_000
    assert len(written(stream.all_green(), tmp_path)) < 60_000
    assert len(written(hostile.hostile(), tmp_path)) < 600_000


def test_a_whole_catalogue_in_many_scenarios_stays_small(tmp_path: Path) -> None:
    parts = [stream.good(f"group.scenario-{n}", n, stream.RULES) for n in range(400)]
    assert len(written(stream.run([*parts, stream.broken_repeat()]), tmp_path)) < 300_000


def test_the_verdict_comes_first(tmp_path: Path) -> None:
    root = page(stream.one_failing(), tmp_path)
    assert root.xpath("string(//body/*[1]//h1)") == "Not ready: 2 rules broken"
    facts = dict(
        zip(
            root.xpath("//header//dt/text()"),
            root.xpath("//header//dd/span/text()"),
            strict=True,
        )
    )
    assert facts["target"] == stream.URL
    assert facts["seed"] == "4218"
    copied = root.xpath("//header//button/@data-copy")
    assert copied == [stream.URL, "4218", f"payme-sandbox check --url {stream.URL} --seed 4218"]


@pytest.mark.parametrize(
    ("make", "headline"),
    [
        (stream.all_green, "Good: every rule that was checked holds"),
        (stream.not_testable, "Not ready: a selected check was not testable"),
        (stream.interrupted, "No verdict: interrupted"),
        (
            stream.merchant_died,
            "No verdict: the merchant is unreachable or died; 3 rules broken",
        ),
        (stream.nothing_selected, "No verdict: nothing was selected"),
    ],
)
def test_headlines(make: Callable[[], list[Event]], headline: str, tmp_path: Path) -> None:
    root = page(make(), tmp_path)
    assert root.xpath("string(//h1)") == headline
    good = "good" in root.xpath("string(//header/@class)")
    assert good is headline.startswith("Good")


def test_the_matrix_counts_rules_and_leads_to_them(tmp_path: Path) -> None:
    root = page(stream.many_failing(), tmp_path)
    heads = root.xpath("//table[@class='matrix']//thead//th/text()")
    assert heads == ["group", "must", "should"]
    row = root.xpath("//table[@class='matrix']//tr[th='create']")[0]
    assert [(a.text, a.get("href")) for a in row.xpath(".//a")] == [
        ("2 ok", "#all"),
        ("1 FAIL", "#PM-CR-04"),
    ]


def test_a_broken_rule_is_told_whole(tmp_path: Path) -> None:
    root = page(stream.one_failing(), tmp_path)
    text = " ".join(" ".join(root.xpath("//article[@id='PM-CR-04']//text()")).split())
    for words in (
        "The second call answers exactly as the first.",
        "Payme repeats a call whose answer it did not see",
        "scenarios/create/repeat.yaml:19",
        "result.create_time 1763881200123 1763881200391 (+268)",
        "answer FAIL",
        "database ok",
        "invariant not looked at",
        "UNIQUE constraint failed: transactions.payme_id",
        "payme_id=65f0c0ffee00000000000abc state=1",
        "Authorization: Basic ••••",
        '"create_time": 1763881200391',
        "payme-sandbox replay x7Kp2",
        "sh .payme-sandbox/cases/x7Kp2.sh",
        'curl -sS -i -g --max-time 30 \\ -u "${PAYME_LOGIN:-Paycom}:$PAYME_KEY"',
    ):
        assert words in text
    marked = root.xpath("string(//article[@id='PM-CR-04']//mark)")
    assert marked == "[result.transaction, result.create_time]"
    failing = root.xpath("//article[@id='PM-CR-04']//li[contains(@class, 'bad')]//strong/text()")
    assert failing == ["FAIL", "FAIL"]


def test_the_sections_at_the_end(tmp_path: Path) -> None:
    many = page(stream.many_failing(), tmp_path)
    assert "until 2027-01-15" in many.xpath("string(//section[@id='known'])")
    assert len(many.xpath("//section[@id='warnings']/details")) == 2
    assert len(many.xpath("//section[@id='all']//tbody/tr")) == 23
    assert "2025-11-23 07:00:00 UTC" in many.xpath("string(//section[@id='environment'])")
    untested = page(stream.not_testable(), tmp_path).xpath("string(//section[@id='unseen'])")
    assert "counts as failure" in untested
    assert "the database (database = false)" in untested
    stale = page(stream.strict_and_stale(), tmp_path)
    assert "take it out" in stale.xpath("string(//section[@id='known'])")


def test_machines_can_read_the_page(tmp_path: Path) -> None:
    root = page(stream.many_failing(), tmp_path)
    data = json.loads(root.xpath("string(//script[@type='application/json'])"))
    assert (data["version"], data["seed"], data["exit_code"]) == (1, 4218, 1)
    assert {c["outcome"] for c in data["checks"]} == {"failed", "warned", "known"}
    assert data["passed"]["transport.http-200"] == 41


def test_hostile_text_is_text(tmp_path: Path) -> None:
    text = written(hostile.hostile(), tmp_path)
    assert {c for c in text if hidden(c)} == {"\n"}
    root = page(hostile.hostile(), tmp_path)
    assert len(root.xpath("//script")) == 2
    assert root.xpath("//img") == []
    data = json.loads(root.xpath("string(//script[@type='application/json'])"))
    assert data["checks"][0]["message"] == hostile.HOSTILE
    assert "<script>window.owned=1</script>" in root.xpath("string(//article[1])")


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("`code` and `more`.", "<code>code</code> and <code>more</code>."),
        ("a lone ` stays", "a lone ` stays"),
        ("`<b>` & <b>", "<code>&lt;b&gt;</code> &amp; &lt;b&gt;"),
    ],
)
def test_code_in_our_words_is_shown_as_code(text: str, shown: str) -> None:
    assert coded(text) == shown


@pytest.mark.parametrize(
    ("url", "followed"),
    [
        ("https://developer.help.paycom.uz/x", True),
        ("http://example.org", True),
        ("javascript:alert(1)", False),
        ("data:text/html,x", False),
        ("//example.org", False),
        ("https:", False),
        ("https://[", False),
        ("https://example.org/\u202e", False),
        ("section 5 of the guide", False),
    ],
)
def test_only_addresses_of_pages_are_followed(url: str, followed: bool) -> None:
    assert safe_link(url) == (url if followed else "")
