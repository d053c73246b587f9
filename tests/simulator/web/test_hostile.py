"""Whatever a merchant answers, the server goes on, and tells it as text."""

from __future__ import annotations

import base64
import html
import json
from typing import Any
from urllib.parse import quote

import pytest
from flask.testing import FlaskClient

from tests.simulator.web.conftest import KASSA, Bench
from tests.simulator.web.merchant import KEY, PRICE, error, result

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


_LEAK = f"{KEY} and {quote(KEY)}"
_TOKEN = base64.b64encode(f"Paycom:{KEY}".encode()).decode()
_ESCAPED = "".join(f"\\u{ord(letter):04x}" for letter in KEY)
LEAKS: dict[str, tuple[str, Any]] = {
    "a refusal": ("CheckPerformTransaction", error(-31050, {"ru": _LEAK, KEY: _TOKEN}, KEY)),
    "escaped": (
        "CheckPerformTransaction",
        f'{{"error": {{"code": -31050, "message": "{_ESCAPED}"}}}}',
    ),
    "additional and detail": (
        "CheckPerformTransaction",
        result(allow=True, additional={KEY: [_LEAK]}, detail={"items": [{"title": _TOKEN}]}),
    ),
    "its number": ("CreateTransaction", result(state=1, create_time=1, transaction=KEY)),
    "a refused Perform": ("PerformTransaction", error(-31008, _LEAK)),
}


@pytest.mark.parametrize(("method", "answer"), LEAKS.values(), ids=LEAKS)
def test_the_key_in_an_answer_is_neither_kept_nor_shown(
    client: FlaskClient, bench: Bench, method: str, answer: Any
) -> None:
    bench.merchant.plan(method, answer)
    payment = bench.begin()
    if payment.allowed:
        bench.server.payments.pay(payment.id)
        payment = bench.go_on(payment)
    pages = [f"/checkout/{payment.id}", f"/payments/{payment.id}", "/payments", "/control/payments"]
    shown = [client.get(page).text for page in pages]
    kept = [repr(value) for value in vars(bench.server.payments.get(payment.id)).values()]
    assert any("••••" in text for text in kept)
    for text in [*shown, *kept]:
        assert not [form for form in (KEY, html.escape(KEY), quote(KEY), _TOKEN) if form in text]


def test_the_key_in_a_statement_is_not_shown(client: FlaskClient, bench: Bench) -> None:
    payment = bench.pay()
    item = {**bench.merchant.transactions[payment.id], "transaction": KEY}
    bench.merchant.plan("GetStatement", result(transactions=[item]))
    told = client.get(f"/control/kassas/{KASSA}/books").text
    assert "••••" in told or "\\u2022" in told
    assert KEY not in told
