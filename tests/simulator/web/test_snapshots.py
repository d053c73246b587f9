"""Back to a known state."""

from __future__ import annotations

from pathlib import Path

import pytest

from simulator.caller.retry import RetryPolicy
from simulator.web.faults import NewFault
from simulator.web.journal import Wanted
from simulator.web.kassas import NewKassa, policy_of
from simulator.web.problems import Problem
from simulator.web.server import Options, Server
from simulator.web.store import StoreError
from tests.simulator.web.conftest import KASSA, Bench


def test_a_snapshot_is_restored(bench: Bench) -> None:
    server = bench.server
    paid = bench.pay("A-1")
    waiting = bench.begin("A-2")
    server.faults.add(NewFault(KASSA, "burst", count=3))
    before = server.payments.get(paid.id)
    server.snapshots.take("here")
    server.let_time_pass(5_000)
    server.payments.cancel(paid.id)
    server.payments.cancel(waiting.id)
    bench.begin("A-3")
    server.snapshots.restore("here")
    after = server.payments.get(paid.id)
    columns = [column.key for column in type(after).__table__.columns]
    assert {n: getattr(before, n) for n in columns} == {n: getattr(after, n) for n in columns}
    assert server.payments.get(waiting.id).state == 0
    assert [rule.count for rule in server.faults.all()] == [3]
    assert server.clock.shift_ms == 0
    assert [one.name for one in server.snapshots.all()] == ["here"]
    assert policy_of(server.kassas.get(KASSA)) == RetryPolicy(3, (1_000, 5_000))


def test_nothing_is_replaced_while_a_call_is_under_way(bench: Bench) -> None:
    payment = bench.begin()
    bench.server.snapshots.take("here")
    bench.server.payments.records.take(payment.id)
    with pytest.raises(Problem, match="under way"):
        bench.server.snapshots.restore("here")
    with pytest.raises(Problem, match="under way"):
        bench.server.snapshots.reset(journal=True)
    assert bench.server.payments.get(payment.id).busy


@pytest.mark.parametrize("journal", [True, False])
def test_reset(bench: Bench, journal: bool) -> None:
    bench.pay()
    bench.server.let_time_pass(5_000)
    bench.server.snapshots.reset(journal)
    assert bench.server.kassas.all() == []
    assert bench.server.payments.records.count_by_state() == {}
    assert bench.server.clock.shift_ms == 0
    assert (bench.server.journal.count() == 0) is journal
    assert (bench.server.journal.search(Wanted(text="A-17")) == []) is journal


def test_there_is_no_such_snapshot(bench: Bench) -> None:
    for what in (bench.server.snapshots.restore, bench.server.snapshots.forget):
        with pytest.raises(Problem, match="no such snapshot"):
            what("nowhere")


def test_everything_is_there_after_a_restart(bench: Bench, tmp_path: Path) -> None:
    """A payment that waits is gone on with by the next process, with the very same call."""
    path = tmp_path / "serve" / "sandbox.db"
    started = bench.server.clock.now()

    def opened() -> Bench:
        server = Server(options=Options(database=path, true_time=lambda: started))
        return Bench(server, bench.merchant)

    first = opened()
    new = NewKassa(
        name="shop", url=bench.merchant.url, key="secret-key", id=KASSA, retry=RetryPolicy(1, (0,))
    )
    first.server.kassas.add(new)
    bench.merchant.plan("PerformTransaction", "silent")
    payment = first.pay()
    assert payment.state == 30
    first.server.let_time_pass(30_000)
    first.server.payments.records.take(payment.id)  # as a process that dies during a call
    secret = first.server.secret
    first.server.close()

    second = opened()
    assert (second.server.secret, second.server.clock.shift_ms) == (secret, 30_000)
    second.server.payments.records.let_all_go()
    payment = second.go_on(payment, 30_000)
    assert payment.state == 4
    first_sent, second_sent = bench.merchant.sent("PerformTransaction")
    assert first_sent == second_sent
    assert len(second.server.journal.search(Wanted(payment=payment.id))) == 4
    second.server.close()


def test_two_servers_do_not_share_a_file(tmp_path: Path) -> None:
    path = tmp_path / "sandbox.db"
    server = Server(options=Options(database=path))
    with pytest.raises(StoreError, match="another payme-sandbox serve"):
        Server(options=Options(database=path))
    server.close()
    Server(options=Options(database=path)).close()


def test_a_file_that_is_no_database(tmp_path: Path) -> None:
    path = tmp_path / "sandbox.db"
    path.write_text("this is not a database, although it is long enough to be one" * 20)
    with pytest.raises(StoreError, match="--database"):
        Server(options=Options(database=path))


def test_only_we_read_the_file(tmp_path: Path) -> None:
    path = tmp_path / "sandbox.db"
    Server(options=Options(database=path)).close()
    assert path.stat().st_mode & 0o077 == 0
