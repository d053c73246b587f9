"""`list`, `explain`, `schema` and `config show`: what there is, without a merchant."""

from __future__ import annotations

import json

from tests.simulator.cli.command import ROOT, Command
from tests.simulator.cli.conftest import Compare


def test_list(command: Command) -> None:
    ran = command("list")
    assert (ran.code, ran.err) == (0, "")
    assert "PM-CR-01  must" in ran.out
    assert ran.out.splitlines()[-1].strip().endswith("scenarios")


def test_list_as_json(command: Command) -> None:
    ran = command.within("list", "--json")
    data = json.loads(ran.out)
    assert (ran.code, data["version"]) == (0, 1)
    assert {"create.works"} <= {rule["id"] for rule in data["rules"]}
    shown = {scenario["id"]: scenario for scenario in data["scenarios"]}
    assert shown["create.works"]["file"] == "scenarios/create/works.yaml"


def test_explain(command: Command) -> None:
    ran = command("explain", "pm-cr-02")
    assert (ran.code, ran.err) == (0, "")
    assert ran.out.split()[:3] == ["PM-CR-02", "must", "create.repeat-same-answer"]
    for word in ("why", "fix", "source", "try it"):
        assert word in ran.out


def test_explain_something_unknown(command: Command, whole: Compare) -> None:
    whole("explain-unknown", command.within("explain", "create.repeat-same-anser"))


def test_own_scenarios_are_listed_too(command: Command) -> None:
    command.write("mine/a.yaml", OWN)
    ran = command.within("list", "--json", "--scenarios", "mine")
    files = [scenario["file"] for scenario in json.loads(ran.out)["scenarios"]]
    assert (ran.code, files[-1]) == (0, "mine/a.yaml")


OWN = """\
id: mine.a
title: Mine
rules: [create.works]
steps:
  - {id: one, call: CheckTransaction, params: {id: $new.transaction_id}}
"""


def test_own_scenarios_with_slips(command: Command, whole: Compare) -> None:
    command.write("mine/a.yaml", OWN.replace("$new.transaction_id", "$ordr.id"))
    command.write("mine/b.yaml", OWN.replace("mine.a", "mine.b").replace("call:", "cal:"))
    command.write("mine/c.yaml", OWN.replace("rules: [create.works]", "rules: [create.wroks]"))
    whole("slips", command("check", "--scenarios", "mine"))


def test_the_schema_can_be_written_and_checked(command: Command) -> None:
    assert command.within("schema", "s.json").code == 0
    committed = (ROOT / "scenarios" / "schema.json").read_text(encoding="utf-8")
    assert (command.folder / "s.json").read_text(encoding="utf-8") == committed
    assert command.within("schema", "s.json", "--check").code == 0
    command.write("s.json", "{}")
    ran = command.within("schema", "s.json", "--check")
    assert (ran.code, ran.err) == (
        1,
        "s.json is not in step with the format; run: payme-sandbox schema\n",
    )


def test_a_schema_that_cannot_be_written(command: Command) -> None:
    ran = command.within("schema")
    assert ran.code == 2
    assert ran.err.startswith("scenarios/schema.json cannot be written: No such file")


def test_config_show(command: Command, whole: Compare) -> None:
    command.merchant("http://127.0.0.1:5000/pay", 'timeout = "3s"', "log = false")
    command.variables["PAYME_SANDBOX_REFUNDS"] = "false"
    whole("config-show", command("config", "show", "--url", "http://127.0.0.1:5001/pay"))


def test_config_show_without_a_file(command: Command) -> None:
    ran = command.within("config", "show", "--key", "flag-key-of-many-letters")
    assert ran.code == 0
    assert "flag-key" not in ran.out
    assert "--key" in ran.out


def test_config_show_of_a_file_that_is_wrong(command: Command) -> None:
    command.write("payme-sandbox.toml", "[merchant]\nurll = 5\n")
    ran = command.within("config", "show")
    assert ran.code == 2
    assert ran.err.startswith("payme-sandbox.toml:2:1: merchant.urll is not a known key")
