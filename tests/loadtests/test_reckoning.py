"""The reckoning: silent about a right merchant, and each kind of damage is found and named."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import msgspec
import pytest

from loadtests.reckoning import Sources, reckon
from loadtests.results import Kind, Reckoning
from tests.loadtests.world import (
    AMOUNT,
    Payment,
    World,
    call,
    open_database,
    payment,
    right_world,
    unanswered,
)


def _reckon(world: World, folder: Path, *, unit: str = "ms", one_time: bool = True) -> Reckoning:
    """With the statement and the database."""
    world.write_ledgers(folder / "run")
    world.write_database(folder / "shop.db", unit=unit)
    with closing(open_database(folder / "shop.db", unit=unit)) as database:
        sources = Sources(statement=world.statement, database=database, one_time=one_time)
        return reckon(folder / "run", sources)


@pytest.mark.parametrize("unit", ["ms", "s", "datetime"])
def test_a_right_merchant_adds_up(tmp_path: Path, unit: str) -> None:
    world = right_world()
    found = _reckon(world, tmp_path, unit=unit)
    stored = len(world.items)
    assert (found.wrong, found.unable, found.good) == ((), (), True)
    assert found.compared == {
        "Payme": len(world.payments),
        "GetStatement": stored,
        "the database": stored,
        "orders": 40,
    }


def test_nothing_is_left_but_the_list(tmp_path: Path) -> None:
    _reckon(right_world(), tmp_path)
    names = sorted(path.name for path in (tmp_path / "run").iterdir())
    assert names == [
        "calls-0.jsonl",
        "calls-1.jsonl",
        "orders-0.jsonl",
        "orders-1.jsonl",
        "wrong.jsonl",
    ]


def _item(world: World, state: int) -> dict[str, Any]:
    return next(item for item in world.items if item["state"] == state)


def _row(world: World, state: int) -> dict[str, Any]:
    return next(row for row in world.rows if row["state"] == state)


def _first(world: World, state: int) -> Payment:
    return next(one for one in world.payments if one.create_time and one.state == state)


def _forget_row(world: World) -> None:
    world.rows.remove(_row(world, 2))


def _forget_item(world: World) -> None:
    world.items.remove(_item(world, -1))


def _forget_both(world: World) -> None:
    item = _item(world, 1)
    world.items.remove(item)
    world.rows = [row for row in world.rows if row["payme_id"] != item["id"]]


def _second_row(world: World) -> None:
    world.rows.append(dict(_row(world, 2)))


def _second_item(world: World) -> None:
    world.items.append(dict(_item(world, 2)))


def _two_numbers(world: World) -> None:
    one = _first(world, 1)
    again = call(one, "CreateTransaction", 1, why="double", state=1, transaction="another")
    one.calls.append(again)


def _refused_is_stored(world: World) -> None:
    refused = next(one for one in world.payments if not one.create_time)
    world.rows.append({**refused.row(), "state": 1})


def _state_in_row(world: World) -> None:
    _row(world, -2)["state"] = -1


def _revived(world: World) -> None:
    item = _item(world, -1)
    row = next(row for row in world.rows if row["payme_id"] == item["id"])
    item |= {"state": 1, "cancel_time": 0}
    row |= {"state": 1, "cancel_time": 0}


def _went_back(world: World) -> None:
    one = _first(world, 2)
    one.calls.append(call(one, "CheckTransaction", 50, state=1))


def _performed_and_cancelled(world: World) -> None:
    one = _first(world, 2)
    one.calls.append(call(one, "CancelTransaction", 3, state=-1))


def _unknown_later(world: World) -> None:
    one = _first(world, 2)
    one.calls.append(call(one, "CheckTransaction", 50, "error", code=-31003))


def _amount_in_row(world: World) -> None:
    _row(world, 2)["amount"] = AMOUNT // 100


def _amount_in_item(world: World) -> None:
    _item(world, 2)["amount"] = AMOUNT + 1


def _time_in_row(world: World) -> None:
    _row(world, 2)["perform_time"] += 1


def _time_in_item(world: World) -> None:
    _item(world, -1)["cancel_time"] -= 1


def _payme_time(world: World) -> None:
    _row(world, 2)["payme_time"] += 1


def _two_times(world: World) -> None:
    one = _first(world, 2)
    again = call(
        one, "PerformTransaction", 3, why="double", state=2, perform_time=one.perform_time + 1
    )
    one.calls.append(again)


def _perform_time_without_perform(world: World) -> None:
    _item(world, 1)["perform_time"] = 1


def _other_payment(world: World, state: int) -> None:
    """Somebody else's payment of an order that is paid already, all of it acknowledged."""
    first = _first(world, 2)
    other = payment(900, state)
    other.number = first.number
    other.calls = [msgspec.structs.replace(one, order=first.number) for one in other.calls]
    world.payments.append(other)
    world.items.append({**other.item(), "transaction": "t1000000900"})
    world.rows.append(other.row())


