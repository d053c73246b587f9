"""Everything that the pages do, done by a test in any language."""

from __future__ import annotations

from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import update

from simulator.web.app import create_app
from simulator.web.server import Server
from simulator.web.store import Exchange
from tests.simulator.web.conftest import KASSA, Bench
from tests.simulator.web.merchant import KEY, PRICE, Merchant, serving
from tests.simulator.web.pages.conftest import loaded_for

NOBODY = "f" * 24


def _post(client: FlaskClient, path: str, status: int = 200, **body: Any) -> Any:
    answer = client.post(f"/control{path}", json=body)
    assert answer.status_code == status, answer.text
    return answer.json


def _get(client: FlaskClient, path: str, status: int = 200) -> Any:
    answer = client.get(f"/control{path}")
    assert answer.status_code == status, answer.text
    return answer.json


def _begun(client: FlaskClient, order: str = "A-17") -> Any:
    return _post(client, "/payments", 201, amount=PRICE, account={"order_id": order})


def test_paid_and_refunded(client: FlaskClient, bench: Bench) -> None:
    begun = _begun(client)
    assert (begun["state"], begun["allowed"], begun["busy"]) == (0, True, False)
    assert begun["checkout_url"].endswith(f"/checkout/{begun['id']}")
    path = f"/payments/{begun['id']}"
    assert _post(client, f"{path}/pay")["state"] == 1
    bench.server.worker.run_due()
    paid = _get(client, path)
    assert (paid["state"], paid["card"]) == (4, "860006******6311")
    assert _post(client, f"{path}/refund")["doing"] == "cancel"
    bench.server.worker.run_due()
    assert _get(client, path)["reason"] == 5
    assert _post(client, f"{path}/refund", 409)["seen"] == "the payment is in state 50"
    assert _get(client, "/state")["payments"] == {"50": 1}


def test_an_unpaid_one_is_cancelled(client: FlaskClient) -> None:
    path = f"/payments/{_begun(client)['id']}"
    assert _post(client, f"{path}/cancel")["state"] == 50
    told = _post(client, f"{path}/pay", 409)
    assert told["seen"] == "the payment was cancelled"


def test_without_a_look_the_merchant_is_not_asked(client: FlaskClient, bench: Bench) -> None:
    body = {"amount": PRICE, "account": {"order_id": "A"}, "look": False}
    begun = _post(client, "/payments", 201, **body)
    assert not begun["allowed"]
    assert bench.merchant.calls == []
    path = f"/payments/{begun['id']}"
    assert "look" in _post(client, f"{path}/pay", 409)["do"]
    assert _post(client, f"{path}/look")["allowed"]


def test_payments_are_found_again(client: FlaskClient) -> None:
    ids = [_begun(client, f"order-{number}")["id"] for number in range(3)]
    _post(client, f"/payments/{ids[1]}/cancel")

    def found(query: str) -> list[str]:
        return [one["id"] for one in _get(client, f"/payments?{query}")["payments"]]

    assert set(found("")) == set(ids)
    assert found("text=order-2") == [ids[2]]
    assert found("text=ORDER-2&state=0") == [ids[2]]
    assert found("state=50") == [ids[1]]
    assert set(found("state=50&state=0")) == set(ids)
    assert found("amount=5") == []
    assert found(f"kassa={NOBODY}") == []
    assert found("text=%25") == []
    first = _get(client, "/payments?limit=2")
    rest = _get(client, f"/payments?limit=2&before={first['next']}")
    assert rest["next"] is None
    assert {one["id"] for one in [*first["payments"], *rest["payments"]]} == set(ids)


def test_of_a_day(client: FlaskClient, bench: Bench) -> None:
    """Days begin at midnight in Uzbekistan, 19:00 UTC."""
    evening = 1_717_181_999_999  # 2024-05-31T18:59:59.999Z
    old = bench.pay("old")
    new = bench.pay("new")
    bench.server.payments.records.change(old.id, {"created_at": evening})
    bench.server.payments.records.change(new.id, {"created_at": evening + 1})
    with bench.server.store.write() as session:
        for payment, at in ((old, evening), (new, evening + 1)):
            rows = update(Exchange).where(Exchange.payment_id == payment.id)
            session.execute(rows.values(sent_at=at))

    def found(query: str) -> tuple[set[str], set[str]]:
        payments = _get(client, f"/payments?{query}")["payments"]
        exchanges = _get(client, f"/exchanges?{query}")["exchanges"]
        return {one["id"] for one in payments}, {one["payment_id"] for one in exchanges}

    assert found("to=2024-05-31") == ({old.id}, {old.id})
    assert found("from=2024-06-01") == ({new.id}, {new.id})
    assert found("from=2024-05-31&to=2024-06-01") == ({old.id, new.id}, {old.id, new.id})
    assert found("from=2024-06-02") == found("to=2024-05-30") == (set(), set())
    assert found("from=2024-06-01&text=new") == ({new.id}, {new.id})
    assert found("from=2024-06-01&text=old") == (set(), set())
    later = _get(client, f"/exchanges?from=2024-05-31&sent_from={evening + 1}")["exchanges"]
    assert {one["payment_id"] for one in later} == {new.id}
    later = _get(client, f"/payments?to=2024-06-01&created_from={evening + 1}")["payments"]
    assert {one["id"] for one in later} == {new.id}
    assert new.id in client.get("/control/journal.har?from=2024-06-01").text
    assert old.id not in client.get("/control/journal.har?from=2024-06-01").text


