"""What a page does, as a command for a terminal."""

from __future__ import annotations

import json
import shlex

import pytest

from simulator.web.app import create_app
from simulator.web.pages.commands import control_curl
from simulator.web.server import Options, Server


def _curl(options: Options, *args: object, **named: str) -> list[str]:
    server = Server(options=options)
    with create_app(server).test_request_context("http://127.0.0.1:8080/payments"):
        told = control_curl(*args, **named)  # type: ignore[arg-type]
    server.close()
    return shlex.split(told.replace("\\\n", ""))


def test_a_call_without_a_body() -> None:
    words = _curl(Options(), "/kassas/1/books?start=1&end=2")
    assert words == ["curl", "-s", "http://127.0.0.1:8080/control/kassas/1/books?start=1&end=2"]
    assert _curl(Options(), "/payments/1/look", verb="POST")[2:4] == ["-X", "POST"]


@pytest.mark.parametrize("text", ["it's", "$(x) `x` \\", "ключ", "a\nb"])
def test_what_is_sent_is_what_was_meant(text: str) -> None:
    words = _curl(Options(), "/orders", {"a": text})
    body = words[words.index("-d") + 1]
    assert json.loads(body) == {"a": text}


def test_the_password_is_read_from_its_variable() -> None:
    words = _curl(Options(password="secret-1"), "/state")
    assert words[2:4] == ["-u", "me:$PAYME_SANDBOX_PASSWORD"]
    assert "secret-1" not in " ".join(words)
