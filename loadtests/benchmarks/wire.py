"""A lean HTTP driver: some keep-alive connections in one thread, each doing one job after another.

It only knows what the benchmark needs: a request is bytes made ahead, an answer is its length and
whether it holds a result. Its own ceiling is measured against a server that does nothing.
"""

from __future__ import annotations

import selectors
import socket
import time
from array import array
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field

Job = Iterator[bytes]
"""Requests that follow each other on one connection, such as the three of a payment."""

LONGEST_WAIT_S = 30.0


class BadAnswer(Exception):
    """An answer that is no result, or none at all. The benchmark is worth nothing then."""


@dataclass
class Ran:
    """What a round did. Seconds, and nanoseconds for each request."""

    jobs: int = 0
    seconds: float = 0.0
    latencies_ns: array[int] = field(default_factory=lambda: array("Q"))

    @property
    def per_second(self) -> float:
        """Whole jobs a second."""
        return self.jobs / self.seconds

    def percentile_ms(self, share: float) -> float:
        """The latency that this share of the requests did not exceed, in ms."""
        ordered = sorted(self.latencies_ns)
        return ordered[min(len(ordered) - 1, int(share * len(ordered)))] / 1e6


class _Connection:
    def __init__(self, port: int) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port))
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.job: Job = iter(())
        self.came = b""
        self.sent_ns = 0

    def send(self, request: bytes, intended_ns: int = 0) -> None:
        self.came = b""
        self.sent_ns = intended_ns or time.perf_counter_ns()
        self.socket.sendall(request)

    def take(self) -> bool:
        """Whether the answer is whole. Raises BadAnswer."""
        part = self.socket.recv(65536)
        if not part:
            raise BadAnswer(f"the connection was closed after {self.came!r}")
        self.came += part
        head, found, body = self.came.partition(b"\r\n\r\n")
        if not found or len(body) < _length(head):
            return False
        if b'"result"' not in body:
            raise BadAnswer(body.decode("utf-8", "replace"))
        return True


def _length(head: bytes) -> int:
    _, found, rest = head.lower().partition(b"content-length:")
    if not found:
        raise BadAnswer(f"no Content-Length in {head!r}")
    return int(rest.split(b"\r\n", 1)[0])


def run(port: int, jobs: Iterator[Job], connections: int, seconds: float) -> Ran:
    """Closed model: each connection takes the next job as soon as it is done with one.

    Ends when the time is over or the jobs are; jobs under way are finished and counted. Raises
    BadAnswer.
    """
    ran = Ran()
    lines = [_Connection(port) for _ in range(connections)]
    with selectors.DefaultSelector() as ready:
        for line in lines:
            ready.register(line.socket, selectors.EVENT_READ, line)
        began = time.perf_counter()
        busy = sum(_next_job(line, jobs) for line in lines)
        while busy:
            events = ready.select(LONGEST_WAIT_S)
            if not events:
                raise BadAnswer(f"no answer for {LONGEST_WAIT_S:.0f} s")
            over = time.perf_counter() - began >= seconds
            for key, _ in events:
                line = key.data
                if not line.take():
                    continue
                ran.latencies_ns.append(time.perf_counter_ns() - line.sent_ns)
                request = next(line.job, None)
                if request is not None:
                    line.send(request)
                    continue
                ran.jobs += 1
                if over or not _next_job(line, jobs):
                    busy -= 1
        ran.seconds = time.perf_counter() - began
    for line in lines:
        line.socket.close()
    return ran


def _next_job(line: _Connection, jobs: Iterator[Job]) -> bool:
    line.job = next(jobs, iter(()))
    request = next(line.job, None)
    if request is None:
        return False
    line.send(request)
    return True


def paced(port: int, jobs: Iterator[Job], connections: int, seconds: float, rate: float) -> Ran:
    """Open model: a request every 1/rate s, on whatever connection is free; a request that finds
    none waits, and its latency counts from when it should have been sent. It is the next one of a
    job that is under way, or the first of a new one. Raises BadAnswer."""
    ran = Ran()
    lines = [_Connection(port) for _ in range(connections)]
    free = list(lines)
    under_way: deque[Job] = deque()
    step_ns = int(1e9 / rate)
    with selectors.DefaultSelector() as ready:
        for line in lines:
            ready.register(line.socket, selectors.EVENT_READ, line)
        began = time.perf_counter_ns()
        due, end = began, began + int(seconds * 1e9)
        while due < end or len(free) < len(lines):
            now = time.perf_counter_ns()
            while free and due <= now and due < end:
                line = free.pop()
                _next_request(line, under_way, jobs, due)
                due += step_ns
            wait = (due - now) / 1e9 if free and due < end else LONGEST_WAIT_S
            for key, _ in ready.select(max(0.0, wait)):
                line = key.data
                if line.take():
                    ran.latencies_ns.append(time.perf_counter_ns() - line.sent_ns)
                    free.append(line)
                    under_way.append(line.job)
        ran.jobs, ran.seconds = len(ran.latencies_ns), (time.perf_counter_ns() - began) / 1e9
    for line in lines:
        line.socket.close()
    return ran


def _next_request(
    line: _Connection, under_way: deque[Job], jobs: Iterator[Job], due_ns: int
) -> None:
    while under_way:
        line.job = under_way.popleft()
        request = next(line.job, None)
        if request is not None:
            line.send(request, due_ns)
            return
    line.job = next(jobs)
    line.send(next(line.job), due_ns)
