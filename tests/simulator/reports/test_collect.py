"""What is put together, and what is put first."""

from __future__ import annotations

from dataclasses import replace

from simulator.conformance.events import (
    Check,
    Difference,
    Event,
    Level,
    Outcome,
    ScenarioFinished,
    Verdict,
)
from simulator.reports.collect import Collector, Finding, Run
from simulator.reports.grouping import groups, only_skipped, reasons, verdicts
from tests.simulator.reports import stream


def gathered(events: list[Event]) -> Run:
    collector = Collector()
    stream.feed(collector, events)
    return collector.run


def test_a_rule_that_breaks_in_forty_scenarios_is_one_entry() -> None:
    broken = gathered(stream.many_failing()).broken(Outcome.FAILED)
    repeat = next(r for r in broken if r.rule.id == "create.repeat-same-answer")
    assert len(broken) == 12
    assert len(repeat.worst) == 40
    assert repeat.worst[0].case == "c000"


def test_the_clearest_case_comes_first_and_among_equals_the_first_of_the_run() -> None:
    vague = stream.check("create.new", "s.a", "x", Outcome.FAILED)
    long = stream.check("create.new", "s.b", "x", Outcome.FAILED, place=stream.REPEAT_PLACE)
    clear = replace(long, scenario="s.c", differences=(Difference("a", "1", "2"),))
    many = replace(clear, scenario="s.d", differences=clear.differences * 3)
    equal = replace(clear, scenario="s.e")
    parts = [stream.scenario(c.scenario, "", [], [c]) for c in (vague, long, many, clear, equal)]
    (result,) = gathered(stream.run(parts)).broken(Outcome.FAILED)
    assert [f.check.scenario for f in result.worst] == ["s.c", "s.e", "s.d", "s.b", "s.a"]


def test_musts_come_before_shoulds() -> None:
    should = stream.check("auth.wrong-login", "s.a", "x", Outcome.FAILED)
    must = stream.check("log.no-key", "s.a", "x", Outcome.FAILED)
    run = gathered(stream.run([stream.scenario("s.a", "", [], [should, must])]))
    assert [r.rule.id for r in run.broken(Outcome.FAILED)] == ["log.no-key", "auth.wrong-login"]


def test_a_rule_is_as_bad_as_its_worst_check() -> None:
    order = [
        Outcome.SKIPPED,
        Outcome.PASSED,
        Outcome.KNOWN,
        Outcome.WARNED,
        Outcome.NOT_TESTABLE,
        Outcome.FAILED,
    ]
    for worst in range(1, len(order) + 1):
        checks = [stream.check("create.new", "s.a", "x", o) for o in order[:worst]]
        (result,) = gathered(stream.run([stream.scenario("s.a", "", [], checks)])).by_rule()
        assert result.outcome is order[worst - 1]


def test_a_rule_that_is_not_in_the_catalogue_is_shown_all_the_same() -> None:
    odd = replace(stream.check("create.new", "s.a", "x", Outcome.FAILED), rule="odd.one", code="X")
    (result,) = gathered(stream.run([stream.scenario("s.a", "", [], [odd])])).by_rule()
    assert (result.rule.id, result.rule.group) == ("odd.one", "odd")


def test_rules_are_counted_by_group_and_level() -> None:
    run = gathered(stream.many_failing())
    rows = {row.name: row.counts for row in groups(run.by_rule())}
    assert dict(rows["create"][Level.MUST]) == {Outcome.PASSED: 2, Outcome.FAILED: 1}
    assert dict(rows["check-perform"][Level.SHOULD]) == {Outcome.WARNED: 1}


def test_what_is_not_testable_is_put_together_by_reason() -> None:
    run = gathered(stream.not_testable())
    why = reasons(run.by_rule(), Outcome.NOT_TESTABLE)
    assert [len(rules) for rules in why.values()] == [1, 2]


def test_what_was_skipped_everywhere_is_told_with_its_reason() -> None:
    never = stream.check("create.new", "s.a", "x", Outcome.SKIPPED, reason="refunds = true")
    here = stream.check("create.busy", "s.a", "x", Outcome.SKIPPED, reason="refunds = true")
    there = stream.check("create.busy", "s.b", "x")
    parts = [stream.scenario("s.a", "", [], [never, here]), stream.scenario("s.b", "", [], [there])]
    skipped = only_skipped(gathered(stream.run(parts)).by_rule())
    assert {why: [r.id for r in rules] for why, rules in skipped.items()} == {
        "refunds = true": ["create.new"]
    }


def test_verdicts_of_a_step_are_kept_apart() -> None:
    run = gathered(stream.one_failing())
    (finding,) = next(
        r.worst for r in run.broken(Outcome.FAILED) if r.rule.id == "create.repeat-same-answer"
    )
    seen = verdicts(finding)
    assert len(seen[Verdict.ANSWER]) == 3
    assert len(seen[Verdict.DATABASE]) == 1
    assert seen[Verdict.INVARIANT] == []


def test_a_check_of_the_whole_scenario_counts_for_each_of_its_steps() -> None:
    step = stream.check("create.new", "s.a", "x", Outcome.FAILED)
    whole = stream.check("log.no-key", "s.a", "", verdict=Verdict.INVARIANT)
    run = gathered(stream.run([stream.scenario("s.a", "", [], [step, whole])]))
    finding = next(f for f in run.findings if f.check is step)
    assert verdicts(finding)[Verdict.INVARIANT] == [whole]


def finding_of(check: Check, events: list[Event]) -> Finding:
    return next(f for f in gathered(events).findings if f.check == check)


def test_the_calls_that_a_check_judged() -> None:
    part = stream.broken_repeat(first=1)
    end = part[-1]
    assert isinstance(end, ScenarioFinished)
    repeat = end.checks[2]
    found = finding_of(repeat, stream.run([part]))
    assert [e.number for e in found.record.judged(repeat)] == [1, 2]
    assert [e.number for e in found.record.judged(replace(repeat, exchanges=()))] == [2]
    assert found.record.judged(replace(repeat, exchanges=(), step="nowhere")) == []


def test_totals_are_counted_if_the_run_never_finished() -> None:
    run = gathered(stream.one_failing()[:-1])
    assert (run.totals().passed, run.totals().failed) == (20, 2)
