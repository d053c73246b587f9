"""What the schema cannot see: slips that would make a check pass, or be skipped, unseen."""

from __future__ import annotations

import pytest

from tests.simulator.conformance.files import Folder

ORDERS = "given: {order: {}, other: {}, many: {count: 3}}"


def fine(folder: Folder, step: str, head: str = ORDERS) -> None:
    folder.scenario(step, head)
    assert folder.loaded().steps


def complaint(folder: Folder, step: str, head: str = ORDERS) -> str:
    """The messages without their places."""
    folder.scenario(step, head)
    lines = folder.refused().splitlines()
    return "\n".join(line.split(": ", 1)[1] for line in lines if line.startswith("scenarios/"))


def params(value: str) -> str:
    return f"- {{id: one, call: X, params: {{a: {value}}}, expect: {{error: any}}}}"


@pytest.mark.parametrize(
    "value",
    [
        "$order.amount",
        "$order.account.order_id",
        "$other.number",
        "$many.0.account",
        "$many.$loop.amount",
        "$new.transaction_id",
        "$new.number",
        "$unknown.account",
        "$now",
        "$loop",
        "$config.refunds",
        "$$text",
        "{$ago: 12h1m}",
        "{$plus: [$order.amount, {$times: [2, 3]}]}",
        "{$merge: [$order.account, {a: 1}]}",
        "{$without: [$order.account, a]}",
        "{$account: {of: $order.account, how: unknown}}",
        "{$account: {how: like-any}}",
        "{$text: $now}",
        "{$as_float: 5}",
        "{$ne: '', $exists: true}",
    ],
)
def test_values_that_can_be_made(folder: Folder, value: str) -> None:
    fine(folder, params(value))


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ("$order.Amount!", '"$order.Amount!" is not a reference; write $$ for a text with a $'),
        (
            "$ordre.amount",
            '"$ordre" is neither an order nor an earlier step; did you mean "order"?',
        ),
        ("$order.amuont", '"$order.amuont": there is no amuont; did you mean "amount"?'),
        ("$order", '"$order" is no value by itself; there are account, amount,'),
        ("$many.amount", "$many is 3 orders: $many.0 … or $many.$loop"),
        ("$many.3.amount", "$many is 3 orders: $many.0 … or $many.$loop"),
        ("$many.2.sum", '"$many.2.sum": there is no sum'),
        ("$now.ms", '"$now.ms": there is no ms'),
        ("$loop.x", '"$loop.x": there is no x'),
        ("$new", '"$new" is no value by itself; there are account, '),
        ("$new.id", '"$new.id": there is no id'),
        ("$unknown", '"$unknown" is no value by itself'),
        ("$config.limit", '"$config.limit": there is no limit'),
        ("$matrix.x", '"$matrix.x": there is no x'),
        ("$with.order", '"$with.order": there is no order'),
        ("$one.parms.id", '"$one.parms.id": there is no parms; did you mean "params"?'),
        ("$one", '"$one" is no value by itself; there are error, params, result'),
        ("{$agо: 1s}", 'there is no "$agо"; did you mean "$ago"?'),
        ("{$ago: 12 hours}", "$ago takes a duration, as in 12h1m"),
        ("{$plus: [0.5, 1]}", "$plus takes two whole numbers"),
        ("{$plus: [1]}", "$plus takes two whole numbers"),
        ("{$times: [true, 2]}", "$times takes two whole numbers"),
        ("{$over: 5}", "$over takes two whole numbers"),
        ("{$merge: [{}]}", "$merge takes two objects"),
        ("{$without: x}", "$without takes an object and the name of a member"),
        ("{$account: $order.account}", "$account takes {of: $order.account, how: WAY}"),
        ("{$account: {of: $order.account}}", "$account takes {of: $order.account, how: WAY}"),
        ("{$account: {how: wierd}}", "$account takes {of: $order.account, how: WAY}, other: 1 if"),
        ("{$account: {how: empty, other: 0}}", "$account takes {of: $order.account, how: WAY}"),
        ("{$account: {how: empty, other: yes}}", "$account takes {of: $order.account, how: WAY}"),
        ("{$account: {how: null, of: $order}}", "$account takes"),
    ],
)
def test_values_that_can_not(folder: Folder, value: str, message: str) -> None:
    assert complaint(folder, params(value)).startswith(message)


