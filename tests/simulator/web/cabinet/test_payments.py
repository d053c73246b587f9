"""The list of payments, a payment's page, and what can be done there."""

from __future__ import annotations

import json
import re
from datetime import datetime

import pytest

from simulator.web.cabinet.stateline import line_of
from simulator.web.faults import NewFault
from simulator.web.pages.formats import TASHKENT
from tests.simulator.web.cabinet.conftest import Cabinet, params, texts
from tests.simulator.web.conftest import KASSA
from tests.simulator.web.merchant import PRICE, error, result
from tests.simulator.web.terminal import commands_of, run

HOSTILE = "</code><script>window.owned=1</script>"


def test_an_empty_list_says_where_payments_come_from(cabinet: Cabinet) -> None:
    assert "There have been no payments yet" in cabinet.get("/payments")


def test_filters_choose_and_a_search_finds(cabinet: Cabinet) -> None:
    paid = cabinet.bench.pay("A-1")
    waiting = cabinet.bench.begin("A-2")
    for query, found, lost in (
        ("state=4", paid.id, waiting.id),
        ("state=0", waiting.id, paid.id),
        ("text=A-2", waiting.id, paid.id),
        (f"text={paid.id}", paid.id, waiting.id),
    ):
        page = cabinet.get(f"/payments?{query}")
        assert (f"/payments/{found}" in page, f"/payments/{lost}" in page) == (True, False), query
    both = cabinet.get(f"/payments?amount={PRICE}")
    assert paid.id in both
    assert waiting.id in both
    assert "Nothing is found" in cabinet.get("/payments?amount=1")
    assert "A whole number is needed" in cabinet.get("/payments?amount=1.5")
    assert paid.id in cabinet.get("/payments?state=999"), "an unknown state chooses nothing"


def test_pages_follow_each_other(cabinet: Cabinet) -> None:
    every = {cabinet.bench.begin(f"A-{number}").id for number in range(52)}
    first = cabinet.get("/payments")
    oldest = first.partition("before=")[2][:24]
    second = cabinet.get(f"/payments?before={oldest}")
    there = {one for one in every if f"/payments/{one}" in second}
    assert len(there) == 2
    assert there.isdisjoint(one for one in every if f"/payments/{one}" in first)
    assert "data-live" not in second, "an older page stands still"


def test_a_paid_one_shows_its_states_and_its_calls(cabinet: Cabinet) -> None:
    payment = cabinet.bench.pay()
    assert [(node.state, node.how) for node in line_of(payment)][-1] == (4, "good")
    page = cabinet.get(f"/payments/{payment.id}")
    calls = re.findall(r'<a href="/journal/\d">(\w+)</a>', page)
    assert calls == ["CheckPerformTransaction", "CreateTransaction", "PerformTransaction"]
    assert "The card is debited" in texts(page)
    assert 'data-key="cancel"' not in page, "a paid one is refunded, not cancelled"


def test_a_stuck_one_shows_its_attempts_and_when_the_next_is(cabinet: Cabinet) -> None:
    cabinet.bench.merchant.plan("PerformTransaction", *["silent"] * 9)
    payment = cabinet.bench.pay()
    for _ in range(3):
        payment = cabinet.bench.go_on(payment, 6_000)
    assert payment.state == 30
    assert [(n.state, n.how) for n in line_of(payment)][3:] == [
        (3, "done"),
        (30, "stuck"),
        (4, "ahead"),
    ]
    page = texts(cabinet.get(f"/payments/{payment.id}"))
    assert "attempt 2" in page
    assert "Next: closing at the merchant" in page
    assert "no answer" in page
    cabinet.bench.merchant.plans.clear()
    assert "The call is made now" in cabinet.done(f"/payments/{payment.id}/resume")
    assert cabinet.bench.go_on(payment).state == 4


def test_a_refund_moves_the_money_back(cabinet: Cabinet) -> None:
    payment = cabinet.bench.pay()
    assert "1,000.00" in cabinet.get(f"/payments/{payment.id}").partition('data-key="refund"')[2]
    assert "The refund is under way" in cabinet.done(f"/payments/{payment.id}/refund")
    payment = cabinet.bench.go_on(payment)
    assert (payment.state, payment.reason, cabinet.bench.merchant.state(payment.id)) == (50, 5, -2)
    assert [node.how for node in line_of(payment)][-1] == "bad"
    again = cabinet.post(f"/payments/{payment.id}/refund")
    assert again.status_code == 409
    assert "the payment is in state 50" in again.text


def test_what_the_payer_was_told_is_in_the_pages_language(cabinet: Cabinet) -> None:
    payment = cabinet.bench.begin("none-1")
    for lang, said in (("ru", "нет"), ("uz", "yo&#39;q"), ("en", "none")):
        assert f'<span class="outside">{said}</span>' in cabinet.get(
            f"/payments/{payment.id}", lang
        )
    for odd in (7, None, ["\u202e"]):
        cabinet.bench.merchant.plan("CheckPerformTransaction", error(-31050, odd))
        other = cabinet.bench.begin("A-1")
        shown = json.dumps(odd).replace('"', "&#34;")
        assert f'<span class="outside">{shown}</span>' in cabinet.get(f"/payments/{other.id}")


