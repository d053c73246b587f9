"""Steps: when they are due, what is sent and how often, and what is looked at afterwards."""

from __future__ import annotations

from typing import Any

import pytest

from simulator.caller.wire import FailureKind, WireFailure
from simulator.conformance.events import Outcome, Verdict
from simulator.conformance.session import Eyes
from tests.simulator.conformance import bends
from tests.simulator.conformance.merchant import Stage, rules_of, stage
from tests.simulator.conformance.runs import CREATE, Seen, run, scenario

UNKNOWN = "call: CheckTransaction, params: {id: $new.transaction_id}"


def outcomes(seen: Seen, rule: str = "some.rule") -> list[tuple[str, Outcome]]:
    return [(check.step, check.outcome) for check in seen.checks if check.rule == rule]


def test_mutating_calls_go_twice_and_must_be_answered_alike() -> None:
    on = stage()
    seen = run(scenario(CREATE), on=on)
    assert on.methods()[:2] == ["CreateTransaction", "CreateTransaction"]
    first, second = on.merchant.calls[:2]
    assert first["params"] == second["params"]
    assert first["id"] != second["id"]
    assert seen.one("create.repeat-same-answer").outcome is Outcome.PASSED


@pytest.mark.parametrize(
    ("bend", "actual"),
    [
        (bends.nth(2, bends.member("transaction", "2")), 'second "2"'),
        (bends.nth(2, bends.error(-31008)), "error"),
    ],
)
def test_a_second_answer_that_is_another_one(bend: Any, actual: str) -> None:
    on = stage()
    on.merchant.bends["CreateTransaction"] = bend
    check = run(scenario(CREATE), on=on).one("create.repeat-same-answer")
    assert (check.outcome, check.actual, len(check.exchanges)) == (Outcome.FAILED, actual, 2)


@pytest.mark.parametrize(
    ("more", "times"),
    [
        ("", 2),
        ("  repeat: 1\n", 1),
        ("  repeat: 3\n", 3),
        ("  auth: wrong-key\n", 1),
        ("  envelope: {id: 5}\n", 1),
        ('  raw: "{envelope} "\n', 1),
        ("  loop: 1\n", 1),
    ],
)
def test_how_often_a_call_goes(more: str, times: int) -> None:
    on = stage(one_time=False)
    run(scenario(CREATE + more), on=on)
    assert on.methods().count("CreateTransaction") == times


def test_a_call_that_broke_is_not_sent_again() -> None:
    on = stage()
    broken = WireFailure(FailureKind.NOT_HTTP, "noise")
    on.merchant.bends["CreateTransaction"] = lambda call, reply: broken
    seen = run(scenario(CREATE), on=on)
    assert on.methods().count("CreateTransaction") == 1
    assert ("transport.answers", "create") in seen.failed


def test_a_step_may_wait() -> None:
    on = stage()
    run(scenario(f"- {{id: one, wait: 1100ms, {UNKNOWN}}}"), on=on)
    assert on.pauses == [1100]


@pytest.mark.parametrize(("answered", "ran"), [("error", True), ("result", False)])
def test_a_step_may_depend_on_an_answer(answered: str, ran: bool) -> None:
    on = stage()
    steps = f"""
- {{id: one, {UNKNOWN}, expect: {{error: -31003}}}}
- {{id: two, {UNKNOWN}, when: {{step: one, answered: {answered}}}, expect: {{error: any}}}}
"""
    seen = run(scenario(steps), on=on)
    assert outcomes(seen)[1] == ("two", Outcome.PASSED if ran else Outcome.SKIPPED)
    assert len(on.merchant.calls) == (2 if ran else 1)


def test_an_answer_of_the_wrong_kind_ends_the_scenario() -> None:
    on = stage()
    steps = f"""
- {{id: one, {UNKNOWN}, expect: {{result: any}}}}
- {{id: two, {UNKNOWN}, expect: {{error: any}}}}
"""
    seen = run(scenario(steps), on=on)
    assert outcomes(seen) == [("one", Outcome.FAILED), ("two", Outcome.SKIPPED)]
    assert seen.of("some.rule")[1].reason == "step one was not answered as expected"
    going_on = run(scenario(steps.replace("result: any}", "result: any}, stop: never")), on=on)
    assert outcomes(going_on) == [("one", Outcome.FAILED), ("two", Outcome.PASSED)]


def test_a_difference_within_the_right_kind_does_not() -> None:
    steps = f"""
- {{id: one, {UNKNOWN}, expect: {{error: -31008}}}}
- {{id: two, {UNKNOWN}, expect: {{error: any}}}}
"""
    assert outcomes(run(scenario(steps))) == [("one", Outcome.FAILED), ("two", Outcome.PASSED)]


