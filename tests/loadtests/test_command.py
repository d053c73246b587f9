"""`payme-sandbox load` as a user runs it."""

from __future__ import annotations

import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from importlib import import_module
from pathlib import Path

import msgspec
import psutil
import pytest

from loadtests.ledger import calls_of, orders_of
from loadtests.results import LoadRun
from tests.loadtests.garbage import garbage
from tests.merchants.calls import Terms
from tests.merchants.habits import Habits
from tests.merchants.server import serving
from tests.merchants.wire import Shop
from tests.simulator.caller.servers import closed_port
from tests.simulator.cli.command import BLIND, KEY, Command
from tests.simulator.cli.test_check import DYING


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


PERFORM = "PerformTransaction"
_TWO = ("load", "--seed", "77", "--processes", "2", "--rate", "40", "--duration", "5s")
_LOAD = '[load]\nusers = 4\nduration = "2s"\npause = "20ms"\norders = 60\n'


def _folder(command: Command) -> Path:
    (found,) = (command.folder / ".payme-sandbox" / "load").iterdir()
    return found


def test_a_right_merchant_is_paid_by_two_processes_that_are_measured_as_one(
    command: Command,
) -> None:
    reports = [f"--{name}=load.{name}" for name in ("json", "html", "junit")]
    ran = command(*_TWO, *reports)
    assert ran.code == 0, ran.text
    assert "ok    errors > 1%: 0.00 %" in ran.out
    folder = _folder(command)
    ledgers = sorted(folder.glob("calls-*.jsonl"))
    by_worker = [list(calls_of(path)) for path in ledgers]
    assert [len({one.order for one in calls}) > 1 for calls in by_worker] == [True, True]
    made = [{one.number for one in orders_of(path)} for path in folder.glob("orders-*.jsonl")]
    assert not made[0] & made[1]
    lines = [one for calls in by_worker for one in calls]
    performed = {one.order for one in lines if one.method == PERFORM and one.state == 2}
    assert performed
    assert performed <= made[0] | made[1]
    assert {one.id[8:14] for one in lines if one.id} == {"00004d"}
    assert all(KEY not in path.read_text(encoding="utf-8") for path in ledgers)
    outcome = msgspec.json.decode((folder / "outcome.json").read_bytes())
    counted = sum(method["calls"] for method in outcome["methods"].values())
    assert counted == sum(one.fault is None for one in lines)
    paid = outcome["payments"]
    assert paid["performed"] + paid.get("refunded", 0) == len(performed)
    report = msgspec.json.decode((command.folder / "load.json").read_bytes())
    assert report["seed"] == 77
    assert (command.folder / "load.html").is_file()
    assert (command.folder / "load.junit").is_file()


def test_a_rate_that_is_too_much_for_its_payers_is_told(command: Command) -> None:
    ran = command("load", "--rate", "60", "--users", "1")
    assert ran.code == 0, ran.text
    found = re.search(
        r"(\d+) payments began late, as all payers were busy", " ".join(ran.out.split())
    )
    assert found, ran.out
    assert "begun late" not in ran.out, "that is no way for a payment to end"


_MINE = """\
id: mine.two
title: Two payers, of whom one is refused
rules: [create.works]
given: {order: {}}
load: {weight: 300}
steps:
  - use: created
  - id: second
    call: CreateTransaction
    params: {id: $new.transaction_id, time: $now, amount: $order.amount, account: $order.account}
    expect: {EXPECTED}
"""
_NAMED = ("--scenarios", "mine", "--scenario", "mine.two")


def test_a_scenario_is_run_as_load_beside_payments(command: Command) -> None:
    command.write("mine/two.yaml", _MINE.replace("EXPECTED", "error: [-31008, account]"))
    ran = command("load", *_NAMED)
    assert ran.code == 0, ran.text
    words = " ".join(ran.out.split())
    assert re.search(r"scenario mine.two: \d+ times, 0 not as expected", words)
    assert "left open" in words
    assert "The money adds up" in words


def test_what_a_scenario_did_not_expect_fails_the_load_and_is_listed(command: Command) -> None:
    command.write("mine/two.yaml", _MINE.replace("EXPECTED", "result: {state: 1}"))
    ran = command("load", *_NAMED)
    assert ran.code == 5, ran.text
    words = " ".join(ran.out.split())
    assert "CreateTransaction mine.two, step second: answer is not as expected, " in words
    assert "; expected a result, got error" in words
    assert "the money adds up" in words


@pytest.mark.parametrize(
    ("text", "flags", "told"),
    [
        (_MINE.replace("EXPECTED", "result: any"), ("--scenario", "mine.tow"), '"mine.two"'),
        (_MINE.replace("given", "requires: [process]\ngiven"), (), "there is no `process`"),
    ],
)
def test_a_scenario_that_cannot_be_load_is_wrong_usage(
    command: Command, text: str, flags: tuple[str, ...], told: str
) -> None:
    command.write("mine/two.yaml", text.replace("EXPECTED", "result: any"))
    ran = command.within("load", *_NAMED[:2], *(flags or _NAMED[2:]))
    assert ran.code == 2
    assert told in ran.err


