"""`payme-sandbox load` as a user runs it."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import msgspec
import pytest

from loadtests.ledger import calls_of, orders_of
from tests.merchants.calls import Terms
from tests.merchants.habits import Habits
from tests.merchants.server import serving
from tests.merchants.wire import Shop
from tests.simulator.cli.command import BLIND, KEY, Command


@pytest.fixture
def command(tmp_path: Path) -> Iterator[Command]:
    """The command beside a right merchant that runs already."""
    with ExitStack() as stack:
        (tmp_path / "shop").mkdir()
        shop = Shop(tmp_path / "shop", KEY, Terms(), Habits())
        command = Command(tmp_path)
        port = stack.enter_context(serving(shop))
        command.merchant(f"http://127.0.0.1:{port}/pay", _LOAD, top=BLIND)
        yield command


_LOAD = '[load]\nusers = 4\nduration = "2s"\npause = "20ms"\norders = 60\n'


def _folder(command: Command) -> Path:
    (found,) = (command.folder / ".payme-sandbox" / "load").iterdir()
    return found


def test_a_right_merchant_is_paid_and_all_is_written_down(command: Command) -> None:
    ran = command("load", "--seed", "77")
    assert ran.code == 0, ran.text
    assert "errors > 1%" in ran.out
    folder = _folder(command)
    (orders,), (calls,) = folder.glob("orders-*.jsonl"), folder.glob("calls-*.jsonl")
    made = {order.number for order in orders_of(orders)}
    lines = list(calls_of(calls))
    performed = [one for one in lines if one.method == "PerformTransaction" and one.state == 2]
    assert performed
    assert {one.order for one in performed} <= made
    assert all(one.id is None or one.id[8:16] == "00004d00" for one in lines)
    assert KEY not in calls.read_text(encoding="utf-8")
    outcome = msgspec.json.decode((folder / "outcome.json").read_bytes())
    assert outcome["payments"]["performed"] == len({one.order for one in performed}) - outcome[
        "payments"
    ].get("refunded", 0)


def test_a_breached_threshold_is_exit_code_5(command: Command) -> None:
    ran = command("load", "--fail-if", "PerformTransaction p50 > 1us", "--fail-if", "errors > 1%")
    assert ran.code == 5, ran.text
    assert "FAIL  PerformTransaction p50 > 1us" in ran.out
    assert "ok    errors > 1%" in ran.out


def test_a_threshold_may_end_the_load_at_once(command: Command) -> None:
    ran = command("load", "--duration", "10m", "--orders", "20", "--fail-if", "max > 1us, abort")
    assert ran.code == 5, ran.text
    assert "ended early: `max > 1us, abort`" in ran.out


def test_ctrl_c_ends_it_with_the_report_of_what_ran(command: Command) -> None:
    process = command.start("load", "--duration", "10m")
    assert process.stdout is not None
    while "calls" not in (line := process.stdout.readline()):
        assert line, "it ended by itself"
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=100)
    assert process.returncode == 130, out + err
    assert "ended early: interrupted" in out
    assert "PerformTransaction" in out


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("fast please", "it is not of the form"),
        ("p95 > 800", "a latency is compared with a time"),
    ],
)
def test_a_bad_threshold_is_wrong_usage(command: Command, text: str, told: str) -> None:
    ran = command.within("load", "--fail-if", text)
    assert ran.code == 2
    assert told in ran.err
    assert "accepted are" in ran.err


def test_a_merchant_that_is_down_is_exit_code_3(command: Command) -> None:
    ran = command.within("load", "--url", "http://127.0.0.1:9/pay")
    assert ran.code == 3
    assert "cannot be reached" in ran.err


def test_orders_that_run_out_end_it_with_a_clear_message(command: Command) -> None:
    (command.folder / "orders.csv").write_text("number,amount_tiyin\nA-1,100000\nA-2,100000\n")
    path = command.folder / "payme-sandbox.toml"
    text = path.read_text(encoding="utf-8")
    head, _, _ = text.partition("[orders.http]")
    path.write_text(head + '[orders.pool]\nfile = "orders.csv"\n', encoding="utf-8")
    ran = command("load")
    assert ran.code == 1, ran.text
    assert "orders.csv" in ran.out
    assert "add orders" in ran.out
