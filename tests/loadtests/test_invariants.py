"""After a load: the user's own SQL, and what orders cost."""

from __future__ import annotations

import re
import sqlite3
from contextlib import closing
from itertools import pairwise
from pathlib import Path

import pytest

from loadtests.reckoning import Sources, reckon
from loadtests.reckoning.invariants import Spread
from loadtests.results import Kind, Reckoning
from simulator.config.database import Invariant
from tests.loadtests.world import AMOUNT, World, open_database, right_world

_ALL = Invariant(name="all cost 1000", sql="SELECT number, total FROM shop WHERE total <> 1000")
_ONE = Invariant(
    name="it costs 1000", sql="SELECT number, total FROM shop WHERE number = :number AND total < 0"
)
_OWN = Invariant(
    name="it is known", sql="SELECT 1 AS bad FROM shop WHERE :payme_id = '' AND number = :number"
)


def _reckon(
    world: World, folder: Path, *invariants: Invariant, total: int = 1000, one_time: bool = True
) -> Reckoning:
    """With a third order that costs `total` sum."""
    world.write_ledgers(folder / "run")
    world.write_database(folder / "shop.db")
    number = sorted(world.orders)[2]
    with closing(sqlite3.connect(folder / "shop.db")) as shop, shop:
        shop.execute("UPDATE shop SET total = ? WHERE number = ?", (total, number))
    with closing(open_database(folder / "shop.db", invariants=invariants)) as database:
        sources = Sources(statement=world.statement, database=database, one_time=one_time)
        return reckon(folder / "run", sources)


def test_invariants_that_hold(tmp_path: Path) -> None:
    found = _reckon(right_world(), tmp_path, _ALL, _ONE, _OWN)
    assert found.good, (found.wrong, found.unable)
    assert found.compared["invariants"] == 3
    assert found.not_compared == ()


@pytest.mark.parametrize("one_time", [True, False])
def test_one_that_speaks_of_everything(tmp_path: Path, one_time: bool) -> None:
    found = _reckon(right_world(), tmp_path, _ALL, total=7, one_time=one_time)
    assert found.counts[Kind.INVARIANT] == 1
    (wrong,) = (one for one in found.wrong if one.kind is Kind.INVARIANT)
    assert wrong.subject == "all cost 1000"
    assert wrong.message == 'rows where there must be none: number="1000000002", total=7'
    assert wrong.calls == ()


def test_one_that_speaks_of_an_order_names_it_with_its_calls(tmp_path: Path) -> None:
    found = _reckon(right_world(), tmp_path, _ONE, total=-1, one_time=False)
    (wrong,) = found.wrong
    assert (wrong.kind, wrong.order) == (Kind.INVARIANT, "1000000002")
    assert wrong.message == 'it costs 1000: number="1000000002", total=-1'
    assert "CreateTransaction" in wrong.calls[0]


def test_of_many_transactions_some_are_asked_about_and_it_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("loadtests.reckoning.invariants.MOST", 5)
    found = _reckon(right_world(), tmp_path, _ONE)
    assert found.good
    (told,) = found.not_compared
    asked, of = map(int, re.findall(r"\d+", told.removeprefix("it costs 1000: "))[:2])
    assert told.startswith(f"it costs 1000: asked about {asked} of {of} transactions")
    assert 5 <= asked <= 10 < of


def test_one_that_cannot_be_asked_fails_the_run(tmp_path: Path) -> None:
    found = _reckon(right_world(), tmp_path, Invariant(name="odd", sql="SELECT 1 FROM nothing"))
    assert not found.good
    assert "[[database.invariants]]" in found.unable[0]


def test_an_order_that_costs_something_else_now(tmp_path: Path) -> None:
    found = _reckon(right_world(), tmp_path, total=2000)
    assert found.counts == {Kind.AMOUNT: 1}
    (wrong,) = found.wrong
    assert wrong.subject == "1000000002"
    assert f"200000 tiyin, it was made with {AMOUNT}" in wrong.message


def test_what_is_kept_is_spread_evenly() -> None:
    spread = Spread(10)
    for number in range(1000):
        spread.show(str(number), "")
    kept = [int(number) for number, _ in spread.kept]
    assert 10 <= len(kept) <= 20
    assert {after - before for before, after in pairwise(kept)} == {64}
