"""A payment begun from the list, for those who have no shop's link at hand."""

from __future__ import annotations

from tests.simulator.web.pages.conftest import Pages, merchant, orderless, pages

__all__ = ["merchant", "orderless", "pages"]


def test_a_fresh_order_and_its_payment(pages: Pages) -> None:
    empty = pages.get("/payments")
    assert 'action="/payments"' in empty
    answer = pages.post("/payments")
    assert answer.status_code == 303
    payment = pages.site.server.payments.get(answer.headers["Location"].rpartition("/")[2])
    assert payment.account["order_id"].startswith("Psb-")
    assert payment.language == "en"
    assert "Open the payer" in pages.get(answer.headers["Location"])
    assert 'action="/payments"' in pages.get("/payments")


def test_a_merchant_whose_orders_nobody_can_make(orderless: Pages) -> None:
    assert 'action="/payments"' not in orderless.get("/payments")
    refused = orderless.post("/payments")
    assert refused.status_code == 409
    assert "[orders]" in refused.text