def _status(state: int, status: str) -> Callable[[World], None]:
    def damage(world: World) -> None:
        world.orders[_first(world, state).number] = status

    return damage


def _order_gone(world: World) -> None:
    del world.orders[_first(world, 1).number]


DAMAGE: list[tuple[Callable[[World], None], dict[Kind, int]]] = [
    (_forget_row, {Kind.LOST: 1}),
    (_forget_item, {Kind.LOST: 1}),
    (_forget_both, {Kind.LOST: 2}),
    (_unknown_later, {Kind.LOST: 1}),
    (_second_row, {Kind.DOUBLED: 1}),
    (_second_item, {Kind.DOUBLED: 1}),
    (_two_numbers, {Kind.DOUBLED: 1}),
    (_refused_is_stored, {Kind.REFUSED: 1, Kind.HELD_TWICE: 1}),
    (_state_in_row, {Kind.STATE: 1}),
    (_went_back, {Kind.STATE: 1}),
    (_performed_and_cancelled, {Kind.STATE: 1}),
    (_amount_in_row, {Kind.AMOUNT: 1}),
    (_amount_in_item, {Kind.AMOUNT: 1}),
    (_time_in_row, {Kind.TIMES: 1}),
    (_time_in_item, {Kind.TIMES: 1}),
    (_payme_time, {Kind.TIMES: 1}),
    (_two_times, {Kind.TIMES: 1}),
    (_perform_time_without_perform, {Kind.TIMES: 2}),
    (lambda world: _other_payment(world, 2), {Kind.PAID_TWICE: 1}),
    (lambda world: _other_payment(world, 1), {Kind.HELD_TWICE: 1}),
    (_status(2, "waiting"), {Kind.NOT_PAID: 1}),
    (_status(1, "paid"), {Kind.PAID_BY_NOBODY: 1}),
    (_status(-1, "paid"), {Kind.PAID_BY_NOBODY: 1}),
    (_status(-2, "paid"), {Kind.PAID_BY_NOBODY: 1}),
    (_order_gone, {Kind.LOST: 1}),
]


@pytest.mark.parametrize(("damage", "kinds"), DAMAGE)
def test_damage_is_found(
    tmp_path: Path, damage: Callable[[World], None], kinds: dict[Kind, int]
) -> None:
    world = right_world()
    damage(world)

    found = _reckon(world, tmp_path)

    assert (dict(found.counts), found.good) == (kinds, False), found.wrong
    listed = (tmp_path / "run" / "wrong.jsonl").read_bytes().splitlines()
    assert len(listed) == sum(kinds.values()) == len(found.wrong)


def test_a_transaction_that_lives_again_differs_everywhere(tmp_path: Path) -> None:
    world = right_world()
    _revived(world)
    found = _reckon(world, tmp_path)
    assert found.counts[Kind.STATE] == 2
    assert [w.message for w in found.wrong if w.kind is Kind.STATE] == [
        "GetStatement: state 1, expected -1",
        "the database: state 1, expected -1",
    ]


def test_what_is_wrong_is_listed_with_its_calls(tmp_path: Path) -> None:
    world = right_world()
    _forget_row(world)
    (wrong,) = _reckon(world, tmp_path).wrong
    one = _first(world, 2)
    assert (wrong.subject, wrong.order) == (one.payme_id, one.number)
    assert wrong.message == "the database does not know it; acknowledged as state 1, 2"
    assert wrong.calls == (
        f"{one.time + 1} CreateTransaction 1.0 ms: state 1, transaction t{one.number}, "
        f"create_time {one.time + 2}",
        f"{one.time + 3} PerformTransaction 1.0 ms: state 2, transaction t{one.number}, "
        f"perform_time {one.time + 4}",
    )


