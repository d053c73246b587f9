"""SetFiscalData: both tax documents of a transaction are kept; what is missing is named."""

from __future__ import annotations

import json
import sqlite3
from typing import Any

import pytest

from tests.backend.merchant import Merchant, new_id

DOCUMENT = {
    "receipt_id": 121,
    "status_code": 0,
    "message": "accepted",
    "terminal_id": "EP000000000001",
    "fiscal_sign": "800031554082",
    "qr_code_url": "https://ofd.example/check?t=EP1&r=121",
    "date": "20220706221021",
}


def stored(merchant: Merchant, payme_id: str) -> tuple[Any, Any]:
    path = merchant.settings.database.removeprefix("sqlite:///")
    query = "SELECT fiscal_perform, fiscal_cancel FROM transactions WHERE payme_id = ?"
    connection = sqlite3.connect(path)
    try:
        perform, cancel = connection.execute(query, [payme_id]).fetchone()
    finally:
        connection.close()
    return json.loads(perform or "null"), json.loads(cancel or "null")


def test_both_documents_are_stored_and_may_come_again(merchant: Merchant) -> None:
    payme_id = merchant.performed(merchant.order())
    before = merchant.check(payme_id)
    assert stored(merchant, payme_id) == (None, None)
    for _ in range(2):
        sent = {"id": payme_id, "type": "PERFORM", "fiscal_data": DOCUMENT}
        assert merchant.result("SetFiscalData", **sent) == {"success": True}
    refund = DOCUMENT | {"receipt_id": 122}
    merchant.result("SetFiscalData", id=payme_id, type="CANCEL", fiscal_data=refund)
    assert stored(merchant, payme_id) == (DOCUMENT, refund)
    assert merchant.check(payme_id) == before


def test_an_unknown_receipt(merchant: Merchant) -> None:
    params = {"id": new_id(), "type": "PERFORM", "fiscal_data": DOCUMENT}
    assert merchant.code("SetFiscalData", **params) == -32001


@pytest.mark.parametrize(
    ("member", "bad"),
    [
        ("id", None),
        ("id", 17),
        ("type", None),
        ("type", "perform"),
        ("type", ["PERFORM"]),
        ("fiscal_data", None),
        ("fiscal_data", "text"),
    ],
)
def test_a_wrong_member_is_named(merchant: Merchant, member: str, bad: object) -> None:
    params = {"id": merchant.performed(merchant.order()), "type": "PERFORM"}
    error = merchant.error("SetFiscalData", **(params | {"fiscal_data": DOCUMENT, member: bad}))
    assert error["code"] == -32602
    assert f"params.{member} " in error["message"]
