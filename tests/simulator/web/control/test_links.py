"""A shop's links, followed by a test instead of a browser."""

from __future__ import annotations

import base64
from typing import Any

import pytest
from flask.testing import FlaskClient

from simulator.protocol.checkout import Checkout, code_of
from tests.simulator.web.conftest import KASSA, Bench
from tests.simulator.web.merchant import PRICE

BACK = "https://shop.example/back?id=:transaction&order=:account.order_id"


def _follow(client: FlaskClient, link: str, status: int = 201, **more: object) -> Any:
    answer = client.post("/control/links", json={"link": link, **more})
    assert answer.status_code == status, answer.text
    return answer.json


def _code(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


@pytest.mark.parametrize("host", ["", "https://checkout.paycom.uz/", "http://127.0.0.1:8080/"])
def test_a_link_is_followed_whatever_its_host(host: str, client: FlaskClient, bench: Bench) -> None:
    asked = Checkout(KASSA, PRICE, {"order_id": "A-17"}, callback=BACK)
    told = _follow(client, host + code_of(asked).replace("=", "%3D"))
    payment = told["payment"]
    assert (payment["amount"], payment["account"]) == (PRICE, {"order_id": "A-17"})
    assert (payment["allowed"], told["notes"]) == (True, [])
    client.post(f"/control/payments/{payment['id']}/pay", json={})
    bench.server.worker.run_due()
    paid = client.get(f"/control/payments/{payment['id']}").json
    assert paid is not None
    assert paid["return_url"] == (
        f"https://shop.example/back?id={paid['transaction_id']}&order=A-17"
    )


def test_without_a_look_the_merchant_is_not_asked(client: FlaskClient, bench: Bench) -> None:
    told = _follow(client, _code(f"m={KASSA};ac.order_id=1;a={PRICE};x=1"), look=False)
    assert [note["parameter"] for note in told["notes"]] == ["x"]
    assert (bench.merchant.calls, told["payment"]["return_url"]) == ([], None)


@pytest.mark.parametrize(
    ("link", "member", "said"),
    [
        (_code("m=5;ac.order_id=1;a=1000"), "m", "There is no kassa 5"),
        (_code(f"m={KASSA};ac.order_id=1;a=1000.50"), "a", "without a fraction"),
        (_code(f"m={KASSA};ac.phone=1;a=1000"), "ac.phone", "no such member"),
        ("%%%", "", "not base64"),
        ("http://[", "", "not base64"),
    ],
)
def test_what_is_wrong_with_which_parameter(
    link: str, member: str, said: str, client: FlaskClient
) -> None:
    told = _follow(client, link, 409)
    assert told["title"] == "not a checkout link"
    assert said in told["detail"]
    assert not member or told["member"] == member


def test_the_shops_fiscal_data_come_along(client: FlaskClient, bench: Bench) -> None:
    detail = {"receipt_type": 0, "items": [{"title": "Tea", "price": PRICE, "count": 1}]}
    body = {"amount": PRICE, "account": {"order_id": "A"}, "detail": detail, "look": False}
    made = client.post("/control/payments", json=body).json
    assert made is not None
    assert bench.server.payments.get(made["id"]).sent_detail == detail