def test_what_an_earlier_step_did_not_bring_skips_the_rest() -> None:
    on = stage()
    on.merchant.bends["CreateTransaction"] = bends.result(state=1)
    steps = f"""
{CREATE}
- id: two
  call: CheckTransaction
  params: {{id: $create.params.id, number: $create.result.transaction}}
- {{id: three, {UNKNOWN}}}
"""
    seen = run(scenario(steps), on=on)
    assert seen.by(Outcome.SKIPPED) == [("some.rule", "two"), ("some.rule", "three")]
    reason = "$create.result.transaction: there is no transaction"
    assert {c.reason for c in seen.of("some.rule")} == {reason}


MATRIX = """
- id: one
  call: CheckTransaction
  params: {id: $new.transaction_id, how: $matrix.how}
  matrix:
    - {label: a, how: 1, code: -31003}
    - {label: b, how: {$as_float: $order.number}, code: -31003}
    - {label: c, how: 2, code: -31008}
    - {label: d, how: 3, code: -31003}
  expect: {error: {code: $matrix.code}}
"""


def test_rows_of_a_step_all_run() -> None:
    on = stage()
    steps = MATRIX.replace("{code: $matrix.code}", "{code: {$not: {$not: $matrix.code}}}")
    seen = run(scenario(steps), on=on)
    assert outcomes(seen) == [
        ("one[a]", Outcome.PASSED),
        ("one[b]", Outcome.SKIPPED),
        ("one[c]", Outcome.FAILED),
        ("one[d]", Outcome.PASSED),
    ]
    assert [call["params"]["how"] for call in on.merchant.calls] == [1, 2, 3]


def test_rows_run_even_if_one_is_answered_wrongly() -> None:
    steps = MATRIX.replace("error: {code: $matrix.code}", "result: any") + (
        f"- {{id: last, {UNKNOWN}}}\n"
    )
    on = stage()
    seen = run(scenario(steps), on=on)
    assert [o for _, o in outcomes(seen)].count(Outcome.FAILED) == 3
    assert outcomes(seen)[-1] == ("last", Outcome.SKIPPED)


def test_a_loop_sends_the_same_call_again_with_new_values() -> None:
    on = stage()
    steps = (
        "- {id: one, call: CheckTransaction, loop: 3, params: {id: $new.transaction_id, n: $loop}}"
    )
    run(scenario(steps), on=on)
    assert [call["params"]["n"] for call in on.merchant.calls] == [0, 1, 2]
    assert len({call["params"]["id"] for call in on.merchant.calls}) == 3


PROFILES = f"""
- id: one
  {UNKNOWN.replace(", params", chr(10) + "  params")}
  expect: {{error: any}}
  profiles: {{docs: {{expect: {{error: -31008}}}}, sandbox: {{also: []}}}}
  also:
    - {{rule: create.works, expect: {{error: -31003}}}}
    - {{rule: cancel.works, profiles: [docs], expect: {{error: -31003}}}}
"""


@pytest.mark.parametrize(
    ("profile", "judged"),
    [
        ("default", {"some.rule": True, "create.works": True}),
        ("docs", {"some.rule": False, "create.works": True, "cancel.works": True}),
        ("sandbox", {"some.rule": True}),
    ],
)
def test_profiles(profile: str, judged: dict[str, bool]) -> None:
    seen = run(scenario(PROFILES), on=stage(profile=profile))
    found = {c.rule: c.outcome is Outcome.PASSED for c in seen.checks if c.step == "one"}
    assert found == judged


def test_further_verdicts_are_left_out_if_the_answer_is_of_the_wrong_kind() -> None:
    steps = f"""
- id: one
  {UNKNOWN.replace(", params", chr(10) + "  params")}
  expect: {{result: any}}
  also:
    - {{rule: create.works, expect: {{error: -31003}}, database: {{order: paid}}}}
"""
    seen = run(scenario(steps))
    assert seen.failed == [("some.rule", "one")]
    assert seen.by(Outcome.SKIPPED) == [("create.works", "one")]


AGED = """
- use: created
- id: late
  clock: {advance: 12h1m}
  call: CheckTransaction
  params: {id: $create.params.id}
  expect: {result: any}
- {id: after, call: CheckTransaction, params: {id: $create.params.id}}
"""
AGEING = "given: {order: {}}\nrequires: [age-rows]"


