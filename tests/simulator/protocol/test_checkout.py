"""Checkout links and forms, both ways, and each thing that can be wrong with them."""

from __future__ import annotations

import base64
import json
from dataclasses import replace

import pytest

from simulator.protocol import callback
from simulator.protocol.checkout import (
    FORM,
    LANGUAGES,
    Checkout,
    Terms,
    against,
    code_of,
    fields_of,
)
from simulator.protocol.checkout_reading import is_like_link, read_form, read_link

KASSA = "587f72c72cac0d162c722ae2"
RIGHT = {"m": KASSA, "ac.order_id": "197", "a": "500"}
RIGHT_FORM = {"merchant": KASSA, "account[order_id]": "197", "amount": "500"}
SHOP = "https://shop.example/back?order=:account.order_id&id=:transaction"
CHECKOUT = Checkout(KASSA, 250_000, {"order_id": "A-17", "user": "Ўктам"}, "uz", SHOP, 5000)


def code(pairs: dict[str, str]) -> str:
    text = ";".join(f"{name}={value}" for name, value in pairs.items())
    return base64.b64encode(text.encode()).decode()


def wrong_of(pairs: dict[str, str]) -> list[tuple[str, str]]:
    reading = read_link(code(pairs))
    assert (reading.checkout is None) == bool(reading.wrong)
    return [(one.parameter, one.kind) for one in reading.wrong]


def test_the_documents_example_is_read() -> None:
    link = "bT01ODdmNzJjNzJjYWMwZDE2MmM3MjJhZTI7YWMub3JkZXJfaWQ9MTk3O2E9NTAw"
    reading = read_link(link)
    assert reading.checkout == Checkout(KASSA, 500, {"order_id": "197"})
    assert reading.notes == ()
    assert code(RIGHT) == link


def test_every_parameter_of_a_link_is_read() -> None:
    link = (
        "bT02NWEwMDAwMDAwMDAwMDAwMDAwMDAwMDE7YWMub3JkZXJfaWQ9QS0xNzthPTI1MDAwMDtsPXV6O2M9aHR0cHM6"
        "Ly9zaG9wLmV4YW1wbGUvcmV0dXJuO2N0PTUwMDA7Y3I9VVpT"
    )
    assert read_link(link).checkout == Checkout(
        "65a000000000000000000001",
        250_000,
        {"order_id": "A-17"},
        "uz",
        "https://shop.example/return",
        5000,
    )


def test_what_is_written_is_read_again() -> None:
    assert read_link(code_of(CHECKOUT)).checkout == CHECKOUT
    full = replace(
        CHECKOUT,
        description={"": "all", "ru": "Фото", "uz": "Surat"},
        detail={"receipt_type": 0, "items": [{"title": "Фото"}]},
    )
    assert read_form(fields_of(full)).checkout == full


def test_a_link_cannot_hold_a_semicolon() -> None:
    with pytest.raises(ValueError, match=r"ac\.order_id"):
        code_of(replace(CHECKOUT, account={"order_id": "1;a=1"}))


@pytest.mark.parametrize("text", ["m=>>>???", "m=k;ac.q=a?b?c>d"])
def test_other_base64_is_taken_with_a_note(text: str) -> None:
    plain = base64.urlsafe_b64encode(f"{text};{'x' * 3}".encode()).decode().rstrip("=")
    kinds = {one.kind for one in read_link(plain).wrong}
    assert "not_base64" not in kinds
    odd = base64.urlsafe_b64encode(b"m=k;ac.q=ab?;a=500").decode().rstrip("=")
    reading = read_link(odd)
    assert reading.checkout == Checkout("k", 500, {"q": "ab?"})
    assert {one.kind for one in reading.notes} == {"alphabet"} | (
        {"padding"} if len(odd) % 4 else set()
    )


