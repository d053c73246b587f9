"""What happens, told to every open page: `/events` sends it as server-sent events.

Kinds and what their data hold:
    payment   id, kassa, state, doing, version           a payment changed
    exchange  id, kassa, payment, method, verdict        a call was made
    fault     id, kassa                                  a rule was made, changed or used up
    kassa     id                                         a kassa was made or changed
    clock     now, shift_ms                              time has passed
    reset     {}                                         all state was replaced: load the page anew
    run       as the sandbox pages say                   a scenario run moved on
Listeners that are too slow lose the oldest; a page that comes back names the last id it saw.
"""

from __future__ import annotations

import itertools
import json
import queue
import threading
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

KEPT = 500
WAITING = 1000
HEARTBEAT_S = 15


@dataclass(frozen=True, slots=True)
class Happening:
    """One event: its number, its kind, and data that JSON can hold."""

    number: int
    kind: str
    data: dict[str, Any]

    def as_text(self) -> str:
        """As the browser's EventSource reads it."""
        data = json.dumps(self.data, ensure_ascii=False, separators=(",", ":"))
        return f"id: {self.number}\nevent: {self.kind}\ndata: {data}\n\n"


Feed = queue.Queue[Happening | None]
Wanted = Callable[[Happening], bool]


def _everything(event: Happening) -> bool:
    return True


class Events:
    """Everybody who listens, and the last events for those who come back."""

    def __init__(self) -> None:
        self._numbers = itertools.count(1)
        self._last: deque[Happening] = deque(maxlen=KEPT)
        self._feeds: dict[Feed, Wanted] = {}
        self._lock = threading.Lock()
        self._closed = False

    def publish(self, kind: str, **data: Any) -> None:
        """Tell everybody. Never waits."""
        with self._lock:
            event = Happening(next(self._numbers), kind, data)
            self._last.append(event)
            for feed, wanted in self._feeds.items():
                if wanted(event):
                    _put(feed, event)

    @contextmanager
    def listening(self, after: int | None = None, wanted: Wanted = _everything) -> Iterator[Feed]:
        """A queue of what happens from now on; with `after`, of what is kept since then, too.

        None in the queue says that the server is closing. What is not `wanted` wakes nobody.
        """
        feed: Feed = queue.Queue(WAITING)
        with self._lock:
            if after is not None:
                for event in self._last:
                    if event.number > after and wanted(event):
                        _put(feed, event)
            if self._closed:
                _put(feed, None)
            self._feeds[feed] = wanted
        try:
            yield feed
        finally:
            with self._lock:
                del self._feeds[feed]

    def close(self) -> None:
        """Send every listener home."""
        with self._lock:
            self._closed = True
            for feed in self._feeds:
                _put(feed, None)

    @property
    def listeners(self) -> int:
        return len(self._feeds)


def stream(
    events: Events,
    after: int | None,
    wanted: Wanted,
    heartbeat_s: float = HEARTBEAT_S,
) -> Iterator[str]:
    """The body of `/events`: begins at once, and says something now and then.

    Only by saying something is it noticed that nobody is there any more, so what is not wanted must
    not keep it from that.
    """
    with events.listening(after, wanted) as feed:
        yield "retry: 1000\n\n"
        while True:
            try:
                event = feed.get(timeout=heartbeat_s)
            except queue.Empty:
                yield ": still here\n\n"
                continue
            if event is None:
                return
            yield event.as_text()


def _put(feed: Feed, event: Happening | None) -> None:
    while True:
        try:
            feed.put_nowait(event)
            return
        except queue.Full:
            try:
                feed.get_nowait()
            except queue.Empty:
                continue