def test_rows_are_aged_before_the_call() -> None:
    on = stage(age_rows=True)
    seen = run(scenario(AGED, AGEING), on=on)
    assert seen.failed == []
    (payme_id,) = on.merchant.transactions
    assert on.merchant.database.aged == [([payme_id], 43_260_000)]


def test_rows_that_cannot_be_aged() -> None:
    on = stage(age_rows=True)
    on.merchant.bends["CreateTransaction"] = bends.also(
        lambda call: setattr(on.merchant.database, "trouble", "read only")
    )
    seen = run(scenario(AGED, AGEING), on=on)
    late = [check for check in seen.checks if check.step in ("late", "after")]
    assert {check.outcome for check in late} <= {Outcome.SKIPPED, Outcome.NOT_TESTABLE}
    assert "the merchant's rows cannot be aged: read only" in {check.reason for check in late}


def test_credentials_envelopes_and_raw_bodies() -> None:
    on = stage()
    steps = f"""
- {{id: auth, {UNKNOWN}, auth: wrong-key, expect: {{error: -32504}}}}
- {{id: bent, {UNKNOWN}, envelope: {{omit: [jsonrpc], id: "a", more: 1}}}}
"""
    seen = run(scenario(steps.replace(", more: 1", "")), on=on)
    assert seen.failed == []
    assert "jsonrpc" not in on.merchant.calls[1]
    assert on.merchant.calls[1]["id"] == "a"
    raw = f'- {{id: raw, raw: " {{envelope}} ", {UNKNOWN}}}'
    run(scenario(raw), on=on)
    assert on.merchant.calls[2]["method"] == "CheckTransaction"


def test_a_fault_on_a_bent_call_is_told_by_a_softer_rule() -> None:
    on = stage()
    on.merchant.bends["CheckTransaction"] = lambda call, reply: {"id": 0, "error": "no"}
    steps = f'- {{id: one, {UNKNOWN}, envelope: {{id: "a"}}}}'
    assert run(scenario(steps), on=on).failed == [("transport.unsent-answer", "one")]
    tagged = run(scenario(f"- {{id: one, {UNKNOWN}}}", "given: {}\ntags: [unsent]"), on=on)
    assert tagged.failed == [("transport.unsent-answer", "one")]
    plain = run(scenario(f"- {{id: one, {UNKNOWN}}}", "given: {}"), on=on)
    assert {rule for rule, _ in plain.failed} == {"envelope.id-same", "error.code-integer"}


def test_a_check_knows_its_place_in_the_file() -> None:
    steps = "- id: one\n  call: CheckTransaction\n  params: {id: $new.transaction_id}\n"
    seen = run(scenario(steps + "  expect:\n    error: {code: -31008, data: x}\n"))
    place = seen.one("some.rule").place
    assert place is not None
    assert (place.file, place.line, place.text) == (
        "a.yaml",
        10,
        "      error: {code: -31008, data: x}",
    )
    assert place.text[place.column - 1 :].startswith("error")


DATABASE = """
- use: created
- id: look
  call: CheckTransaction
  params: {id: $create.params.id}
  database:
    rule: create.works
    transactions: {where: {payme_id: $create.params.id}, row: {state: 1}}
    unchanged: true
    order: reserved
"""


def test_the_database_verdict_of_a_step() -> None:
    on = stage()
    check = run(scenario(DATABASE), on=on).one("create.works", Verdict.DATABASE)
    assert (check.outcome, check.step) == (Outcome.PASSED, "look")
    assert [row.partition(" ")[0] for row in check.rows] == ["transaction", "order"]


def test_something_changed_that_was_to_stay() -> None:
    on = stage()

    def spoil(call: dict[str, Any]) -> None:
        on.merchant.database.orders[0]["amount"] = 5

    on.merchant.bends["CheckTransaction"] = bends.also(spoil)
    check = run(scenario(DATABASE), on=on).one("create.works", Verdict.DATABASE)
    assert (check.outcome, check.expected) == (Outcome.FAILED, "no change")
    assert check.actual.startswith("gone: order amount=100000")
    assert "new: order amount=5" in check.actual


@pytest.mark.parametrize(
    ("eyes", "outcome"),
    [(Eyes(), None), (Eyes(no_database="map it"), Outcome.NOT_TESTABLE)],
)
def test_no_database_to_look_at(eyes: Eyes, outcome: Outcome | None) -> None:
    on = stage()
    on.world.eyes = eyes
    found = run(scenario(DATABASE), on=on).of("create.works", Verdict.DATABASE)
    assert [check.outcome for check in found] == ([outcome] if outcome else [])


ORDERS = """
- use: created
- id: look
  call: CheckTransaction
  params: {id: $create.params.id}
  database: {rule: create.works, new_orders: 0}
"""


