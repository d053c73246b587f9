"""Orders made by a program."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import httpx
import pytest

from simulator.config.models import Config
from simulator.observers.orders import Numbers, Order, OrdersError, open_orders


def make(code: str, *words: str, account: Any = None, **command: Any) -> Order:
    """The order that a Python program makes."""
    run = [sys.executable, "-c", code, *words]
    orders = {
        "account": account or {"order_id": "{number}"},
        "command": {"run": run, **command},
        "numbers": "digits",
    }
    config = Config.model_validate({"orders": orders})
    with httpx.Client() as client:
        return open_orders(config, Numbers(clock=lambda: 0), client).make()


def test_words_are_filled_in_and_no_shell_reads_them(tmp_path: Path) -> None:
    code = "import sys, os; open('seen', 'w').write(repr((sys.argv[1:], os.getcwd())))"
    make(code, "{number}; rm -rf x", "$HOME", "{amount_sum}", cwd=tmp_path)
    words = ["1000000000; rm -rf x", "$HOME", "1000"]
    assert (tmp_path / "seen").read_text() == repr((words, str(tmp_path)))


def test_the_last_line_is_output() -> None:
    made = make("print('making…'); print(); print('A-17'); print('  ')", account={"o": "{output}"})
    assert made.account == {"o": "A-17"}
    assert made.member == "o"


@pytest.mark.parametrize(
    "code",
    [
        'print(\'{"order": {"id": 17}}\')',
        "print('booting'); print('{\"order\": {\"id\": 17}}')",
        'print(\'{\\n "order":\\n {"id": 17}}\')',
    ],
)
def test_json_is_captured_after_other_lines_too(code: str) -> None:
    made = make(code, account={"o": "{id}"}, capture={"id": "order.id"})
    assert made.account == {"o": "17"}


@pytest.mark.parametrize(
    ("code", "command", "words"),
    [
        ("import sys; print('no stock', file=sys.stderr); sys.exit(3)", {}, "code 3\nno stock"),
        ("print('said'); raise SystemExit(1)", {}, "exit code 1\nsaid"),
        ("raise SystemExit(1)", {}, r"exit code 1\n\(nothing printed\)"),
        ("print('x')", {"capture": {"id": "id"}}, "neither the output nor its last line is JSON"),
        ("print('{}')", {"capture": {"id": "id"}}, "the answer has no id; it has no members"),
        ("import time; time.sleep(60)", {"timeout": "100ms"}, "not done within 100 ms"),
        ("", {"cwd": "nowhere-at-all"}, "nowhere-at-all is not a folder"),
    ],
)
def test_a_program_that_fails(code: str, command: dict[str, Any], words: str) -> None:
    with pytest.raises(OrdersError, match=words):
        make(code, **command)


def test_a_program_that_is_not_there() -> None:
    orders = {"account": {"a": "{number}"}, "command": {"run": ["no-such-program", "x"]}}
    config = Config.model_validate({"orders": orders})
    with httpx.Client() as client:
        source = open_orders(config, Numbers(), client)
        with pytest.raises(OrdersError, match="is no-such-program installed") as caught:
            source.make()
    assert "Psb" not in str(caught.value)
