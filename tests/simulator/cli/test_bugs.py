"""`bugs`: the list of the zoo, and the matrix."""

from __future__ import annotations

import importlib
import json

import pytest

from simulator.reports.zoo import Row, Seen
from tests.simulator.cli.command import Command


def test_list(command: Command) -> None:
    ran = command("bugs")

    assert (ran.code, ran.err) == (0, "")
    assert "perform.new-time-each" in ran.out
    assert "perform.repeat-same-answer" in ran.out
    assert ran.out.splitlines()[-1].strip().endswith("bugs")


def test_list_as_json_of_some(command: Command) -> None:
    ran = command("bugs", "--json", "--only", "perform.new-time-*", "--only", "perform.works")

    rows = {row["name"]: row for row in json.loads(ran.out)}
    assert rows["perform.new-time-each"]["rule"] == "perform.repeat-same-answer"
    assert rows["perform.new-time-each"]["family"] == "perform"
    assert "perform.demands-amount" in rows  # by the rule it breaks
    assert "perform.order-forgotten" not in rows


def test_nothing_of_that_name(command: Command) -> None:
    ran = command("bugs", "--only", "nothing.*")

    assert (ran.code, ran.out) == (4, "")
    assert ran.err == "no bug is called nothing.*. See: payme-sandbox bugs\n"


def test_slips(command: Command) -> None:
    assert command.within("bugs", "--html", "a.html").code == 2
    assert command.within("bugs", "--matrix", "--json").code == 2
    assert command.within("bugs", "--json", "a.json").code == 2


@pytest.mark.timeout(300)
def test_matrix_of_one(command: Command) -> None:
    ran = command(
        *("bugs", "--matrix", "--only", "perform.new-time-each"),
        *("--json", "matrix.json", "--html", "matrix.html"),
        patience=280,
    )

    assert ran.code == 0, ran.text
    assert "1 of 1 bug caught" in ran.out
    assert "the reference clean in 1 of 1 set-up" in ran.out
    document = json.loads((command.folder / "matrix.json").read_text(encoding="utf-8"))
    none, row = document["rows"]
    assert (none["caught"], none["told"]) == ("clean", [])
    assert row["caught"] == "caught"
    assert "perform.repeat-same-answer" in {told["rule"] for told in row["told"]}
    assert "perform.new-time-each" in (command.folder / "matrix.html").read_text(encoding="utf-8")


def test_missed_bug_fails_the_matrix(command: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    def missed(rows: list[Row], *_: object) -> list[Seen]:
        return [Seen(row, ()) for row in rows]

    monkeypatch.setattr(importlib.import_module("simulator.cli.bugs"), "run_matrix", missed)
    ran = command.within("bugs", "--matrix", "--only", "perform.new-time-each")

    assert ran.code == 1
    assert "MISSED  perform.new-time-each" in ran.out
    assert "0 of 1 bug caught" in ran.out


def test_backend_does_not_know_a_bug(command: Command) -> None:
    command.variables["PAYME_BACKEND_KEY"] = "key"
    ran = command("backend", "--bug", "perform.new-time-eahc")

    assert ran.code == 2
    assert "'perform.new-time-eahc' is no bug (near: perform.new-time-each" in ran.err
