"""What Payme's side knows of a load run: a line of JSON for each call that ended.

Each worker process writes a file of its own. A line is one `write` to the system, about a
microsecond, so that whatever a worker has noted outlives it even if it is killed; only a worker
that ended in order leaves the line that says so.
"""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import Any, Literal, Self, TypeVar

import msgspec

from simulator.observers.orders import Order

CALLS = "calls-*.jsonl"
"""Files of calls in a run's folder."""
ORDERS = "orders-*.jsonl"
"""Files of orders in a run's folder."""

Why = Literal["pay", "double", "retry", "cancel", "check", "statement", "second-payer", "scenario"]
Answered = Literal["result", "error", "none"]

_END = b'{"lines":'
_LARGEST = 2**63


class LedgerError(Exception):
    """A file of the run's folder cannot be read. The text says which, where and why."""


class Ended(msgspec.Struct, omit_defaults=True, kw_only=True, gc=False):
    """One call that ended.

    at: when it was meant to be sent, sent: when it was, ms. took_us: until the answer was there.
    id: Payme's, None for calls that carry none. order: its number. amount: tiyin. time: Payme's.
    answer: "none" was not acknowledged: timeout, reset, an answer that is no JSON-RPC, or dropped
    on purpose. What the merchant answered is kept as it came, whatever its type: state,
    transaction, the three times and reason of a result, code of an error. fault: what was done on
    purpose.
    """

    at: int
    sent: int
    took_us: int
    method: str
    answer: Answered
    why: Why = "pay"
    id: str | None = None
    order: str = ""
    account: dict[str, Any] | None = None
    amount: int | None = None
    time: int | None = None
    state: Any = None
    code: Any = None
    create_time: Any = None
    perform_time: Any = None
    cancel_time: Any = None
    reason: Any = None
    transaction: Any = None
    fault: str | None = None

    @property
    def ended(self) -> int:
        """When the answer was there, ms."""
        return self.sent + self.took_us // 1000


class Made(msgspec.Struct, omit_defaults=True, kw_only=True, gc=False):
    """One order that was made for the run; `amount` in tiyin."""

    number: str
    amount: int
    account: dict[str, Any]
    captured: dict[str, Any] = {}
    member: str = ""

    def order(self) -> Order:
        """As observers take it."""
        return Order(
            self.number, self.amount, self.amount // 100, self.account, self.member, self.captured
        )


class _Lines:
    """Appends whole lines to a new file. Not for several processes, nor for several threads."""

    def __init__(self, path: Path) -> None:
        """OSError if the file is there already or cannot be made."""
        path.parent.mkdir(parents=True, exist_ok=True)
        self._path = path
        self._file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_APPEND, 0o666)
        self._count = 0

    def _line(self, value: msgspec.Struct) -> None:
        """OSError if it cannot be written; then nothing more is, and the file has no last line."""
        self._whole(line_of(value) + b"\n")
        self._count += 1

    def _whole(self, line: bytes) -> None:
        if self._file < 0:
            raise OSError(errno.EIO, "nothing more is written", str(self._path))
        try:
            written = os.write(self._file, line)
        except OSError as error:
            self._give_up()
            raise OSError(error.errno, error.strerror, str(self._path)) from None
        if written < len(line):
            self._give_up()
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(self._path))

    def _give_up(self) -> None:
        os.close(self._file)
        self._file = -1

    def close(self) -> None:
        """Say that nothing more comes, and close. OSError if that cannot be written."""
        if self._file >= 0:
            self._whole(b"%s%d}\n" % (_END, self._count))
            self._give_up()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        tb: TracebackType | None,
    ) -> None:
        self.close()


class Ledger(_Lines):
    """The calls of one worker process; `path` is like `calls-<worker>.jsonl`."""

    def write(self, call: Ended) -> None:
        """Note a call that ended."""
        self._line(call)


class OrderBook(_Lines):
    """The orders that one process had made; `path` is like `orders-<worker>.jsonl`."""

    def write(self, order: Order) -> None:
        """Note an order."""
        self._line(
            Made(
                number=order.number,
                amount=order.amount,
                account=order.account,
                captured=order.captured,
                member=order.member,
            )
        )


def line_of(value: Any) -> bytes:
    """A value as one line of JSON without its end, whatever strange things are in it."""
    try:
        return _encode(value)
    except (OverflowError, UnicodeEncodeError, TypeError, ValueError):
        return _encode(_tame(value))


_encode = msgspec.json.Encoder().encode


def _tame(value: Any) -> Any:
    """What a merchant sent, in what JSON can hold: larger numbers and odd texts as plain text."""
    if isinstance(value, msgspec.Struct):
        value = msgspec.structs.asdict(value)
    if isinstance(value, dict):
        return {_tame(str(name)): _tame(one) for name, one in value.items()}
    if isinstance(value, list | tuple):
        return [_tame(one) for one in value]
    if isinstance(value, str):
        return value.encode("utf-8", "backslashreplace").decode()
    if value is None or isinstance(value, bool | float):
        return value
    if isinstance(value, int) and abs(value) < _LARGEST:
        return value
    return str(value)[:100]


_Line = TypeVar("_Line", Ended, Made)


class LedgerFile:
    """One file, read from its beginning. `closed` is known once all lines were read."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.closed = False

    def lines(self) -> Iterator[bytes]:
        """Every whole line as it stands, without its end. LedgerError if some are missing."""
        count = 0
        with self.path.open("rb", buffering=1024 * 1024) as file:
            for line in file:
                if line.startswith(_END):
                    self._end(line, count)
                    return
                if line.endswith(b"\n"):
                    count += 1
                    yield line[:-1]

    def _end(self, line: bytes, count: int) -> None:
        told = line[len(_END) :].strip(b"}\n").decode("ascii", "replace")
        if told != str(count):
            raise LedgerError(f"{self.path}: {told} lines were written, {count} are there")
        self.closed = True


def calls_of(path: Path) -> Iterator[Ended]:
    """Every call in one file."""
    return _read(path, msgspec.json.Decoder(Ended))


def orders_of(path: Path) -> Iterator[Made]:
    """Every order in one file."""
    return _read(path, msgspec.json.Decoder(Made))


def _read(path: Path, decoder: msgspec.json.Decoder[_Line]) -> Iterator[_Line]:
    for number, line in enumerate(LedgerFile(path).lines(), start=1):
        try:
            yield decoder.decode(line)
        except msgspec.DecodeError as error:
            raise LedgerError(f"{path}:{number}: not a line of a ledger: {error}") from error
