"""Whatever a merchant answers, the server goes on, and tells it as text."""

from __future__ import annotations

import json
from typing import Any

import pytest
from flask.testing import FlaskClient

from tests.simulator.web.conftest import KASSA, Bench
from tests.simulator.web.merchant import PRICE, error, result

SCRIPT = "<script>alert(1)</script>"
HALF = "half \ud800 a character"
HUGE = 10**400

ANSWERS: list[Any] = [
    error(-31050, HALF, HALF),
    error(-31050, {"ru": SCRIPT, HALF: 5}, {"deep": [[[HALF]]]}),
    error(-31008, HUGE),
    error(HUGE),
    error(-31008, None),
    result(allow=True, additional={HALF: HALF, "x": HUGE}, detail=SCRIPT),
    result(allow="true"),
    result(allow=True, state=1, transaction=HALF, create_time=HUGE),
    result(state=1, transaction={"a": [HALF]}, create_time=-HUGE),
    result(state=2, transaction=HUGE, perform_time="soon"),
    result(state=-1, cancel_time=[], reason=HALF),
    result(transactions=[{"id": HALF, "state": {}, "amount": HUGE, "account": HALF, "time": []}]),
    "[" * 50_000,
    '{"result": {"state": 1e999}}',
    '{"result": {"state": 1}, "result": {"state": 2}}',
    "\x00\x01\x02",
]
METHODS = {
    "CheckPerformTransaction": "look",
    "CreateTransaction": "pay",
    "PerformTransaction": "pay",
    "CancelTransaction": "refund",
}


@pytest.mark.parametrize("answer", ANSWERS, ids=lambda answer: repr(answer)[:40])
def test_an_odd_answer_to_each_call(client: FlaskClient, bench: Bench, answer: Any) -> None:
    for method in METHODS:
        bench.merchant.plan(method, answer)
        payment = bench.begin(f"order-{method}")
        for do in ("look", "pay"):
            path = f"/control/payments/{payment.id}/{do}"
            body: dict[str, Any] | None = {} if do == "pay" else None
            assert client.post(path, json=body).status_code in (200, 409)
        payment = bench.go_on(bench.go_on(payment), 1_000)
        if payment.state == 4:
            bench.server.payments.cancel(payment.id)
            bench.go_on(bench.go_on(payment), 1_000)
        for path in (f"payments/{payment.id}", f"exchanges?payment={payment.id}"):
            told = client.get(f"/control/{path}")
            assert told.status_code == 200
            assert told.mimetype == "application/json"
    bench.merchant.plan("GetStatement", answer)
    assert client.get(f"/control/kassas/{KASSA}/books").status_code in (200, 409)
    for path in ("journal.har", "journal.yaml", "payments", "exchanges?limit=500"):
        assert client.get(f"/control/{path}").status_code == 200


def test_a_payer_sends_oddities(bench: Bench) -> None:
    payment = bench.begin(HALF)
    assert payment.account == {"order_id": "half ? a character"}
    assert bench.go_on(payment).amount == PRICE


def test_a_sent_code_is_only_text(client: FlaskClient, bench: Bench) -> None:
    bench.merchant.plan("CreateTransaction", error(-31008, SCRIPT))
    payment = bench.pay()
    told = client.get(f"/control/payments/{payment.id}")
    assert json.loads(told.data)["error"]["message"] == SCRIPT
    assert told.headers["X-Content-Type-Options"] == "nosniff"
