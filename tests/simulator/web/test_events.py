"""What happens is told to every open page."""

from __future__ import annotations

import json
from collections.abc import Iterator

from flask.testing import FlaskClient

from simulator.web import events
from simulator.web.events import Events, Happening, stream
from tests.simulator.web.conftest import Bench


def _all(event: Happening) -> bool:
    return True


def _read(body: Iterator[str], count: int) -> list[str]:
    return [next(body) for _ in range(count)]


def test_a_page_hears_what_happens() -> None:
    bus = Events()
    body = stream(bus, None, _all)
    assert next(body) == "retry: 1000\n\n"
    bus.publish("payment", id="a", state=4)
    assert next(body) == 'id: 1\nevent: payment\ndata: {"id":"a","state":4}\n\n'
    bus.close()
    assert list(body) == []
    assert bus.listeners == 0


def test_a_page_that_comes_back_hears_what_it_missed() -> None:
    bus = Events()
    for number in range(3):
        bus.publish("payment", id=str(number))
    body = stream(bus, 1, _all)
    assert [text.splitlines()[0] for text in _read(body, 3)] == ["retry: 1000", "id: 2", "id: 3"]


def test_a_silent_server_says_that_it_is_there() -> None:
    body = stream(Events(), None, _all, heartbeat_s=0.001)
    assert _read(body, 2)[1].startswith(":")


def test_what_a_page_does_not_want_does_not_wake_it() -> None:
    """Or it would never say that it is there, and never notice that nobody reads it any more."""
    bus = Events()
    with bus.listening(0, lambda event: event.kind == "clock") as feed:
        bus.publish("payment", id="a")
        assert feed.empty()
        bus.publish("clock", now=1)
        assert feed.get_nowait() == Happening(2, "clock", {"now": 1})


def test_a_listener_that_does_not_read_loses_the_oldest() -> None:
    bus = Events()
    with bus.listening() as feed:
        for number in range(events.WAITING + 10):
            bus.publish("payment", id=str(number))
        first = feed.get_nowait()
    assert first is not None
    assert first.data == {"id": "10"}


def test_the_stream_of_one_payment(client: FlaskClient, bench: Bench) -> None:
    other, mine = bench.begin("A-1"), bench.begin("A-2")
    path = f"/events?payment={mine.id}&kind=payment,exchange"
    answer = client.get(path, headers={"Last-Event-ID": "0"}, buffered=False)
    assert answer.mimetype == "text/event-stream"
    bench.server.payments.pay(mine.id)
    bench.go_on(mine)
    bench.server.events.close()
    text = answer.text
    told = [json.loads(line[6:]) for line in text.splitlines() if line.startswith("data: ")]
    assert {one.get("payment", one["id"]) for one in told} in ({mine.id}, {mine.id, told[-1]["id"]})
    assert other.id not in text
    assert [one["state"] for one in told if "state" in one][-1] == 4
