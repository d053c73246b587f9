"""Runs against merchants, good and bad: the verdict, the reports, and what they leave behind."""

from __future__ import annotations

import json
import sys
import threading
import xml.etree.ElementTree as ElementTree
from pathlib import Path
from typing import Any

import pytest

from simulator.conformance.load import load_catalogue
from tests.merchants.bugs import BUGS
from tests.merchants.habits import Habits
from tests.simulator.caller.servers import answer, closed_port, serving
from tests.simulator.cli.command import BLIND, KEY, MINE, Command
from tests.simulator.cli.conftest import Compare, Open
from tests.simulator.cli.test_refusals import orders_only

REPORTS = ("--json", "r/report.json", "--junit", "r/report.xml", "--html", "r/report.html")
DYING = Path(__file__).with_name("dying_merchant.py")


def habits(bug: str) -> Habits:
    return next(b.habits for b in BUGS if b.name == bug)


def report(command: Command) -> dict[str, Any]:
    """The JSON report; the others are looked at in passing."""
    folder = command.folder / "r"
    ElementTree.parse(folder / "report.xml")
    assert "</html>" in (folder / "report.html").read_text(encoding="utf-8")
    for path in folder.iterdir():
        assert KEY not in path.read_text(encoding="utf-8")
    data: dict[str, Any] = json.loads((folder / "report.json").read_text(encoding="utf-8"))
    return data


def test_a_good_merchant(shop: Open, whole: Compare) -> None:
    command = shop()
    ran = command("check", *MINE, "--seed", "7", *REPORTS)
    whole("good", ran)
    data = report(command)
    assert (ran.code, data["exit_code"], data["seed"]) == (0, 0, 7)
    assert data["totals"]["passed"] > 10
    assert not any(data["totals"][name] for name in ("failed", "warned", "not_testable", "known"))


NULL_TIMES = "types.null-times"
BROKEN = "types.seconds"


def test_a_failure_its_case_and_the_way_back(shop: Open) -> None:
    command = shop(habits(BROKEN))
    ran = command("check", *MINE, "--only", "check-perform.allow", *REPORTS)
    assert ran.code == 1
    failed = [c for c in report(command)["checks"] if c["outcome"] == "failed"]
    assert {c["rule"] for c in failed} >= {"types.times"}
    case = next(c["case"] for c in failed if c["scenario"] == "mine.pay")
    assert f"payme-sandbox replay {case}" in ran.out
    script = command.folder / ".payme-sandbox" / "cases" / f"{case}.sh"
    assert "curl" in script.read_text(encoding="utf-8")
    again = command("replay", case)
    assert again.code == 1
    assert "types.times" in again.out
    only = command.within("check", "--scenarios", "mine", "--last-failed", "--dry-run")
    assert only.code == 0
    assert {line.split()[0] for line in only.out.splitlines()} == {c["scenario"] for c in failed}


def test_a_failing_run_as_a_person_sees_it(shop: Open, whole: Compare) -> None:
    command = shop(habits(BROKEN))
    whole("failing", command("check", *MINE, "--seed", "7"))


def test_what_was_mended_is_not_asked_for_again(shop: Open) -> None:
    command = shop()
    names = {"scenarios": ["mine.pay", "cancel.works"]}
    command.write(".payme-sandbox/last-failed.json", json.dumps(names))
    assert command("check", *MINE).code == 0
    kept = json.loads((command.folder / ".payme-sandbox/last-failed.json").read_text())
    assert kept == {"scenarios": ["cancel.works"]}


def test_a_should_warns_unless_the_run_is_strict(shop: Open) -> None:
    command = shop(habits(NULL_TIMES))
    words = ("check", *MINE)
    ran = command(*words, *REPORTS)
    assert (ran.code, report(command)["totals"]["failed"]) == (0, 0)
    assert report(command)["totals"]["warned"] > 0
    assert command(*words, "--strict").code == 1


KNOWN = '[[known]]\ncode = "{code}"\nscenario = "*"\nreason = "r"\nowner = "o"\nuntil = {until}\n'


def test_a_baseline(shop: Open) -> None:
    command = shop(habits(BROKEN))
    words = ("check", *MINE, "--baseline", "b.toml", *REPORTS)
    codes = {rule.id: rule.code for rule in load_catalogue().rules.values()}
    broken, kept = ("types.times", "create.repeat-same-answer"), "create.works"
    entries = [KNOWN.format(code=codes[rule], until="2999-01-01") for rule in (*broken, kept)]
    command.write("b.toml", "".join(entries))
    ran = command(*words)
    outcomes = {c["rule"]: c["outcome"] for c in report(command)["checks"]}
    assert {outcomes[rule] for rule in broken} == {"known"}
    assert ran.code == 1
    assert f"stale, it does not fail any more: {codes[kept]}" in " ".join(ran.out.split())
    command.write("b.toml", KNOWN.format(code=codes["types.times"], until="2020-01-01"))
    expired = command(*words)
    assert expired.code == 1
    assert f"baseline: expired: {codes['types.times']}" in " ".join(expired.out.split())


