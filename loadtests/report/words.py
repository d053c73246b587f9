"""The words that all reports of a load run share."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from loadtests.results import ErrorGroup, Kind, LoadRun, Met, MethodStats, Reckoning, Threshold
from simulator.protocol.vocabulary import Method
from simulator.reports.text import counted, grouped

THRESHOLD_MARKS = {Met.OK: "ok", Met.BREACHED: "FAIL", Met.TOO_FEW: "FAIL"}
LOG = "forbidden lines in the log"
_EXITS = {
    2: "wrong usage or configuration",
    3: "the merchant is unreachable or died",
    129: "interrupted by SIGHUP",
    130: "interrupted",
    143: "interrupted by SIGTERM",
}
_KINDS = {
    Kind.LOST: "acknowledged, and not there any more",
    Kind.DOUBLED: "stored or listed more than once",
    Kind.REFUSED: "there although its creation was refused",
    Kind.STATE: "in another state than was acknowledged",
    Kind.AMOUNT: "of another amount than was sent",
    Kind.TIMES: "with times that were not answered",
    Kind.PAID_TWICE: "paid by two transactions",
    Kind.HELD_TWICE: "held by two live transactions",
    Kind.NOT_PAID: "not marked as paid, though its transaction is performed",
    Kind.PAID_BY_NOBODY: "marked as paid, though no transaction is performed",
    Kind.INVARIANT: "not as your own SQL under [[database.invariants]] wants it",
    Kind.STUCK: "open, and not settled when Payme asked again",
}


def headline(run: LoadRun) -> str:
    """The verdict for somebody who reads nothing else."""
    reckoning = run.reckoning
    if reckoning is not None and not reckoning.good:
        return _bad_headline(reckoning)
    if run.exit_code not in (0, 1, 5):
        return f"No verdict: {_EXITS.get(run.exit_code, 'the run did not finish')}"
    breached = [one for one in run.thresholds if one.met is not Met.OK]
    adds_up = agreement(reckoning)
    if breached and run.exit_code != 1:
        of = f"{len(breached)} of {counted(len(run.thresholds), 'threshold')} breached"
        return f"{of}; {adds_up}"
    if run.exit_code == 1:
        return f"No verdict: {run.stopped.partition(chr(10))[0] or 'the load broke'}"
    met = f", {counted(len(run.thresholds), 'threshold')} met" if run.thresholds else ""
    return f"{adds_up[0].upper()}{adds_up[1:]}{met}"


def _bad_headline(reckoning: Reckoning) -> str:
    """The worst there is comes first; a log with a traceback says nothing of the money."""
    lines = counted(sum(one.count for one in reckoning.log), "forbidden line") + " in the log"
    also = f", {lines}" if reckoning.log else ""
    if any(reckoning.counts.values()):
        unable = ", something could not be looked at" if reckoning.unable else ""
        total = counted(sum(reckoning.counts.values()), "finding")
        return f"The money does not add up: {total}{also}{unable}"
    if reckoning.unable:
        return f"The reckoning is incomplete: something could not be looked at{also}"
    return f"{lines}; {agreement(reckoning)}"


def agreement(reckoning: Reckoning | None) -> str:
    """What a reckoning without findings means: nothing, if there was nothing to compare."""
    if reckoning is None:
        return "nothing was reconciled"
    if not reckoning.compared.get("Payme"):
        return "no transaction came about that could be reconciled"
    return "the money adds up"


def exit_words(run: LoadRun) -> str:
    """The exit code and why."""
    if run.exit_code == 0:
        errors = sum(one.count for one in run.errors if not one.excuse)
        allowed = f", with {counted(errors, 'error')} that the thresholds allow" if errors else ""
        return f"exit 0: all good{allowed}"
    if run.exit_code == 5:
        return "exit 5: a load threshold was breached"
    if run.exit_code == 1:
        return f"exit 1: {_why_1(run)}"
    return f"exit {run.exit_code}: {_EXITS.get(run.exit_code, 'see above')}"


def _why_1(run: LoadRun) -> str:
    reckoning = run.reckoning
    if reckoning is None or reckoning.good:
        return "the load could not go on" if run.stopped else "the load broke"
    if any(reckoning.counts.values()):
        return "the money does not add up"
    return "the reckoning is incomplete" if reckoning.unable else "forbidden lines in the log"


def load_words(run: LoadRun) -> str:
    """How the load was made."""
    if run.model == "open":
        how = f"{counted(run.users, 'payment')} a second begun (open model)"
    else:
        how = f"{counted(run.users, 'payer')} (closed model)"
    workers = f", {counted(run.workers, 'process', 'processes')}" if run.workers > 1 else ""
    return f"{how}, {run.shape}, {run.seconds} s{workers}"


def totals_words(run: LoadRun) -> str:
    """What came of it."""
    rate = f", {tenths(run.payments * 10, run.seconds)} a second" if run.seconds else ""
    errors = sum(one.count for one in run.errors if not one.excuse)
    down = sum(one.count for one in run.errors if one.down)
    return (
        f"{counted(run.payments, 'order')} paid{rate}; {counted(run.calls, 'call')}, "
        f"{counted(errors, 'error')}"
        + (f", {grouped(down)} not answered while the merchant was down" if down else "")
    )


def tenths(tens: int, of: int) -> str:
    """A quotient with one digit after the point; `tens` is ten times the dividend."""
    whole = tens // of if of else 0
    return f"{whole // 10}.{whole % 10}"


def ms(us: int) -> str:
    """Microseconds as milliseconds with three digits that count; none is 0."""
    if not us:
        return "–"
    if us < 10_000:
        return f"{us // 1000}.{us % 1000 // 10:02d}"
    return f"{us // 1000}.{us % 1000 // 100}" if us < 100_000 else grouped(us // 1000)


def threshold_words(one: Threshold) -> str:
    """What was observed."""
    few = ", too few samples" if one.met is Met.TOO_FEW else ""
    return f"{one.observed} over {counted(one.samples, 'sample')}{few}"


def kinds(reckoning: Reckoning) -> Iterator[tuple[Kind, str, int]]:
    """Every kind with its words and how many there are, those that there are first."""
    found = [(kind, _KINDS[kind], reckoning.counts.get(kind, 0)) for kind in Kind]
    yield from sorted(found, key=lambda one: one[2] == 0)


def compared_words(reckoning: Reckoning) -> str:
    """How many were compared, by source."""
    return ", ".join(f"{name} {grouped(count)}" for name, count in reckoning.compared.items())


def later_words(reckoning: Reckoning) -> str:
    """What was done without an acknowledgement, and what Payme asked again; empty if nothing."""
    parts = [f"{grouped(count)} {name}" for name, count in reckoning.later.items()]
    said = f"{', '.join(parts)} without an answer, which is no failure" if parts else ""
    if reckoning.asked_again:
        asked = f"{counted(reckoning.asked_again, 'call')} without a result asked again"
        return f"{said}; {asked}" if said else asked
    return said


def excused_last(run: LoadRun) -> list[ErrorGroup]:
    """Errors, those of the merchant first, the most frequent first."""
    return sorted(run.errors, key=lambda one: (one.excuse != "", one.excuse, -one.count))


_ORDER = {method.value: place for place, method in enumerate(Method)}


def in_order(methods: Iterable[str]) -> list[str]:
    """Methods in the order of a payment."""
    return sorted(methods, key=lambda name: (_ORDER.get(name, len(_ORDER)), name))


def methods_in_order(run: LoadRun) -> list[MethodStats]:
    """All methods of the run, likewise."""
    found = {one.method: one for one in run.methods}
    return [found[name] for name in in_order(found)]
