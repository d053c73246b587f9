"""Looking again, after a refusal and at a scenario's end: what a merchant hides comes out."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from simulator.conformance.events import Outcome, Verdict
from simulator.conformance.session import Eyes
from simulator.observers.database import TimeValue
from tests.simulator.conformance import bends
from tests.simulator.conformance.merchant import Bend, Stage, stage
from tests.simulator.conformance.runs import CREATE, Seen, run, scenario
from tests.simulator.conformance.world import NOW

PAID = """
- use: created
- id: perform
  call: PerformTransaction
  params: {id: $create.params.id}
  expect: {result: {state: 2}}
"""
CANCELLED = """
- use: created
- id: cancel
  call: CancelTransaction
  params: {id: $create.params.id, reason: 3}
  expect: {result: {state: -1}}
"""
REFUSED = CREATE.replace("$order.amount", "5") + "  repeat: 1\n  expect: {error: -31001}\n"


def bent(method: str, bend: Bend, steps: str = PAID) -> Seen:
    on = stage()
    on.merchant.bends[method] = bend
    return run(scenario(steps), on=on)


def rules(seen: Seen) -> list[str]:
    return [rule for rule, _ in seen.failed]


@pytest.mark.parametrize("steps", [PAID, CANCELLED, REFUSED])
def test_a_right_merchant_passes(steps: str) -> None:
    assert {check.outcome for check in run(scenario(steps)).checks} == {Outcome.PASSED}


def test_a_refused_creation_that_left_something() -> None:
    on = stage()
    on.merchant.bends["CreateTransaction"] = bends.stored_though_refused(on)
    seen = run(scenario(REFUSED), on=on)
    assert ("create.refused-leaves-nothing", "create") in seen.failed
    assert "CheckTransaction knows the transaction" in (
        seen.one("create.refused-leaves-nothing").message
    )


def test_a_refused_creation_that_left_a_row_only() -> None:
    on = stage()

    def store(call: dict[str, Any]) -> None:
        on.merchant.database.rows.append({"payme_id": call["params"]["id"], "state": 1})

    on.merchant.bends["CreateTransaction"] = bends.also(store)
    seen = run(scenario(REFUSED), on=on)
    assert seen.failed == [("create.refused-leaves-nothing", "audit")]
    check = seen.one("create.refused-leaves-nothing", Verdict.DATABASE)
    assert check.outcome is Outcome.FAILED
    assert check.rows[0].endswith("state=1")


def test_a_late_creation_may_be_stored_as_lapsed() -> None:
    late = REFUSED.replace("$now", "{$ago: 13h}")
    on = stage()
    on.merchant.bends["CheckTransaction"] = bends.result(state=-1, reason=4)
    failed = rules(run(scenario(late), on=on))
    assert "create.refused-leaves-nothing" not in failed
    on.merchant.bends["CheckTransaction"] = bends.result(state=1)
    assert "create.refused-leaves-nothing" in rules(run(scenario(late), on=on))


def _refused_but_done(steps: str = "") -> str:
    return f"""
- use: created
{steps}
- id: perform
  call: PerformTransaction
  params: {{id: $create.params.id}}
  repeat: 1
  expect: {{error: -31008}}
