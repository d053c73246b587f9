"""Runs and the sandbox's pages, without a browser."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, get_args

import pytest

from simulator.web.control.schemas import PageName, SequenceName
from simulator.web.kassas import CONFIGURED
from simulator.web.pages import chains
from tests.simulator.web.merchant import KEY, PRICE, error, serving
from tests.simulator.web.pages.conftest import Pages, Plain, loaded_for, pages_of
from tests.simulator.web.terminal import run as terminal

LIMIT_MS = 60_000


@pytest.fixture
def pages() -> Iterator[Pages]:
    with serving(Plain()) as merchant:
        yield from pages_of(loaded_for(merchant), merchant)


def _post(pages: Pages, path: str, status: int = 201, **body: Any) -> Any:
    answer = pages.client.post(f"/control{path}", json=body)
    assert answer.status_code == status, answer.text
    return answer.json


def _get(pages: Pages, path: str, status: int = 200) -> Any:
    answer = pages.client.get(f"/control{path}")
    assert answer.status_code == status, answer.text
    return answer.json


def test_the_paths_are_the_pages() -> None:
    assert set(get_args(PageName)) == set(chains.BY_SLUG)
    kinds = [chains.official(*kind) for kind in ((True, True), (True, False), (False, True))]
    assert set(get_args(SequenceName)) == {name for kind in kinds for name, _ in kind}


def test_a_scenario_is_run_and_its_reports_are_taken(pages: Pages) -> None:
    body: dict[str, Any] = {"scenarios": ["check.unknown"], "profile": "docs", "strict": True}
    body["seed"] = 7
    run = _post(pages, "/runs", **body, wait_ms=LIMIT_MS)
    assert (run["over"], run["kind"], run["scenarios_done"]) == (True, "selection", 1)
    command = "payme-sandbox check --only check.unknown --profile docs --strict --seed 7"
    assert run["command"] == command
    assert run["totals"]["passed"] > 0
    path = f"/runs/{run['id']}"
    page = pages.client.get(f"/control{path}/report.html")
    assert page.headers["Content-Security-Policy"].startswith("sandbox allow-scripts ")
    report = _get(pages, f"{path}/report.json")
    assert (report["command"], report["exit_code"]) == (command, run["exit_code"])
    (kept,) = _get(pages, "/runs")["runs"]
    assert kept == {name: run[name] for name in kept}
    assert f"{run['id']}/report" in pages.get("/runs"), "the page has the same run"


def test_what_fails_is_told_with_its_rule_and_its_calls(pages: Pages) -> None:
    pages.merchant.plan("CheckTransaction", *[error(-31050)] * 3)
    run = _post(pages, "/runs", scenarios=["check.unknown"], wait_ms=LIMIT_MS)
    assert run["exit_code"] == 1
    (scenario,) = run["scenarios"]
    wrong = [check for check in scenario["checks"] if check["outcome"] == "failed"]
    assert all(check["rule"] and check["usual_cause"] and check["fix"] for check in wrong)
    step = next(step for step in scenario["steps"] if step["checks"])
    (first, *_) = step["exchanges"]
    assert first["number"] in step["checks"][0]["calls"]
    assert json.loads(first["answer_body"])["error"]["code"] == -31050
    assert first["curl"].startswith("curl -sS")
    assert KEY not in json.dumps(run)


def test_a_page_is_played(pages: Pages) -> None:
    """Its calls, what was expected of each, every check; and the next page goes on from there."""
    run = _post(pages, "/sandbox/create-transaction", wait_ms=LIMIT_MS)
    assert (run["over"], run["kind"], run["name"]) == (True, "page", "create-transaction")
    (scenario,) = run["scenarios"]
    create = next(one for one in scenario["steps"] if one["call"] == "CreateTransaction")
    assert create["expected"]
    assert create["checks"]
    assert (create["outcome"], create["own_look"]) == ("passed", False)
    sent = pages.merchant.sent("CreateTransaction")
    assert sent[0]["amount"] == PRICE
    assert _get(pages, f"/runs/{run['id']}/report.json", 404)["title"] == "no such report"
    next_page = next(
        one for one in _get(pages, "/sandbox")["pages"] if one["page"] == "perform-transaction"
    )
    default = {field["name"]: field["default"] for field in next_page["fields"]}
    assert default == {"transaction": sent[0]["id"], "state": 1}
    performed = _post(pages, "/sandbox/perform-transaction", wait_ms=LIMIT_MS)
    assert performed["exit_code"] == 0
    assert pages.merchant.state(sent[0]["id"]) == 2
    assert "/control/sandbox/perform-transaction" in performed["command"]
    assert sent[0]["id"] in performed["command"]


def test_an_account_is_sent_as_it_was_typed(pages: Pages) -> None:
    account = {"order_id": 17}
    _post(pages, "/sandbox/check-perform-transaction", account=account, wait_ms=LIMIT_MS)
    assert pages.merchant.sent("CheckPerformTransaction")[0]["account"] == account


def test_an_order_that_was_made_is_known_to_the_pages(pages: Pages) -> None:
    order = _post(pages, "/orders")
    assert pages.site.memory[CONFIGURED].known(order["account"]) is not None


@pytest.mark.parametrize(
    ("page", "body", "member"),
    [
        ("perform-transaction", {"amount": 5, "transaction": "1"}, "amount"),
        ("perform-transaction", {}, "transaction"),
        ("perform-transaction", {"state": 0, "transaction": "1"}, "state"),
        ("create-transaction", {"amount": 0}, "amount"),
        ("create-transaction", {"account": {"phone": "1"}}, "account"),
    ],
    ids=str,
)
def test_what_does_not_fit_the_page(
    pages: Pages, page: str, body: dict[str, Any], member: str
) -> None:
    told = _post(pages, f"/sandbox/{page}", 409, **body)
    assert (told["member"], told["title"]) == (member, "not for this page")
    assert told["accepted"]
    assert pages.merchant.calls == []


@pytest.mark.parametrize(
    "body", [{"state": 3}, {"amount": "5"}, {"account": {}}, {"colour": 1}, {"reason": 9}], ids=str
)
def test_a_form_that_is_not_as_described(pages: Pages, body: dict[str, Any]) -> None:
    _post(pages, "/sandbox/cancel-transaction", 422, **body)


def test_a_sequence_is_played(pages: Pages) -> None:
    names = [one["name"] for one in _get(pages, "/sandbox")["sequences"]]
    assert names == ["first", "second", "both"]
    run = _post(pages, "/sandbox/sequences/second", wait_ms=LIMIT_MS)
    assert (run["over"], run["kind"], run["scenarios_all"]) == (True, "sequence", 1)
    assert {step["outcome"] for step in run["scenarios"][0]["steps"]} == {"passed"}
    assert "not for such a merchant" in _post(pages, "/sandbox/sequences/accumulating", 409)["seen"]


def test_runs_that_follow_at_once_share_no_order(pages: Pages) -> None:
    orders = []
    for _ in range(3):
        orders.append(_post(pages, "/orders")["number"])
        pages.merchant.calls.clear()
        _post(pages, "/sandbox/sequences/second", wait_ms=LIMIT_MS)
        sent = pages.merchant.sent("CreateTransaction")
        orders += sorted({params["account"]["order_id"] for params in sent})
    assert len(set(orders)) == len(orders) > 3


def test_a_second_run_is_refused_and_the_first_is_stopped(pages: Pages) -> None:
    with pages.merchant.lock:
        run = _post(pages, "/runs", tags=["create"])
        assert (run["over"], run["exit_code"]) == (False, None)
        for path in ("/runs", "/sandbox/create-transaction", "/sandbox/sequences/both"):
            assert run["id"] in _post(pages, path, 409)["do"]
        assert _post(pages, f"/runs/{run['id']}/stop", 200)["over"] is False
    over = _get(pages, f"/runs/{run['id']}?wait_ms={LIMIT_MS}")
    assert (over["over"], over["exit_code"], over["stopped"]) == (True, 130, "stopped by hand")
    assert _post(pages, f"/runs/{run['id']}/stop", 200) == over, "what is over stays as it is"


def test_of_another_kassa_the_command_names_it(pages: Pages) -> None:
    """`payme-sandbox check` knows the configuration's merchant only."""
    body: Any = {"name": "other", "url": pages.merchant.url, "key": KEY}
    other = _post(pages, "/kassas", **body)["id"]
    wish: dict[str, Any] = {"scenarios": ["check.unknown"], "seed": 5, "strict": True}
    run = _post(pages, "/runs", kassa=other, wait_ms=LIMIT_MS, **wish)
    again = terminal(pages.client, run["command"]).json
    assert again is not None
    for name in ("kassa_id", "kind", "name", "totals", "exit_code"):
        assert again[name] == run[name], name
    assert again["command"] == run["command"]
    first = _post(pages, "/sandbox/sequences/first", kassa=other, wait_ms=LIMIT_MS)
    assert terminal(pages.client, first["command"]).status_code == 201
    assert [one["kassa_id"] for one in _get(pages, f"/runs?kassa={other}")["runs"]] == [other] * 4
    assert _get(pages, f"/runs?kassa={CONFIGURED}")["runs"] == []


