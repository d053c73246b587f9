"""The Authorization header: each variant differs from the right one in the way it says."""

from __future__ import annotations

import base64

import pytest

from simulator.caller.auth import VARIANTS, Credentials, basic, header

KEY = "Ab1:@#%&?^=/cd"
RIGHT = Credentials("Paycom", KEY)
ACCEPTED = {"right", "lower-scheme", "padded-scheme"}


def decoded(variant: str) -> str:
    value = header(variant, RIGHT) or ""
    return base64.b64decode(value.partition(" ")[2].strip()).decode()


def test_the_right_header() -> None:
    assert header("right", RIGHT) == "Basic " + base64.b64encode(f"Paycom:{KEY}".encode()).decode()


@pytest.mark.parametrize(
    ("variant", "text"),
    [
        ("right", f"Paycom:{KEY}"),
        ("wrong-login", f"Merchant:{KEY}"),
        ("wrong-key", f"Paycom:{KEY[::-1]}"),
        ("empty-password", "Paycom:"),
        ("key-prefix", f"Paycom:x{KEY}"),
        ("key-suffix", f"Paycom:{KEY}x"),
        ("key-blank", f"Paycom:{KEY} "),
        ("key-newline", f"Paycom:{KEY}\n"),
        ("key-truncated", f"Paycom:{KEY[:-1]}"),
        ("key-other-case", "Paycom:aB1:@#%&?^=/CD"),
        ("key-within", f"Paycom:before {KEY} after"),
        ("key-no-login", KEY),
        ("key-to-colon", "Paycom:Ab1"),
        ("key-after-colon", f"Paycom:x:{KEY}"),
        ("bearer-basic", f"Paycom:{KEY}"),
        ("base64-no-colon", "Paycom"),
        ("lower-scheme", f"Paycom:{KEY}"),
        ("padded-scheme", f"Paycom:{KEY}"),
    ],
)
def test_what_a_merchant_decodes(variant: str, text: str) -> None:
    assert decoded(variant) == text


def test_what_is_no_basic_at_all() -> None:
    assert header("none", RIGHT) is None
    assert header("empty", RIGHT) == ""
    assert header("bearer", RIGHT) == f"Bearer {KEY}"
    assert header("digest", RIGHT) == f'Digest username="Paycom", response="{KEY}"'
    assert header("no-scheme", RIGHT) == basic("Paycom", KEY).removeprefix("Basic ")
    assert (header("bearer-basic", RIGHT) or "").startswith("Bearer ")
    assert (header("base64-strange", RIGHT) or "").replace("*", "") == basic("Paycom", KEY)
    assert (header("base64-strange", RIGHT) or "")[10] == "*"
    assert header("not-base64", RIGHT) == "Basic %%%not-base64%%%"
    assert (header("lower-scheme", RIGHT) or "").startswith("basic ")
    assert (header("padded-scheme", RIGHT) or "").startswith("Basic   ")


@pytest.mark.parametrize("key", [KEY, "1111", "a", "xx", "aba", "", "x", "12345678"])
def test_no_wrong_variant_is_right_by_accident(key: str) -> None:
    credentials = Credentials("Paycom", key)
    for variant in set(VARIANTS) - ACCEPTED - {"key-to-colon", "empty-password", "key-truncated"}:
        assert header(variant, credentials) != basic("Paycom", key), variant


def test_credentials_do_not_show_the_key() -> None:
    assert repr(RIGHT) == "Credentials('Paycom', …)"
    assert KEY not in f"{RIGHT}"