def expect(value: str) -> str:
    return f"- {{id: one, call: X, expect: {{result: {{a: {value}}}}}}}"


@pytest.mark.parametrize(
    "value",
    [
        "{$type: payme_id}",
        "{$between: [1, $order.amount]}",
        "{$any_of: [1, {$type: string}]}",
        "{$not: {$unset: true}}",
        "{$absent: true}",
        "{$unset: false}",
        "{$exact: {a: 1}}",
        "{$matches: '^[0-9]+$'}",
        "{$length: 24}",
        "{$own: []}",
        "{$own_ordered: [{id: $order.number}]}",
        "{$lacks: {id: 5}}",
        "{$localised: true}",
        "{$account_member: true}",
    ],
)
def test_matchers_that_can_match(folder: Folder, value: str) -> None:
    fine(folder, expect(value))


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ("{$typ: string}", 'there is no "$typ"; did you mean "$type"?'),
        ("{$type: text}", "$type takes one of string, integer, "),
        ("{$between: [1]}", "$between takes two whole numbers, as in [1, 5]"),
        ("{$any_of: []}", "$any_of takes a list of choices"),
        ("{$any_of: string}", "$any_of takes a list of choices"),
        ("{$absent: 1}", "$absent takes true or false"),
        ("{$unset: 'yes'}", "$unset takes true or false"),
        ("{$account_member: false}", "$account_member takes true"),
        ("{$exact: [1]}", "$exact takes an object"),
        ("{$matches: '['}", "$matches takes a regular expression"),
        ("{$matches: 5}", "$matches takes a regular expression"),
        ("{$length: -1}", "$length takes a whole number"),
        ("{$own: {}}", "$own takes a list of transactions"),
        ("{$own_ordered: 1}", "$own_ordered takes a list of transactions"),
    ],
)
def test_matchers_that_can_not(folder: Folder, value: str, message: str) -> None:
    assert complaint(folder, expect(value)).startswith(message)


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ("[{label: a, x: 1}, {label: b, x: 2}]", ""),
        ("[{label: a, x: 1}, {label: b, y: 2}]", '"$matrix.x": there is no x'),
        ("[{label: a, x: 1}, {label: a, x: 2}]", 'two rows are labelled "a"'),
        ("[{x: 1}]", "a row of a matrix needs a `label`, a text"),
        ("[{label: 5, x: 1}]", "a row of a matrix needs a `label`, a text"),
        ("[{label: a, x: $order.amuont}]", '"$order.amuont": there is no amuont'),
        ("[{label: a, x: {$account: {how: no}}}]", "$account takes"),
    ],
)
def test_rows_of_a_scenario_and_of_a_step(folder: Folder, rows: str, message: str) -> None:
    of_scenario = (params("$matrix.x"), f"{ORDERS}\nmatrix: {rows}")
    of_step = (f"{params('$matrix.x')[:-1]}, matrix: {rows}}}", ORDERS)
    for step, head in (of_scenario, of_step):
        if message:
            assert complaint(folder, step, head).startswith(message)
        else:
            fine(folder, step, head)


def test_ways_and_credentials_that_a_matrix_names(folder: Folder) -> None:
    step = (
        "- {id: one, call: X, auth: $matrix.auth, params: {a: {$account: {how: $matrix.how}}},"
        " expect: {error: any}, matrix: [%s]}"
    )
    fine(folder, step % "{label: a, auth: bearer, how: 'true'}, {label: b, auth: none, how: nul}")
    text = complaint(folder, step % "{label: a, auth: bear, how: truth}")
    assert "there is no way to change an account called truth" in text
    assert "the matrix names an `auth` that is not one of right, none," in text
    text = complaint(folder, step % "{label: a, auth: none}")
    assert text.startswith('"$matrix.how": there is no how')


