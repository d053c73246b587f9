"""The journal: what is found in it, one exchange, and what is taken away."""

from __future__ import annotations

import json
import re

import pytest

from simulator.web.faults import NewFault
from tests.simulator.web.cabinet.conftest import Cabinet, texts
from tests.simulator.web.conftest import KASSA
from tests.simulator.web.merchant import KEY, error

HOSTILE = "<script>window.owned=1</script>"


def rows(page: str) -> int:
    return page.count("<tr>") + page.count('<tr class="spoiled">') - 1


def test_an_empty_journal(cabinet: Cabinet) -> None:
    assert "No calls have been made yet" in cabinet.get("/journal")


def test_filters_and_search(cabinet: Cabinet) -> None:
    cabinet.bench.server.faults.add(
        NewFault(KASSA, "drop-reply", method="CreateTransaction", times=1)
    )
    payment = cabinet.bench.pay("A-1")
    cabinet.bench.go_on(payment, 2_000)
    cabinet.bench.merchant.plan("CheckPerformTransaction", error(-31051))
    cabinet.bench.begin("A-2")
    for query, count in (
        ("", 5),
        ("method=PerformTransaction", 1),
        ("verdict=error", 1),
        ("verdict=flaw", 1),
        ("faulted=yes", 1),
        ("faulted=no", 4),
        ("origin=payment", 5),
        (f"payment={payment.id}", 4),
        (f"text={payment.id}", 4),
        ("text=A-2", 1),
        ("method=unknown", 5),
    ):
        assert rows(cabinet.get(f"/journal?{query}")) == count, query
    assert "Nothing is found" in cabinet.get("/journal?text=nowhere-to-be-found")
    assert "on purpose: reply is lost" in cabinet.get("/journal?faulted=yes")
    assert "attempt 2" in cabinet.get("/journal")


def test_pages_follow_each_other(cabinet: Cabinet) -> None:
    for number in range(55):
        cabinet.bench.begin(f"A-{number}")
    assert rows(cabinet.get("/journal")) == 50
    assert rows(cabinet.get("/journal?before=6")) == 5
    assert "before=6" in cabinet.get("/journal")


def test_one_exchange_is_shown_whole_and_its_key_is_not(cabinet: Cabinet) -> None:
    payment = cabinet.bench.pay()
    page = cabinet.get("/journal/2")
    words = texts(page)
    assert "CreateTransaction № 2" in words
    assert "Content-Type application/json" in words
    assert "&#34;create_time&#34;" in page
    assert "curl -sS" in words
    assert KEY not in page
    assert f"/payments/{payment.id}" in page
    assert "/journal/1" in page
    assert "/journal/3" in page


def test_a_fault_of_ours_is_told_of(cabinet: Cabinet) -> None:
    cabinet.bench.server.faults.add(NewFault(KASSA, "half-body", times=1))
    cabinet.bench.begin()
    assert "This call was spoiled on purpose" in cabinet.get("/journal/1")


def test_a_body_that_is_too_long_is_cut_on_a_line_of_its_own(cabinet: Cabinet) -> None:
    cabinet.bench.merchant.plan("CheckPerformTransaction", "x" * 9_000)
    cabinet.bench.begin()
    assert "x…</span>\n… cut here, 9000 bytes in all</pre>" in cabinet.get("/journal/1")


def test_nothing_that_a_merchant_says_is_markup(cabinet: Cabinet) -> None:
    cabinet.bench.merchant.plan("CheckPerformTransaction", HOSTILE, error(-31050, HOSTILE))
    cabinet.bench.begin(HOSTILE)
    cabinet.bench.begin("A-2")
    for path in ("/journal", "/journal/1", "/journal/2", "/journal?text=%3Cscript%3Ewindow"):
        assert "<script>window" not in cabinet.get(path)
    assert "&lt;script&gt;window.owned=1" in cabinet.get("/journal/1")


def test_what_is_found_is_taken_away(cabinet: Cabinet) -> None:
    payment = cabinet.bench.pay()
    har = cabinet.client.get("/journal/payme-sandbox.har?method=CreateTransaction")
    assert har.headers["Content-Disposition"] == 'attachment; filename="payme-sandbox.har"'
    (entry,) = json.loads(har.text)["log"]["entries"]
    assert entry["_method"] == "CreateTransaction"
    (only,) = json.loads(cabinet.client.get("/journal/payme-sandbox.har?number=3").text)["log"][
        "entries"
    ]
    assert only["_method"] == "PerformTransaction"
    recorded = cabinet.client.get(f"/journal/recorded.yaml?payment={payment.id}").text
    calls = re.findall(r"call: (\w+)", recorded)
    assert calls == ["CheckPerformTransaction", "CreateTransaction", "PerformTransaction"]
    empty = cabinet.client.get("/journal/recorded.yaml?text=nowhere-to-be-found")
    assert empty.status_code == 409


@pytest.mark.parametrize("number", ["0", "999", "x", "9" * 40, "-1", "٣"])
def test_no_such_exchange(number: str, cabinet: Cabinet) -> None:
    cabinet.get(f"/journal/{number}", status=404)