@pytest.mark.parametrize(
    ("change", "wrong"),
    [
        ({"m": ""}, ("m", "missing")),
        ({"a": ""}, ("a", "missing")),
        ({"a": "ten"}, ("a", "not_a_number")),
        ({"a": "1e3"}, ("a", "not_a_number")),
        ({"a": "١٢"}, ("a", "not_a_number")),
        ({"a": "0"}, ("a", "not_positive")),
        ({"a": "-5"}, ("a", "not_positive")),
        ({"a": "1000.00"}, ("a", "fraction")),
        ({"a": "1000,5"}, ("a", "fraction")),
        ({"a": str(2**53)}, ("a", "above")),
        ({"ac.order_id": ""}, ("ac.order_id", "empty")),
        ({"ac.order_id": "x" * 256}, ("ac.order_id", "long")),
        ({"l": "de"}, ("l", "language")),
        ({"ct": "soon"}, ("ct", "timeout")),
        ({"ct": "-1"}, ("ct", "timeout")),
        ({"ct": "3600001"}, ("ct", "timeout")),
        ({"cr": "EUR"}, ("cr", "currency")),
        ({"c": "javascript:alert(1)"}, ("c", "callback_scheme")),
        ({"c": "JaVaScRiPt:alert(1)//http://x"}, ("c", "callback_scheme")),
        ({"c": "data:text/html,x"}, ("c", "callback_scheme")),
        ({"c": "//shop.example"}, ("c", "callback_scheme")),
        ({"c": "http://"}, ("c", "callback_address")),
        ({"c": "http://shop:port/"}, ("c", "callback_address")),
        ({"c": "https://shop\\@evil/"}, ("c", "callback_address")),
        ({"c": 'https://shop/"><script>'}, ("c", "callback_address")),
        ({"c": "https://shop/" + "x" * 2000}, ("c", "callback_long")),
    ],
)
def test_each_wrong_parameter_is_told_by_name(
    change: dict[str, str], wrong: tuple[str, str]
) -> None:
    assert wrong_of(RIGHT | change) == [wrong]


def test_what_is_left_out_is_told_all_at_once() -> None:
    missing = [("m", "missing"), ("ac.order_id", "no_account"), ("a", "missing")]
    assert wrong_of({"l": "ru"}) == missing
    assert [one.parameter for one in read_form([]).wrong] == [
        "merchant",
        "account[order_id]",
        "amount",
    ]


def test_an_amount_in_sum_is_told_with_what_was_meant() -> None:
    (wrong,) = read_link(code(RIGHT | {"a": "1000.5"})).wrong
    assert (wrong.kind, wrong.amount) == ("fraction", 100_050)


def test_a_parameter_given_twice_or_without_a_value_is_wrong() -> None:
    twice = base64.b64encode(b"m=k;ac.order_id=1;a=500;a=600").decode()
    assert [(w.parameter, w.kind) for w in read_link(twice).wrong] == [("a", "twice")]
    bare = base64.b64encode(b"m=k;ac.order_id=1;a=500;c").decode()
    assert [(w.parameter, w.kind) for w in read_link(bare).wrong] == [("c", "no_value")]


def test_an_unknown_parameter_is_noted() -> None:
    reading = read_link(code(RIGHT | {"lang": "uz"}))
    assert reading.checkout is not None
    assert [(one.parameter, one.kind) for one in reading.notes] == [("lang", "unknown")]


@pytest.mark.parametrize(
    ("link", "kind"),
    [("bT0*", "not_base64"), ("bT01O", "not_base64"), ("bT0=x", "not_base64"), ("я", "not_base64")],
)
def test_what_is_not_base64_is_told(link: str, kind: str) -> None:
    (wrong,) = read_link(link).wrong
    assert (wrong.parameter, wrong.kind) == ("base64", kind)


@pytest.mark.parametrize("data", [b"\xff\xfe", b"m=1;\x00"])
def test_what_is_not_text_is_told(data: bytes) -> None:
    (wrong,) = read_link(base64.b64encode(data).decode()).wrong
    assert (wrong.parameter, wrong.kind) == ("base64", "not_text")


@pytest.mark.parametrize("text", ["m=1;a=5\n", "m=1;\r\na=5"])
def test_a_line_break_is_told_as_one(text: str) -> None:
    (wrong,) = read_link(base64.b64encode(text.encode()).decode()).wrong
    assert (wrong.parameter, wrong.kind) == ("base64", "line_break")


def test_the_language_is_known_where_the_rest_is_wrong() -> None:
    assert read_link(code(RIGHT | {"a": "x", "l": "uz"})).language == "uz"
    assert read_link(code(RIGHT | {"a": "x", "l": "de"})).language == ""
    assert read_form((RIGHT_FORM | {"amount": "x", "lang": "en"}).items()).language == "en"


