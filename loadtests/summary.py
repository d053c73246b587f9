"""From what the engine left behind to the run as reports take it."""

from __future__ import annotations

from rich.console import Console
from rich.table import Table

from loadtests.board import Outcome
from loadtests.following import Ending
from loadtests.judging import shown
from loadtests.live import milliseconds
from loadtests.plan import Plan
from loadtests.results import ErrorGroup, LoadRun, Met, MethodStats, Threshold
from simulator.config import Loaded

_MARKS = {Met.OK: "ok", Met.BREACHED: "FAIL", Met.TOO_FEW: "FAIL"}


def load_run(
    loaded: Loaded, plan: Plan, outcome: Outcome, ending: Ending, command: str, version: str
) -> LoadRun:
    """Everything but the reckoning. The exit code is that of the load alone."""
    thresholds = tuple(
        Threshold(one.text, shown(one, observed), Met(met), samples)
        for one, (_, observed, samples, met) in zip(
            loaded.config.load.thresholds, outcome.thresholds, strict=True
        )
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
            ErrorGroup(method, text, count, deserved, example)
            for method, text, deserved, count, example in sorted(
                outcome.troubles, key=lambda one: (one[2], -one[3])
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
    found = list(outcome.notes)
    others = {
        name: count
        for name, count in sorted(outcome.payments.items())
        if name not in ("performed", "refunded")
    }
    if others:
        told = ", ".join(f"{count} {name}" for name, count in others.items())
        found.append(f"payments that did not end in a paid order: {told}")
    if ending.kills:
        found.append(f"the merchant was killed and started again {ending.kills} times")
    return found


def _exit_code(ending: Ending, outcome: Outcome, thresholds: tuple[Threshold, ...]) -> int:
    if ending.code:
        return ending.code
    if outcome.failed:
        return 1
    return 5 if any(one.met is not Met.OK for one in thresholds) else 0


def show_summary(console: Console, run: LoadRun, folder: str) -> None:
    """What was measured, what it was held against, and the exit code."""
    table = Table()
    table.add_column("ms")
    names = list(run.methods[0].percentiles) if run.methods else []
    for name in ("calls", "errors", *names):
        table.add_column(name, justify="right")
    for one in run.methods:
        latencies = [milliseconds(value) for value in one.percentiles.values()]
        table.add_row(one.method, str(one.calls), str(one.errors), *latencies)
    console.print(table)
    for group in run.errors:
        kind = "refused as it should be" if group.deserved else "error"
        console.print(
            f" {kind}: {group.method}: {group.code}: {group.count}x"
            + (f", first {group.example}" if group.example and not group.deserved else ""),
            highlight=False,
            markup=False,
        )
    for threshold in run.thresholds:
        console.print(
            f" {_MARKS[threshold.met]:<5} {threshold.text}   {threshold.observed}"
            f"   {threshold.samples} samples"
            + (f"   {threshold.met.value}" if threshold.met is Met.TOO_FEW else ""),
            highlight=False,
            markup=False,
        )
    for note in run.notes:
        console.print(f" note: {note}", highlight=False, markup=False)
    if run.stopped:
        console.print(f" ended early: {run.stopped}", highlight=False, markup=False)
    rate = f" ({run.payments / run.seconds:.1f}/s)" if run.seconds else ""
    console.print(
        f" {run.payments} orders paid{rate}, {run.calls} calls in {run.seconds} s\n"
        f" files {folder}\n exit {run.exit_code}",
        highlight=False,
        markup=False,
    )