def test_faults(client: FlaskClient, bench: Bench) -> None:
    made = _post(client, "/faults", 201, kind="duplicate", method="CreateTransaction", times=1)
    assert (made["kassa_id"], made["active"]) == (KASSA, True)
    path = f"/control/faults/{made['id']}"
    assert client.patch(path, json={"active": False}).json == {**made, "active": False}
    assert _get(client, "/faults")["faults"] == [{**made, "active": False}]
    assert client.delete(path).status_code == 204
    assert _get(client, f"/faults/{made['id']}", 404)["title"] == "no such fault"


def test_kassas(client: FlaskClient, bench: Bench) -> None:
    body = {"name": "second", "url": bench.merchant.url, "key": KEY, "account": ["phone"]}
    made = _post(client, "/kassas", 201, **body)
    assert made["key"] == "••••"
    assert made["account"] == ["phone"]
    begun = _post(
        client, "/payments", 201, kassa=made["id"], amount=PRICE, account={"phone": "998"}
    )
    assert begun["allowed"]
    answer = client.delete(f"/control/kassas/{made['id']}")
    assert answer.status_code == 409
    assert "has payments" in answer.text
    taken = _post(client, "/kassas", 409, **body, id=made["id"])
    assert "there is a kassa" in taken["seen"]
    away = _post(client, "/kassas", 409, **{**body, "url": "https://shop.example/payme"})
    assert "allow_remote" in away["do"]


def test_a_kassa_is_changed_while_a_payment_waits(
    client: FlaskClient, bench: Bench, merchant: Merchant
) -> None:
    """Its next call goes to the new address; what it is about stays."""
    begun = bench.begin()
    with serving(Merchant()) as moved:
        path = f"/control/kassas/{KASSA}"
        body = {"url": moved.url, "key": "k-2", "account": ["phone"], "attempts": 7}
        answer = client.patch(path, json=body)
        assert answer.json is not None
        assert (answer.json["url"], answer.json["key"]) == (moved.url, "••••")
        assert (answer.json["attempts"], answer.json["pauses_ms"]) == (7, [1_000, 5_000])
        assert answer.json["name"] == "shop"
        assert _post(client, f"/kassas/{KASSA}/reveal") == {"key": "k-2"}
        _post(client, f"/payments/{begun.id}/pay")
        bench.server.worker.run_due()
        assert moved.sent("PerformTransaction")
    assert merchant.sent("CreateTransaction") == []
    paid = _get(client, f"/payments/{begun.id}")
    assert (paid["state"], paid["account"]) == (4, {"order_id": "A-17"})
    assert client.patch(path, json={"min_amount": 10, "max_amount": 5}).status_code == 409
    assert client.patch(path, json={"id": KASSA}).status_code == 422
    assert client.patch(f"/control/kassas/{NOBODY}", json={}).status_code == 404


def test_the_configured_kassa_is_changed_in_its_file(merchant: Merchant) -> None:
    server = Server(loaded_for(merchant))
    client = create_app(server).test_client()
    told = client.patch(f"/control/kassas/{KASSA}", json={"name": "x"})
    assert told.status_code == 409
    assert "payme-sandbox.toml" in told.text
    server.close()


def test_a_kassa_goes_with_its_fault_rules_and_payments_if_asked(
    client: FlaskClient, bench: Bench
) -> None:
    payment = bench.pay()
    _post(client, "/faults", 201, kind="duplicate")
    path = f"/control/kassas/{KASSA}"
    refused = client.delete(path)
    assert (refused.status_code, "?payments=true" in refused.text) == (409, True)
    bench.server.payments.records.change(payment.id, {"busy": True})
    assert "under way" in client.delete(f"{path}?payments=true").text
    bench.server.payments.records.change(payment.id, {"busy": False})
    assert client.delete(f"{path}?payments=true").status_code == 204
    for gone in ("/kassas", "/payments", "/faults"):
        assert _get(client, gone)[gone[1:]] == []
    assert _get(client, "/exchanges")["exchanges"], "the journal tells what happened"


