"""Folders of scenarios written for one test."""

from __future__ import annotations

from pathlib import Path
from textwrap import dedent

import pytest

from simulator.conformance.load import Catalogue, PlacedScenario, load_catalogue
from simulator.conformance.yamlfile import ScenarioError

RULE = """
- code: PM-{code}
  id: {id}
  level: {level}
  group: {group}
  text: {text}
  source: https://developer.help.paycom.uz/protokol-merchant-api
"""
CREATED = """
id: created
title: An order with a live transaction
steps:
  - id: create
    call: CreateTransaction
    params: {id: $new.transaction_id, time: $now, amount: $with.order.amount,
             account: $with.order.account}
    rule: create.works
    repeat: 1
    expect: {result: {state: 1}}
"""


def rule(code: str, rule_id: str, level: str = "must") -> str:
    """A row of rules.yaml."""
    group = rule_id.partition(".")[0]
    return RULE.format(code=code, id=rule_id, level=level, group=group, text=f"Keep {rule_id}.")


RULES = rule("CR-01", "create.works") + rule("CR-02", "create.busy", "should")


class Folder:
    """A folder of scenarios, with two rules and a fragment in it."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.write("rules.yaml", RULES)
        self.write("fragments/created.yaml", CREATED)

    def write(self, name: str, text: str) -> None:
        path = self.path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(dedent(text).lstrip("\n"), encoding="utf-8")

    def scenario(self, steps: str, head: str = "given: {order: {}}", name: str = "a.yaml") -> None:
        """Write a scenario of these steps; `head` is everything between title and steps."""
        title = f"id: some.{name.partition('.')[0]}\ntitle: A sentence\nrules: [create.works]\n"
        self.write(name, f"{title}{dedent(head).strip()}\nsteps:\n{_indented(steps)}")

    def load(self, extra: Path | None = None) -> Catalogue:
        return load_catalogue(extra, self.path)

    def loaded(self) -> PlacedScenario:
        """The only scenario of the folder."""
        (scenario,) = self.load().scenarios
        return scenario

    def refused(self, extra: Path | None = None) -> str:
        """The message with which the folder is refused."""
        with pytest.raises(ScenarioError) as caught:
            self.load(extra)
        return str(caught.value)


def _indented(steps: str) -> str:
    lines = dedent(steps).strip("\n").splitlines()
    return "".join(f"  {line}\n" for line in lines)