def test_an_order_is_listed_with_the_calls_of_all_its_payers(tmp_path: Path) -> None:
    world = right_world()
    _other_payment(world, 2)
    (wrong,) = _reckon(world, tmp_path).wrong
    one = _first(world, 2)
    assert wrong.subject == wrong.order == one.number
    assert [line.split()[1] for line in wrong.calls].count("PerformTransaction") == 2
    refused = next(p for p in world.payments if p.number == one.number and not p.create_time)
    said = f"CreateTransaction {refused.payme_id} 1.0 ms: error -31050"
    assert any(line.endswith(said) for line in wrong.calls)


@pytest.mark.parametrize("happened", [True, False])
@pytest.mark.parametrize(
    ("method", "end", "before"),
    [
        ("CreateTransaction", 1, None),
        ("PerformTransaction", 2, 1),
        ("CancelTransaction", -1, 1),
        ("CancelTransaction", -2, 2),
    ],
)
def test_an_unanswered_call_may_have_happened_or_not(
    tmp_path: Path, method: str, end: int, before: int | None, happened: bool
) -> None:
    one = unanswered(payment(0, end), method)
    merchant = payment(0, end) if happened else payment(0, before or 1)
    world = World([merchant] if happened or before else [])
    world.payments = [one]
    world.orders.setdefault(one.number, "new")

    found = _reckon(world, tmp_path)

    assert found.wrong == ()
    word = {1: "created", 2: "performed", -1: "cancelled", -2: "cancelled"}[end]
    assert found.later == ({word: 1} if happened else {})
    assert found.later_ids == ((one.payme_id,) if happened and end == 2 else ())


@pytest.mark.parametrize("code", [-32400, -1, None, "odd"])
def test_an_error_that_tells_nothing_leaves_it_open(tmp_path: Path, code: object) -> None:
    one = payment(0)
    world = World([payment(0)])
    one.calls[1] = call(one, "PerformTransaction", 3, "error", code=code)
    world.payments = [one]
    found = _reckon(world, tmp_path)
    assert (found.wrong, found.later) == ((), {"performed": 1})


@pytest.mark.parametrize("code", [-31001, -31003, -31008, -31050, -31099])
def test_an_error_that_refuses_is_binding(tmp_path: Path, code: int) -> None:
    one = payment(0)
    world = World([payment(0)])
    one.calls = [call(one, "CreateTransaction", 3, "error", code=code)]
    world.payments = [one]
    found = _reckon(world, tmp_path)
    assert set(found.counts) == {Kind.REFUSED}


def test_sources_may_not_contradict_each_other_where_nothing_binds(tmp_path: Path) -> None:
    world = World([unanswered(payment(0), "PerformTransaction")])
    world.rows[0] |= {"state": 1, "perform_time": 0}
    found = _reckon(world, tmp_path)
    assert found.counts[Kind.STATE] == 1


def test_the_calls_of_a_killed_worker_are_uncertain(tmp_path: Path) -> None:
    world = right_world()
    one = payment(800)
    one.calls = one.calls[:1]  # it was killed while its Perform was under way
    merchant = payment(800)
    world.payments.append(one)
    world.items.append(merchant.item())
    world.rows.append(merchant.row())
    world.orders[one.number] = "paid"
    world.write_ledgers(tmp_path / "run", workers=1)
    world.write_database(tmp_path / "shop.db")
    path = tmp_path / "run" / "calls-0.jsonl"
    path.write_bytes(b"".join(path.read_bytes().splitlines(keepends=True)[:-1]) + b'{"at":17')

    with closing(open_database(tmp_path / "shop.db")) as database:
        found = reckon(tmp_path / "run", Sources(world.statement, database))

    assert (found.wrong, found.later["performed"]) == ((), 1)
    assert found.not_compared == ("the last calls of workers that were killed (calls-0.jsonl)",)


def test_without_database_and_without_statement(tmp_path: Path) -> None:
    world = right_world()
    _forget_item(world)
    _went_back(world)
    world.write_ledgers(tmp_path / "both")
    listed = reckon(tmp_path / "both", Sources(world.statement))
    assert dict(listed.counts) == {Kind.LOST: 1, Kind.STATE: 1}
    alone = reckon(tmp_path / "both", Sources(not_compared=("the database (database = false)",)))
    assert dict(alone.counts) == {Kind.STATE: 1}
    assert alone.not_compared == ("the database (database = false)",)


