"""A scenario written in a test, run against the scripted merchant."""

from __future__ import annotations

from textwrap import dedent, indent

from simulator.conformance.events import Check, Event, Outcome, ScenarioFinished, Verdict
from simulator.conformance.floor import Floor
from simulator.conformance.load import PlacedScenario, load_scenario
from simulator.conformance.runner import Runner, jobs_of
from simulator.conformance.yamlfile import parse
from tests.simulator.conformance.files import CREATED
from tests.simulator.conformance.merchant import URL, Stage, stage

FRAGMENTS = {"created": parse(CREATED, "fragments/created.yaml")}
CREATE = """
- id: create
  call: CreateTransaction
  params: {id: $new.transaction_id, time: $now, amount: $order.amount, account: $order.account}
"""


def scenario(steps: str, head: str = "given: {order: {}}", name: str = "some.scenario") -> str:
    """The text of a scenario of these steps."""
    body = indent(dedent(steps).strip("\n"), "  ")
    top = f"id: {name}\ntitle: A sentence\nrules: [some.rule]"
    return f"{top}\n{dedent(head).strip()}\nsteps:\n{body}\n"


def placed(text: str, on: Stage) -> PlacedScenario:
    return load_scenario(parse(text, "a.yaml"), FRAGMENTS, on.world.rules)


class Seen:
    """What a run came to."""

    def __init__(self) -> None:
        self.events: list[Event] = []

    def __call__(self, event: Event) -> None:
        self.events.append(event)

    @property
    def checks(self) -> list[Check]:
        return [
            check
            for event in self.events
            if isinstance(event, ScenarioFinished)
            for check in event.checks
        ]

    def by(self, outcome: Outcome) -> list[tuple[str, str]]:
        """Rule and step of the checks with this outcome."""
        return [(check.rule, check.step) for check in self.checks if check.outcome is outcome]

    @property
    def failed(self) -> list[tuple[str, str]]:
        return self.by(Outcome.FAILED)

    def of(self, rule: str, verdict: Verdict = Verdict.ANSWER) -> list[Check]:
        """The checks of a rule."""
        return [c for c in self.checks if c.rule == rule and c.verdict is verdict]

    def one(self, rule: str, verdict: Verdict = Verdict.ANSWER) -> Check:
        """The only check of a rule."""
        (found,) = self.of(rule, verdict)
        return found


def run(*texts: str, on: Stage | None = None, floor: Floor | None = None) -> Seen:
    """Run scenarios one after the other; whatever is checked is in the answer."""
    on = on or stage()
    seen = Seen()
    runner = Runner(on.world, seen, floor or Floor(), URL)
    runner.run(jobs_of([placed(text, on) for text in texts]))
    return seen