def test_a_duration_that_a_matrix_names(folder: Folder) -> None:
    step = "- {id: one, call: X, params: {a: {$ago: $matrix.ago}}, matrix: [{label: a, ago: %s}]}"
    fine(folder, step % "12h")
    assert complaint(folder, step % "half-a-day").startswith("$ago takes a duration")


def test_what_comes_later_cannot_be_referred_to(folder: Folder) -> None:
    later = "- {id: two, call: X, expect: {error: any}}"
    text = complaint(folder, f"{params('$two.params.id')}\n{later}")
    assert text.startswith('"$two" is neither an order nor an earlier step')
    fine(folder, f"{later}\n{params('$two.params.id')}")


@pytest.mark.parametrize(
    ("step", "message"),
    [
        ("- {id: one, call: X}\n- {id: one, call: Y}", 'two steps are called "one"'),
        ("- {id: order, call: X}", '"order" is the name of an order already'),
        (
            "- {id: one, call: X, when: {step: two, answered: error}}",
            'no earlier step is called "two"',
        ),
        (
            "- {id: one, call: X, clock: {advance: 12h}}",
            "a step that moves the clock by rows needs `requires: [age-rows]`",
        ),
        (
            "- {id: one, call: X, clock: {advance: 12h, by: $matrix.by}}",
            "`by` must be one of rows, hook, faketime in every row of the matrix",
        ),
        (
            "- {id: one, call: X, expect: {same_as: two}}",
            'no earlier step is called "two"',
        ),
        (
            "- {id: create, call: X}\n- {id: b, call: X, expect: {any_of: [{same_as: crate}]}}",
            'no earlier step is called "crate"; did you mean "create"?',
        ),
        ("- {id: one, call: X, expect: {}}", "this expects nothing"),
        ("- {id: one, call: X, expect: {any_of: [{}]}}", "this expects nothing"),
        (
            "- {id: one, call: X, expect: {each: {error: any}}}",
            "`each` speaks of a burst's answers",
        ),
        (
            "- {id: one, call: X, burst: {count: 5}, expect: {error: any}}",
            "`error` speaks of one answer, not of a burst's",
        ),
        (
            "- {id: one, call: X, burst: {count: 5}, expect: {each: {serial: true}}}",
            "`serial` speaks of a burst's answers",
        ),
        (
            "- {id: one, call: X, burst: {count: 5}, expect: {rest: {error: any}}}",
            "`rest` needs an `exactly` to be the rest of",
        ),
        (
            "- {id: one, call: X, also: [{rule: create.busy, expect: {}}]}",
            "this expects nothing",
        ),
        (
            "- {id: one, call: X, profiles: {docs: {expect: {each: {error: any}}}}}",
            "`each` speaks of a burst's answers",
        ),
        ("- {id: one, call: X, database: {}}", "this looks at nothing in the database"),
        (
            "- {id: one, call: X, database: {rule: create.busy}}",
            "this looks at nothing in the database",
        ),
        (
            "- {id: one, call: X, database: {transactions: {where: {payme_id: x}}}}",
            "this needs a `count` or a `row`",
        ),
        (
            "- {id: one, call: X, database: {transactions: {where: {}, count: 1}}}",
            'the key "payme_id" is missing',
        ),
        ("- {id: one, call: X, log: {}}", "this looks for nothing in the log"),
        ("- {use: created, with: {order: $othr}}", '"$othr" is neither an order'),
        ("- {use: created, with: {bill: $other}, as: x}", ""),
    ],
)
def test_steps_that_would_say_nothing(folder: Folder, step: str, message: str) -> None:
    if message:
        assert complaint(folder, step).startswith(message)
    else:
        fine(folder, step)


def test_what_a_fragment_is_handed(folder: Folder) -> None:
    folder.write(
        "fragments/bill.yaml",
        "id: bill\ntitle: x\nsteps:\n  - {id: a, call: X, params: {b: $with.bill.amount}}\n",
    )
    fine(folder, "- {use: bill, with: {bill: $other}}")
    folder.scenario("- {use: bill}", ORDERS)
    assert folder.refused().startswith(
        'scenarios/fragments/bill.yaml:4:31: "$with.bill.amount": there is no bill'
    )


