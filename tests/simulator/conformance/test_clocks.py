"""Time that passes at once in a run: for the merchant and for us, and only as long as it is to."""

from __future__ import annotations

from dataclasses import dataclass, field

from simulator.conformance.events import Outcome, ScenarioStarted
from simulator.conformance.ports import ClockError
from tests.simulator.conformance.merchant import Stage, stage
from tests.simulator.conformance.runs import run, scenario
from tests.simulator.conformance.world import NOW

HOUR = 3_600_000
STEP = """
- use: created
- id: look
  call: CheckTransaction
  params: {id: $create.params.id, time: $now}
  clock: {advance: 1h, by: hook}
  expect: {result: any}
"""


@dataclass
class FakeClock:
    """A hook of the scripted merchant's; a deaf one takes the shift and does nothing."""

    on: Stage
    deaf: bool = False
    fails_at: int | None = None
    name: str = "hook"
    shifts: list[int] = field(default_factory=list)
    moved: int = 0

    def shift(self, ms: int) -> None:
        self.shifts.append(ms)
        if ms == self.fails_at:
            raise ClockError("the hook is broken")
        # the scripted merchant and the harness read one clock here, so ours is taken back
        fresh = self.on.world.fresh
        if not self.deaf:
            self.on.merchant.clock.ms += ms - self.moved
            clock = self.on.merchant.clock
            fresh.clock = lambda: clock.ms - ms
            self.moved = ms


def on_with(**more: object) -> tuple[Stage, FakeClock]:
    on = stage()
    clock = FakeClock(on, **more)  # type: ignore[arg-type]
    on.world.clocks = {"hook": clock}
    on.world.no_clock = {"faketime": "there is no such library"}
    return on, clock


def test_the_merchants_clock_and_ours_go_on_together_and_are_put_right() -> None:
    on, clock = on_with()
    seen = run(scenario(STEP), on=on)
    assert seen.failed == []
    assert clock.shifts == [HOUR, 0]
    sent = [c["params"]["time"] for c in on.merchant.calls if "time" in c["params"]]
    created, shown, looked = sent[0], *sent[-2:]
    assert created < NOW + HOUR
    assert shown >= NOW + HOUR
    assert looked >= NOW + HOUR
    assert on.world.fresh.moment() < NOW + HOUR
    assert on.world.fresh.now() < NOW + HOUR


def test_a_clock_that_does_not_follow_is_told() -> None:
    on, clock = on_with(deaf=True)
    seen = run(scenario(STEP), on=on)
    (told,) = [c for c in seen.checks if c.outcome is Outcome.NOT_TESTABLE]
    assert told.step == "look"
    assert "was moved by hook, and create_time does not show it" in told.reason
    assert clock.shifts == [HOUR, 0]


def test_a_clock_that_breaks_is_told() -> None:
    on, _ = on_with(fails_at=HOUR)
    seen = run(scenario(STEP), on=on)
    assert [c.reason for c in seen.checks if c.outcome is Outcome.NOT_TESTABLE] == [
        "the hook is broken"
    ]


def test_a_clock_that_cannot_be_put_right_is_told() -> None:
    on, _ = on_with(fails_at=0)
    seen = run(scenario(STEP), on=on)
    (told,) = [c for c in seen.checks if c.outcome is Outcome.NOT_TESTABLE]
    assert "could not be put right: the hook is broken" in told.reason


def test_a_way_that_there_is_not_is_skipped_with_its_reason() -> None:
    on, _ = on_with()
    seen = run(scenario(STEP.replace("by: hook", "by: faketime")), on=on)
    assert [(c.outcome, c.reason) for c in seen.checks] == [
        (Outcome.SKIPPED, "there is no such library")
    ]


def test_scenarios_that_move_the_clock_come_last() -> None:
    on, _ = on_with()
    look = "- {id: one, call: CheckTransaction, params: {id: $new.transaction_id}}"
    seen = run(scenario(STEP, name="a.moves"), scenario(look, "given: {}", "b.looks"), on=on)
    assert [e.name for e in seen.events if isinstance(e, ScenarioStarted)] == ["b.looks", "a.moves"]