def test_one_that_waits_is_cancelled(cabinet: Cabinet) -> None:
    payment = cabinet.bench.begin()
    cabinet.done(f"/payments/{payment.id}/cancel", reason="3")
    assert cabinet.bench.go_on(payment).state == 50


def test_a_paid_one_is_not_cancelled_unawares(cabinet: Cabinet) -> None:
    """The page was open while the payer paid; the form on it says cancel, not refund."""
    payment = cabinet.bench.pay()
    assert cabinet.post(f"/payments/{payment.id}/cancel", reason="3").status_code == 409
    assert cabinet.bench.server.payments.get(payment.id).state == 4


def test_a_repeated_call_is_compared_with_the_first(cabinet: Cabinet) -> None:
    payment = cabinet.bench.pay()
    path = f"/payments/{payment.id}/repeat"
    assert "same as the first one" in cabinet.done(path, method="PerformTransaction")
    known = cabinet.bench.merchant.transactions[payment.id]
    other = result(
        transaction=known["transaction"], state=2, perform_time=known["perform_time"] + 1
    )
    cabinet.bench.merchant.plan("PerformTransaction", other)
    page = cabinet.done(path, method="PerformTransaction")
    assert "is not the same as the first one" in page
    assert str(known["perform_time"] + 1) in page
    cabinet.bench.merchant.plan("PerformTransaction", error(-31008))
    assert "this one was not" in cabinet.done(path, method="PerformTransaction")
    assert cabinet.post(path, method="CancelTransaction").status_code == 409
    assert cabinet.post(path, method="Nothing").status_code == 409


def test_what_another_payment_was_told_is_not_shown_here(cabinet: Cabinet) -> None:
    one, other = cabinet.bench.pay("A-1"), cabinet.bench.pay("A-2")
    answer = cabinet.post(f"/payments/{one.id}/repeat", method="CheckTransaction")
    call = params(answer.headers["Location"])["call"]
    cabinet.get(f"/payments/{other.id}?done=repeated&call={call}", status=404)
    cabinet.get(f"/payments/{one.id}?done=repeated&call={call}&first=999", status=404)


def test_time_passes_and_a_payment_expires(cabinet: Cabinet) -> None:
    payment = cabinet.bench.begin()
    half = str(12 * 3_600_000 + 60_000)
    assert "Time has passed" in cabinet.done(f"/payments/{payment.id}/wait", by_ms=half)
    assert cabinet.bench.go_on(payment).state == 50
    assert cabinet.post(f"/payments/{payment.id}/wait", by_ms="7").status_code == 409


def test_ageing_needs_the_merchants_rows(cabinet: Cabinet) -> None:
    payment = cabinet.bench.pay()
    refused = cabinet.post(f"/payments/{payment.id}/age", by_ms="60000")
    assert refused.status_code == 409
    assert '<p class="outside">see [database]</p>' in refused.text


def test_fiscal_data_are_sent_as_typed(cabinet: Cabinet) -> None:
    payment = cabinet.bench.pay()
    path = f"/payments/{payment.id}/fiscal"
    page = cabinet.done(path, type="PERFORM", receipt_id="77", status_code="0")
    assert "The fiscal data were sent" in page
    (sent,) = cabinet.bench.merchant.sent("SetFiscalData")
    assert sent["fiscal_data"]["receipt_id"] == "77"
    assert "The merchant has taken the fiscal receipt" in page
    for wrong in ({"date": "yesterday"}, {"status_code": "many"}):
        assert cabinet.post(path, **wrong).status_code == 409


def test_both_books_of_one_payment(cabinet: Cabinet) -> None:
    payment = cabinet.bench.pay()
    path = f"/payments/{payment.id}/compare"
    right = cabinet.post(path)
    assert right.status_code == 200
    assert 'class="wrong"' not in right.text
    assert "CheckTransaction" in right.text
    cabinet.bench.merchant.transactions[payment.id]["state"] = 1
    wrong = cabinet.post(path).text
    assert wrong.count('class="wrong"') == 2, "CheckTransaction and GetStatement"
    assert cabinet.client.get(path).status_code == 302, "its address is the payment's page"


@pytest.mark.parametrize(("period", "said"), [("day", "The books agree: 1 transaction."), ("", "")])
def test_both_books_of_a_period(period: str, said: str, cabinet: Cabinet) -> None:
    cabinet.bench.pay()
    page = cabinet.get(f"/books?period={period}")
    assert said in page
    assert len(cabinet.bench.merchant.sent("GetStatement")) == bool(period), "asked when asked to"


