"""`reproduce`: the UNIQUE error before its repair, what the repair leaves broken, and it right.

Nothing of what is shown is known beforehand: three merchants are started, called, looked at, and
judged by scenarios of the catalogue. The exit code says whether it came out as it is told.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace

import click
from rich.console import Console

from simulator.caller.client import Call
from simulator.caller.wire import Exchange
from simulator.cli.reference import clean_environment, reference_config
from simulator.cli.settings import load_settings
from simulator.cli.target import Choices, Opened, TargetError, open_target, start_process
from simulator.config import Loaded
from simulator.conformance.events import Event, Outcome, ScenarioFinished
from simulator.conformance.floor import Floor, elapsed_ms
from simulator.conformance.load import Catalogue, load_catalogue
from simulator.conformance.ports import NotLooked
from simulator.conformance.runner import Runner, jobs_of
from simulator.conformance.selection import Selection, select
from simulator.observers.process import MerchantProcess
from simulator.protocol.vocabulary import Method
from simulator.reports.story import Attempt, Found, Story, wrong

ERROR = "sqlite3.IntegrityError: UNIQUE constraint failed: payments.order_id"
FIRST = "create.updates-existing-order"
SHOPS = {
    "before-fix": "looks for the transaction; not finding it, inserts the order once more",
    "after-fix": "finds the order's row, and writes the transaction over whatever is there",
    "reference": "keeps every transaction in a row of its own, under a lock",
}
_SEED = 7


@dataclass(frozen=True, slots=True)
class Bug:
    """What the repair forgets: in words, and the scenario and rule that tell of it."""

    words: str
    scenario: str
    rule: str


FORGOTTEN = (
    Bug(
        "a cancelled transaction is forgotten",
        "cancel.kept-after-new-payment",
        "cancel.kept-after-new-payment",
    ),
    Bug(
        "a live one is written over by a second id",
        "create.second-leaves-first",
        "create.second-leaves-first",
    ),
    Bug("the amount is not looked at", "amount.wrong-create", "amount.exact"),
    Bug(
        "ten payments of one order at once: all taken",
        "race.create-different-ids",
        "race.create-one-winner",
    ),
    Bug(
        "one call ten times at once: answers differ",
        "race.create-same-id",
        "create.repeat-same-answer",
    ),
)
RIGHT = (FIRST, *(bug.scenario for bug in FORGOTTEN), "official.*", "create.repeat*")


def run_reproduce() -> int:
    """Tell the story. Exit code 1 if anything in it came out otherwise."""
    try:
        with ExitStack() as stack:
            return _tell(stack)
    except TargetError as error:
        click.echo(str(error), err=True)
        return error.exit_code
    except NotLooked as error:
        click.echo(str(error), err=True)
        return 3
    except KeyboardInterrupt:
        click.echo("interrupted", err=True)
        return 130


class Shop:
    """One of the three, running in a folder of its own."""

    def __init__(self, name: str, stack: ExitStack) -> None:
        """Start it; it is stopped with the stack. Raises TargetError."""
        set_up = "one-time" if name == "reference" else name
        path, variables = stack.enter_context(reference_config(set_up, "default"))
        environ = {**clean_environment(), **variables}
        self._loaded: Loaded = load_settings(path, None, None, environ)
        self._process: MerchantProcess | None = start_process(self._loaded, stack, environ)

    def open(self, catalogue: Catalogue, stack: ExitStack) -> None:
        """Wait until it answers. Raises TargetError."""
        self._catalogue = catalogue
        choices = Choices("default", strict=False, seed=_SEED, wait=None)
        self._opened: Opened = stack.enter_context(
            open_target(self._loaded, self._process, catalogue.rules, choices, _unheard, Floor())
        )

    def attempt(self) -> Attempt:
        """Make an order as a customer does, and create its transaction twice, as Payme does."""
        world, log = self._opened.world, self._opened.log
        database = world.eyes.database
        assert database is not None
        assert log is not None
        mark = log.mark()
        order = world.make_order(None)
        before = len(database.order_rows(order))
        call = Call(
            Method.CREATE,
            {
                "id": world.fresh.transaction_id(),
                "time": world.fresh.now(),
                "amount": order.amount,
                "account": order.account,
            },
        )
        assert isinstance(call.params, dict)
        payme_id = str(call.params["id"])
        first, again = world.caller.call(call).answer, world.caller.call(call).answer
        return Attempt(
            number=order.number,
            amount_sum=order.amount_sum,
            payme_id=payme_id,
            answer=first,
            again=again,
            rows_before=before,
            rows=len(database.order_rows(order)),
            stored=len(database.transactions([payme_id])),
            log=tuple((line.place, line.text) for line in log.since(mark)),
        )

    def run(self, *globs: str, patient: bool = False) -> list[ScenarioFinished]:
        """Run scenarios that do not take long, `patient` with the many rounds of `--all`.

        Raises TargetError if the merchant dies of them.
        """
        heard: list[ScenarioFinished] = []

        def listen(event: Event) -> None:
            if isinstance(event, ScenarioFinished):
                heard.append(event)

        catalogue = self._catalogue
        wanted = Selection(only=globs, everything=patient)
        chosen = select(catalogue.scenarios, catalogue.rules, wanted)
        quick = [s for s in chosen if not {"slow", "wait"} & set(s.scenario.tags)]
        floor = Floor()  # a run closes its own
        world = replace(self._opened.world, pause=floor.pause)
        runner = Runner(world, listen, floor, self._loaded.config.merchant.url)
        runner.run(jobs_of(quick))
        if runner.interrupted:
            raise KeyboardInterrupt
        if runner.gone:
            raise TargetError(runner.gone, 3)
        return heard


def _tell(stack: ExitStack) -> int:
    started = time.monotonic_ns()
    console = Console()
    story = Story(console)
    story.title()
    shops = {name: Shop(name, stack) for name in SHOPS}  # all start while the first is looked at
    catalogue = load_catalogue()
    for shop in shops.values():
        shop.open(catalogue, stack)
    unlike = [
        *_before(story, shops["before-fix"]),
        *_after(story, shops["after-fix"]),
        *_right(story, shops["reference"]),
    ]
    story.end(unlike, elapsed_ms(started))
    return 1 if unlike else 0


def _before(story: Story, shop: Shop) -> list[str]:
    story.chapter(1, "before-fix", SHOPS["before-fix"])
    attempt = shop.attempt()
    story.order(attempt)
    story.calls(attempt)
    story.log(attempt, [ERROR, "[SQL: INSERT INTO payments"])
    story.rows(attempt)
    [judged] = shop.run(FIRST)
    story.scenario(judged)
    found = {c.verdict for c in judged.checks if c.rule == FIRST and c.outcome is Outcome.FAILED}
    return _unless(
        {
            f"before-fix: the log has no line {ERROR}": ERROR in [text for _, text in attempt.log],
            "before-fix: the payment was taken": not attempt.stored,
            "before-fix: the order has not one row": (attempt.rows_before, attempt.rows) == (1, 1),
            f"before-fix: {FIRST} did not fail in answer, database and log": len(found) == 3,
        }
    )


def _after(story: Story, shop: Shop) -> list[str]:
    story.chapter(2, "after-fix", SHOPS["after-fix"])
    attempt = shop.attempt()
    story.order(attempt)
    story.calls(attempt)
    story.log(attempt, ["Payment updated successfully"])
    story.rows(attempt)
    [judged] = shop.run(FIRST)
    story.scenario(judged)
    unlike = _unless(
        {
            "after-fix: the payment was not taken": attempt.worked,
            f"after-fix: {FIRST} did not pass": not wrong([judged]),
        }
    )
    story.forgotten()
    for bug in FORGOTTEN:
        found = _find(shop.run(bug.scenario), bug)
        if found.check is None:  # a race is not lost in every run
            found = _find(shop.run(bug.scenario, patient=True), bug)
        story.bug(found)
        if found.check is None:
            unlike.append(f"after-fix: {bug.scenario} did not find that {bug.words}")
    return unlike


def _find(finished: Sequence[ScenarioFinished], bug: Bug) -> Found:
    checks = [
        check
        for one in finished
        for check in one.checks
        if check.rule == bug.rule and check.outcome is Outcome.FAILED
    ]
    return Found(bug.words, bug.scenario, next(iter(checks), None))


def _right(story: Story, shop: Shop) -> list[str]:
    story.chapter(3, "reference", SHOPS["reference"])
    attempt = shop.attempt()
    story.order(attempt)
    story.calls(attempt)
    story.log(attempt, ["Payment updated successfully"])
    story.rows(attempt)
    started = time.monotonic_ns()
    finished = shop.run(*RIGHT)
    story.green(finished, elapsed_ms(started))
    return _unless(
        {
            "reference: the payment was not taken": attempt.worked,
            "reference: a check is not as it should be": not wrong(finished),
        }
    )


def _unless(so: dict[str, bool]) -> list[str]:
    return [what for what, held in so.items() if not held]


def _unheard(exchange: Exchange) -> None:
    """Nobody shows single calls here."""
