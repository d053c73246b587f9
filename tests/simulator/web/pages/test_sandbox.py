"""The sandbox's pages against a merchant: what is sent, how it is judged, what is shown."""

from __future__ import annotations

import pytest

from simulator.web.kassas import NewKassa
from simulator.web.pages.chains import PAGES
from tests.simulator.web.merchant import KEY, Merchant, error, serving
from tests.simulator.web.pages.conftest import Pages, Plain
from tests.simulator.web.terminal import commands_of
from tests.simulator.web.terminal import run as terminal

FORM = {"account_type": "one-time", "account_state": "awaiting", "amount": "100000"}


def outcomes(pages: Pages, path: str, **fields: str) -> list[tuple[str, str]]:
    """Each step of a page's run, with its outcome."""
    run = pages.run(f"/sandbox/{path}", **fields)
    (scenario,) = run.progress.scenarios.values()
    return [(step.name, step.outcome) for step in scenario.steps if not step.is_ours]


def test_the_whole_create_page_and_what_follows(pages: Pages) -> None:
    made = outcomes(pages, "create-transaction", **FORM)
    assert [name for name, _ in made] == [
        "create-check-perform",
        "create",
        "create-repeat",
        "create-check",
        "create-second",
    ]
    assert {outcome for _, outcome in made} == {"passed"}
    memory = pages.site.memory["65a000000000000000000001"]
    assert memory.transaction == pages.merchant.sent("CreateTransaction")[0]["id"]
    for page, state, reason in (("perform", "1", ""), ("cancel", "2", "5"), ("cancel", "-2", "5")):
        fields = {"transaction": memory.transaction, "state": state, "reason": reason}
        done = outcomes(pages, f"{page}-transaction", **fields)
        assert {outcome for _, outcome in done} == {"passed"}, (page, state, done)
    assert memory.state == -2


@pytest.mark.parametrize(
    ("path", "fields"),
    [
        ("invalid-amount", {"amount": "1"}),
        ("check-perform-transaction", FORM),
        ("get-statement", {"period": "day"}),
        ("set-fiscal-data", {"transaction": "65f0c0ffee00000000000abc", "document": "PERFORM"}),
        ("check-transaction", {"transaction": "65f0c0ffee00000000000abc", "state": "0"}),
    ],
)
def test_pages_that_need_nothing_before(pages: Pages, path: str, fields: dict[str, str]) -> None:
    if path == "set-fiscal-data":
        pages.merchant.plan("SetFiscalData", error(-32601))
    assert {outcome for _, outcome in outcomes(pages, path, **fields)} == {"passed"}


def test_an_account_that_is_typed_is_sent_as_it_is(pages: Pages) -> None:
    outcomes(pages, "invalid-account", amount="100000", **{"account.order_id": "none-$now"})
    outcomes(pages, "invalid-account", amount="100000", **{"account.order_id": "$now"})
    sent = [params["account"] for params in pages.merchant.sent("CheckPerformTransaction")]
    assert sent == [{"order_id": "none-$now"}, {"order_id": "$now"}]


def test_a_wrong_key_is_what_the_authorization_page_sends(pages: Pages) -> None:
    """This merchant of the tests looks at no key, so every method is told of."""
    done = outcomes(pages, "invalid-authorization", credentials="wrong-key", amount="100000")
    assert len(done) == 6
    assert {outcome for _, outcome in done} == {"failed"}


def test_a_failure_shows_the_rule_its_cause_and_the_curl(pages: Pages) -> None:
    pages.merchant.plan("CheckPerformTransaction", error(-31050, {"ru": "a", "uz": "b", "en": "c"}))
    run = pages.run("/sandbox/check-perform-transaction", **FORM)
    shown = pages.get(f"/sandbox/check-perform-transaction?run={run.id}")
    for part in ("official.check-perform", "Sum and tiyin are mixed up", "curl -sS", "−31050"):
        assert part in shown
    assert "Usual cause" in shown


def test_a_form_that_is_wrong_sends_nothing_and_says_what(pages: Pages) -> None:
    answer = pages.post("/sandbox/create-transaction", **{**FORM, "amount": "1.5"})
    assert answer.status_code == 422
    assert 'aria-describedby="amount-error"' in answer.text
    assert 'value="1.5"' in answer.text
    assert pages.merchant.calls == []


def test_a_busy_account_must_be_refused(pages: Pages) -> None:
    outcomes(pages, "create-transaction", **FORM, **{"account.order_id": "A-1"})
    busy = {**FORM, "account_state": "processing", "account.order_id": "A-1"}
    assert {o for _, o in outcomes(pages, "check-perform-transaction", **busy)} == {"passed"}
    assert {o for _, o in outcomes(pages, "create-transaction", **busy)} == {"passed"}
    free = {**busy, "account.order_id": "A-2"}
    assert ("check-perform", "warned") in outcomes(pages, "check-perform-transaction", **free)


def test_a_fresh_order_fills_the_form(pages: Pages) -> None:
    answer = pages.post("/sandbox/order", back="create-transaction")
    assert answer.status_code == 303
    number = pages.site.memory["65a000000000000000000001"].order
    assert number is not None
    page = pages.get(answer.headers["Location"])
    assert f'value="{number.account["order_id"]}"' in page


