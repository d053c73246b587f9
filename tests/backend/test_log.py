"""The log's lines: one an event, none that a caller could have forged, never the key."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.backend.conftest import Make
from tests.backend.merchant import KEY, Merchant, basic, envelope

HOURS_12 = 43_200_000


def test_a_payment_from_order_to_refund(merchant: Merchant) -> None:
    merchant.make_order("photobooth-1", 1000)
    account = {"order_id": "photobooth-1"}
    merchant.result("CheckPerformTransaction", amount=100_000, account=account)
    payme_id = merchant.created("photobooth-1", id="694e")
    merchant.result("PerformTransaction", id=payme_id)
    merchant.result("CancelTransaction", id=payme_id, reason=5)
    assert merchant.log() == [
        "DEBUG: generate_qr data={'order_id': 'photobooth-1', 'paymentType': 'payme', "
        "'amount': 1000}",
        "DEBUG: Created payment record for payme: order_id=photobooth-1, id=1",
        "DEBUG: CheckPerformTransaction order_id=photobooth-1, amount=100000",
        "DEBUG: CreateTransaction order_id=photobooth-1, transaction_id=694e",
        "DEBUG: Updating payment: order_id=photobooth-1 with transaction_id=694e",
        "DEBUG: ✅ Payment updated successfully: order_id=photobooth-1, transaction_id=694e",
        "DEBUG: PerformTransaction transaction_id=694e",
        "DEBUG: Payment success for order_id=photobooth-1",
        "DEBUG: CancelTransaction transaction_id=694e, reason=5",
        "DEBUG: Payment cancelled for order_id=photobooth-1",
    ]


def test_repeats_change_nothing_and_say_so(merchant: Merchant) -> None:
    merchant.make_order("1", 1000)
    params = merchant.creation("1", id="694e")
    merchant.result("CreateTransaction", **params)
    merchant.result("CreateTransaction", **params)
    assert merchant.log()[-1] == "DEBUG: Repeated CreateTransaction: transaction_id=694e"
    merchant.result("PerformTransaction", id="694e")
    merchant.result("PerformTransaction", id="694e")
    assert merchant.log()[-1] == "DEBUG: Repeated PerformTransaction: transaction_id=694e"
    merchant.check("694e")
    assert merchant.log()[-1] == "DEBUG: CheckTransaction transaction_id=694e"
    merchant.result("CancelTransaction", id="694e", reason=5)
    seen = len(merchant.log())
    merchant.make_order("1", 1000)
    merchant.result("CancelTransaction", id="694e", reason=5)
    assert merchant.log()[seen:] == [
        "DEBUG: generate_qr data={'order_id': '1', 'paymentType': 'payme', 'amount': 1000}",
        "DEBUG: Payment record for payme exists: order_id=1, id=1",
        "DEBUG: CancelTransaction transaction_id=694e, reason=5",
        "DEBUG: Repeated CancelTransaction: transaction_id=694e",
    ]


def test_refusals_name_their_code(merchant: Merchant) -> None:
    merchant.code("CreateTransaction", **merchant.creation("none", id="694e"))
    merchant.code("PerformTransaction", id="694e")
    merchant.code("CancelTransaction", id="694e", reason=99)
    merchant.code("NoSuchMethod")
    merchant.code("SetFiscalData", id="694e", type="PERFORM", fiscal_data={})
    merchant.post(envelope("GetStatement", {}), basic(key="wrong"))
    refused = [line for line in merchant.log() if "Refused" in line]
    subject = "CreateTransaction order_id=none, transaction_id=694e"
    assert refused[0].startswith(f"DEBUG: Refused {subject}: code=-31050 ")
    assert refused[1].startswith(
        "DEBUG: Refused PerformTransaction transaction_id=694e: code=-31003 "
    )
    assert refused[2].startswith("DEBUG: Refused CancelTransaction: code=-32600 ")
    assert refused[3].startswith("DEBUG: Refused NoSuchMethod: code=-32601 ")
    subject = "SetFiscalData transaction_id=694e, type=PERFORM"
    assert refused[4].startswith(f"DEBUG: Refused {subject}: code=-32001 ")
    assert refused[5].startswith("DEBUG: Refused call: code=-32504 ")
    assert len(refused) == 6


def test_a_timeout_is_told_once(merchant: Merchant) -> None:
    merchant.make_order("1", 1000)
    merchant.created("1", id="694e")
    merchant.clock.move(HOURS_12 + 60_000)
    merchant.code("PerformTransaction", id="694e")
    merchant.code("PerformTransaction", id="694e")
    told = [line for line in merchant.log() if "timed out" in line]
    assert told == ["DEBUG: Transaction timed out: order_id=1, transaction_id=694e"]


@pytest.mark.parametrize("evil", ["\n", "\r\n", "\x85", "\u2028", "\x0b", "\x1b[2K"])
def test_no_caller_can_forge_a_line(merchant: Merchant, evil: str) -> None:
    forged = f"{evil}2026-01-01 00:00:00,000 DEBUG: Payment success for order_id=1"
    merchant.client.post("/api/generate-qr", json={"order_id": forged})
    merchant.client.post("/api/generate-qr", json=[forged])
    merchant.code(forged)
    merchant.code("CheckTransaction", id=forged[:60])
    merchant.code("CreateTransaction", **merchant.creation(forged))
    lines = Path(merchant.settings.log_file).read_text(encoding="utf-8").splitlines()
    assert len(lines) == 2 + 2 + 1 + 2 + 2
    assert not [line for line in lines if "DEBUG: Payment success" in line[:50]]


def test_the_key_is_never_in_the_log(merchant: Merchant) -> None:
    merchant.make_order(KEY.replace(";", ""), 1000)
    merchant.code(KEY)
    merchant.code("CheckTransaction", id=KEY)
    merchant.post({}, basic(key=KEY + "x"))
    assert KEY not in Path(merchant.settings.log_file).read_text(encoding="utf-8")
    assert KEY not in repr(merchant.settings)


def test_long_texts_are_cut(merchant: Merchant) -> None:
    merchant.code("CheckPerformTransaction", amount=1, account={"order_id": "x" * 100_000})
    assert max(map(len, merchant.log())) < 500


def test_the_level_silences_it(make: Make) -> None:
    merchant = make(log_level="INFO")
    merchant.performed(merchant.order())
    assert merchant.log() == []