def test_books_repeat_and_fiscal_data(client: FlaskClient, bench: Bench) -> None:
    payment = bench.pay()
    books = _get(client, f"/kassas/{KASSA}/books")
    assert [line["verdict"] for line in books["lines"]] == ["agrees"]
    assert books["ours_paid"] == PRICE
    path = f"/payments/{payment.id}"
    assert _post(client, f"{path}/repeat", method="PerformTransaction")["differences"] == []
    assert _post(client, f"{path}/fiscal", type="PERFORM")["kind"] == "result"
    assert _post(client, f"{path}/age", 409, by_ms=5)["do"] == "see [database]"


def test_snapshots_and_reset(client: FlaskClient) -> None:
    begun = _begun(client)
    assert _post(client, "/snapshots", 201, name="one")["payments"] == 1
    _post(client, f"/payments/{begun['id']}/cancel")
    assert client.post("/control/snapshots/one/restore").status_code == 204
    assert _get(client, f"/payments/{begun['id']}")["state"] == 0
    assert client.post("/control/reset", json={}).status_code == 204
    assert _get(client, "/payments")["payments"] == []
    assert client.delete("/control/snapshots/one").status_code == 204
    assert _get(client, "/snapshots") == {"snapshots": []}


def test_the_clock(client: FlaskClient) -> None:
    before = _get(client, "/state")["now"]
    assert _post(client, "/clock", advance_ms=60_000) == {
        "now": before + 60_000,
        "shift_ms": 60_000,
    }
    assert _post(client, "/clock", 409, advance_ms=366 * 86_400_000)["member"] == "advance_ms"


def test_no_orders_without_a_configuration(client: FlaskClient) -> None:
    assert _post(client, "/orders", 409)["do"] == "see [orders]"


@pytest.mark.parametrize(
    ("body", "member"),
    [
        ({"account": {"order_id": "1"}}, "amount"),
        ({"amount": "5", "account": {"order_id": "1"}}, "amount"),
        ({"amount": 5.5, "account": {"order_id": "1"}}, "amount"),
        ({"amount": True, "account": {"order_id": "1"}}, "amount"),
        ({"amount": 5, "account": {"order_id": 1}}, "account.order_id"),
        ({"amount": 5, "account": {"order_id": "1"}, "sum": 5}, "sum"),
        ([], ""),
    ],
    ids=str,
)
def test_a_request_that_is_not_as_described(client: FlaskClient, body: object, member: str) -> None:
    answer = client.post("/control/payments", json=body)
    assert answer.status_code == 422
    assert answer.mimetype == "application/problem+json"
    assert answer.json is not None
    assert answer.json.get("member", "") == member
    assert answer.json["accepted"]


@pytest.mark.parametrize("sent", [b"", b"{", b"\xff", b"[" * 100_000, b'{"amount": NaN}'], ids=len)
def test_a_body_that_is_no_json(client: FlaskClient, sent: bytes) -> None:
    answer = client.post("/control/payments", data=sent, content_type="application/json")
    assert answer.status_code == 422


def test_a_whole_number_may_be_written_with_a_point(client: FlaskClient) -> None:
    body = b'{"amount": 100000.0, "account": {"order_id": "A"}}'
    answer = client.post("/control/payments", data=body, content_type="application/json")
    assert answer.status_code == 201


@pytest.mark.parametrize(
    "query",
    [
        "limit=0",
        "limit=x",
        "limit=1&limit=2",
        "limit=+1",
        "kassa=1",
        "colour=red",
        "from=1",
        "to=2024-02-30",
    ],
)
def test_a_query_that_is_not_as_described(client: FlaskClient, query: str) -> None:
    assert _get(client, f"/payments?{query}", 422)["title"] == "not as described"


@pytest.mark.parametrize(
    ("verb", "path", "status"),
    [
        ("GET", "/nothing", 404),
        ("GET", "/payments/xyz", 404),
        ("GET", f"/payments/{NOBODY}", 404),
        ("GET", "/exchanges/0", 404),
        ("DELETE", "/state", 405),
        ("GET", "/clock", 405),
        ("OPTIONS", "/state", 405),
    ],
)
def test_what_is_not_there(client: FlaskClient, verb: str, path: str, status: int) -> None:
    answer = client.open(f"/control{path}", method=verb)
    assert answer.status_code == status
    assert answer.mimetype == "application/problem+json"
    if status == 405:
        assert answer.headers["Allow"]


def test_cards(client: FlaskClient) -> None:
    cards = _get(client, "/cards")["cards"]
    assert {card["outcome"] for card in cards} == {
        *("pays", "no-sms", "expired", "blocked", "system-error", "slow-error")
    }
    path = f"/payments/{_begun(client)['id']}/pay"
    told = _post(client, path, 409, card="3333336415804657")
    assert (told["code"], told["seen"]) == (-31630, "the card has expired")
