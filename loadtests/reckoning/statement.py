"""GetStatement over the whole run, asked in windows of Payme's time."""

from __future__ import annotations

import time
from array import array
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import msgspec

from simulator.caller.client import Call, Caller
from simulator.caller.wire import FailureKind, WireAnswer
from simulator.protocol.vocabulary import Method

Ask = Callable[[int, int], list[Any]]
"""The statement's items from one moment to another, ms, both included."""

_AT_ONCE = 1_500  # transactions in a window; an answer may not be larger than a mebibyte
_MARGIN_MS = 1_000
_PAUSES_S = (0.5, 2.0, 5.0)


class StatementError(Exception):
    """The merchant gave no statement. The text says what came instead."""


class TooMuch(Exception):
    """The answer is larger than the caller takes: a shorter window is to be asked for."""


class Statement:
    """Asks the merchant, again if there is no usable answer."""

    def __init__(self, caller: Caller, sleep: Callable[[float], None] = time.sleep) -> None:
        self._caller = caller
        self._sleep = sleep

    def __call__(self, first: int, last: int) -> list[Any]:
        """StatementError if none of several attempts brings a list, TooMuch if it is too long."""
        for pause in (*_PAUSES_S, None):
            made = self._caller.call(Call(Method.STATEMENT, {"from": first, "to": last}))
            answer = made.answer
            if not isinstance(answer, WireAnswer) and answer.kind is FailureKind.TOO_LARGE:
                raise TooMuch
            items, why = _items(answer) if isinstance(answer, WireAnswer) else (None, answer.text)
            if items is not None:
                return items
            if pause is not None:
                self._sleep(pause)
        raise StatementError(f"GetStatement from {first} to {last}: {why}")


def _items(answer: WireAnswer) -> tuple[list[Any] | None, str]:
    """The items, or why there are none."""
    if answer.status != 200:
        return None, f"HTTP {answer.status}"
    try:
        told = msgspec.json.decode(answer.body)
    except (msgspec.DecodeError, ValueError) as error:
        return None, f"the answer is not JSON: {error}"
    result = told.get("result") if isinstance(told, Mapping) else None
    items = result.get("transactions") if isinstance(result, Mapping) else None
    if isinstance(items, list):
        return items, ""
    said = msgspec.json.encode(told).decode()[:200]
    return None, f"expected result.transactions as a list, got {said}"


def windows(times: array[int], at_once: int = _AT_ONCE) -> Iterator[tuple[int, int]]:
    """Windows side by side over all of these moments, some `at_once` of them in each."""
    if not times:
        return
    ordered = sorted(times)
    begin = ordered[0] - _MARGIN_MS
    for cut in ordered[at_once::at_once]:
        if cut > begin:
            yield begin, cut - 1
            begin = cut
    yield begin, ordered[-1] + _MARGIN_MS


def statement_items(ask: Ask, times: array[int]) -> Iterator[Any]:
    """Every item of all windows; a window with too much in it is halved. StatementError."""
    for first, last in windows(times):
        yield from _window(ask, first, last)


def _window(ask: Ask, first: int, last: int) -> Iterator[Any]:
    try:
        found = ask(first, last)
    except TooMuch as error:
        if first >= last:
            raise StatementError(
                f"GetStatement for the millisecond {first}: the answer is too large"
            ) from error
        middle = (first + last) // 2
        yield from _window(ask, first, middle)
        yield from _window(ask, middle + 1, last)
        return
    yield from found