def test_an_order_as_a_whole_is_handed_on_or_spoken_of(folder: Folder) -> None:
    fine(folder, "- {id: one, call: X, database: {orders: [{of: $other, is: paid}]}}")
    fine(folder, "- {use: created, with: {order: $many.1}}")


@pytest.mark.parametrize("name", ["now", "matrix", "Upper", "a.b"])
def test_names_that_no_order_can_have(folder: Folder, name: str) -> None:
    text = complaint(folder, "- {id: one, call: X}", f'given: {{"{name}": {{}}}}')
    assert text.startswith(f'an order cannot be called "{name}"')


def test_all_slips_of_a_file_at_once(folder: Folder) -> None:
    text = complaint(
        folder,
        """
        - {id: one, call: X, params: {a: $ordr.amount, b: {$plus: 1}}, expect: {same_as: zero}}
        - {id: one, call: X, rule: create.works, log: {}}
        """,
    )
    assert text.count("\n") == 4


def test_titles_and_raw_bodies_may_hold_any_dollar(folder: Folder) -> None:
    fine(folder, '- {id: one, call: X, title: $5, raw: "$nothing.at.all"}')


KILLS = "given: {order: {}}\nrequires: [process]"


@pytest.mark.parametrize(
    "more",
    [
        "restart: {after: answer}",
        "burst: {count: 2}, restart: {after: answer}, expect: {serial: true}",
        "burst: {count: 2}, restart: {during: calls}, expect: {each: {result: any}}",
        "burst: {count: 1, against: [{call: Y, params: {}}]}, restart: {during: calls}",
    ],
)
def test_restarts_that_can_be_made(folder: Folder, more: str) -> None:
    fine(folder, f"- {{id: one, call: X, {more}}}", KILLS)


@pytest.mark.parametrize(
    ("more", "message"),
    [
        ("restart: {}", "say either `after: answer` or `during: calls`"),
        (
            "burst: {count: 2}, restart: {after: answer, during: calls}",
            "say either `after: answer` or `during: calls`",
        ),
        ("restart: {during: calls}", "calls are in flight in a `burst` of two or more"),
        ("burst: {count: 1}, restart: {during: calls}", "calls are in flight in a `burst` of two"),
        (
            "burst: {count: 2}, restart: {during: calls}, expect: {serial: true}",
            "`serial` counts answers, and some will never come",
        ),
        ("restart: {after: answer}, repeat: 1", "have no meaning where the merchant is killed"),
        ("restart: {after: answer}, loop: 2", "have no meaning where the merchant is killed"),
    ],
)
def test_restarts_that_make_no_sense(folder: Folder, more: str, message: str) -> None:
    assert message in complaint(folder, f"- {{id: one, call: X, {more}}}", KILLS)


def test_a_restart_needs_a_process(folder: Folder) -> None:
    step = "- {id: one, call: X, restart: {after: answer}}"
    assert "needs `requires: [process]`" in complaint(folder, step, "given: {order: {}}")


def test_clocks_that_can_be_moved(folder: Folder) -> None:
    fine(folder, "- {id: one, call: X, clock: {advance: 12h, by: hook}}")
    rows = "\nmatrix: [{label: a, by: rows}, {label: b, by: faketime}]"
    fine(folder, "- {id: one, call: X, clock: {advance: 12h, by: $matrix.by}}", ORDERS + rows)


def test_ways_to_move_a_clock_that_there_are_not(folder: Folder) -> None:
    rows = "\nmatrix: [{label: a, by: rows}, {label: b, by: sundial}]"
    step = "- {id: one, call: X, clock: {advance: 12h, by: $matrix.by}}"
    assert "`by` must be one of rows, hook, faketime" in complaint(folder, step, ORDERS + rows)
    plain = complaint(folder, "- {id: one, call: X, clock: {advance: 12h, by: sundial}}")
    assert '"sundial" is not one of rows, hook, faketime' in plain