def test_without_orders_the_account_is_typed(orderless: Pages) -> None:
    page = orderless.get("/sandbox/create-transaction")
    assert "disabled" in page
    assert orderless.post("/sandbox/create-transaction", **FORM).status_code == 422
    made = outcomes(orderless, "create-transaction", **FORM, **{"account.order_id": "A-1"})
    assert {outcome for _, outcome in made} == {"passed"}
    unknown = outcomes(orderless, "invalid-account", amount="5")
    assert [name for name, _ in unknown] == ["account-check", "account-create"]


def test_every_call_is_in_the_journal_with_its_key_masked(pages: Pages) -> None:
    run = pages.run("/sandbox/check-perform-transaction", **FORM)
    kept = pages.client.get("/control/exchanges").get_json()
    assert [one["origin"] for one in kept["exchanges"]] == ["sandbox"]
    shown = pages.get(f"/sandbox/check-perform-transaction?run={run.id}")
    assert "key-of-36" not in shown


@pytest.mark.parametrize("lang", ["ru", "uz", "en"])
def test_every_page_in_every_language(pages: Pages, lang: str) -> None:
    for page in PAGES:
        shown = pages.get(f"/sandbox/{page.slug}", lang)
        assert f'<html lang="{lang}">' in shown
        assert ">None<" not in shown


def test_the_language_is_what_was_chosen_or_asked_for(pages: Pages) -> None:
    asked = pages.client.get("/sandbox", headers={"Accept-Language": "uz-UZ,uz;q=0.9,en;q=0.5"})
    assert '<html lang="uz">' in asked.text
    assert '<html lang="ru">' in pages.client.get("/sandbox").text
    pages.get("/sandbox", "en")
    assert '<html lang="en">' in pages.client.get("/sandbox").text


HOSTILE = '</pre><script>window.owned=1</script><img src=x onerror="window.owned=1">\u202eevil'


def test_nothing_that_a_merchant_says_is_markup(pages: Pages) -> None:
    pages.merchant.plan("CheckPerformTransaction", error(-31050, HOSTILE, HOSTILE), HOSTILE)
    for _ in range(2):
        run = pages.run("/sandbox/check-perform-transaction", **FORM)
        shown = pages.get(f"/sandbox/check-perform-transaction?run={run.id}")
        assert "<script>window" not in shown
        assert "<img" not in shown
        assert "\u202e" not in shown
        assert "&lt;script&gt;" in shown


def test_a_typed_text_is_no_markup_either(pages: Pages) -> None:
    shown = pages.get('/sandbox/create-transaction?amount="><script>window.owned=1</script>')
    assert "<script>window" not in shown


def test_a_page_that_is_not_there(pages: Pages) -> None:
    answer = pages.client.get("/sandbox/none?lang=uz")
    assert answer.status_code == 404
    assert "Bunday sahifa" in answer.text


def test_an_old_form_is_refused(pages: Pages) -> None:
    answer = pages.client.post("/sandbox/order?lang=en", data={"csrf_token": "old"})
    assert answer.status_code == 400
    assert "The form is too old" in answer.text


def test_a_merchant_that_is_not_there(pages: Pages, merchant: Merchant) -> None:
    kassas = pages.site.server.kassas
    kassa = kassas.get("65a000000000000000000001")
    with pages.site.server.store.write() as session:
        session.merge(kassa).url = "http://127.0.0.1:9/payme"
    loaded = pages.site.server.loaded
    assert loaded is not None
    loaded.config.merchant.__dict__["url"] = "http://127.0.0.1:9/payme"
    run = pages.run("/sandbox/get-statement", period="day")
    assert run.progress.finished is not None
    assert "cannot be reached" in run.progress.finished.stopped


def test_another_kassa_is_chosen_and_run_against(pages: Pages) -> None:
    """It has no file, so nobody knows how its merchant makes orders, nor its database."""
    with serving(Plain()) as other:
        new = NewKassa(name="Second", url=other.url, key=KEY, account=("order_id", "branch"))
        second = pages.site.server.kassas.add(new)
        assert f'<option value="{second.id}"' in pages.get("/sandbox")
        chosen = pages.get(f"/sandbox/create-transaction?kassa={second.id}")
        assert 'name="account.branch"' in chosen
        assert 'name="account.branch"' in pages.get("/sandbox/create-transaction")
        made = outcomes(
            pages,
            "create-transaction",
            **FORM,
            **{"account.order_id": "B-1", "account.branch": "2"},
        )
        assert {outcome for _, outcome in made} == {"passed"}
        assert other.sent("CreateTransaction")[0]["account"] == {"order_id": "B-1", "branch": "2"}
        assert pages.merchant.calls == []


def test_a_page_is_played_again_on_a_terminal(pages: Pages) -> None:
    run = pages.run("/sandbox/create-transaction", **FORM, **{"account.order_id": "it's"})
    (command, *_) = commands_of(pages.get(f"/sandbox/create-transaction?run={run.id}"))
    answer = terminal(pages.client, command)
    assert answer.status_code == 201, answer.text
    assert answer.json is not None
    first, second = (pages.merchant.sent("CreateTransaction")[at]["account"] for at in (0, -1))
    assert first == second == {"order_id": "it's"}
