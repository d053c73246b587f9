"""Moving the merchant's clock: what a hook is sent, what libfaketime reads."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from simulator.observers.clock import ClockError, FaketimeClock, HookClock, find_faketime

URL = "http://127.0.0.1:1/test/clock"


def hook(answer: httpx.Response | Exception, sent: list[object] | None = None) -> HookClock:
    def handle(request: httpx.Request) -> httpx.Response:
        if sent is not None:
            sent.append((request.method, str(request.url), json.loads(request.content)))
        if isinstance(answer, Exception):
            raise answer
        return answer

    return HookClock(URL, httpx.Client(transport=httpx.MockTransport(handle)))


@pytest.fixture
def faketime() -> Iterator[FaketimeClock]:
    """A clock around a library that may not be there."""
    clock = FaketimeClock(find_faketime() or Path("/nowhere/libfaketimeMT.so.1"))
    yield clock
    clock.close()


def read(clock: FaketimeClock) -> str:
    return Path(clock.environment({})["FAKETIME_TIMESTAMP_FILE"]).read_text(encoding="ascii")


def test_a_hook_is_told_the_shift() -> None:
    sent: list[object] = []
    clock = hook(httpx.Response(204), sent)
    clock.shift(43_260_000)
    clock.shift(0)
    assert sent == [("POST", URL, {"shift_ms": 43_260_000}), ("POST", URL, {"shift_ms": 0})]


def test_a_hook_that_refuses_is_told() -> None:
    with pytest.raises(ClockError) as caught:
        hook(httpx.Response(403, text="only in tests")).shift(1)
    assert "answers HTTP 403: only in tests" in str(caught.value)
    assert '{"shift_ms": 43260000}' in str(caught.value)


def test_a_hook_that_is_not_there_is_told() -> None:
    with pytest.raises(ClockError, match=r"\[clock\] hook http://127.0.0.1:1/test/clock: gone"):
        hook(httpx.ConnectError("gone")).shift(1)


def test_the_file_holds_seconds_from_the_true_time(faketime: FaketimeClock) -> None:
    assert read(faketime) == "+0.000\n"
    faketime.shift(43_260_007)
    assert read(faketime) == "+43260.007\n"


def test_only_the_way_back_starts_the_merchant_anew(faketime: FaketimeClock) -> None:
    restarts: list[str] = []
    faketime.restart = lambda: restarts.append(read(faketime))
    faketime.shift(5000)
    assert restarts == []
    faketime.shift(0)
    assert restarts == ["+0.000\n"]


def test_what_is_preloaded_already_stays(faketime: FaketimeClock) -> None:
    alone = faketime.environment({})["LD_PRELOAD"]
    assert faketime.environment({"LD_PRELOAD": "a.so"})["LD_PRELOAD"] == f"{alone} a.so"


@pytest.mark.skipif(find_faketime() is None, reason="libfaketime is not installed here")
def test_a_running_process_sees_its_clock_move(faketime: FaketimeClock) -> None:
    code = "import time\nwhile True: input(); print(int(time.time()), flush=True)"
    process = subprocess.Popen(
        [sys.executable, "-c", code],
        env=faketime.environment({}),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdin
    assert process.stdout
    seen = []
    for shift in (0, 43_260_000):
        faketime.shift(shift)
        process.stdin.write("\n")
        process.stdin.flush()
        seen.append(int(process.stdout.readline()))
    process.kill()
    process.communicate()
    assert 43_260 <= seen[1] - seen[0] < 43_320
