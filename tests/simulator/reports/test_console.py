"""What a person reads: whole outputs, with and without a terminal, and hostile merchants."""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from rich.console import Console

from simulator.conformance.events import Event, Outcome, ScenarioFinished
from simulator.reports import ConsoleReport, JsonReport
from simulator.reports.text import hidden
from tests.simulator.reports import hostile, stream
from tests.simulator.reports.runs import RUNS

NAMED = {run.__name__.replace("_", "-"): run for run in RUNS}
ESCAPE = re.compile(r"\x1b\[[0-9;?]*[a-zA-Z]")


def shown(
    events: Sequence[Event], width: int = 100, terminal: bool = False, verbose: bool = False
) -> str:
    out = io.StringIO()
    console = Console(file=out, width=width)
    if terminal:  # with a height, or a dumb one would be taken for 80 columns
        console = Console(
            file=out, width=width, height=50, force_terminal=True, color_system="truecolor"
        )
    report = ConsoleReport(console, verbose=verbose)
    for event in events:
        report(event)
    return out.getvalue()


def words(text: str) -> list[str]:
    """The words without colour, cursor moves and line breaks."""
    return ESCAPE.sub("", text).split()


@pytest.mark.parametrize("name", NAMED)
def test_whole_output_in_a_pipe(name: str, snapshot: Callable[[str, str], None]) -> None:
    snapshot(f"{name}.txt", shown(NAMED[name]()))


def test_whole_output_of_a_verbose_run(snapshot: Callable[[str, str], None]) -> None:
    snapshot("verbose.txt", shown([*stream.one_failing()], verbose=True))


def test_a_verbose_run_shows_warnings_known_and_untestable_ones_in_full() -> None:
    text = shown(stream.many_failing(), verbose=True)
    assert "known PM-CT-02" in text
    assert text.count("payme-sandbox explain PM-") == 15  # twelve broken, two warned, one known
    untestable = shown(stream.not_testable(), verbose=True)
    assert "payme-sandbox explain PM-PE-03" in untestable


