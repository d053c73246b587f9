"""Annotations and the step's summary, escaped as GitHub reads them back."""

from __future__ import annotations

import io
import re
from html import unescape
from pathlib import Path

import pytest

from simulator.conformance.events import Event, Outcome
from simulator.reports import GithubReport, ReportError
from tests.simulator.reports import hostile, stream


def lines(events: list[Event], summary: Path | None = None) -> list[str]:
    out = io.StringIO()
    stream.feed(GithubReport(out, summary), events)
    return out.getvalue().splitlines()


def parsed(line: str) -> tuple[str, dict[str, str], str]:
    """The line as the runner's own parser takes it apart."""
    match = re.fullmatch(r"::(\w+) (.*?)::(.*)", line)
    assert match
    pairs = dict(part.split("=", 1) for part in match[2].split(","))
    undone = {k: _undone(v.replace("%3A", ":").replace("%2C", ",")) for k, v in pairs.items()}
    return match[1], undone, _undone(match[3])


def _undone(text: str) -> str:
    return text.replace("%0D", "\r").replace("%0A", "\n").replace("%25", "%")


def test_a_failure_points_at_the_line_of_the_scenario() -> None:
    kind, properties, message = parsed(lines(stream.one_failing())[0])
    assert kind == "error"
    assert properties == {
        "file": "scenarios/create/repeat.yaml",
        "line": "19",
        "col": "13",
        "title": "PM-CR-04 create.repeat-same-answer",
    }
    assert "payme-sandbox replay x7Kp2" in message


def test_ten_at_most_worst_first() -> None:
    shown = [parsed(line) for line in lines(stream.many_failing())]
    assert len(shown) == 10
    assert {kind for kind, _, _ in shown} == {"error"}
    untestable = [parsed(line)[0] for line in lines(stream.not_testable())]
    assert untestable == ["error", "error", "error"]


def test_a_warning_is_a_warning_and_a_stopped_run_comes_first() -> None:
    exchange = stream.call(1, "s.x", "a", "GetStatement")
    warned = stream.check("statement.order", "s.x", "a", Outcome.WARNED)
    events = stream.run([stream.scenario("s.x", "", [exchange], [warned])])
    assert [parsed(line)[0] for line in lines(events)] == ["warning"]
    kind, _, message = parsed(lines(stream.merchant_died())[0])
    assert kind == "error"
    assert "exit code 137" in message


def test_a_good_run_prints_nothing() -> None:
    assert lines(stream.all_green()) == []


def test_hostile_text_ends_no_command() -> None:
    out = lines(hostile.hostile())
    assert len(out) == 6  # stopped, three broken, one not testable, one warned
    for line in out:
        kind, properties, _ = parsed(line)
        assert kind in ("error", "warning")
        assert set(properties) <= {"file", "line", "col", "title"}


def test_the_summary_is_added_to_what_other_steps_wrote(tmp_path: Path) -> None:
    path = tmp_path / "summary.md"
    path.write_text("before\n", encoding="utf-8")
    lines(stream.one_failing(), path)
    text = path.read_text(encoding="utf-8")
    assert text.startswith("before\n## payme-sandbox: Not ready: 2 rules broken")
    assert "| **FAIL** | <code>PM-CR-04</code>" in text
    assert "| <code>create</code> | 2 ok, 1 FAIL |  |  |" in text


def test_hostile_text_makes_no_markup_in_the_summary(tmp_path: Path) -> None:
    path = tmp_path / "summary.md"
    lines(hostile.hostile(), path)
    text = path.read_text(encoding="utf-8")
    for row in text.splitlines():
        if row.startswith("| **"):
            assert row.count("|") == 6
    bare = re.sub(r"</?code>", "", text)
    assert "<" not in bare
    assert "@all" not in bare
    assert "`x`" not in bare
    assert "<script>window.owned=1</script>" in unescape(bare)


def test_a_summary_that_cannot_be_written_is_said_before_the_run(tmp_path: Path) -> None:
    with pytest.raises(ReportError, match=r"cannot write the GitHub summary to .*: is a folder"):
        GithubReport(io.StringIO(), tmp_path)(stream.all_green()[0])
