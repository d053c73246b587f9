"""Counting what does not add up: all of it in a file, the first of each kind in the report."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from types import TracebackType
from typing import Self

from loadtests.ledger import CALLS, Ended, calls_of, line_of
from loadtests.results import Kind, Wrong

_LISTED = 20
_CALLS = 30


class Tally:
    """Takes in each wrong thing; `mask` hides secrets before anything is written."""

    def __init__(self, path: Path, mask: Callable[[str], str]) -> None:
        self._file = path.open("wb")
        self._mask = mask
        self.counts: Counter[Kind] = Counter()
        self.listed: list[Wrong] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        tb: TracebackType | None,
    ) -> None:
        self._file.close()

    def add(
        self, subject: str, order: str, found: Iterable[tuple[Kind, str]], calls: Sequence[Ended]
    ) -> None:
        """Note what is wrong with one transaction or order."""
        told: list[str] | None = None
        for kind, message in found:
            if told is None:
                told = [self._mask(words_of(call)) for call in calls[:_CALLS]]
                told += [f"and {len(calls) - _CALLS} more calls"] if len(calls) > _CALLS else []
            wrong = Wrong(kind, subject, self._mask(message), order, tuple(told))
            self.counts[kind] += 1
            self._file.write(line_of(wrong) + b"\n")
            if self.counts[kind] <= _LISTED:
                self.listed.append(wrong)


def with_calls(
    folder: Path, listed: Sequence[Wrong], mask: Callable[[str], str]
) -> tuple[Wrong, ...]:
    """Those that have no calls yet, which are orders, with the calls that named them."""
    bare = [one for one in listed if one.order and not one.calls]
    wanted: dict[str, list[Ended]] = {one.order: [] for one in bare}
    if wanted:
        for path in sorted(folder.glob(CALLS)):
            for call in calls_of(path):
                if call.order in wanted:
                    wanted[call.order].append(call)
    shown = {
        order: tuple(
            mask(words_of(call, named=True))
            for call in sorted(calls, key=lambda c: c.sent)[:_CALLS]
        )
        for order, calls in wanted.items()
    }
    return tuple(
        one if one.calls else replace(one, calls=shown.get(one.order, ())) for one in listed
    )


def words_of(call: Ended, *, named: bool = False) -> str:
    """One call on one line: when it was sent (ms), why, how long it took, what came.

    named: with Payme's id, where there are several transactions.
    """
    whose = f" {call.id}" if named and call.id else ""
    why = "" if call.why == "pay" else f" ({call.why})"
    took = f"{call.took_us // 1000}.{call.took_us // 100 % 10} ms"
    return f"{call.sent} {call.method}{whose}{why} {took}: {_answer(call)}"


def _answer(call: Ended) -> str:
    if call.answer == "none":
        return f"no answer ({call.fault})" if call.fault else "no answer"
    if call.answer == "error":
        return f"error {call.code}"
    members = ("state", "transaction", "create_time", "perform_time", "cancel_time", "reason")
    told = [(name, getattr(call, name)) for name in members]
    return ", ".join(f"{name} {value}" for name, value in told if value is not None) or "result"
