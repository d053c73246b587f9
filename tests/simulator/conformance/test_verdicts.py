"""A step's verdicts, written down: what was seen, where in the file, and why something was not."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pytest

from simulator.caller.auth import Credentials
from simulator.caller.masking import Masker
from simulator.conformance.events import Check, Difference, Outcome, Verdict
from simulator.conformance.logwatch import LogWatch
from simulator.conformance.session import Eyes
from simulator.conformance.yamlfile import parse
from tests.simulator.conformance import bends, runs
from tests.simulator.conformance.merchant import KEY, Stage, stage
from tests.simulator.conformance.runs import CREATE, run, scenario
from tests.simulator.conformance.world import FakeOrder

LOOK = """
- {use: created, with: {order: $order}}
- id: look
  call: CheckTransaction
  params: {id: $create.params.id}
"""
TWO = "given: {order: {}, second: {}}"


def marked(check: Check) -> str:
    """The file's text from the place that a check points at."""
    assert check.place is not None
    return check.place.text[check.place.column - 1 :]


def looked(on: Stage, database: str) -> list[Check]:
    """The database verdicts of a step that only looks."""
    steps = LOOK + f"  database: {{rule: create.works, {database}}}\n"
    seen = run(scenario(steps, TWO), on=on)
    return seen.of("create.works", Verdict.DATABASE)


def test_another_kind_of_answer_to_a_repeat() -> None:
    on = stage()
    on.merchant.bends["CreateTransaction"] = bends.nth(2, bends.error(-31008))
    check = run(scenario(CREATE), on=on).one("create.repeat-same-answer")
    assert check.differences == (Difference("answer", "result as before", "error"),)


ROW = "transactions: {where: {payme_id: $create.params.id}, row: {state: 1}}"


@pytest.mark.parametrize(
    ("database", "reason"),
    [
        (ROW, "map transactions"),
        ("order: reserved", "map orders"),
        ("orders: [{of: $order, is: reserved}]", "map orders"),
        ("count_orders: 1", "map orders"),
        ("new_orders: 0", "map orders"),
        ("unchanged: true", None),
    ],
)
def test_a_table_of_which_the_file_is_silent(database: str, reason: str | None) -> None:
    on = stage()
    silent = {"orders": "map orders", "transactions": "map transactions"}
    on.world.eyes = Eyes(on.merchant.database, unsaid_tables=silent)
    found = [c.reason for c in looked(on, database) if c.outcome is Outcome.NOT_TESTABLE]
    assert found == ([] if reason is None else [reason])


@pytest.mark.parametrize(("database", "other"), [(ROW, "orders"), ("order: reserved", "")])
def test_a_table_that_is_not_asked_about_may_be_left_out(database: str, other: str) -> None:
    on = stage()
    on.world.eyes = Eyes(on.merchant.database, unsaid_tables={other or "transactions": "map it"})
    assert [c.outcome for c in looked(on, database)] == [Outcome.PASSED]


def added(on: Stage) -> None:
    order = on.merchant.database.orders[0]
    on.merchant.database.orders.append({**order, "amount": 5})


def doubled(on: Stage) -> None:
    on.merchant.database.orders.append(dict(on.merchant.database.orders[0]))


def removed(on: Stage) -> None:
    del on.merchant.database.orders[0]


@pytest.mark.parametrize(
    ("spoil", "actual"),
    [
        (added, 'new: order amount=5, status="wait"'),
        (doubled, 'new: order amount=100000, status="wait"'),
        (removed, 'gone: order amount=100000, status="wait"'),
    ],
)
def test_one_row_more_or_less_is_a_change(spoil: Callable[[Stage], None], actual: str) -> None:
    on = stage()
    on.merchant.bends["CheckTransaction"] = bends.also(lambda call: spoil(on))
    (check,) = looked(on, "unchanged: true")
    assert check.differences == (Difference("database", "no change", actual),)
    assert marked(check) == "unchanged: true}"


def test_a_row_that_nobody_made_is_told_at_its_place() -> None:
    on = stage()
    on.world.eyes = Eyes(on.merchant.database, alone=True)
    on.merchant.bends["CheckTransaction"] = bends.also(lambda call: doubled(on))
    (check,) = looked(on, "new_orders: 0")
    assert (check.outcome, marked(check)) == (Outcome.FAILED, "new_orders: 0}")


def test_the_calls_that_a_look_at_the_database_is_about() -> None:
    on = stage()
    (check,) = looked(on, "order: reserved")
    (number,) = check.exchanges
    assert [e.label for e in on.journal if e.number == number] == ["CheckTransaction"]


def test_a_database_that_does_not_answer() -> None:
    on = stage()
    on.merchant.bends["CheckTransaction"] = bends.also(
        lambda call: setattr(on.merchant.database, "trouble", "no such table")
    )
    (check,) = looked(on, "order: reserved")
    assert (check.outcome, check.reason) == (Outcome.NOT_TESTABLE, "no such table")


LOOKED = """
id: looked
title: A look at the order
steps:
  - id: look
    call: CheckTransaction
    params: {id: $with.id}
    rule: create.works
    database: {order: reserved}
"""


