"""Bodies: laid out, cut, and never other than they were on the wire."""

from __future__ import annotations

import json

import pytest

from simulator.reports.body import laid_out, show

CALL = (
    '{"jsonrpc":"2.0","id":71,"method":"CreateTransaction","params":'
    '{"id":"65f0c0ffee00000000000abc","time":1763881199500,"amount":100000,'
    '"account":{"order_id":"test-123"}}}'
)


def test_a_short_one_stays_on_a_line() -> None:
    assert laid_out('{"a":1,"b":[true,null,"x"]}', 60) == ['{"a": 1, "b": [true, null, "x"]}']


def test_a_long_one_keeps_members_together() -> None:
    assert laid_out(CALL, 66) == [
        '{"jsonrpc": "2.0", "id": 71, "method": "CreateTransaction",',
        ' "params": {"id": "65f0c0ffee00000000000abc",',
        '  "time": 1763881199500, "amount": 100000,',
        '  "account": {"order_id": "test-123"}}}',
    ]


@pytest.mark.parametrize("width", [20, 40, 58, 66, 80, 200])
def test_laying_out_changes_nothing_but_blanks(width: int) -> None:
    assert json.loads(" ".join(laid_out(CALL, width))) == json.loads(CALL)


def test_numbers_names_and_order_are_those_of_the_wire() -> None:
    odd = '{"a":1.0,"a":1e3,"b":-0,"c":NaN,"d":1.50}'
    assert laid_out(odd, 80) == ['{"a": 1.0, "a": 1e3, "b": -0, "c": NaN, "d": 1.50}']
    huge = '{"n":' + "9" * 6000 + "}"
    assert laid_out(huge, 10_000) == ['{"n": ' + "9" * 6000 + "}"]


def test_escaped_letters_are_shown_as_letters_and_controls_stay_escaped() -> None:
    assert laid_out('"\\u0417\\u0430\\u043a\\u0430\\u0437\\u001b\\u202e"', 80) == [
        '"Заказ\\u001b\\u202e"'
    ]


def test_what_is_not_json_is_shown_line_by_line() -> None:
    assert laid_out("<h1>\n500\x1b</h1>", 80) == ["<h1>", "500\\x1b</h1>"]
    assert laid_out("[" * 100_000, 80) == ["[" * 100_000]


def test_cuts_are_said() -> None:
    long = show(("line\n" * 30).encode(), 80)
    assert len(long.lines) == 20
    assert long.cut == "… cut here, 150 bytes in all"
    wide = show(b"x" * 5000, 80)
    assert len(wide.lines[0]) == 601
    assert wide.cut == "… cut here, 5000 bytes in all"
    assert show(b'{"a": 1}', 80).cut == ""


def test_ten_megabytes_are_not_read_through() -> None:
    shown = show(b'{"a":"' + b"x" * 10_000_000 + b'"}', 80)
    assert sum(map(len, shown.lines)) < 700
    assert shown.cut == "… cut here, 10 000 008 bytes in all"


def test_bytes_that_are_no_text() -> None:
    assert show(b"", 80).lines == ("(empty body)",)
    image = show(b"\x89PNG\r\n\x1a\n" + bytes(200), 80)
    assert image.lines[0].startswith("(not text) 89 50 4e 47 0d 0a 1a 0a 00")
    assert image.cut == "… 208 bytes in all"
    assert show("Ошибка".encode("cp1251"), 80).lines[0].startswith("(not text) ce f8")
    assert show(b"caf\xe9 au lait, s'il vous plait", 80).lines == (
        "caf\\xe9 au lait, s'il vous plait",
    )