def test_an_order_is_paid_twice_even_if_only_answers_say_so(tmp_path: Path) -> None:
    world = right_world()
    _other_payment(world, 2)
    world.write_ledgers(tmp_path / "run")
    assert dict(reckon(tmp_path / "run", Sources()).counts) == {Kind.PAID_TWICE: 1}


def test_an_account_is_paid_as_often_as_one_likes(tmp_path: Path) -> None:
    world = right_world()
    _other_payment(world, 2)
    assert _reckon(world, tmp_path, one_time=False).good


def test_orders_that_nobody_noted_are_told_by_the_calls(tmp_path: Path) -> None:
    world = right_world()
    _status(2, "waiting")(world)
    world.write_ledgers(tmp_path / "run")
    for path in (tmp_path / "run").glob("orders-*"):
        path.unlink()
    world.write_database(tmp_path / "shop.db")
    with closing(open_database(tmp_path / "shop.db")) as database:
        found = reckon(tmp_path / "run", Sources(database=database))
    assert dict(found.counts) == {Kind.NOT_PAID: 1}


def test_a_database_that_is_gone_is_told_and_the_rest_compared(tmp_path: Path) -> None:
    world = right_world()
    _forget_item(world)
    world.write_ledgers(tmp_path / "run")
    with closing(open_database(tmp_path / "none.db")) as database:
        found = reckon(tmp_path / "run", Sources(world.statement, database))
    assert found.counts[Kind.LOST] == 1
    assert [text.partition(":")[0] for text in found.unable] == ["[database] sqlite"] * 2


def test_orders_that_cannot_be_found_are_told_and_the_rest_compared(tmp_path: Path) -> None:
    world = right_world()
    _other_payment(world, 2)
    world.write_ledgers(tmp_path / "run")
    world.write_database(tmp_path / "shop.db")
    with closing(open_database(tmp_path / "shop.db", where="{bill}")) as database:
        found = reckon(tmp_path / "run", Sources(world.statement, database))
    assert dict(found.counts) == {Kind.PAID_TWICE: 1}
    (why,) = found.unable
    assert "where uses {bill}" in why


def test_secrets_are_masked_before_anything_is_written(tmp_path: Path) -> None:
    world = right_world()
    one = _first(world, 1)
    one.calls.append(call(one, "CreateTransaction", 1, state=1, transaction="the-key"))
    world.write_ledgers(tmp_path / "run")
    sources = Sources(world.statement, mask=lambda text: text.replace("the-key", "••••"))
    found = reckon(tmp_path / "run", sources)
    assert found.wrong
    assert "the-key" not in repr(found)
    assert b"the-key" not in (tmp_path / "run" / "wrong.jsonl").read_bytes()


@pytest.mark.parametrize("odd", [None, "", "soon", 2**70, [], {"a": 1}, True, -5, 1.5])
def test_odd_items_are_findings_and_no_crash(tmp_path: Path, odd: object) -> None:
    world = right_world()
    _item(world, 2).update(state=odd, amount=odd, create_time=odd, perform_time=odd, cancel_time=0)
    world.items.append({"id": odd, "time": world.items[0]["time"]})
    found = _reckon(world, tmp_path)
    assert found.counts[Kind.STATE] == found.counts[Kind.AMOUNT] == 1


def test_thousands_of_one_kind_are_counted_and_listed_in_the_file(tmp_path: Path) -> None:
    world = right_world(400)
    world.items.clear()
    world.write_ledgers(tmp_path / "run")
    found = reckon(tmp_path / "run", Sources(world.statement))
    assert (found.counts[Kind.LOST], len(found.wrong)) == (400, 20)
    assert len((tmp_path / "run" / "wrong.jsonl").read_bytes().splitlines()) == 400


def test_many_buckets_are_one_reckoning(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("loadtests.reckoning.buckets_for", lambda size: 7)
    world = right_world(200)
    _forget_row(world)
    _other_payment(world, 2)
    assert dict(_reckon(world, tmp_path).counts) == {Kind.LOST: 1, Kind.PAID_TWICE: 1}
