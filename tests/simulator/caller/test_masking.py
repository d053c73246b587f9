"""The key is hidden wherever it can be read, in every form in which it travels."""

from __future__ import annotations

import base64
import html
import json
from urllib.parse import quote, quote_plus

import pytest

from simulator.caller.auth import VARIANTS, Credentials, header
from simulator.caller.masking import MASK, Masker, telling_pieces
from simulator.caller.wire import Exchange, FailureKind, WireAnswer, WireFailure, WireRequest

KEY = 'a1B2"c3/d4:e5@f6#g7%h8&i9?j0^k1=l2 é<m>'
CREDENTIALS = Credentials("Paycom", KEY)
MASKER = Masker(CREDENTIALS, others=("database-password",))

FORMS = {
    "as it is": KEY,
    "in JSON": json.dumps(KEY),
    "in JSON with its letters": json.dumps(KEY, ensure_ascii=False),
    "in PHP's JSON": json.dumps(KEY).replace("/", r"\/"),
    "in Go's JSON": json.dumps(KEY)
    .replace("&", r"\u0026")
    .replace("<", r"\u003c")
    .replace(">", r"\u003e"),
    "in HTML": html.escape(KEY),
    "in a URL": quote(KEY, safe=""),
    "in a form": quote_plus(KEY),
    "base64": base64.b64encode(KEY.encode()).decode(),
    "base64 with login": base64.b64encode(f"Paycom:{KEY}".encode()).decode(),
    "base64 in a URL": quote(base64.b64encode(f"Paycom:{KEY}".encode()).decode(), safe=""),
}


@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS)
def test_every_form_of_the_key_is_hidden_and_noticed(form: str) -> None:
    text = f"before {form} after {form}"
    assert form not in MASKER.text(text)
    assert MASKER.text(text).count(MASK) == 2
    assert MASKER.data(text.encode()) == MASKER.text(text).encode()
    assert MASKER.holds_key(text.encode())


@pytest.mark.parametrize("variant", sorted(set(VARIANTS) - {"none", "empty", "empty-password"}))
def test_no_header_that_we_send_can_be_read_back(variant: str) -> None:
    value = header(variant, CREDENTIALS) or ""
    if variant not in ("not-base64", "base64-no-colon"):
        assert MASK in MASKER.text(f"you sent {value}")
    ((_, shown),) = MASKER.headers((("Authorization", value),))
    assert shown == (MASK if variant == "no-scheme" else f"{value.split(' ')[0]} {MASK}")


def test_wrong_passwords_made_from_the_key_are_hidden_but_are_no_leak() -> None:
    for near in (KEY[:-1], KEY[::-1], KEY.swapcase(), f"x{KEY[:-1]}"):
        assert near not in MASKER.text(f"bad password {near}")
    assert not MASKER.holds_key(KEY[:-1].encode())
    assert not MASKER.holds_key(KEY[::-1].encode())


def test_other_secrets_are_hidden_but_are_no_leak() -> None:
    assert MASKER.text("database-password!") == f"{MASK}!"
    assert not MASKER.holds_key(b"database-password")


def test_ordinary_words_stay() -> None:
    text = "Paycom Basic UGF5Y29t a1B2 order Psb-1000000017 {}"
    assert MASKER.text(text) == text
    assert not MASKER.holds_key(text.encode())


@pytest.mark.parametrize("key", ["", "abc"])
def test_a_key_too_short_to_be_one_hides_nothing(key: str) -> None:
    masker = Masker(Credentials("Paycom", key))
    assert masker.text("abc: an alphabet") == "abc: an alphabet"
    assert not masker.holds_key(b"abc: an alphabet")


def test_the_part_before_a_colon_is_no_secret_by_itself() -> None:
    masker = Masker(Credentials("Paycom", "test:0123456789abcdef"))
    assert masker.text("a test of test:0123456789abcdef") == f"a test of {MASK}"


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("", ""),
        ("Basic", MASK),
        (f"Basic {FORMS['base64 with login']}", f"Basic {MASK}"),
        ("Basic   xyz", f"Basic {MASK}"),
        (f"Bearer {KEY}", f"Bearer {MASK}"),
    ],
)
def test_an_authorization_header_keeps_its_scheme(value: str, shown: str) -> None:
    assert MASKER.headers((("AUTHORIZATION", value), ("X-A", "b"))) == (
        ("AUTHORIZATION", shown),
        ("X-A", "b"),
    )


def _exchange(answer: WireAnswer | WireFailure) -> Exchange:
    request = WireRequest(
        f"http://127.0.0.1:5000/payme?key={quote(KEY, safe='')}",
        headers=(("Authorization", f"Bearer {KEY}"), ("X-Key", KEY)),
        body=json.dumps({"key": KEY}).encode(),
    )
    return Exchange(1, "s", "t", "GET", 0, 0, request, answer, notes=(f"note {KEY}",))


@pytest.mark.parametrize(
    "answer",
    [
        WireAnswer(200, (("Set-Cookie", f"k={KEY}"),), json.dumps({"error": KEY}).encode()),
        WireFailure(FailureKind.CLOSED, f"broke at {KEY}"),
    ],
)
def test_no_part_of_an_exchange_shows_the_key(answer: WireAnswer | WireFailure) -> None:
    text = repr(MASKER.exchange(_exchange(answer)))
    assert text.count(MASK) + text.count(MASK.encode().decode("latin1")) >= 5
    raw = text.encode().decode("unicode_escape")
    for form in FORMS.values():
        assert form not in text
        assert form not in raw


def test_pieces_tell_of_every_form() -> None:
    forms = ["abcdefghijkl", "xxabcdefghyy", "short", "0123456789", "ünïcödé-wörds"]
    pieces = telling_pieces(forms)
    assert len(pieces) == 4, "the first two hold the same one"
    for form in forms:
        assert any(piece in form for piece in pieces), form


def test_a_secret_shorter_than_a_piece_is_masked() -> None:
    masker = Masker(Credentials("Paycom", "a-key-of-some-length"), ("tiny", "a-longer-secret-too"))
    assert masker.text("<tiny>") == f"<{MASK}>"
    assert masker.data(b"<a-longer-secret-too>") == f"<{MASK}>".encode()
