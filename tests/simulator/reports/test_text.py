"""Text from outside, made fit to be shown."""

from __future__ import annotations

import unicodedata

import pytest

from simulator.reports.text import (
    counted,
    escaped,
    hidden,
    printable,
    printable_lines,
    seconds,
    shortened,
)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain [x] \\ text", "plain [x] \\ text"),
        ("Оплата прошла — ok ‘x’ 支付 😀", "Оплата прошла — ok ‘x’ 支付 😀"),
        ("a\x1b[31mb", "a\\x1b[31mb"),
        ("a\r\nb\tc", "a\\r\\nb\\tc"),
        ("\x9b\x7f\x00", "\\x9b\\x7f\\x00"),
        ("\u202eabc\u2066", "\\u202eabc\\u2066"),
        ("a\u200b\ufeffb\u00ad", "a\\u200b\\ufeffb\\xad"),
        ("\u2028\ud800\ue000\uffff", "\\u2028\\ud800\\ue000\\uffff"),
        ("\U000e0041", "\\U000e0041"),
    ],
)
def test_printable(text: str, shown: str) -> None:
    assert printable(text) == shown
    assert not any(hidden(c) for c in printable(text))


def test_every_character_is_shown_or_escaped() -> None:
    everything = [chr(code) for code in range(0x110000)]
    assert all(escaped(c).isascii() for c in everything if hidden(c))
    shown = [c for c in everything if not hidden(c)]
    assert [c for c in shown if not c.isprintable() and unicodedata.category(c) != "Zs"] == []


def test_lines() -> None:
    assert printable_lines("a\r\n\tb\x1b\n") == ["a", "    b\\x1b"]
    assert printable_lines("a\r") == ["a\\r"]
    assert printable_lines("") == [""]


@pytest.mark.parametrize(
    ("ms", "words"),
    [
        (0, "0 ms"),
        (999, "999 ms"),
        (1000, "1.0 s"),
        (6234, "6.2 s"),
        (59_999, "59.9 s"),
        (60_000, "1 min 00 s"),
        (125_000, "2 min 05 s"),
    ],
)
def test_seconds(ms: int, words: str) -> None:
    assert seconds(ms) == words


def test_numbers_with_their_nouns() -> None:
    assert counted(1, "rule") == "1 rule"
    assert counted(0, "rule") == "0 rules"
    assert counted(12_345, "check") == "12 345 checks"
    assert shortened("abcdef", 4) == "abcd… (2 more characters)"
    assert shortened("abcd", 4) == "abcd"
