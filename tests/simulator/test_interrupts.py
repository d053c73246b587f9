"""Signals that ask us to end, heard one after another."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Iterator

import pytest

from simulator.interrupts import Interrupts


class Ended(BaseException):
    """What takes the place of the process's end."""


class Heard:
    """An Interrupts that hears, with a clock that is set by hand."""

    def __init__(self) -> None:
        self.now = 0.0
        self.interrupts = Interrupts(lambda: self.now)

    def send(self, number: int = signal.SIGINT) -> None:
        signal.raise_signal(number)


@pytest.fixture
def heard(monkeypatch: pytest.MonkeyPatch) -> Iterator[Heard]:
    numbers = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    before = [signal.signal(number, signal.SIG_DFL) for number in numbers]

    def end(code: int) -> None:
        raise Ended(code)

    monkeypatch.setattr(os, "_exit", end)
    made = Heard()
    made.interrupts.listen()
    yield made
    for number, handler in zip(numbers, before, strict=True):
        signal.signal(number, handler)


@pytest.mark.parametrize(
    ("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGHUP, 129)]
)
def test_each_does_what_ctrl_c_does(heard: Heard, number: int, code: int) -> None:
    with pytest.raises(KeyboardInterrupt):
        heard.send(number)
    assert heard.interrupts.heard
    assert heard.interrupts.code == code


def test_more_of_them_at_once_are_one_wish(heard: Heard) -> None:
    with pytest.raises(KeyboardInterrupt):
        heard.send()
    heard.now = 0.9
    heard.send()
    heard.send(signal.SIGTERM)
    assert heard.interrupts.code == 130


def test_one_that_comes_later_ends_all_on_the_spot(
    heard: Heard, capfd: pytest.CaptureFixture[str]
) -> None:
    ended: list[str] = []

    def broken() -> None:
        raise ProcessLookupError

    heard.interrupts.last_resorts = {1: broken, 2: lambda: ended.append("merchant")}
    with pytest.raises(KeyboardInterrupt):
        heard.send(signal.SIGTERM)
    heard.now = 1.1
    with pytest.raises(Ended, match="143"):
        heard.send()
    assert ended == ["merchant"]
    assert "ended on the spot" in capfd.readouterr().err


def test_a_block_is_done_whole(heard: Heard) -> None:
    done: list[str] = []

    def block() -> None:
        with heard.interrupts.held():
            with heard.interrupts.held():
                heard.send()
            done.append("all")

    with pytest.raises(KeyboardInterrupt):
        block()
    assert done == ["all"]
    with heard.interrupts.held():
        done.append("more")  # it was obeyed once


def test_other_threads_are_not_held_up(heard: Heard) -> None:
    inside = threading.Event()
    over = threading.Event()

    def work() -> None:
        with heard.interrupts.held():
            inside.set()
            over.wait(20)

    thread = threading.Thread(target=work)
    thread.start()
    inside.wait(20)
    with pytest.raises(KeyboardInterrupt):
        heard.send()
    over.set()
    thread.join()


def test_what_our_parent_had_us_ignore_stays_ignored(heard: Heard) -> None:
    signal.signal(signal.SIGHUP, signal.SIG_IGN)  # as nohup does
    heard.interrupts.listen()
    heard.send(signal.SIGHUP)
    assert not heard.interrupts.heard
