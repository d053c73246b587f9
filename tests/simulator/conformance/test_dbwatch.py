"""The merchant's rows against what its answers promise, over a database in memory."""

from __future__ import annotations

from typing import Any

import pytest

from simulator.conformance.books import Books, Transaction
from simulator.conformance.dbwatch import DatabaseWatch, match_cell, order_statuses, row_text
from simulator.conformance.format import DatabaseExpect
from simulator.conformance.matchers import Matching
from simulator.observers.database import TimeValue
from simulator.protocol.finding import Report
from tests.simulator.conformance.fakes import FakeDatabase
from tests.simulator.conformance.world import NOW, order, scope

A, B = "a" * 24, "b" * 24
ORDER = order("17")
ACCOUNT = ORDER.account
HOURS = 3_600_000


def ms(value: object) -> TimeValue:
    return TimeValue(value, "ms")


def row(payme_id: str = A, **changed: Any) -> dict[str, Any]:
    return {
        "payme_id": payme_id,
        "state": 1,
        "reason": None,
        "amount": 100_000,
        "payme_time": ms(NOW),
        "create_time": ms(NOW + 5),
        "perform_time": ms(0),
        "cancel_time": ms(None),
        **changed,
    }


def database(*rows: dict[str, Any], status: object = "wait", **changed: Any) -> FakeDatabase:
    shop = {"number": "17", "amount": 100_000, "status": status}
    return FakeDatabase(list(rows), [shop], **changed)


def differing(base: FakeDatabase, expect: dict[str, Any]) -> list[tuple[str, str, str]]:
    watch = DatabaseWatch(base, Matching(), one_time=True)
    found, _ = watch.expectation(DatabaseExpect.model_validate(expect), scope(), (), ORDER)
    return [(m.path, m.expected, m.actual) for m in found]


def rows(**expected: Any) -> dict[str, Any]:
    return {"transactions": {"where": {"payme_id": "$create.params.id"}, **expected}}


def test_rows_as_expected() -> None:
    good = {"state": 1, "amount": "$order.amount", "perform_time": {"$unset": True}}
    assert differing(database(row()), rows(count=1, row=good)) == []
    assert differing(database(row()), rows(row={"reason": None, "cancel_time": 0})) == []
    assert differing(database(), rows(count=0)) == []


@pytest.mark.parametrize(
    ("stored", "expected", "difference"),
    [
        ([], {"count": 1}, ("", "1 rows", "0 rows")),
        ([row(), row()], {"count": 1}, ("", "1 rows", "2 rows")),
        ([], {"row": {"state": 1}}, ("", "1 rows", "0 rows")),
        ([row(state=2)], {"row": {"state": 1}}, (".state", "1", "2")),
        ([row(amount=1000)], {"row": {"amount": 100_000}}, (".amount", "100000", "1000")),
        ([row(reason=0)], {"row": {"reason": None}}, (".reason", "null", "0")),
        (
            [row(perform_time=ms(5 + NOW))],
            {"row": {"perform_time": {"$unset": True}}},
            (".perform_time", "no time yet", str(ms(5 + NOW))),
        ),
        (
            [row()],
            {"row": {"create_time": NOW + 6}},
            (".create_time", str(NOW + 6), str(ms(NOW + 5))),
        ),
    ],
)
def test_rows_that_differ(
    stored: list[dict[str, Any]], expected: dict[str, Any], difference: tuple[str, str, str]
) -> None:
    path, wanted, seen = difference
    found = differing(database(*stored), rows(**expected))
    assert found == [(f"transactions[{A}]{path}", wanted, seen)]


def test_columns_that_are_not_mapped_are_left_out() -> None:
    some = database(row(state=2), columns=("payme_id", "amount"))
    assert differing(some, rows(row={"state": 1, "amount": 100_000})) == []


@pytest.mark.parametrize(
    ("status", "wanted", "fine"),
    [
        ("wait", "reserved", True),
        ("paid", "paid", True),
        (1, "paid", True),
        ("1", "paid", True),
        ("new", "after-cancel", True),
        ("wait", ["paid", "reserved"], True),
        ("new", "reserved", False),
        (None, "payable", False),
        ("PAID", "paid", False),
        ("gone", "after-cancel", False),
    ],
)
def test_the_status_of_an_order(status: object, wanted: object, fine: bool) -> None:
    assert (differing(database(status=status), {"order": wanted}) == []) is fine


def test_where_a_cancelled_order_stays_closed() -> None:
    closed = database(status="gone", after_cancel="cancelled")
    assert differing(closed, {"order": "after-cancel"}) == []
    assert differing(closed, {"order": "payable"}) == [
        ("orders[17].status", 'payable: "new"', '"gone"')
    ]


def test_orders_that_are_not_there_or_there_twice() -> None:
    assert differing(FakeDatabase(), {"order": "paid"}) == [("orders[17]", "one row", "0 rows")]
    twice = database(status="paid")
    twice.orders *= 2
    assert differing(twice, {"order": "paid"}) == [("orders[17]", "one row", "2 rows")]
    assert differing(twice, {"count_orders": 2}) == []
    assert differing(twice, {"count_orders": 1}) == [("orders[17]", "1 rows", "2 rows")]


