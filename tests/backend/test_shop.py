"""The shop's own pages: making an order with its link and QR code, its status, its health."""

from __future__ import annotations

import base64
import io
from typing import Any

import pytest
import qrcode
from PIL import Image
from sqlalchemy import text

from tests.backend.conftest import Make
from tests.backend.merchant import Merchant

ORDER = {"order_id": "test-123", "paymentType": "payme", "amount": 1000}


def test_an_order_comes_with_its_link_and_members(make: Make) -> None:
    merchant = make(kassa="587f72c72cac0d162c722ae2", checkout_host="https://test.paycom.uz/")
    made = merchant.make_order("197", 5)
    assert made["link"] == (
        "https://test.paycom.uz/bT01ODdmNzJjNzJjYWMwZDE2MmM3MjJhZTI7YWMub3JkZXJfaWQ9MTk3O2E9NTAw"
    )
    assert (made["id"], made["order_id"], made["amount"]) == (1, "197", 5)
    assert (made["status"], made["transaction_id"], made["state"]) == ("pending", None, None)
    assert merchant.status("197").items() <= made.items()


def test_the_qr_code_is_a_picture_of_the_link(merchant: Merchant) -> None:
    made = merchant.make_order("1", 1000)
    kind, _, data = made["qr"].partition(",")
    assert kind == "data:image/png;base64"
    drawn = Image.open(io.BytesIO(base64.b64decode(data)))
    # The library's own drawing, module by module, must give the same picture.
    code = qrcode.QRCode(
        error_correction=qrcode.ERROR_CORRECT_L, mask_pattern=3, box_size=6, border=4
    )
    code.add_data(made["link"])
    assert drawn.convert("1").tobytes() == code.make_image().get_image().convert("1").tobytes()
    assert merchant.make_order("2", 1000)["qr"] != made["qr"]


def test_the_same_order_again_is_the_same_order(merchant: Merchant) -> None:
    first = merchant.make_order("test-123", 1000)
    merchant.performed("test-123")
    again = merchant.make_order("test-123", 1000)
    assert (again["id"], again["link"], again["status"]) == (first["id"], first["link"], "success")


def test_another_amount_for_the_same_order_is_refused(merchant: Merchant) -> None:
    merchant.client.post("/api/generate-qr", json=ORDER)
    answer = merchant.client.post("/api/generate-qr", json=ORDER | {"amount": 1001})
    assert answer.status_code == 409
    assert "1000" in answer.get_json()["error"]
    assert merchant.status("test-123")["amount"] == 1000


BAD: list[tuple[str, Any]] = [
    ("order_id", None),
    ("order_id", ""),
    ("order_id", " test-123"),
    ("order_id", "test-123 "),
    ("order_id", "a;b"),
    ("order_id", "a\nb"),
    ("order_id", "\ud800"),
    ("order_id", "x" * 65),
    ("order_id", True),
    ("order_id", 1.5),
    ("order_id", ["a"]),
    ("paymentType", None),
    ("paymentType", "click"),
    ("amount", None),
    ("amount", "1000"),
    ("amount", 1000.0),
    ("amount", True),
    ("amount", 0),
    ("amount", -1000),
    ("amount", 2**60),
]


@pytest.mark.parametrize(("member", "bad"), BAD)
def test_a_wrong_member_is_named(merchant: Merchant, member: str, bad: object) -> None:
    answer = merchant.client.post("/api/generate-qr", json=ORDER | {member: bad})
    assert answer.status_code == 400
    assert answer.get_json()["member"] == member
    assert member in answer.get_json()["error"]
    assert merchant.client.get("/api/payment-status/test-123").status_code == 404


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"null", b"\xff", b"[" * 100_000])
def test_a_body_that_is_no_object_is_refused(merchant: Merchant, body: bytes) -> None:
    answer = merchant.client.post("/api/generate-qr", data=body)
    assert answer.status_code == 400
    assert "JSON" in answer.get_json()["error"]


def test_a_number_may_name_an_order(merchant: Merchant) -> None:
    sent = ORDER | {"order_id": 17}
    assert merchant.client.post("/api/generate-qr", json=sent).get_json()["order_id"] == "17"
    assert merchant.make_order("17", 1000)["id"] == 1


@pytest.mark.parametrize("path", ["/api/payment-status/none", "/nowhere", "/api"])
def test_what_is_not_there_is_said_in_json(merchant: Merchant, path: str) -> None:
    answer = merchant.client.get(path)
    assert answer.status_code == 404
    assert answer.get_json()["error"]


def test_another_verb_is_said_in_json(merchant: Merchant) -> None:
    answer = merchant.client.get("/api/generate-qr")
    assert answer.status_code == 405
    assert answer.get_json()["error"]


def test_health_asks_the_database(merchant: Merchant) -> None:
    assert merchant.client.get("/healthz").status_code == 200
    with merchant.app.extensions["backend.database"].engine.begin() as connection:
        connection.execute(text("DROP TABLE transactions"))
        connection.execute(text("DROP TABLE payments"))
    assert merchant.client.get("/healthz").status_code == 503
