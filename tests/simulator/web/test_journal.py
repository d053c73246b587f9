"""Every exchange is kept, found again, and told in other formats."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from sqlalchemy import inspect

from simulator.conformance.load import load_catalogue
from simulator.web.exports import har, scenario
from simulator.web.journal import Journal, Wanted
from simulator.web.problems import Problem
from simulator.web.store import Store
from tests.simulator.web.conftest import KASSA, Bench
from tests.simulator.web.merchant import error


@pytest.fixture
def journal(bench: Bench) -> Journal:
    """With two payments, one of them refused."""
    bench.pay("Zq-17")
    bench.begin("none-99")
    return bench.server.journal


@pytest.mark.parametrize(
    ("wanted", "methods"),
    [
        (Wanted(), ["CheckPerform", "Perform", "Create", "CheckPerform"]),
        (Wanted(method="CreateTransaction"), ["Create"]),
        (Wanted(verdict="error"), ["CheckPerform"]),
        (Wanted(verdict="flaw"), []),
        (Wanted(text="none-99"), ["CheckPerform"]),
        (Wanted(text="NONE-99 check"), ["CheckPerform"]),
        (Wanted(text="нет"), ["CheckPerform"]),
        (Wanted(text="Zq"), ["Create", "CheckPerform"]),
        (Wanted(text='"Photo"'), ["CheckPerform"]),
        (Wanted(text="100% _"), []),
        (Wanted(text="\x00 AND *"), []),
        (Wanted(limit=1), ["CheckPerform"]),
        (Wanted(before=2), ["CheckPerform"]),
        (Wanted(kassa="0" * 24), []),
        (
            Wanted(origin="payment", faulted=False, kassa=KASSA, limit=2),
            ["CheckPerform", "Perform"],
        ),
        (Wanted(faulted=True), []),
    ],
    ids=str,
)
def test_search(journal: Journal, wanted: Wanted, methods: list[str]) -> None:
    found = [one.method.removesuffix("Transaction") for one in journal.search(wanted)]
    assert found == methods


@pytest.mark.parametrize("text", ["none-99", "Photo"])
def test_search_without_an_index(journal: Journal, text: str) -> None:
    journal.store.has_search = False
    assert len(journal.search(Wanted(text=text))) == 1


def test_the_oldest_are_forgotten(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("simulator.web.journal._PRUNE_EVERY", 2)
    bench.server.journal.keep = 3
    for number in range(4):
        bench.begin(f"order-{number}")
    kept = [one.id for one in bench.server.journal.oldest_first(Wanted())]
    assert kept == [2, 3, 4]
    assert [one.id for one in bench.server.journal.search(Wanted(text="order-"))] == [4, 3, 2]


def test_a_lost_answer_is_a_flaw(bench: Bench) -> None:
    bench.merchant.plan("CreateTransaction", "silent")
    bench.pay()
    (found,) = bench.server.journal.search(Wanted(verdict="flaw"))
    assert (found.failure, found.status, found.answer_body) == ("closed", None, b"")
    assert found.failure_text


def test_har(bench: Bench, journal: Journal) -> None:
    log = har(journal.oldest_first(Wanted()))["log"]
    assert log["version"] == "1.2"
    first = log["entries"][0]
    assert first["request"]["method"] == "POST"
    assert json.loads(first["request"]["postData"]["text"])["method"] == "CheckPerformTransaction"
    assert first["response"]["status"] == 200
    assert json.loads(first["response"]["content"]["text"])["result"]["allow"] is True
    assert {h["name"] for h in first["request"]["headers"]} >= {"Authorization", "Content-Type"}


def test_a_recorded_scenario_is_one_that_check_takes(bench: Bench, tmp_path: Path) -> None:
    payment = bench.pay()
    bench.server.payments.cancel(payment.id)
    bench.go_on(payment)
    bench.merchant.plan("CreateTransaction", error(-31008))
    bench.pay("B-2")
    text = scenario(bench.server.journal.oldest_first(Wanted()))
    (tmp_path / "recorded.yaml").write_text(text, encoding="utf-8")
    placed = next(s for s in load_catalogue(tmp_path).scenarios if s.id == "recorded.recorded")
    steps = placed.scenario.steps
    assert [step.call for step in steps] == [
        "CheckPerformTransaction",
        "CreateTransaction",
        "PerformTransaction",
        "CancelTransaction",
        "CheckPerformTransaction",
        "CreateTransaction",
    ]
    assert steps[2].params == {"id": "$create-2.params.id"}
    assert steps[3].params == {"id": "$create-2.params.id", "reason": 5}
    assert steps[5].expect is not None
    assert steps[5].expect.error == -31008
    assert set(placed.scenario.given) == {"order", "order2"}


def test_nothing_to_replay(bench: Bench) -> None:
    with pytest.raises(Problem, match="nothing to replay"):
        scenario([])


def test_curl(client: FlaskClient, journal: Journal) -> None:
    told = client.get("/control/exchanges/1/curl").json
    assert told is not None
    assert told["curl"].startswith("curl ")
    assert "$PAYME_KEY" in told["curl"]


def test_the_search_is_there(bench: Bench) -> None:
    """Python's own SQLite has had the index since 2020; without it a search reads everything."""
    assert Store(None).has_search


def test_a_file_of_an_earlier_version_gets_its_missing_indexes(tmp_path: Path) -> None:
    path = tmp_path / "sandbox.db"
    Store(path).close()
    with closing(sqlite3.connect(path)) as earlier:
        earlier.execute("DROP INDEX exchanges_sent")
        earlier.commit()
    store = Store(path)
    assert "exchanges_sent" in {
        one["name"] for one in inspect(store.engine).get_indexes("exchanges")
    }
    store.close()