def test_the_status_of_other_orders() -> None:
    base = database()
    base.orders.append({"number": "Psb-17", "status": "paid"})
    assert differing(base, {"orders": [{"of": "$order", "is": "paid"}]}) == []
    assert differing(base, {"orders": [{"of": "$order", "is": "payable"}]}) == [
        ("orders[Psb-17].status", 'payable: "new"', '"paid"')
    ]


def test_a_status_that_nobody_named_cannot_be_wrong() -> None:
    assert differing(database(statuses={}), {"order": "paid"}) == []
    base = database()
    del base.orders[0]["status"]
    assert differing(base, {"order": "paid"}) == []


@pytest.mark.parametrize(
    ("wanted", "seen", "fits"),
    [
        (0, ms(0), True),
        (None, ms(None), True),
        ({"$unset": True}, ms(0), True),
        ({"$unset": True}, ms(NOW), False),
        ({"$unset": False}, ms(NOW), True),
        ({"$not": {"$unset": True}}, ms(NOW), True),
        ({"$not": {"$unset": True}}, ms(0), False),
        ({"$type": "timestamp"}, ms(NOW), True),
        ({"$type": "timestamp"}, ms(0), False),
        ({"$any_of": [0, NOW]}, ms(NOW), True),
        ({"$any_of": [0, NOW]}, ms(0), True),
        ({"$any_of": [0, NOW]}, ms(NOW + 1), False),
        (NOW, ms(NOW), True),
        (str(NOW), ms(NOW), True),
        (NOW, TimeValue(NOW // 1000, "s"), True),
        (NOW + 5000, TimeValue(NOW // 1000, "s"), False),
        (True, ms(1), False),
        ("soon", ms(NOW), False),
        (5, 5, True),
        (5, "5", False),
        ({"$any_of": [4, 5]}, 5, True),
    ],
)
def test_one_cell(wanted: object, seen: object, fits: bool) -> None:
    assert (match_cell(wanted, seen, Matching(), "x", ()) == []) is fits


def test_a_row_on_one_line() -> None:
    text = row_text({"state": 1, "reason": None, "name": "Оʻz", "create_time": ms(NOW)})
    assert text == f'state=1, reason=null, name="Оʻz", create_time={ms(NOW)}'


def tx(payme_id: str = A, state: int = 1, **changed: Any) -> Transaction:
    values = {"account": ACCOUNT, "amount": 100_000, "time": NOW, **changed}
    return Transaction(payme_id, state=state, **values)


def books(*known: Transaction, refused: tuple[str, ...] = ()) -> Books:
    return Books({t.payme_id: t for t in known}, {r: {"account": ACCOUNT} for r in refused})


def one_live(base: FakeDatabase, kept: Books, now: int = NOW, one_time: bool = True) -> list[str]:
    report = Report()
    DatabaseWatch(base, Matching(), one_time).one_live(kept, now, report)
    return [finding.actual for finding in report.findings]


def test_at_most_one_live_transaction() -> None:
    both = database(row(A), row(B))
    assert one_live(both, books(tx(A), tx(B))) == [f"2: {A}, {B}"]
    assert one_live(both, books(tx(A), refused=(B,))) == [f"2: {A}, {B}"]
    assert one_live(database(row(A), row(B, state=-1)), books(tx(A), tx(B))) == []
    assert one_live(database(row(A, state=2), row(B)), books(tx(A), tx(B))) == [f"2: {A}, {B}"]
    assert one_live(both, books(tx(A), tx(B, account={"order_id": "18"}))) == []
    assert one_live(both, books(tx(A), tx(B)), one_time=False) == []
    assert one_live(both, books()) == []


def test_an_old_transaction_does_not_count_as_live() -> None:
    both = database(row(A), row(B))
    assert one_live(both, books(tx(A, time=NOW - 13 * HOURS), tx(B))) == []


def test_without_the_state_nothing_can_be_said() -> None:
    blind = database(row(A), row(B), columns=("payme_id",))
    assert one_live(blind, books(tx(A), tx(B))) == []
    assert one_live(database(row(A), row(B), maps_transactions=False), books(tx(A), tx(B))) == []


@pytest.mark.parametrize(
    ("stored", "broken"), [([], 0), ([row(B)], 1), ([row(B, state=-1)], 0), ([row(A)], 0)]
)
def test_a_refused_creation_left_nothing(stored: list[dict[str, Any]], broken: int) -> None:
    report = Report()
    watch = DatabaseWatch(database(*stored), Matching(), True)
    shown = watch.refused_left_nothing(books(tx(A), refused=(B,)), NOW, report)
    assert (len(report.findings), len(shown)) == (broken, broken)


SHOWN = {"state": 1, "create_time": NOW + 5, "perform_time": 0, "cancel_time": 0, "reason": None}


def recorded(stored: dict[str, Any], shown: dict[str, Any] | None = None) -> list[str]:
    report = Report()
    watch = DatabaseWatch(database(stored), Matching(), True)
    watch.record(tx(), shown or SHOWN, NOW, report)
    return [f"{f.rule} {f.path.rpartition('.')[2]}" for f in report.findings]


@pytest.mark.parametrize(
    ("changed", "column"),
    [
        ({}, ""),
        ({"reason": 5}, ""),
        ({"state": 2}, "state"),
        ({"amount": 1000}, "amount"),
        ({"payme_time": ms(NOW + 1)}, "payme_time"),
        ({"create_time": ms(NOW)}, "create_time"),
        ({"perform_time": ms(NOW)}, "perform_time"),
        ({"cancel_time": ms(NOW)}, "cancel_time"),
    ],
)
def test_the_row_says_what_check_transaction_says(changed: dict[str, Any], column: str) -> None:
    assert recorded(row(**changed)) == ([f"database.matches-answers {column}"] if column else [])


def test_the_reason_of_a_cancelled_row() -> None:
    shown = {**SHOWN, "state": -1, "cancel_time": NOW + 9, "reason": 3}
    gone: dict[str, Any] = {"state": -1, "cancel_time": ms(NOW + 9)}
    assert recorded(row(**gone, reason=3), shown) == []
    assert recorded(row(**gone, reason=None), shown) == ["database.matches-answers reason"]


@pytest.mark.parametrize("count", [0, 2])
def test_a_transaction_is_one_row(count: int) -> None:
    report = Report()
    watch = DatabaseWatch(database(*[row()] * count), Matching(), True)
    assert len(watch.record(tx(), SHOWN, NOW, report)) == count
    assert [finding.rule for finding in report.findings] == ["database.one-row"]


@pytest.mark.parametrize(
    ("states", "now", "allowed"),
    [
        ([], NOW, ["payable"]),
        ([1], NOW, ["reserved"]),
        ([1], NOW + 13 * HOURS, ["reserved", "after-cancel"]),
        ([2], NOW, ["paid"]),
        ([-1], NOW, ["after-cancel"]),
        ([-2], NOW, ["refunded"]),
        ([-1, 1], NOW, ["reserved"]),
        ([-2, 2], NOW, ["paid"]),
        ([-2, -1], NOW, ["refunded"]),
    ],
)
def test_statuses_that_fit_the_transactions(
    states: list[int], now: int, allowed: list[str]
) -> None:
    known = [tx(f"{number:024x}", state) for number, state in enumerate(states)]
    assert order_statuses(known, now) == allowed


def test_a_lapsed_payment_may_leave_the_order_payable() -> None:
    assert order_statuses([tx(state=-1, reasons=[4])], NOW) == ["payable", "after-cancel"]


def fits(status: str, *known: Transaction, one_time: bool = True) -> list[str]:
    report = Report()
    watch = DatabaseWatch(database(status=status), Matching(), one_time)
    watch.order_fits(ORDER, known, NOW, report)
    return [f.actual for f in report.findings]


def test_the_order_fits_what_became_of_its_transactions() -> None:
    assert fits("paid", tx(state=2)) == []
    assert fits("wait", tx(state=2)) == ['"wait"']
    assert fits("wait", tx(state=2), one_time=False) == []
    assert fits("new", tx(time=NOW - 13 * HOURS)) == []
    assert fits("new", tx()) == ['"new"']
    assert fits("odd", tx()) == ['"odd", which [database.orders] status names nowhere']


@pytest.mark.parametrize(
    ("amount", "shows_price", "told"),
    [(100_000, True, []), (-100_000, True, ["-100000"]), (-100_000, False, [])],
)
def test_the_price_of_an_order_stays(amount: int, shows_price: bool, told: list[str]) -> None:
    report, base = Report(), database(status="back")
    base.orders[0]["amount"] = amount
    watch = DatabaseWatch(base, Matching(), True, shows_price=shows_price)
    watch.order_fits(ORDER, [tx(state=-2)], NOW, report)
    assert [f.actual for f in report.findings] == told


def test_a_snapshot_is_all_that_is_there() -> None:
    base = database(row(A), row(B))
    watch = DatabaseWatch(base, Matching(), True)
    before = watch.snapshot(books(tx(A), refused=(B,)), [ORDER])
    assert [line.split(" ")[0] for line in before] == ["transaction", "transaction", "order"]
    base.rows[1]["state"] = 2
    assert watch.snapshot(books(tx(A), refused=(B,)), [ORDER]) != before
    assert watch.snapshot(books(), []) == []


def test_a_snapshot_of_one_who_is_alone_counts_the_rows_of_nobody() -> None:
    base = database(row(A), row(B))
    watch = DatabaseWatch(base, Matching(), True, alone=True)
    counted = ["2 rows in the table of transactions", "1 rows in the table of orders"]
    assert watch.snapshot(books(tx(A)), [])[:2] == counted
    base.maps_transactions = base.maps_orders = False
    assert watch.snapshot(books(tx(A)), []) == []