def test_a_report_that_had_to_go(pages: Pages) -> None:
    pages.site.runs.shelf.keep = 1
    old, new = (
        _post(pages, "/runs", scenarios=["check.unknown"], wait_ms=LIMIT_MS) for _ in range(2)
    )
    assert (new["report"], new["report_removed"]) == (True, False)
    told = {one["id"]: one for one in _get(pages, "/runs")["runs"]}
    assert (told[old["id"]]["report"], told[old["id"]]["report_removed"]) == (False, True)
    assert told[old["id"]]["totals"] == old["totals"]
    for kind in ("html", "json"):
        problem = _get(pages, f"/runs/{old['id']}/report.{kind}", 404)
        assert "was removed" in problem["seen"]
        assert problem["do"] == f"GET /control/runs/{old['id']}"


def test_nothing_is_selected(pages: Pages) -> None:
    told = _post(pages, "/runs", 409, scenarios=["chek.unknown"])
    assert "check.unknown" in told["accepted"]
    assert _get(pages, "/runs")["runs"] == []


def test_a_run_before_the_last_start_is_known_by_its_record(pages: Pages) -> None:
    run = _post(pages, "/runs", scenarios=["check.unknown"], wait_ms=LIMIT_MS)
    pages.site.runs.close()
    pages.site.runs._runs.clear()
    old = _get(pages, f"/runs/{run['id']}")
    assert old == {**run, "scenarios_done": 0, "scenarios_all": 0, "scenarios": None}
    assert _get(pages, f"/runs/{'a' * 16}", 404)["title"] == "no such run"


def test_runs_of_a_kassa_that_is_not_there(pages: Pages) -> None:
    for path in ("/runs", "/sandbox"):
        assert _get(pages, f"{path}?kassa={'f' * 24}", 404)["title"] == "no such kassa"