def test_a_blank_in_a_callback_is_written_as_browsers_write_it() -> None:
    address = "https://shop.example/thanks to/:account.order_id?for=a b"
    reading = read_link(code(RIGHT | {"c": address}))
    assert reading.checkout is not None
    assert [(one.parameter, one.kind) for one in reading.notes] == [("c", "callback_blank")]
    assert callback.filled(address, None, {"order_id": "A 1"}) == (
        "https://shop.example/thanks%20to/A%201?for=a%20b"
    )
    assert callback.unfit("https://shop example/") == "address"
    assert callback.unfit("https://shop.example/ ") == "address"


def test_what_was_meant_as_a_link() -> None:
    assert is_like_link(code(RIGHT))
    assert is_like_link(base64.b64encode(b"ac.order_id=1").decode())
    assert is_like_link("bT01O*")
    assert not is_like_link("favicon.ico")
    assert not is_like_link("sandbox/nothing")


def test_a_forms_language_and_extras_are_as_documented() -> None:
    fields = RIGHT_FORM | {"lang": "de", "button": "x", "qr": "x", "odd": "x"}
    reading = read_form(fields.items())
    assert reading.checkout == Checkout(KASSA, 500, {"order_id": "197"})
    kinds = [(one.parameter, one.kind) for one in reading.notes]
    assert sorted(kinds) == [("lang", "language"), ("odd", "unknown")]


def test_without_a_callback_the_form_leads_back_where_it_stood() -> None:
    form = RIGHT_FORM.items()
    page = "https://shop.example/order/197"
    back = [read_form(form, page), read_form(form, "about:blank"), read_form(form)]
    assert [one.checkout.callback for one in back if one.checkout] == [page, "", ""]
    named = read_form((RIGHT_FORM | {"callback": "https://a.example/"}).items(), page)
    assert named.checkout is not None
    assert named.checkout.callback == "https://a.example/"


@pytest.mark.parametrize(
    ("detail", "kind"),
    [
        ("{}", "detail"),
        (base64.b64encode(b"{").decode(), "detail"),
        (base64.b64encode(b"[" * 100_000).decode(), "detail"),
        (base64.b64encode(json.dumps([1]).encode()).decode(), "detail_object"),
    ],
)
def test_a_detail_that_cannot_be_read_is_told(detail: str, kind: str) -> None:
    (wrong,) = read_form((RIGHT_FORM | {"detail": detail}).items()).wrong
    assert (wrong.parameter, wrong.kind) == ("detail", kind)


def test_what_the_kassa_does_not_take() -> None:
    terms = Terms(("order_id",), 100_000, 1_000_000)
    bad = Checkout(KASSA, 5_000, {"phone": "1"})
    assert [(w.parameter, w.kind, w.amount) for w in against(bad, terms)] == [
        ("a", "below_as_sum", 500_000),
        ("ac.phone", "unknown_member", 0),
        ("ac.order_id", "missing", 0),
    ]
    low, high = replace(bad, amount=1), replace(bad, amount=1_000_001)
    assert [against(one, terms)[0].kind for one in (low, high)] == ["below", "above"]
    assert against(bad, terms, FORM)[1].parameter == "account[phone]"
    assert against(Checkout(KASSA, 100_000, {"order_id": "1"}), terms) == ()


def test_placeholders_are_filled_and_lead_nowhere_else() -> None:
    account = {"order_id": "A/1&x=:transaction", "order": "2"}
    assert callback.filled(SHOP, "65a0", account) == (
        "https://shop.example/back?order=A%2F1%26x%3D%3Atransaction&id=65a0"
    )
    assert callback.filled("http://h:8080/:transaction", None, {}) == "http://h:8080/null"
    odd = "http://h/:transactions/:account.none/:account.order"
    assert callback.filled(odd, "1", account) == "http://h/:transactions/:account.none/2"
    assert callback.unfit("http://h:8080/:transaction?a=:account.x") == ""
    assert callback.unfit("http://:account.host/") == "address"
    assert LANGUAGES == ("ru", "uz", "en")