"""


LOOK = "- {id: look, call: CheckTransaction, params: {id: $create.params.id}}"


@pytest.mark.parametrize("before", ["", LOOK])
def test_a_refusal_that_changed_something(before: str) -> None:
    seen = bent("PerformTransaction", bends.error(-31008), _refused_but_done(before))
    assert ("refusal.changes-nothing", "perform") in seen.failed


def test_a_refusal_that_changed_nothing() -> None:
    on = stage()

    def refuse(call: dict[str, Any], reply: Any) -> Any:
        tx = on.merchant.transactions[call["params"]["id"]]
        tx |= {"state": 1, "perform_time": 0}
        on.merchant._store(tx, "wait")
        return bends.error(-31008)(call, reply)

    on.merchant.bends["PerformTransaction"] = refuse
    seen = run(scenario(_refused_but_done(LOOK)), on=on)
    assert seen.failed == []
    assert seen.one("refusal.changes-nothing").outcome is Outcome.PASSED


def test_a_refusal_that_made_the_transaction_vanish() -> None:
    on = stage()

    def vanish(call: dict[str, Any], reply: Any) -> Any:
        on.merchant.transactions.clear()
        return bends.error(-31008)(call, reply)

    on.merchant.bends["PerformTransaction"] = vanish
    seen = run(scenario(_refused_but_done(LOOK)), on=on)
    check = seen.one("refusal.changes-nothing")
    assert check.message == "After a refused call the transaction is not found any more."
    assert ("check.matches-answers", "audit") in seen.failed


def test_a_refusal_is_not_blamed_for_what_was_lost_before_it() -> None:
    on = stage()

    def lose(call: dict[str, Any], reply: Any) -> Any:
        on.merchant.transactions.clear()
        return bends.error(-31003)(call, reply)

    on.merchant.bends["PerformTransaction"] = lose
    steps = _refused_but_done(LOOK).replace("-31008", "-31003")
    failed = rules(run(scenario(steps), on=on))
    assert "check.matches-answers" in failed
    assert "refusal.changes-nothing" not in failed


def test_reading_calls_are_not_looked_after() -> None:
    on = stage()
    steps = "- use: created\n- {id: a, call: CheckTransaction, params: {id: $new.transaction_id}}"
    run(scenario(steps), on=on)
    assert on.methods() == [
        "CreateTransaction",
        "CheckTransaction",
        "CheckTransaction",
        "GetStatement",
    ]


@pytest.mark.parametrize(
    ("name", "value", "path"),
    [
        ("state", 1, "result.state"),
        ("create_time", NOW, "result.create_time"),
        ("perform_time", NOW, "result.perform_time"),
        ("transaction", "other", "result.transaction"),
    ],
)
def test_check_transaction_that_says_something_else(name: str, value: object, path: str) -> None:
    seen = bent("CheckTransaction", bends.member(name, value))
    check = seen.one("check.matches-answers")
    assert (check.outcome, check.step, check.differences[0].path) == (
        Outcome.FAILED,
        "audit",
        path,
    )


def test_check_transaction_that_does_not_know_it() -> None:
    seen = bent("CheckTransaction", bends.error(-31003))
    check = seen.one("check.matches-answers")
    assert check.message == "CheckTransaction does not know a transaction that was acknowledged."


def test_the_reason_of_a_cancelled_transaction() -> None:
    seen = bent("CheckTransaction", bends.member("reason", 5), CANCELLED)
    assert seen.one("check.matches-answers").differences[0].path == "result.reason"


@pytest.mark.parametrize(
    "change",
    [
        lambda items: [],
        lambda items: items * 2,
        lambda items: [{**items[0], "amount": 1000}],
        lambda items: [{**items[0], "time": items[0]["time"] + 1}],
        lambda items: [{**items[0], "state": 1}],
        lambda items: [{**items[0], "perform_time": 0}],
        lambda items: [{k: v for k, v in items[0].items() if k != "create_time"}],
    ],
)
def test_a_statement_that_says_something_else(
    change: Callable[[list[dict[str, Any]]], list[Any]],
) -> None:
    seen = bent("GetStatement", bends.items(change))
    assert "statement.matches-check" in rules(seen)


@pytest.mark.parametrize(
    "change",
    [
        lambda items: [*items, {"id": "f" * 24, "state": 2}, None, "x", {"id": ["x"]}],
        lambda items: [{**items[0], "cancel_time": None}],
        lambda items: [{**items[0], "transaction": int(items[0]["transaction"])}],
    ],
)
def test_a_statement_that_says_more_or_the_same_otherwise(
    change: Callable[[list[dict[str, Any]]], list[Any]],
) -> None:
    assert "statement.matches-check" not in rules(bent("GetStatement", bends.items(change)))


def test_a_statement_that_lists_a_refused_creation() -> None:
    on = stage()
    steps = f"- use: created\n  as: first\n{REFUSED}"

    def add(call: dict[str, Any], reply: Any) -> Any:
        sent = [c["params"]["id"] for c in on.merchant.calls if c["method"] == "CreateTransaction"]
        return bends.items(lambda items: [*items, {**items[0], "id": sent[-1]}])(call, reply)

    on.merchant.bends["GetStatement"] = add
    seen = run(scenario(steps), on=on)
    assert seen.one("statement.matches-check").expected.startswith("nothing with id ")


@pytest.mark.parametrize(
    ("column", "value", "rule"),
    [
        ("state", 1, "database.matches-answers"),
        ("amount", 1000, "database.matches-answers"),
        ("perform_time", TimeValue(0, "ms"), "database.matches-answers"),
        ("payme_time", TimeValue(NOW - 5, "ms"), "database.matches-answers"),
    ],
)
def test_rows_that_say_something_else(column: str, value: object, rule: str) -> None:
    on = stage()

    def spoil(call: dict[str, Any]) -> None:
        on.merchant.database.rows[0][column] = value

    on.merchant.bends["GetStatement"] = bends.also(spoil)
    seen = run(scenario(PAID), on=on)
    assert seen.failed == [(rule, "audit")]
    check = seen.one(rule, Verdict.DATABASE)
    assert check.actual
    assert check.rows


def test_the_order_and_its_transactions() -> None:
    on = stage()

    def spoil(call: dict[str, Any]) -> None:
        on.merchant.database.orders[0]["status"] = "wait"

    on.merchant.bends["GetStatement"] = bends.also(spoil)
    seen = run(scenario(PAID), on=on)
    assert seen.failed == [("order.status-fits", "audit")]


def test_two_rows_for_one_transaction() -> None:
    on = stage()

    def spoil(call: dict[str, Any]) -> None:
        on.merchant.database.rows *= 2

    on.merchant.bends["GetStatement"] = bends.also(spoil)
    assert run(scenario(PAID), on=on).failed == [("database.one-row", "audit")]


def test_a_database_that_cannot_be_looked_at_is_not_testable() -> None:
    on = stage()
    on.merchant.database.trouble = "the connection was refused"
    seen = run(scenario(PAID), on=on)
    assert seen.failed == []
    untested = dict.fromkeys(seen.by(Outcome.NOT_TESTABLE))
    assert ("database.matches-answers", "audit") in untested
    assert ("order.one-live-transaction", "create") in untested
    assert "the connection was refused" in {
        check.reason for check in seen.checks if check.outcome is Outcome.NOT_TESTABLE
    }


def _with_eyes(on: Stage, eyes: Eyes) -> Stage:
    on.world.eyes = eyes
    return on


def test_a_database_and_a_log_of_which_nothing_was_said() -> None:
    on = _with_eyes(stage(), Eyes(no_database="map it", no_log="name it"))
    seen = run(scenario(PAID), on=on)
    assert seen.by(Outcome.NOT_TESTABLE) == [
        ("log.nothing-forbidden", "audit"),
        ("database.matches-answers", "audit"),
    ]


def test_tables_of_which_nothing_was_said() -> None:
    on = stage()
    unsaid = {"orders": "map the orders", "transactions": "map the transactions"}
    on = _with_eyes(on, Eyes(on.merchant.database, on.world.eyes.log, unsaid_tables=unsaid))
    reasons = [c.reason for c in run(scenario(PAID), on=on).checks if c.reason]
    assert reasons == ["map the orders; map the transactions"]


def test_a_log_that_cannot_be_read() -> None:
    on = stage()
    on.merchant.log.trouble = "there is no file"
    assert ("log.nothing-forbidden", "audit") in run(scenario(PAID), on=on).by(Outcome.NOT_TESTABLE)


def test_a_transaction_in_doubt_is_left_alone() -> None:
    on = stage()
    steps = CREATE.replace("$order.amount", "{$text: $order.amount}") + "  expect: {result: any}\n"
    on.merchant.bends["CreateTransaction"] = bends.result(state=1)
    run(scenario(steps), on=on)
    assert set(on.methods()) == {"CreateTransaction"}


def test_of_many_transactions_the_first_and_the_last_are_looked_at() -> None:
    on = stage(one_time=False)
    steps = CREATE + "  loop: 9\n  expect: {result: {state: 1}}\n"
    run(scenario(steps), on=on)
    assert on.methods().count("CreateTransaction") == 9
    looked_at = [c["params"]["id"] for c in on.merchant.calls if c["method"] == "CheckTransaction"]
    made = list(on.merchant.transactions)
    assert looked_at == [*made[:2], *made[-2:]]


def test_two_live_transactions_on_one_order() -> None:
    on = stage()
    second = CREATE.replace("id: create", "id: second")
    steps = f"- use: created\n{second}  stop: never\n  expect: {{error: any}}\n"

    def reopen(call: dict[str, Any]) -> None:
        on.merchant.database.orders[0]["status"] = "new"

    on.merchant.bends["CreateTransaction"] = bends.also(reopen)
    seen = run(scenario(steps), on=on)
    assert ("order.one-live-transaction", "second") in seen.failed


def test_the_users_own_invariants() -> None:
    on = stage()
    broken = [("an order is credited once", "order=1")]
    on.merchant.database.broken = lambda order, payme_id: broken if order.number else []
    seen = run(scenario(PAID), on=on)
    check = seen.one("invariant.user", Verdict.INVARIANT)
    assert (check.outcome, check.step) == (Outcome.FAILED, "create")
    assert check.message.startswith("an order is credited once.")
    assert check.actual == "order=1"


@pytest.mark.parametrize(
    ("breaks_at", "rules"),
    [
        (1, [("invariant.user", "create")]),
        (
            3,
            [("invariant.user", "perform"), ("perform.repeat-changes-nothing", "perform")],
        ),
    ],
)
def test_an_invariant_that_a_repeat_breaks(breaks_at: int, rules: list[tuple[str, str]]) -> None:
    on = stage()
    asked: list[str] = []

    def broken(order: Any, payme_id: str) -> list[tuple[str, str]]:
        asked.append(payme_id)
        return [("an order is credited once", "2")] if len(asked) >= breaks_at else []

    on.merchant.database.broken = broken
    assert run(scenario(PAID), on=on).failed == rules


MANY = """
- id: fill
  call: CreateTransaction
  loop: 6
  params:
    id: $new.transaction_id
    time: $now
    amount: $many.$loop.amount
    account: $many.$loop.account
  repeat: 1
  expect: {result: {state: 1}}
- id: perform
  call: PerformTransaction
  params: {id: $fill.params.id}
  repeat: 1
  expect: {result: {state: 2}}
"""


def test_of_many_orders_only_the_one_that_a_call_names_is_asked_about() -> None:
    on = stage()
    asked: list[tuple[str, str]] = []

    def broken(order: Any, payme_id: str) -> list[tuple[str, str]]:
        asked.append((order.number, payme_id))
        return []

    on.merchant.database.broken = broken
    run(scenario(MANY, "given: {many: {count: 6}}"), on=on)
    numbers, ids = zip(*asked, strict=True)
    assert len(numbers) == 7
    assert len(set(numbers)) == 6
    assert (numbers[-1], ids[-1]) == (numbers[-2], ids[-2])
