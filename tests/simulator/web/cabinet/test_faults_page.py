"""Faults as a page: made, watched, switched off, deleted."""

from __future__ import annotations

import pytest

from simulator.web.faults import NewFault
from simulator.web.kassas import NewKassa
from tests.simulator.web.cabinet.conftest import Cabinet, texts
from tests.simulator.web.conftest import KASSA
from tests.simulator.web.merchant import KEY, PRICE
from tests.simulator.web.terminal import commands_of, run

FORM = {"kind": "drop-reply", "percent": "100", "seed": "0", "delay_ms": "5000", "count": "2"}


def test_a_rule_is_made_and_counts(cabinet: Cabinet) -> None:
    assert "Nothing goes wrong on purpose" in cabinet.get("/faults")
    more = {
        "kind": "delay",
        "delay_ms": "70",
        "method": "CreateTransaction",
        "times": "2",
        "nth": "1",
        "amount": "100 000",
        "account_glob": "A-*",
        "percent": "99",
        "seed": "7",
    }
    page = texts(cabinet.done("/faults", **FORM | more))
    (rule,) = cabinet.bench.server.faults.all(KASSA)
    made = (rule.kind, rule.delay_ms, rule.method, rule.times_left, rule.nth, rule.amount)
    assert made == ("delay", 70, "CreateTransaction", 2, 1, 100_000)
    assert (rule.account_glob, rule.percent, rule.seed) == ("A-*", 99, 7)
    for told in ("delay", "70 ms", "call 1 only", "A-*", "99 % by chance, seed 7", "2 left"):
        assert told in page
    cabinet.bench.pay()
    assert cabinet.bench.slept == [70]
    assert "spoiled 1 of 1 matching calls" in texts(cabinet.get("/faults"))


def test_a_rule_is_switched_and_deleted(cabinet: Cabinet) -> None:
    cabinet.done("/faults", **FORM)
    (rule,) = cabinet.bench.server.faults.all()
    for active in ("no", "yes"):
        cabinet.done(f"/faults/{rule.id}/switch", active=active)
        assert cabinet.bench.server.faults.get(rule.id).active is (active == "yes")
    cabinet.done(f"/faults/{rule.id}/remove")
    assert cabinet.bench.server.faults.all() == []
    assert cabinet.post(f"/faults/{rule.id}/remove").status_code == 404


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("percent", "101", "From 1 to 100."),
        ("percent", "often", "A whole number is needed."),
        ("count", "1", "From 2 to 32."),
        ("delay_ms", "999999", "From 1 to 120,000."),
        ("nth", "0", "From 1 to"),
        ("times", "0", "From 1 to"),
        ("amount", "1.5", "A whole number is needed."),
    ],
)
def test_what_cannot_be_is_said_at_its_field(
    field: str, value: str, said: str, cabinet: Cabinet
) -> None:
    kind = {"count": "burst", "delay_ms": "delay"}.get(field, "drop-reply")
    answer = cabinet.post("/faults", **FORM | {field: value, "account_glob": "<b>", "kind": kind})
    assert answer.status_code == 422
    assert said in answer.text
    assert f'aria-describedby="{field}-error"' in answer.text
    assert 'value="&lt;b&gt;"' in answer.text, "what was typed stays"
    assert cabinet.bench.server.faults.all() == []


def test_what_belongs_to_another_kind_is_not_looked_at(cabinet: Cabinet) -> None:
    """The form does not show it."""
    cabinet.done("/faults", **FORM | {"count": "none", "delay_ms": "-1"})
    (rule,) = cabinet.bench.server.faults.all()
    assert rule.kind == "drop-reply"


def test_each_kassa_has_its_own(cabinet: Cabinet) -> None:
    other = cabinet.bench.server.kassas.add(
        NewKassa(name="other", url=cabinet.bench.merchant.url, key=KEY)
    )
    cabinet.done("/faults", **FORM)
    (rule,) = cabinet.bench.server.faults.all()
    assert "Nothing goes wrong on purpose" in cabinet.get(f"/faults?kassa={other.id}")
    assert cabinet.post(f"/faults/{rule.id}/remove").status_code == 404


def test_the_same_rule_is_made_on_a_terminal(cabinet: Cabinet) -> None:
    faults = cabinet.bench.server.faults
    for new in (
        NewFault(KASSA, "delay", delay_ms=7, times=3, account_glob="it's *"),
        NewFault(KASSA, "burst", count=5, method="CreateTransaction", nth=2, amount=PRICE),
        NewFault(KASSA, "wrong-key", percent=10, seed=4),
    ):
        made = faults.add(new)
        (command,) = commands_of(cabinet.get("/faults"))
        faults.remove(made.id)
        answer = run(cabinet.client, command)
        assert answer.json is not None
        again = faults.get(answer.json["id"])
        for name in ("kind", "method", "nth", "amount", "account_glob", "percent", "seed"):
            assert getattr(again, name) == getattr(made, name), name
        assert (again.count, again.times_left) == (made.count, made.times_left)
        assert made.kind != "delay" or again.delay_ms == made.delay_ms
        faults.remove(again.id)