def test_whole_output_on_a_narrow_terminal(
    snapshot: Callable[[str, str], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TERM", "dumb")  # no moving line, so that every byte is known
    text = ESCAPE.sub("", shown(stream.one_failing(), width=80, terminal=True))
    snapshot("narrow.txt", text)


@pytest.mark.parametrize("name", NAMED)
@pytest.mark.parametrize("width", [80, 100, 200])
def test_nothing_runs_over_the_edge_of_a_terminal(
    name: str, width: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TERM", "dumb")
    lines = ESCAPE.sub("", shown(NAMED[name](), width=width, terminal=True)).splitlines()
    # Addresses and commands stay whole, so that they can be copied.
    over = [x for x in lines if len(x) > width and not re.search(r"https?://|payme-sandbox ", x)]
    assert over == []


def test_a_very_narrow_terminal_still_gets_everything(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "dumb")
    narrow = shown(stream.one_failing(), width=20, terminal=True)
    assert "create.repeat-same-answer" in narrow.replace("\n", "").replace(" ", "")
    assert "exit 1" in narrow


@pytest.mark.parametrize("name", NAMED)
def test_colour_adds_no_word_and_takes_none(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "dumb")
    coloured = shown(NAMED[name](), width=200, terminal=True)
    assert "\x1b[" in coloured
    assert "".join(words(coloured)) == "".join(words(shown(NAMED[name](), width=200)))


def test_no_color_is_honoured(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    monkeypatch.setenv("TERM", "xterm-256color")
    text = shown(stream.one_failing(), terminal=True)
    assert not re.search(r"\x1b\[[0-9;]*3[0-9][0-9;]*m", text)


def test_a_pipe_gets_no_escape_and_no_moving_line() -> None:
    text = shown(stream.many_failing())
    assert "\x1b" not in text
    assert "\r" not in text
    assert "0/57" not in text


def test_a_terminal_gets_a_moving_line_that_is_gone_at_the_end(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("TERM", "xterm")
    out = io.StringIO()
    console = Console(file=out, width=100, force_terminal=True)
    report = ConsoleReport(console)
    events = stream.one_failing()
    for event in events[:-1]:
        report(event)
    report._progress._bar.refresh()  # type: ignore[union-attr]
    moving = ESCAPE.sub("", out.getvalue())
    assert "5/5" in moving
    assert "2 FAIL" in moving
    report(events[-1])
    report.close()
    assert out.getvalue().rstrip().endswith("exit 1: a must failed\x1b[0m")


def test_the_moving_line_names_what_has_been_running_longest(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("TERM", "xterm")
    out = io.StringIO()
    report = ConsoleReport(Console(file=out, width=120, force_terminal=True))
    for event in stream.interrupted()[:-1]:
        report(event)
    report._progress._bar.refresh()  # type: ignore[union-attr]
    assert "perform.flow" in out.getvalue()
    report.close()
    report.close()


@pytest.mark.parametrize("terminal", [True, False])
@pytest.mark.parametrize("verbose", [True, False])
def test_hostile_text_moves_no_cursor_and_hides_nothing(
    terminal: bool, verbose: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TERM", "dumb")
    text = shown(hostile.hostile(), terminal=terminal, verbose=verbose)
    plain = re.sub(r"\x1b\[[0-9;]*m", "", text) if terminal else text
    assert {c for c in plain if hidden(c)} <= {"\n"}
    assert "\\x1b[2J" in plain
    assert "\\u202egnp.exe" in plain
    assert "[red]markup[/red]" in plain
    assert ":smile:" in plain
    assert not [x for x in plain.splitlines() if x.lstrip().startswith(("::", "##["))]
    assert len(plain) < 60_000


def test_a_stream_that_is_not_utf8_gets_plain_marks() -> None:
    raw = io.BytesIO()
    out = io.TextIOWrapper(raw, encoding="cp1251", errors="strict")
    report = ConsoleReport(Console(file=out, width=100))
    stream.feed(report, hostile.hostile())
    stream.feed(report, stream.one_failing())
    out.flush()
    text = raw.getvalue().decode("cp1251")
    assert "71 ->  POST /payme" in text
    assert "create.repeat > create" in text


def test_the_reports_that_were_written_are_named(tmp_path: Path) -> None:
    out = io.StringIO()
    written, not_written = JsonReport(tmp_path / "a.json"), JsonReport(tmp_path / "b.json")
    report = ConsoleReport(Console(file=out, width=200), reports=[written, not_written])
    for event in stream.all_green():
        written(event)
        report(event)
    assert f"reports  {tmp_path / 'a.json'}" in out.getvalue()
    assert "b.json" not in out.getvalue()


def test_an_exit_code_that_was_kept_at_zero_says_what_it_hides() -> None:
    events = stream.run([stream.broken_repeat()], exit_code=0)
    assert "exit 0: a must failed, but the exit code was asked to stay 0" in shown(events)


def test_good_news_still_tells_warnings_and_known_failures() -> None:
    events = stream.run([stream.good("auth.all", 1, ["auth.none"]), stream.known()])
    assert shown(events).rstrip().endswith("exit 0: all good, with 1 rule known to be broken")


def test_a_known_failure_of_a_rule_that_is_also_broken_elsewhere_is_listed() -> None:
    first, second = stream.broken_repeat(), stream.broken_repeat("create.other", 11)
    end = second[-1]
    assert isinstance(end, ScenarioFinished)
    excused = tuple(
        replace(c, outcome=Outcome.KNOWN, reason="until 2027-01-15")
        if c.outcome is Outcome.FAILED
        else c
        for c in end.checks
    )
    text = shown(stream.run([first, [*second[:-1], replace(end, checks=excused)]]))
    assert "FAIL  PM-CR-04" in text
    assert "known PM-CR-04  must    create.repeat-same-answer  until 2027-01-15" in text
