"""What a load run's reports say, and that nothing a merchant sends breaks them."""

from __future__ import annotations

import io
import json
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from lxml import etree
from rich.console import Console

from loadtests.report import REPORTS, ReportError, reconciled, show, write_reports
from loadtests.report.charts import chart
from loadtests.report.html import html_report
from loadtests.report.json_file import json_report
from loadtests.report.junit import junit_report
from loadtests.report.words import exit_words, headline, ms
from loadtests.results import ErrorGroup, Kind, LoadRun, LogLines, Met, Reckoning
from tests.loadtests.runs import BAD, BEGAN, CALLS, GOOD, STOPPED, hostile

XSD = Path(__file__).parent.parent / "simulator" / "reports" / "junit.xsd"
_AGREED = Reckoning(compared={"Payme": 3, "GetStatement": 3})
_LINES = LogLines("Traceback", 17, "Traceback (most recent call last):", "shop.log:1")
RUNS = {"good": GOOD, "bad": BAD, "stopped": STOPPED, "hostile": hostile()}


def _shown(run: LoadRun, width: int = 100) -> str:
    console = Console(file=io.StringIO(), width=width)
    show(console, run, ["run/load.html"])
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


@pytest.mark.parametrize(
    ("run", "words", "code"),
    [
        (GOOD, "The money adds up, 1 threshold met", "exit 0: all good"),
        (
            BAD,
            "The money does not add up: 43 findings, 17 forbidden lines in the log, something "
            "could not be looked at",
            "exit 1: the money does not add up",
        ),
        (
            STOPPED,
            "No verdict: the merchant is unreachable or died",
            "exit 3: the merchant is unreachable or died",
        ),
        (
            replace(GOOD, thresholds=BAD.thresholds, exit_code=5),
            "2 of 3 thresholds breached; the money adds up",
            "exit 5: a load threshold was breached",
        ),
        (
            replace(GOOD, reckoning=None, thresholds=()),
            "Nothing was reconciled",
            "exit 0: all good",
        ),
        (
            replace(GOOD, errors=(*GOOD.errors, ErrorGroup("CreateTransaction", "HTTP 500", 3))),
            "The money adds up, 1 threshold met",
            "exit 0: all good, with 3 errors that the thresholds allow",
        ),
        (
            replace(GOOD, reckoning=Reckoning(compared={"Payme": 0, "orders": 50}), thresholds=()),
            "No transaction came about that could be reconciled",
            "exit 0: all good",
        ),
        (
            replace(GOOD, exit_code=1, reckoning=replace(_AGREED, log=(_LINES,))),
            "17 forbidden lines in the log; the money adds up",
            "exit 1: forbidden lines in the log",
        ),
        (
            replace(GOOD, exit_code=1, reckoning=replace(_AGREED, unable=("the log",))),
            "The reckoning is incomplete: something could not be looked at",
            "exit 1: the reckoning is incomplete",
        ),
        (
            replace(BAD, exit_code=1, reckoning=None, stopped="it broke\nbadly"),
            "No verdict: it broke",
            "exit 1: the load could not go on",
        ),
    ],
)
def test_the_verdict_in_words(run: LoadRun, words: str, code: str) -> None:
    assert (headline(run), exit_words(run)) == (words, code)
    assert words in " ".join(_shown(run).split())
    assert _shown(run).rstrip().endswith(code)


def test_money_outweighs_a_breached_threshold_and_nothing_else() -> None:
    bad = Reckoning(counts={Kind.LOST: 1})
    for code, after in ((0, 1), (5, 1), (3, 3), (130, 130), (1, 1)):
        assert reconciled(replace(GOOD, exit_code=code), bad).exit_code == after
    assert reconciled(replace(GOOD, exit_code=5), Reckoning()).exit_code == 5


def test_the_terminal_shows_findings_with_their_calls() -> None:
    lines = [line.strip() for line in _shown(BAD).splitlines()]
    assert "FAIL  lost: 1 acknowledged, and not there any more" in lines
    assert CALLS[1] in lines
    assert "FAIL  errors > 0.1%: 0.22 % over 9200 samples" in lines
    assert "FAIL  CancelTransaction p99 > 1s: none over 0 samples, too few samples" in lines
    assert "ok    CreateTransaction -31050, 93 times, as it deserved" in lines
    down = "CancelTransaction no connection: refused, 4 times, while the merchant was down"
    assert down in " ".join(lines)
    assert "and 39 more" in lines


@pytest.mark.parametrize("width", [40, 80, 200])
@pytest.mark.parametrize("run", RUNS.values(), ids=RUNS)
def test_the_terminal_gets_nothing_that_moves_it(run: LoadRun, width: int) -> None:
    text = _shown(run, width)
    assert not set(text) - {"\n"} & {chr(code) for code in (*range(32), 0x7F, 0x202E, 0x200B)}
    assert not any(line.startswith(("::", "##[")) for line in text.splitlines())


def test_json_is_the_run_with_its_verdict() -> None:
    told = json.loads(json_report(BAD))
    assert (told["version"], told["exit_code"], told["seed"]) == (1, 1, 4218)
    assert told["tool"] == {"name": "payme-sandbox", "version": "0.1.0"}
    assert told["verdict"] == headline(BAD)
    assert told["reckoning"]["good"] is False
    assert told["reckoning"]["counts"] == {"lost": 1, "order paid twice": 42}
    assert told["reckoning"]["wrong"][0]["calls"][1].startswith("1763881200061 PerformTransaction")
    assert told["thresholds"][1]["met"] == "breached"
    assert told["series"][3]["p95"]["CreateTransaction"] == 11_700
    assert told["started_at"] == BEGAN


