"""From what the engine left behind to the run as reports take it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from loadtests.board import Outcome
from loadtests.following import Ending
from loadtests.plan import Plan
from loadtests.playing import FAILED, SCENARIO
from loadtests.results import BEGUN_LATE, ErrorGroup, LoadRun, Met, MethodStats, Threshold
from simulator.protocol.vocabulary import Code
from simulator.reports.text import counted


def load_run(plan: Plan, outcome: Outcome, ending: Ending, command: str, version: str) -> LoadRun:
    """Everything but the reckoning. The exit code is that of the load alone."""
    thresholds = tuple(
        Threshold(text, observed, met, samples)
        for text, observed, samples, met in outcome.thresholds
    )
    stopped = ending.stopped or outcome.failed or outcome.stopped
    return LoadRun(
        target=plan.url,
        seed=plan.seed,
        command=command,
        started_at=outcome.began,
        seconds=outcome.elapsed_ms // 1000,
        model="open" if plan.rate is not None else "closed",
        shape=plan.shape,
        users=plan.rate if plan.rate is not None else plan.users,
        workers=outcome.workers,
        payments=sum(outcome.payments.get(name, 0) for name in ("performed", "refunded")),
        thresholds=thresholds,
        methods=tuple(_method(name, numbers) for name, numbers in outcome.methods.items()),
        series=tuple(outcome.series),
        errors=tuple(
            ErrorGroup(method, text, count, blame == "call", example, blame == "down")
            for method, text, blame, count, example in sorted(
                outcome.troubles, key=lambda one: (one[2] != "merchant", one[2], -one[3])
            )
        ),
        notes=(*_notes(outcome, ending),),
        stopped=stopped,
        exit_code=_exit_code(ending, outcome, thresholds),
        version=version,
    )


def _method(name: str, numbers: dict[str, int]) -> MethodStats:
    percentiles = {key: numbers[key] for key in ("p50", "p95", "p99", "p99.9", "max")}
    return MethodStats(name, numbers["calls"], numbers["errors"], percentiles)


def _notes(outcome: Outcome, ending: Ending) -> list[str]:
    found = [*outcome.notes, *_scenarios(outcome.payments)]
    others = {
        name: count
        for name, count in sorted(outcome.payments.items())
        if name not in ("performed", "refunded", BEGUN_LATE) and not name.startswith(SCENARIO)
    }
    if late := outcome.payments.get(BEGUN_LATE, 0):
        found.append(
            f"{counted(late, 'payment')} began late, as all payers were busy, and the wait is in "
            "the latencies: with more --users it is the merchant alone that is measured"
        )
    if others:
        told = ", ".join(f"{count} {name}" for name, count in others.items())
        found.append(f"payments that did not end in a paid order: {told}")
    if any(text.endswith(str(int(Code.UNAUTHORIZED))) for _, text, *_ in outcome.troubles):
        found.append(
            "-32504 is what a merchant answers to a wrong key: is merchant.key that of its kassa?"
        )
    if ending.kills:
        times = "once" if ending.kills == 1 else f"{ending.kills} times"
        found.append(f"the merchant was killed and started again {times}; it could not answer then")
    return found


def _scenarios(payments: Mapping[str, int]) -> Iterator[str]:
    """How often each scenario was gone through, and how often it was not as expected."""
    names = {one.removesuffix(FAILED) for one in payments if one.startswith(SCENARIO)}
    for name in sorted(names):
        good, bad = payments.get(name, 0), payments.get(name + FAILED, 0)
        yield f"{name}: {counted(good + bad, 'time')}, {bad} not as expected"


def _exit_code(ending: Ending, outcome: Outcome, thresholds: tuple[Threshold, ...]) -> int:
    if ending.code:
        return ending.code
    if outcome.failed:
        return 1
    return 5 if any(one.met is not Met.OK for one in thresholds) else 0
