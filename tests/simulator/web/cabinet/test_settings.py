"""Settings: kassas, the clock, snapshots, reset."""

from __future__ import annotations

import re

import pytest

from tests.simulator.web.cabinet.conftest import Cabinet
from tests.simulator.web.conftest import KASSA
from tests.simulator.web.merchant import KEY
from tests.simulator.web.terminal import commands_of, run

ESCAPED = KEY.replace("&", "&amp;")
SHOP = {
    "name": "second <b>",
    "key": "k-1",
    "account": "order_id, phone",
    "account_type": "one-time",
}


def test_a_key_is_shown_to_who_asks_for_it(cabinet: Cabinet) -> None:
    page = cabinet.get("/settings")
    assert ESCAPED not in page
    assert cabinet.client.post(f"/settings/kassas/{KASSA}/reveal").status_code == 400
    assert ESCAPED in cabinet.post(f"/settings/kassas/{KASSA}/reveal").text
    assert ESCAPED not in cabinet.get(f"/settings/kassas/{KASSA}/reveal"), "loaded anew: hidden"
    assert cabinet.post(f"/settings/kassas/{'a' * 24}/reveal").status_code == 404


def test_a_kassa_is_added_and_deleted(cabinet: Cabinet) -> None:
    page = cabinet.done("/settings/kassas", url=cabinet.bench.merchant.url, **SHOP)
    assert "second &lt;b&gt;" in page
    assert "<b>" not in page
    (made,) = (one for one in cabinet.bench.server.kassas.all() if one.id != KASSA)
    assert list(made.account) == ["order_id", "phone"]
    assert made.refunds is False
    assert "k-1" not in page
    cabinet.done(f"/settings/kassas/{made.id}/remove")
    assert [one.id for one in cabinet.bench.server.kassas.all()] == [KASSA]


@pytest.mark.parametrize(
    "wrong",
    [{"url": "http://shop.example/"}, {"url": "no"}, {"url": ""}, {"key": ""}, {"name": ""}],
)
def test_a_kassa_that_cannot_be(wrong: dict[str, str], cabinet: Cabinet) -> None:
    sent = {"url": cabinet.bench.merchant.url, **SHOP, **wrong}
    answer = cabinet.post("/settings/kassas", **sent)
    assert answer.status_code == 409
    assert "k-1" not in answer.text, "a key that was typed is not sent back"
    assert len(cabinet.bench.server.kassas.all()) == 1


def test_one_with_payments_stays(cabinet: Cabinet) -> None:
    cabinet.bench.begin()
    answer = cabinet.post(f"/settings/kassas/{KASSA}/remove")
    assert answer.status_code == 409
    assert "the kassa has payments" in answer.text


def test_one_is_forgotten_with_its_payments(cabinet: Cabinet) -> None:
    cabinet.bench.begin()
    cabinet.done(f"/settings/kassas/{KASSA}/remove", payments="yes")
    assert cabinet.bench.server.kassas.all() == []


def test_a_kassa_is_changed(cabinet: Cabinet) -> None:
    form = cabinet.get(f"/settings/kassas/{KASSA}")
    assert ESCAPED not in form
    fields = dict(re.findall(r'name="(\w+)" value="([^"]*)"', form))
    del fields["csrf_token"]
    page = cabinet.done(
        f"/settings/kassas/{KASSA}",
        **{**fields, "name": "renamed", "account": "phone, branch", "pauses_ms": "5 6"},
    )
    assert "renamed" in page
    (kassa,) = cabinet.bench.server.kassas.all()
    assert (list(kassa.account), kassa.retry["pauses_ms"]) == (["phone", "branch"], [5, 6])
    assert (kassa.url, kassa.timeout_ms) == (cabinet.bench.merchant.url, 10_000)
    assert cabinet.bench.server.kassas.key(kassa) == KEY, "none was typed: it stays"
    cabinet.done(f"/settings/kassas/{KASSA}", key="k-2")
    assert cabinet.bench.server.kassas.key(cabinet.bench.server.kassas.get(KASSA)) == "k-2"


@pytest.mark.parametrize(
    "wrong",
    [{"url": "http://shop.example/"}, {"attempts": "many"}, {"min_amount": "0"}, {"login": "a:b"}],
)
def test_a_kassa_cannot_become_so(wrong: dict[str, str], cabinet: Cabinet) -> None:
    before = cabinet.bench.server.kassas.get(KASSA)
    answer = cabinet.post(f"/settings/kassas/{KASSA}", **{"key": "k-2", **wrong})
    assert answer.status_code == 409
    assert next(iter(wrong.values())) in answer.text, "it can be mended"
    assert "k-2" not in answer.text
    after = cabinet.bench.server.kassas.get(KASSA)
    assert (after.url, after.key, after.retry) == (before.url, before.key, before.retry)
    assert cabinet.post(f"/settings/kassas/{'a' * 24}", name="x").status_code == 404


def test_time_is_put_forward(cabinet: Cabinet) -> None:
    assert "the true time" in cabinet.get("/settings")
    page = cabinet.done("/settings/clock", by_ms="3600000")
    assert "ahead of the true time" in page
    assert cabinet.bench.server.clock.shift_ms == 3_600_000
    assert cabinet.post("/settings/clock", by_ms="-5").status_code == 409


def test_a_snapshot_brings_back_what_was(cabinet: Cabinet) -> None:
    payment = cabinet.bench.begin()
    assert "1 payment" in cabinet.done("/settings/snapshots", name="before")
    later = cabinet.bench.pay("A-2")
    cabinet.done("/settings/snapshots/before/restore")
    assert payment.id in cabinet.get("/payments")
    assert later.id not in cabinet.get("/payments")
    cabinet.done("/settings/snapshots/before/forget")
    assert cabinet.bench.server.snapshots.all() == []
    assert cabinet.post("/settings/snapshots", name="a b").status_code == 409
    assert cabinet.post("/settings/snapshots/none/restore").status_code == 404


@pytest.mark.parametrize("journal", ["yes", ""])
def test_reset(journal: str, cabinet: Cabinet) -> None:
    cabinet.bench.pay()
    cabinet.done("/settings/reset", journal=journal)
    assert "There have been no payments yet" in cabinet.get("/payments")
    assert (cabinet.bench.server.journal.count() == 0) is (journal == "yes")


@pytest.mark.parametrize("lang", ["ru", "uz", "en"])
def test_every_page_without_a_kassa(lang: str, cabinet: Cabinet) -> None:
    cabinet.done("/settings/reset", journal="yes")
    assert cabinet.bench.server.kassas.all() == []
    for path in ("/payments", "/journal", "/faults", "/settings"):
        cabinet.get(path, lang)
    cabinet.get("/books", lang)


def test_clock_snapshots_and_reset_on_a_terminal(cabinet: Cabinet) -> None:
    cabinet.bench.begin()
    clock, take, restore, reset = commands_of(cabinet.get("/settings"))
    for command, status in ((clock, 200), (take, 201), (reset, 204)):
        assert run(cabinet.client, command).status_code == status
    assert cabinet.bench.server.payments.records.count_by_state() == {}
    assert run(cabinet.client, restore).status_code == 204
    assert cabinet.bench.server.payments.records.count_by_state() == {0: 1}
    assert cabinet.bench.server.clock.shift_ms == 60_000