@pytest.mark.parametrize("run", RUNS.values(), ids=RUNS)
def test_junit_is_valid(run: LoadRun) -> None:
    schema = etree.XMLSchema(etree.parse(XSD))
    schema.assertValid(etree.fromstring(junit_report(run).encode()))


def test_junit_has_a_case_for_each_threshold_and_kind() -> None:
    suites = {s.get("name"): s for s in ET.fromstring(junit_report(BAD))}
    failed = {
        str(case.get("name")): str(case[0].get("message"))
        for suite in suites.values()
        for case in suite.iter("testcase")
        if len(case)
    }
    assert failed == {
        "errors > 0.1%": "0.22 % over 9200 samples",
        "CancelTransaction p99 > 1s": "none over 0 samples, too few samples",
        "lost": "1 acknowledged, and not there any more",
        "order paid twice": "42 paid by two transactions",
        "forbidden lines in the log": "17 lines",
        "everything could be looked at": "GetStatement from 1 to 2: HTTP 500",
    }
    reckoning = suites["reckoning"]
    assert (reckoning.get("tests"), reckoning.get("failures")) == (str(len(Kind) + 2), "4")
    ended = ET.fromstring(junit_report(STOPPED)).find(".//testsuite[@name='run']")
    assert ended is not None
    assert ended.get("errors") == "1"


def test_the_page_has_the_verdict_and_the_thresholds_first() -> None:
    page = html_report(BAD, [("system", "test")])
    places = [page.index(f'id="{name}"') for name in ("thresholds", "reckoning", "time", "errors")]
    assert places == sorted(places)
    assert page.index("<h1>The money does not add up") < places[0]
    assert page.count("<svg") == 5
    assert "<script>" not in page
    assert "style=" not in page.partition("</style>")[2]


@pytest.mark.parametrize(
    ("reckoning", "words"),
    [
        (_AGREED, "Payme’s side and the statement agree."),
        (replace(_AGREED, log=(_LINES,)), "Payme’s side and the statement agree."),
        (replace(_AGREED, counts={Kind.LOST: 1}), "Payme’s side and the statement do not agree."),
        (replace(_AGREED, unable=("the log",)), "What could agrees."),
        (Reckoning(compared={"Payme": 0}), "No transaction came about"),
        (BAD.reckoning, "Payme’s side and the database do not agree."),
    ],
)
def test_the_page_names_what_agrees(reckoning: Reckoning, words: str) -> None:
    assert words in html_report(replace(GOOD, reckoning=reckoning))


def test_the_page_is_one_small_file_that_asks_for_nothing() -> None:
    for run in RUNS.values():
        page = html_report(run)
        assert len(page) < 300_000
        shown = etree.HTML(page)
        assert shown.xpath("//@src | //link | //iframe | //style[contains(., 'url(')]") == []
        assert shown.xpath("//a[not(starts-with(@href, '#'))]") == []


def test_the_pages_data_is_the_json_report() -> None:
    page = html_report(hostile())
    data = page.partition('<script type="application/json" id="run">')[2].partition("</script>")[0]
    assert json.loads(data) == json.loads(json_report(hostile()))


def test_what_a_merchant_sent_is_no_markup() -> None:
    page = html_report(hostile())
    body = page.partition("<body>")[2]
    assert "<script>window" not in body
    assert "<img" not in body
    assert body.count("<script") == 1
    assert "\u202e" not in body
    assert "\x1b" not in body


def test_reports_are_written_as_far_as_they_can_be(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    paths = {"json": tmp_path / "file" / "x.json", "junit": tmp_path / "x.xml"}
    with pytest.raises(ReportError, match="cannot write the JSON report"):
        write_reports(GOOD, paths)
    assert paths["junit"].read_text().startswith("<?xml")
    write_reports(GOOD, {name: tmp_path / name for name in REPORTS})
    assert {(tmp_path / name).stat().st_size > 1000 for name in REPORTS} == {True}


@pytest.mark.parametrize(
    ("us", "words"),
    [(0, "–"), (999, "0.99"), (4_215, "4.21"), (14_200, "14.2"), (150_000, "150")],
)
def test_milliseconds_have_three_digits(us: int, words: str) -> None:
    assert ms(us) == words


def test_a_line_has_gaps_where_there_is_no_value() -> None:
    drawn = chart("x", "ms", [("p50", "p50", [(0, 0), (1, 1500), (2, None), (4, 2000)])], 1000)
    assert [line.path for line in drawn.lines] == ["M0 200h4L250 50M1000 0h4"]
    assert (drawn.top, drawn.middle, drawn.lines[0].highest) == ("2", "1", "2")
    assert drawn.said == "x, ms, from second 0 to 4: p50 up to 2"


@pytest.mark.parametrize("values", [[], [0], [5], [7, 7], [10**9]])
def test_any_series_can_be_drawn(values: list[int]) -> None:
    drawn = chart("x", "a second", [("calls", "calls", list(enumerate(values)))])
    assert drawn.lines[0].path.count("M") == min(1, len(values))


def test_what_was_not_met_is_not_ok() -> None:
    page = html_report(replace(GOOD, thresholds=BAD.thresholds, exit_code=5))
    assert page.count('<span class="mark fail">FAIL</span>') == sum(
        one.met is not Met.OK for one in BAD.thresholds
    )