def test_every_difference_of_a_period_is_marked(cabinet: Cabinet) -> None:
    payment, missing = cabinet.bench.pay("A-1"), cabinet.bench.pay("A-2")
    item = {**cabinet.bench.merchant.transactions[payment.id], "amount": 5, "state": 1}
    foreign = {**item, "id": "f" * 24}
    cabinet.bench.merchant.plan("GetStatement", result(transactions=[item, foreign]))
    page = cabinet.get("/books?period=hour")
    assert "The books differ on 3 transactions." in page
    assert page.count('class="wrong"') == 4
    assert missing.id in page
    cabinet.bench.merchant.plan("GetStatement", error(-32400))
    assert "see exchange" in cabinet.get("/books?period=hour", status=409)


def test_a_long_period_shows_what_differs_and_the_newest(
    cabinet: Cabinet, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("simulator.web.cabinet.payments.MOST_LINES", 3)
    paid = []
    for number in range(5):
        paid.append(cabinet.bench.pay(f"A-{number}").id)
        cabinet.bench.server.let_time_pass(1)
    cabinet.bench.merchant.transactions[paid[1]]["amount"] = 5
    page = cabinet.get("/books?period=hour")
    assert "The books differ on 1 transaction." in page
    assert "Only 3 transactions are shown" in page
    assert [one in page for one in paid] == [False, True, False, True, True]


def test_nothing_that_came_from_outside_is_markup(cabinet: Cabinet) -> None:
    cabinet.bench.merchant.plan("CheckPerformTransaction", error(-31050, HOSTILE, HOSTILE))
    payment = cabinet.bench.begin(HOSTILE)
    for path in ("/payments", f"/payments/{payment.id}"):
        page = cabinet.get(path)
        assert "<script>window" not in page
        assert "&lt;script&gt;window.owned=1" in page


def test_a_deliberate_fault_is_marked(cabinet: Cabinet) -> None:
    cabinet.bench.server.faults.add(
        NewFault(KASSA, "drop-reply", method="CreateTransaction", times=1)
    )
    payment = cabinet.bench.pay()
    assert "on purpose: reply is lost" in cabinet.get(f"/payments/{payment.id}")
    assert "намеренно: ответ теряется" in cabinet.get(f"/payments/{payment.id}", "ru")


@pytest.mark.parametrize("lang", ["ru", "uz", "en"])
def test_every_state_is_drawn_in_every_language(lang: str, cabinet: Cabinet) -> None:
    payment = cabinet.bench.pay()
    for state in (0, 1, 2, 3, 4, 20, 21, 30, 50):
        cabinet.bench.server.payments.records.change(payment.id, {"state": state})
        page = cabinet.get(f"/payments/{payment.id}", lang)
        assert page.count('aria-current="step"') == 1, state


def test_no_such_payment(cabinet: Cabinet) -> None:
    cabinet.get(f"/payments/{'a' * 24}", status=404)
    assert cabinet.post(f"/payments/{'a' * 24}/refund").status_code == 404


def test_a_form_of_another_site_does_nothing(cabinet: Cabinet) -> None:
    payment = cabinet.bench.pay()
    assert cabinet.client.post(f"/payments/{payment.id}/refund").status_code == 400
    assert cabinet.bench.server.payments.get(payment.id).state == 4


def test_payments_and_calls_of_a_day(cabinet: Cabinet) -> None:
    payment = cabinet.bench.pay()
    today = f"{datetime.fromtimestamp(payment.created_at // 1000, TASHKENT):%Y-%m-%d}"
    for page in ("/payments", "/journal"):
        assert payment.id in cabinet.get(f"{page}?from={today}&to={today}")
        shown = cabinet.get(f"{page}?to=2001-02-03")
        assert payment.id not in shown
        assert 'value="2001-02-03"' in shown
        wrong = cabinet.get(f"{page}?from=yesterday")
        assert "A day is needed" in wrong


def test_what_the_buttons_do_is_done_on_a_terminal(cabinet: Cabinet) -> None:
    payment = cabinet.bench.pay()
    client = cabinet.client
    commands = commands_of(cabinet.get(f"/payments/{payment.id}"))
    paths = [one.partition("/control/")[2].split()[0] for one in commands]
    verbs = [path.rpartition("/")[2] for path in paths]
    assert verbs[1:] == ["refund", "repeat", "clock", "age", "fiscal"]
    told = {verb: run(client, one) for verb, one in zip(verbs, commands, strict=True)}
    assert {verb: answer.status_code for verb, answer in told.items() if verb != "age"} == {
        verb: 200 for verb in verbs if verb != "age"
    }
    assert told["age"].json is not None
    assert told["age"].json["do"] == "see [database]", "there is none here"
    assert cabinet.bench.go_on(payment).reason == 5


def test_of_a_waiting_payment_too(cabinet: Cabinet) -> None:
    payment = cabinet.bench.begin()
    look, cancel, _ = commands_of(cabinet.get(f"/payments/{payment.id}"))
    assert run(cabinet.client, look).status_code == 200
    assert run(cabinet.client, cancel).status_code == 200
    assert cabinet.bench.server.payments.get(payment.id).state == 50