def test_an_order_that_nobody_placed() -> None:
    on = stage()
    on.world.eyes = Eyes(on.merchant.database, alone=True)
    assert run(scenario(ORDERS), on=on).one("create.works", Verdict.DATABASE).expected == ""

    def insert(call: dict[str, Any]) -> None:
        on.merchant.database.orders.append({"number": "", "amount": 0, "status": "new"})

    on.merchant.bends["CheckTransaction"] = bends.also(insert)
    check = run(scenario(ORDERS), on=on).one("create.works", Verdict.DATABASE)
    assert (check.outcome, check.expected) == (Outcome.FAILED, "no change")
    assert check.actual == (
        "gone: 2 rows in the table of orders; new: 3 rows in the table of orders"
    )


def test_orders_are_not_counted_if_others_make_some() -> None:
    on = stage()
    assert run(scenario(ORDERS), on=on).of("create.works", Verdict.DATABASE) == []


def test_a_table_of_which_nothing_was_said() -> None:
    on = stage()
    on.merchant.database.maps_orders = False
    on.world.eyes = Eyes(on.merchant.database, unsaid_tables={"orders": "map the orders"})
    found = run(scenario(DATABASE), on=on).of("create.works", Verdict.DATABASE)
    assert Outcome.NOT_TESTABLE in {check.outcome for check in found}


LOG = CREATE + "  repeat: 1\n  log: {event: create, absent: [oops], rule: create.works}\n"


def logged(on: Stage) -> Any:
    return run(scenario(LOG), on=on).one("create.works", Verdict.LOG)


def test_the_line_of_an_event() -> None:
    assert logged(stage()).outcome is Outcome.PASSED


def test_a_line_that_is_missing() -> None:
    on = stage()
    on.merchant.bends["CreateTransaction"] = bends.also(lambda call: on.merchant.log.lines.clear())
    check = logged(on)
    (payme_id,) = on.merchant.transactions
    assert (check.outcome, check.expected) == (
        Outcome.FAILED,
        f"a line with: created {payme_id}",
    )


def test_a_line_that_must_not_be_there() -> None:
    on = stage()
    on.merchant.bends["CreateTransaction"] = bends.also(lambda call: on.merchant.log.write("oops!"))
    check = logged(on)
    assert (check.outcome, check.actual) == (Outcome.FAILED, "oops!")
    assert check.log_lines == ("app.log:2: oops!",)


def test_a_forbidden_line_is_told_wherever_it_comes_up() -> None:
    on = stage()
    on.merchant.bends["CheckTransaction"] = bends.also(
        lambda call: on.merchant.log.write("Traceback (most recent call last)")
    )
    seen = run(scenario(f"- {{id: one, {UNKNOWN}}}"), on=on)
    assert seen.failed == [("log.nothing-forbidden", "one")]
    bent = run(scenario(f'- {{id: one, {UNKNOWN}, envelope: {{id: "a"}}}}'), on=on)
    assert bent.failed == []


def test_a_log_of_which_nothing_was_said() -> None:
    on = stage()
    on.world.eyes = Eyes(no_log="name it")
    assert logged(on).outcome is Outcome.NOT_TESTABLE
    on.world.eyes = Eyes()
    assert run(scenario(LOG), on=on).of("create.works", Verdict.LOG) == []


def test_orders_that_cannot_be_made() -> None:
    from simulator.observers.orders.order import OrdersError

    on = stage(rules=rules_of("some.rule"))

    def refuse(amount: int | None) -> Any:
        raise OrdersError("the shop is closed")

    on.world.make_order = refuse
    seen = run(scenario(f"- {{id: one, {UNKNOWN}}}"), on=on)
    assert seen.by(Outcome.NOT_TESTABLE) == [("some.rule", "given")]
    assert seen.checks[0].reason == "the shop is closed"
    assert on.merchant.calls == []


def test_several_orders_and_their_sums() -> None:
    on = stage()
    sums: list[int | None] = []
    make = on.world.make_order

    def noting(amount: int | None) -> Any:
        sums.append(amount)
        return make(amount)

    on.world.make_order = noting
    steps = """
- id: each
  call: CheckPerformTransaction
  loop: 3
  params: {amount: $many.$loop.amount, account: $many.$loop.account}
  expect: {result: {allow: true}}
"""
    seen = run(scenario(steps, "given: {dear: {sum: 5000}, many: {count: 3}}"), on=on)
    assert seen.failed == []
    assert sums == [5000, None, None, None]
    assert len({call["params"]["account"]["order_id"] for call in on.merchant.calls}) == 3