def test_failures_may_be_reported_with_exit_code_zero(shop: Open) -> None:
    command = shop(habits(BROKEN))
    ran = command("check", *MINE, "--exit-zero", "--github", *REPORTS)
    assert ran.code == 0
    assert report(command)["totals"]["failed"] > 0
    assert "::error" in ran.out


def test_a_dry_run_calls_nobody(command: Command) -> None:
    command.merchant(f"http://127.0.0.1:{closed_port()}/pay", top=BLIND)
    ran = command("check", "--tag", "amount", "--dry-run")
    assert ran.code == 0
    assert len(ran.out.splitlines()) > 5
    assert ran.out.splitlines()[0].split()[0].count(".") >= 1
    assert not (command.folder / ".payme-sandbox").exists()


def _garbage() -> bytes:
    deep = b"[" * 500 + b"]" * 500
    odd = b'{"id": 1, "result": null, "error": {"code": [1], "message": "\\ud800", "data": {"a": 1}'
    return answer(odd + b', "\\udfff\\u0000\\u001b[31m": ' + deep + b"}}")


@pytest.mark.parametrize(
    "body",
    [
        answer(b"<!DOCTYPE html><script>alert(1)</script>", "500 Server Error"),
        answer(b'{"id": 1, "error": {"code": -31050, "data": ["\\ud800"], "message": {"ru": 5}}}'),
        _garbage(),
    ],
    ids=["html", "odd", "deep"],
)
def test_a_merchant_that_answers_garbage(command: Command, body: bytes) -> None:
    with serving(orders_only(lambda connection: connection.sendall(body))) as server:
        command.merchant(server.url.replace("/payme", "/pay"), top=BLIND)
        ran = command("check", *MINE, "--only", "statement.one", *REPORTS)
    assert ran.code == 1
    assert report(command)["totals"]["failed"] > 0
    assert "\x1b" not in ran.out


def test_a_merchant_that_dies_half_way(command: Command) -> None:
    port = closed_port()
    words = json.dumps([sys.executable, str(DYING), str(port), "8"])
    more = f"[process]\ncommand = {words}\n"
    command.merchant(f"http://127.0.0.1:{port}/pay", more, BLIND)
    ran = command("check", "--only", "check-perform.*", "--seed", "7", *REPORTS)
    assert ran.code == 3
    shown = " ".join(ran.out.split())
    assert "The merchant died during the run." in shown
    assert "out of memory" in shown
    assert "exit code 70" in shown
    data = report(command)
    assert data["exit_code"] == 3
    assert "transport.answers" in {c["rule"] for c in data["checks"] if c["outcome"] == "failed"}


def test_a_merchant_that_stops_answering_half_way(command: Command) -> None:
    served = iter(range(1000))

    def allow_some(connection: Any) -> None:
        if next(served) < 5:
            connection.sendall(answer(b'{"id": 1, "result": {"allow": true}}'))
        else:
            connection.recv(1)

    with serving(orders_only(allow_some)) as server:
        url = server.url.replace("/payme", "/pay")
        command.merchant(url, 'timeout = "100ms"', BLIND)
        ran = command("check", "--only", "check-perform.*", *REPORTS)
    assert ran.code == 3
    assert "the merchant hangs: 3 calls in a row got no whole answer within 100 ms" in (
        " ".join(ran.out.split())
    )
    assert report(command)["exit_code"] == 3


def test_the_first_failure_may_end_the_run(shop: Open) -> None:
    command = shop(habits(BROKEN))
    ran = command("check", "--only", "create.*", "--fail-fast", *REPORTS)
    assert ran.code == 1
    assert "--fail-fast: the first failure ends the run" in " ".join(ran.out.split())
    assert len({c["scenario"] for c in report(command)["checks"]}) < 10


def test_ctrl_c(command: Command) -> None:
    called, go_on = threading.Event(), threading.Event()
    served = iter(range(1000))

    def slow(connection: Any) -> None:
        if next(served) == 3:
            called.set()
            go_on.wait(60)
        connection.sendall(answer(b'{"id": 1, "result": {"allow": true}}'))

    def pressed() -> None:
        called.wait(60)
        threading.Timer(0.5, go_on.set).start()

    with serving(orders_only(slow)) as server:
        command.merchant(server.url.replace("/payme", "/pay"), top=BLIND)
        ran = command("check", "--only", "check-perform.*", *REPORTS, interrupt=pressed)
    assert ran.code == 130
    assert "interrupted: what had run is reported" in " ".join(ran.out.split())
    assert report(command)["exit_code"] == 130


def test_the_reference_merchant_several_scenarios_at_once(command: Command) -> None:
    words = ("--only", "create.s*", "--only", "cancel.*", "--jobs", "4")
    ran = command("check", *words, *REPORTS)
    assert ran.code == 0, ran.text
    assert report(command)["totals"]["failed"] == 0
    assert "--jobs" in ran.out