def test_the_reference_merchant_is_killed_meanwhile_and_loses_nothing(tmp_path: Path) -> None:
    command = Command(tmp_path)
    ran = command("load", "--users", "4", "--duration", "5s", "--pause", "50ms", "--kills", "1")
    assert ran.code == 0, ran.text
    words = " ".join(ran.out.split())
    assert "killed and started again once" in words
    assert "ok errors > 1%: 0.00 %" in words
    assert "FAIL" not in words
    assert "The money adds up" in words


def test_a_breached_threshold_is_exit_code_5_and_may_end_the_load(command: Command) -> None:
    bad = ("--fail-if", "max > 1us, abort", "--fail-if", "errors > 1%")
    ran = command("load", "--duration", "10m", "--orders", "20", *bad)
    assert ran.code == 5, ran.text
    assert "`max > 1us, abort`: " in ran.out
    assert "FAIL  max > 1us, abort: " in ran.out
    assert "ok    errors > 1%: 0.00 %" in ran.out


def test_ctrl_c_ends_it_with_the_report_of_what_ran(command: Command) -> None:
    process = command.start("load", "--duration", "10m")
    assert process.stdout is not None
    while "calls" not in (line := process.stdout.readline()):
        assert line, "it ended by itself"
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=100)
    assert process.returncode == 130, out + err
    assert "exit 130: interrupted" in out
    assert "CheckPerformTransaction" in out


def test_ctrl_c_during_the_reckoning_keeps_what_was_measured(
    command: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(*_: object) -> LoadRun:
        raise KeyboardInterrupt

    monkeypatch.setattr(import_module("simulator.cli.load"), "reckoned", interrupted)
    ran = command.within("load", "--duration", "1s", "--json", "load.json")
    assert ran.code == 130, ran.text
    words = " ".join(ran.out.split())
    assert "ended early: interrupted during the reckoning; to make it up: " in words
    assert "payme-sandbox reckon" in words
    report = msgspec.json.decode((command.folder / "load.json").read_bytes())
    assert (report["reckoning"], report["calls"] > 0) == (None, True)


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


def test_a_merchant_that_dies_half_way_is_exit_code_3_and_its_key_is_not_shown(
    tmp_path: Path,
) -> None:
    command, port = Command(tmp_path), closed_port()
    words = msgspec.json.encode([sys.executable, str(DYING), str(port), "30"]).decode()
    more = f"[process]\ncommand = {words}\n{_LOAD}"
    command.merchant(f"http://127.0.0.1:{port}/pay", more, BLIND)
    ran = command("load", "--duration", "10m", "--html", "load.html", "--json", "load.json")
    assert ran.code == 3, ran.text
    shown = " ".join(ran.out.split())
    assert "The merchant died during the load." in shown
    assert "out of memory" in shown
    for path in (*command.folder.glob("load.*"), *_folder(command).iterdir()):
        assert KEY not in path.read_text(encoding="utf-8")


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


def test_a_merchant_that_answers_garbage_fails_the_load(tmp_path: Path) -> None:
    command = Command(tmp_path)
    with garbage() as port:
        command.merchant(f"http://127.0.0.1:{port}/pay", _LOAD, top=BLIND)
        ran = command("load")
    assert ran.code == 5, ran.text
    words = " ".join(ran.out.split())
    assert "not JSON" in words
    assert "; the answer was: <html>Whoops Basic ••••</html>" in words
    assert "errors > 1%: 100.00 %" in ran.out
    assert "breached; no transaction came about that could be reconciled" in ran.out


def test_a_wrong_key_is_named(command: Command) -> None:
    command.variables["TEST_KEY"] = "another-key-than-the-shop-has-0001"
    ran = command("load", "--duration", "1s")
    assert ran.code == 5, ran.text
    assert "refused with -32504" in ran.out
    assert "what a merchant answers to a wrong key" in ran.out


def test_without_the_extra_it_says_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("simulator.cli.find_spec", lambda name: None if name == "locust" else 1)
    ran = Command(tmp_path).within("load")
    assert ran.code == 2
    assert "locust is not installed here" in ran.err
    assert "payme-sandbox[load]" in ran.err


def _paid(command: Command) -> int:
    """How many lines of the ledgers tell of a performed transaction."""
    ledgers = command.folder.glob(".payme-sandbox/load/*/calls-*.jsonl")
    return sum(path.read_bytes().count(b'"state":2') for path in ledgers)


def _workers(process: subprocess.Popen[str]) -> list[psutil.Process]:
    """Started with the plan and the master's port."""
    below = psutil.Process(process.pid).children(recursive=True)
    return [one for one in below if "loadtests" in one.cmdline() and one.cmdline()[-1].isdigit()]


def _until(holds: Callable[[], bool]) -> None:
    end = time.monotonic() + 90
    while not holds():
        assert time.monotonic() < end, "it does not come to that"
        time.sleep(0.1)


def test_a_worker_that_is_killed_leaves_the_rest_to_the_others(command: Command) -> None:
    process = command.start("load", "--processes", "2", "--duration", "10m", "--orders", "200")
    _until(lambda: _paid(command) >= 2)
    worker, _ = _workers(process)
    worker.kill()
    before = _paid(command)
    _until(lambda: _paid(command) > before + 5)
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=100)
    assert process.returncode == 130, out + err
    words = " ".join(out.split())
    assert "1 of 2 workers were lost" in words
    assert "the last calls of workers that were killed" in words
    assert "The money does not add up" not in words
