"""Only the whole login and the whole key open the webhook, and nothing is looked at before."""

from __future__ import annotations

import base64

import pytest

from backend.methods import METHODS
from tests.backend.conftest import Make
from tests.backend.merchant import KEY, Merchant, basic, envelope


def encoded(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


WRONG = {
    "empty": "",
    "other login": basic(login="paycom"),
    "no login": basic(login=""),
    "other key": basic(key="wrong"),
    "empty key": basic(key=""),
    "key with a prefix": basic(key="x" + KEY),
    "key with a suffix": basic(key=KEY + "x"),
    "key cut at its colon": basic(key=KEY.split(":")[0]),
    "truncated key": basic(key=KEY[:-1]),
    "key in other case": basic(key=KEY.upper()),
    "key within a text": basic(key=f"a {KEY} b"),
    "key alone": "Basic " + encoded(KEY),
    "bearer": "Bearer " + encoded(f"Paycom:{KEY}"),
    "digest": "Digest " + encoded(f"Paycom:{KEY}"),
    "no scheme": encoded(f"Paycom:{KEY}"),
    "scheme only": "Basic",
    "not base64": "Basic !!!",
    "base64 without a colon": "Basic " + encoded("Paycom"),
    "not ASCII": "Basic Ключ",
    "two values": f"{basic()}, {basic()}",
}


@pytest.mark.parametrize("method", [*METHODS, "NoSuchMethod"])
def test_no_header_is_refused_on_every_method(merchant: Merchant, method: str) -> None:
    answer = merchant.client.post("/payme", json=envelope(method, {}, id="abc"))
    assert answer.status_code == 200
    body = answer.get_json()
    assert (body["id"], body["error"]["code"]) == ("abc", -32504)


@pytest.mark.parametrize("header", WRONG.values(), ids=WRONG)
def test_anything_else_than_login_and_key_is_refused(merchant: Merchant, header: str) -> None:
    answer = merchant.post(envelope("GetStatement", {"from": 0, "to": 1}, id=7), header)
    assert (answer["id"], answer["error"]["code"]) == (7, -32504)


@pytest.mark.parametrize(
    "header",
    [basic().replace("Basic", "basic"), basic().replace("Basic", "BASIC "), f" {basic()} "],
)
def test_the_scheme_may_have_any_case_and_blanks(merchant: Merchant, header: str) -> None:
    answer = merchant.post(envelope("GetStatement", {"from": 0, "to": 1}), header)
    assert answer["result"] == {"transactions": []}


@pytest.mark.parametrize("body", [b"", b"{not json", b"[]", b'{"id": 3}'])
def test_credentials_are_judged_before_the_body(merchant: Merchant, body: bytes) -> None:
    answer = merchant.raw(body, Authorization=basic(key="wrong"))
    assert answer["error"]["code"] == -32504
    assert answer["id"] == (3 if b"3" in body else None)


def test_another_login_can_be_configured(make: Make) -> None:
    merchant = make(login="Shop")
    call = envelope("GetStatement", {"from": 0, "to": 1})
    assert "result" in merchant.post(call, basic(login="Shop"))
    assert merchant.post(call, basic())["error"]["code"] == -32504
