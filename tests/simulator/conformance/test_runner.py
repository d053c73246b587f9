"""The run: rows and rounds, merchants that die, the first failure, Ctrl-C."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable
from typing import Any

import pytest

from simulator.caller.wire import FailureKind, WireFailure
from simulator.conformance.events import Outcome, ScenarioFinished, ScenarioStarted
from simulator.conformance.floor import Floor
from simulator.conformance.runner import Runner, case_id, jobs_of
from tests.simulator.conformance import bends
from tests.simulator.conformance.merchant import URL, Stage, stage
from tests.simulator.conformance.runs import CREATE, Seen, placed, run, scenario

LOOK = "- {id: one, call: CheckTransaction, params: {id: $new.transaction_id}, expect: {error: %s}}"
GOOD, BAD = LOOK % "-31003", LOOK % "-31008"


def runner_of(on: Stage, seen: Seen, floor: Floor | None = None) -> Runner:
    return Runner(on.world, seen, floor or Floor(), URL)


def named(name: str, steps: str = GOOD, head: str = "given: {}") -> str:
    return scenario(steps, head, name)


def started(seen: Seen) -> list[str]:
    return [event.name for event in seen.events if isinstance(event, ScenarioStarted)]


def finished(seen: Seen) -> list[str]:
    return [event.name for event in seen.events if isinstance(event, ScenarioFinished)]


def test_scenarios_begin_and_end_in_order() -> None:
    seen = run(named("a.one"), named("a.two"))
    assert [type(event).__name__ for event in seen.events] == [
        "ScenarioStarted",
        "ScenarioFinished",
    ] * 2
    assert finished(seen) == ["a.one", "a.two"]


def test_each_row_of_a_scenario_is_a_run_of_its_own() -> None:
    head = "given: {order: {}}\nmatrix: [{label: a, x: 1}, {label: b, x: 2}]"
    steps = "- {id: one, call: CheckTransaction, params: {id: $new.transaction_id, x: $matrix.x}}"
    on = stage()
    seen = run(named("a.b", steps, head), on=on)
    assert started(seen) == ["a.b[a]", "a.b[b]"]
    assert [call["params"]["x"] for call in on.merchant.calls] == [1, 2]
    assert len(on.merchant.database.orders) == 2


def test_scenarios_that_wait_come_first() -> None:
    waiting = named("a.waits", GOOD.replace("{id: one,", "{id: one, wait: 1s,"))
    assert started(run(named("a.one"), waiting, named("a.two"))) == ["a.waits", "a.one", "a.two"]


def test_a_case_has_a_name_that_stays() -> None:
    assert case_id("a.one", URL) == case_id("a.one", URL)
    names = {case_id(name, url) for name in ("a.one", "a.one[x]", "a.two") for url in (URL, "x")}
    assert len(names) == 6
    assert all(len(name) == 5 and name.isalnum() for name in names)


def test_only_scenarios_in_which_something_is_wrong_are_cases() -> None:
    seen = run(named("a.good"), named("a.bad", BAD))
    good, bad = [event for event in seen.events if isinstance(event, ScenarioFinished)]
    assert (good.case, {check.case for check in good.checks}) == ("", {""})
    assert bad.case == case_id("a.bad", URL)
    for check in bad.checks:
        assert (check.case == bad.case) is (check.outcome is Outcome.FAILED)


def test_a_scenario_that_does_not_apply_is_skipped_with_its_reason() -> None:
    on = stage()
    seen = run(named("a.b", GOOD, "requires: [no-refunds]"), on=on)
    assert [(c.outcome, c.reason) for c in seen.checks] == [(Outcome.SKIPPED, "refunds = true")]
    assert on.merchant.calls == []


ROUNDS = "given: {order: {}}\nrounds: 4"


def test_rounds_run_on_fresh_orders_and_the_worst_of_each_check_is_told() -> None:
    on = stage()
    on.merchant.bends["CreateTransaction"] = bends.nth(2, bends.member("state", 2))
    steps = CREATE + "  repeat: 1\n  expect: {result: {state: 1}}\n"
    seen = run(scenario(steps, ROUNDS), on=on)
    assert len(on.merchant.database.orders) == 4
    assert seen.failed.count(("some.rule", "create")) == 1
    assert seen.one("some.rule").actual == "2"
    assert len([check for check in seen.checks if check.rule == "types.state"]) == 1


def dies_at(on: Stage, number: int, kind: FailureKind) -> None:
    """The merchant breaks off at its call of that number, and is not there any more."""
    count = 0

    def bent(call: dict[str, Any], reply: Any) -> Any:
        nonlocal count
        count += 1
        return WireFailure(kind, "the connection broke") if count >= number else None

    on.merchant.bends["CheckTransaction"] = bent


@pytest.mark.parametrize("kind", [FailureKind.CLOSED, FailureKind.REFUSED])
def test_a_merchant_that_dies_ends_the_run(kind: FailureKind) -> None:
    on = stage(gone=lambda: "The merchant died during the run.")
    dies_at(on, 2, kind)
    seen = Seen()
    runner = runner_of(on, seen)
    runner.run(jobs_of([placed(named(f"a.n{n}"), on) for n in range(5)]))
    assert runner.gone == runner.stopped == "The merchant died during the run."
    assert finished(seen) == ["a.n0", "a.n1"]
    assert seen.failed == [("transport.answers", "one")]


def test_a_connection_that_breaks_once_does_not() -> None:
    on = stage(gone=lambda: "")
    on.merchant.bends["CheckTransaction"] = bends.nth(
        1, lambda call, reply: WireFailure(FailureKind.CLOSED, "the connection broke")
    )
    seen = Seen()
    runner = runner_of(on, seen)
    runner.run(jobs_of([placed(named(f"a.n{n}"), on) for n in range(3)]))
    assert (runner.stopped, len(finished(seen))) == ("", 3)


def test_a_merchant_that_hangs_three_times_ends_the_run() -> None:
    on = stage()
    dies_at(on, 1, FailureKind.TIMEOUT)
    seen = Seen()
    runner = runner_of(on, seen)
    runner.run(jobs_of([placed(named(f"a.n{n}"), on) for n in range(5)]))
    assert runner.gone == "the merchant hangs: 3 calls in a row got the connection broke"
    assert finished(seen) == ["a.n0", "a.n1", "a.n2"]


def test_the_first_failure_may_end_the_run() -> None:
    on = stage()
    seen = Seen()
    runner = runner_of(on, seen)
    texts = [named("a.good"), named("a.bad", BAD), *(named(f"a.n{n}") for n in range(300))]
    runner.run(jobs_of([placed(text, on) for text in texts]), fail_fast=True)
    assert runner.stopped == "--fail-fast: the first failure ends the run"
    assert runner.gone == ""
    assert {"a.good", "a.bad"} <= set(finished(seen))
    assert len(finished(seen)) < len(texts)


def test_a_warning_does_not_end_it() -> None:
    on = stage()
    on.merchant.bends["CheckTransaction"] = lambda call, reply: None
    seen = Seen()
    runner = runner_of(on, seen)
    runner.run(jobs_of([placed(named(f"a.n{n}"), on) for n in range(3)]), fail_fast=True)
    assert (runner.stopped, len(finished(seen))) == ("", 3)


def test_a_merchant_that_dies_is_told_even_if_the_first_failure_ends_the_run() -> None:
    on = stage(gone=lambda: "it died")
    dies_at(on, 1, FailureKind.CLOSED)
    runner = runner_of(on, Seen())
    runner.run(jobs_of([placed(named("a.b"), on)]), fail_fast=True)
    assert (runner.gone, runner.stopped) == ("it died", "it died")


def _interrupting() -> Callable[[dict[str, Any]], object]:
    main = threading.main_thread().ident
    assert main is not None
    return lambda call: signal.pthread_kill(main, signal.SIGINT)


def test_ctrl_c_lets_the_scenario_under_way_end_and_begins_no_other() -> None:
    assert threading.current_thread() is threading.main_thread()
    on = stage()
    on.merchant.bends["CheckTransaction"] = bends.nth(2, bends.also(_interrupting()))
    seen = Seen()
    runner = runner_of(on, seen)
    runner.run(jobs_of([placed(named(f"a.n{n}"), on) for n in range(300)]))
    assert runner.interrupted
    assert started(seen) == finished(seen)
    assert 2 <= len(finished(seen)) < 300


def test_ctrl_c_wakes_scenarios_that_wait() -> None:
    on = stage()
    floor = Floor()
    on.world.pause = floor.pause
    on.merchant.bends["CheckTransaction"] = bends.also(_interrupting())
    waiting = GOOD.replace("id: one,", "id: late, wait: 30s,")
    seen = Seen()
    runner = runner_of(on, seen, floor)
    runner.run(jobs_of([placed(named("a.b", f"{GOOD}\n{waiting}"), on)]))
    assert runner.interrupted
    assert (started(seen), finished(seen)) == (["a.b"], [])


def test_waits_of_scenarios_overlap() -> None:
    on = stage()
    together = threading.Barrier(4)

    def sleep(seconds: float) -> None:
        together.wait(30)

    floor = Floor(sleep=sleep)
    on.world.pause = floor.pause
    steps = GOOD.replace("{id: one,", "{id: one, wait: 1100ms,")
    seen = run(*(named(f"a.n{n}", steps) for n in range(4)), on=on, floor=floor)
    assert len(finished(seen)) == 4
    assert not together.broken