@pytest.mark.parametrize(("order", "failed"), [("$second", []), ("$order", ["look"])])
def test_the_order_that_a_fragment_was_given(
    monkeypatch: pytest.MonkeyPatch, order: str, failed: list[str]
) -> None:
    monkeypatch.setitem(runs.FRAGMENTS, "looked", parse(LOOKED, "fragments/looked.yaml"))
    steps = f"""
- {{use: created, with: {{order: $second}}}}
- {{use: looked, with: {{order: {order}, id: $create.params.id}}}}
"""
    seen = run(scenario(steps, TWO))
    assert [step for rule, step in seen.failed if rule == "create.works"] == failed


@dataclass(frozen=True)
class Booth(FakeOrder):
    """An order whose making told more than its number."""

    captured: dict[str, str] = field(default_factory=lambda: {"booth": "7"})


def told(steps: str, template: str, event: str = "create") -> Check:
    """The log verdict of a line that was never written."""
    on = stage()
    make = on.world.make_order

    def booth(amount: int | None) -> Any:
        order = make(amount)
        return Booth(order.number, account=order.account)

    on.world.make_order = booth
    assert on.world.eyes.log is not None
    on.world.eyes.log.expected = {event: template}
    return run(scenario(steps, TWO), on=on).one("some.rule", Verdict.LOG)


PAID_SECOND = """
- id: create
  call: CreateTransaction
  params: {id: $new.transaction_id, time: $now, amount: $second.amount, account: $second.account}
  repeat: 1
- id: perform
  call: PerformTransaction
  params: {id: $create.params.id}
  repeat: 1
  log: {event: perform}
"""
CHECK_SECOND = """
- id: check
  call: CheckPerformTransaction
  params: {amount: $second.amount, account: $second.account}
  log: {event: check}
"""
STATEMENT = """
- id: list
  call: GetStatement
  params: {from: $now, to: $now}
  log: {event: statement}
"""


@pytest.mark.parametrize(
    ("steps", "event", "order"),
    [
        (PAID_SECOND, "perform", "Psb-2"),
        (CHECK_SECOND, "check_perform", "Psb-2"),
        (STATEMENT, "statement", "Psb-1"),
    ],
)
def test_a_line_names_the_order_that_the_call_is_about(steps: str, event: str, order: str) -> None:
    steps = steps.replace("event: check}", "event: check_perform}")
    check = told(steps, "{number} {booth} {amount_sum} {amount_tiyin}", event)
    assert check.expected == f"a line with: {order} 7 1000 100000"


def test_a_line_that_never_came() -> None:
    check = told(CREATE + "  repeat: 1\n  log: {event: create}\n", "never")
    assert check.differences == (Difference("log", "a line with: never", "no such line"),)
    assert marked(check) == "event: create}"
    assert told(STATEMENT, "[{payme_id}]", "statement").expected == "a line with: []"


def test_a_word_that_is_forbidden_is_told_at_its_place() -> None:
    on = stage()
    on.merchant.bends["CreateTransaction"] = bends.also(lambda call: on.merchant.log.write("oops!"))
    steps = CREATE + "  repeat: 1\n  log: {absent: [fine, oops]}\n"
    check = run(scenario(steps), on=on).one("some.rule", Verdict.LOG)
    assert check.expected == "no line with oops"
    assert marked(check) == "oops]}"


@pytest.mark.parametrize(
    ("log", "event", "outcomes"),
    [
        ("event: perform", "create", []),
        ("event: perform, absent: [oops]", "create", [Outcome.PASSED]),
        ("event: perform", "perform", [Outcome.FAILED]),
    ],
)
def test_a_line_that_the_configuration_does_not_name(
    log: str, event: str, outcomes: list[Outcome]
) -> None:
    on = stage()
    assert on.world.eyes.log is not None
    on.world.eyes.log.expected = {event: "performed"}
    steps = CREATE + f"  repeat: 1\n  log: {{{log}}}\n"
    found = run(scenario(steps), on=on).of("some.rule", Verdict.LOG)
    assert [check.outcome for check in found] == outcomes


@pytest.mark.parametrize(
    ("silent", "outcome", "reason"),
    [(True, Outcome.NOT_TESTABLE, "no such file"), (False, Outcome.PASSED, "")],
)
def test_a_log_that_cannot_be_read_counts_only_if_nothing_was_read(
    silent: bool, outcome: Outcome, reason: str
) -> None:
    on = stage()
    on.merchant.log.trouble = "no such file"
    if silent:
        on.merchant.bends["CreateTransaction"] = bends.also(
            lambda call: on.merchant.log.lines.clear()
        )
    steps = CREATE + "  repeat: 1\n  log: {event: create}\n"
    check = run(scenario(steps), on=on).one("some.rule", Verdict.LOG)
    assert (check.outcome, check.reason) == (outcome, reason)


def test_lines_that_come_late_are_judged_like_any_other() -> None:
    on = stage()
    log, masker = on.merchant.log, Masker(Credentials("Paycom", KEY))

    def late(seconds: float) -> None:
        log.write("Traceback (most recent call last)", "late")

    watch = LogWatch(log, masker, ["Traceback"], {"create": "late"}, sleep=late)
    on.world.eyes = Eyes(on.merchant.database, watch)
    seen = run(scenario(CREATE + "  repeat: 1\n  log: {event: create}\n"), on=on)
    assert seen.failed == [("log.nothing-forbidden", "create")]
