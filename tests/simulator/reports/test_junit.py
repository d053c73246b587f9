"""JUnit: one named case a check, valid by schema, whatever a merchant says."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from lxml import etree

from simulator.conformance.events import Event
from simulator.reports import JunitReport
from tests.simulator.reports import hostile, stream
from tests.simulator.reports.runs import EVERY_RUN

SCHEMA = etree.XMLSchema(etree.parse(Path(__file__).with_name("junit.xsd")))


def report(events: list[Event], tmp_path: Path) -> etree._Element:
    path = tmp_path / "junit.xml"
    stream.feed(JunitReport(path), events)
    return etree.parse(path).getroot()


def cases(root: etree._Element, tag: str) -> list[etree._Element]:
    return [case for case in root.iter("testcase") if case.find(tag) is not None]


@pytest.mark.parametrize("make", EVERY_RUN, ids=lambda make: make.__name__)
def test_is_valid_by_schema(make: Callable[[], list[Event]], tmp_path: Path) -> None:
    SCHEMA.assertValid(report(make(), tmp_path))


def test_the_schema_can_fail(tmp_path: Path) -> None:
    root = report(stream.one_failing(), tmp_path)
    root[0][1].set("file", "x.yaml")
    assert not SCHEMA.validate(root)


def test_every_check_is_a_case_with_a_name_of_its_own(tmp_path: Path) -> None:
    root = report(stream.many_failing(), tmp_path)
    names = [(case.get("classname"), case.get("name")) for case in root.iter("testcase")]
    assert len(names) == 230
    assert len(set(names)) == 230
    assert ("create", "PM-CR-04 create.repeat-same-answer: create.repeat[0] › create (answer)") in (
        names
    )


def test_the_same_check_made_twice_gets_two_names(tmp_path: Path) -> None:
    twice = [
        stream.check("create.new", "create.x", "a"),
        stream.check("create.new", "create.x", "a"),
    ]
    root = report(stream.run([stream.scenario("create.x", "", [], twice)]), tmp_path)
    assert [case.get("name") for case in root.iter("testcase")] == [
        "PM-CR-01 create.new: create.x › a (answer)",
        "PM-CR-01 create.new: create.x › a (answer) #2",
    ]


def test_suites_are_the_groups_and_count_their_cases(tmp_path: Path) -> None:
    root = report(stream.many_failing(), tmp_path)
    suites = {suite.get("name"): suite for suite in root}
    assert list(suites)[:3] == ["transport", "authorization", "check-perform"]
    assert (suites["log"].get("tests"), suites["log"].get("failures")) == ("44", "40")
    assert (suites["check"].get("tests"), suites["check"].get("skipped")) == ("1", "1")
    assert [suite.get("id") for suite in root] == [str(n) for n in range(len(root))]


def test_the_time_of_a_call_is_counted_once(tmp_path: Path) -> None:
    root = report(stream.one_failing(), tmp_path)
    total = sum(int((suite.get("time") or "").replace(".", "")) for suite in root)
    assert total == 4 * 9 + 14 + 22


def test_properties_tell_how_to_repeat_the_run(tmp_path: Path) -> None:
    root = report(stream.one_failing(), tmp_path)
    for suite in root:
        told = {p.get("name"): p.get("value") for p in suite.iter("property")}
        assert told["seed"] == "4218"
        assert told["target"] == stream.URL
        assert told["profile"] == "default"


def test_a_failure_tells_all_that_is_needed(tmp_path: Path) -> None:
    case = cases(report(stream.one_failing(), tmp_path), "failure")[0]
    failure = case[0]
    assert failure.get("message") == "the second answer differs from the first in create_time"
    assert failure.get("type") == "must.failed"
    text = failure.text or ""
    assert "scenarios/create/repeat.yaml:19: same: [result.transaction" in text
    assert "result.create_time: expected 1763881200123, got 1763881200391 (+268)" in text
    assert "spec: https://developer.help.paycom.uz/" in text
    assert "again: payme-sandbox replay x7Kp2" in text


def test_not_testable_is_a_failure_and_known_is_skipped_with_its_reason(tmp_path: Path) -> None:
    untested = cases(report(stream.not_testable(), tmp_path), "failure")
    assert len(untested) == 3
    assert untested[0][0].get("message") == "time travel needs database.age_rows = true"
    skipped = cases(report(stream.many_failing(), tmp_path), "skipped")
    assert "until 2027-01-15" in (skipped[0][0].get("message") or "")


def test_a_warning_passes_and_is_told_in_the_output(tmp_path: Path) -> None:
    root = report(stream.many_failing(), tmp_path)
    (suite,) = [s for s in root if s.get("name") == "statement"]
    assert suite.get("failures") == "1"
    assert "warning PM-ST-02 statement.order" in (suite.findtext("system-out") or "")


def test_a_run_that_broke_off_is_an_error_and_a_stale_baseline_a_failure(tmp_path: Path) -> None:
    (died,) = cases(report(stream.merchant_died(), tmp_path), "error")
    assert "exit code 137" in (died[0].text or "")
    stale = cases(report(stream.strict_and_stale(), tmp_path), "failure")[-1]
    assert "take it out" in (stale[0].text or "")


def test_hostile_text_stays_text(tmp_path: Path) -> None:
    root = report(hostile.hostile(), tmp_path)
    message = cases(root, "failure")[0][0].get("message") or ""
    assert message.startswith("\\x1b[2J\\x1b]0;owned\\x07\\x9b31m\\x00 \\u202egnp.exe")
    assert "]]> <script>" in message
    assert not list(root.iter("script"))
