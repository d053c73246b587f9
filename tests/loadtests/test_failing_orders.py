"""Orders that a merchant cannot always make: `payme-sandbox load` goes on, and says so."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import msgspec

from tests.merchants.calls import Terms
from tests.merchants.habits import Habits
from tests.merchants.server import serving
from tests.merchants.wire import Reply, Shop
from tests.simulator.cli.command import BLIND, KEY, Command

_LOAD = '[load]\nusers = 4\nduration = "2s"\npause = "20ms"\norders = 60\n'


class _Strained(Shop):
    """Makes an order unless `refuses` that try."""

    def __init__(self, folder: Path, refuses: Callable[[int], bool]) -> None:
        super().__init__(folder, KEY, Terms(), Habits())
        self._refuses = refuses
        self._tries = 0
        self._counting = threading.Lock()

    def draw_up(self, body: bytes) -> Reply:
        with self._counting:
            self._tries += 1
            refused = self._refuses(self._tries)
        if refused:
            return Reply(503, "text/plain", f"come again, {KEY}".encode())
        return super().draw_up(body)


@contextmanager
def _beside(folder: Path, refuses: Callable[[int], bool]) -> Iterator[Command]:
    with ExitStack() as stack:
        (folder / "shop").mkdir()
        port = stack.enter_context(serving(_Strained(folder / "shop", refuses)))
        command = Command(folder)
        command.merchant(f"http://127.0.0.1:{port}/pay", _LOAD, top=BLIND)
        yield command


def test_orders_that_fail_now_and_then_are_errors_and_the_load_goes_on(tmp_path: Path) -> None:
    with _beside(tmp_path, lambda at: at % 5 == 0) as command:
        ran = command(
            *("load", "--processes", "2", "--scenario", "perform.two-orders", "--json", "l.json"),
            *("--fail-if", "orders errors > 90%", "--fail-if", "orders errors > 5%"),
        )
    assert ran.code == 5, ran.text
    words = " ".join(ran.out.split())
    assert "FAIL orders [orders.http] POST" in words
    assert "HTTP 503, wanted 2xx" in words
    assert "; the answer was: come again, ••••" in words
    assert "ok orders errors > 90%" in words
    assert "FAIL orders errors > 5%" in words
    assert "1 of 2 thresholds breached; the money adds up" in words
    told = msgspec.json.decode((tmp_path / "l.json").read_bytes())
    (failed,) = (one for one in told["errors"] if one["method"] == "orders")
    assert failed["count"] >= 14
    assert '"tiyin":' in failed["example"]


def test_if_none_can_be_made_it_ends_with_the_report(tmp_path: Path) -> None:
    with _beside(tmp_path, lambda _: True) as command:
        ran = command("load", "--processes", "2", "--json", "l.json")
    assert ran.code == 1, ran.text
    words = " ".join(ran.out.split())
    assert "ended early: no order can be made: the first 5 tries" in words
    assert "exit 1: the load could not go on" in words
    assert "the last calls of workers" not in words
    told = msgspec.json.decode((tmp_path / "l.json").read_bytes())
    assert [one["method"] for one in told["errors"]] == ["orders"]
