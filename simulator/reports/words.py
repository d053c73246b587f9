"""The words that all reports share: marks for outcomes, reasons for exit codes, ways to go on."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from simulator.conformance.events import Check, Level, Outcome
from simulator.reports.collect import Finding, Run
from simulator.reports.grouping import verdicts
from simulator.reports.text import counted

CASES = ".payme-sandbox/cases"
PROGRAM = "payme-sandbox"
UNSEEN = "not looked at"

MARKS = {
    Outcome.PASSED: "ok",
    Outcome.FAILED: "FAIL",
    Outcome.WARNED: "warn",
    Outcome.NOT_TESTABLE: "not testable",
    Outcome.KNOWN: "known",
    Outcome.SKIPPED: "skipped",
}
_LEVEL_FAILED = {
    Level.MUST: "a must failed",
    Level.SHOULD: "a should failed in a strict run",
    Level.MAY: "a may failed",
}
_EXITS = {
    0: "all good",
    2: "wrong usage, configuration or scenario file",
    3: "the merchant is unreachable or died",
    4: "nothing was selected",
    5: "a load threshold was breached",
    129: "interrupted by SIGHUP",
    130: "interrupted",
    143: "interrupted by SIGTERM",
}


def replay_command(case: str) -> str:
    """What to type to see the case again."""
    return f"{PROGRAM} replay {case}"


def curl_script(case: str, folder: str = CASES) -> str:
    """Where the case's calls lie as curl commands."""
    return f"{folder}/{case}.sh"


def explain_command(name: str) -> str:
    """What to type to read about a rule."""
    return f"{PROGRAM} explain {name}"


def verdict_word(checks: Iterable[Check]) -> str:
    """One word for what a verdict's checks came to; `not looked at` if there are none."""
    seen = {check.outcome for check in checks}
    for outcome, word in MARKS.items():
        if outcome is not Outcome.PASSED and outcome is not Outcome.SKIPPED and outcome in seen:
            return word
    if Outcome.PASSED in seen:
        return MARKS[Outcome.PASSED]
    return MARKS[Outcome.SKIPPED] if seen else UNSEEN


def step_verdicts(finding: Finding) -> list[tuple[str, str]]:
    """The four verdicts of a finding's step, each with its word."""
    return [(str(verdict), verdict_word(checks)) for verdict, checks in verdicts(finding).items()]


def exit_words(run: Run) -> str:
    """The exit code and why, in words: `exit 1: a must failed`."""
    if run.finished is None:
        return "the run did not finish"
    code, broken = run.finished.exit_code, _broken_words(run)
    if code == 1:
        return f"exit 1: {broken or 'something that should hold does not'}"
    if code == 0 and broken:
        return f"exit 0: {broken}, but the exit code was asked to stay 0"
    words = _EXITS.get(code, "see above")
    return f"exit {code}: {words}{_but(run) if code == 0 else ''}"


def _but(run: Run) -> str:
    """What a good run still has to say for itself."""
    warned, known = len(run.broken(Outcome.WARNED)), len(run.known())
    parts = [counted(warned, "warning")] if warned else []
    parts += [f"{counted(known, 'rule')} known to be broken"] if known else []
    return f", with {' and '.join(parts)}" if parts else ""


def _broken_words(run: Run) -> str:
    """Why a run is not good, most serious first; empty if it is."""
    failed = {result.rule.level for result in run.broken(Outcome.FAILED)}
    stale = run.finished.stale if run.finished else ()
    why = [_LEVEL_FAILED[level] for level in Level if level in failed]
    if run.broken(Outcome.NOT_TESTABLE) or run.totals().not_testable:
        why.append("a selected check was not testable")
    if stale:
        why.append("the baseline is stale or expired")
    return ", ".join(why)


def headline(run: Run) -> str:
    """The verdict for somebody who reads nothing else."""
    broken, finished = len(run.broken(Outcome.FAILED)), run.finished
    if finished is None or finished.exit_code in (3, 4, 130):
        words = exit_words(run).partition(": ")[2] or "the run did not finish"
        return f"No verdict: {words}" + (f"; {counted(broken, 'rule')} broken" if broken else "")
    if broken:
        return f"Not ready: {counted(broken, 'rule')} broken"
    if _broken_words(run):
        return f"Not ready: {_broken_words(run)}"
    return f"Good: every rule that was checked holds{_but(run)}"


def totals_words(run: Run) -> str:
    """Checks by outcome in one line: `41 checks: 37 ok, 1 failed, 1 known`."""
    totals = run.totals()
    parts = (
        (totals.passed, "ok"),
        (totals.failed, "failed"),
        (totals.not_testable, "not testable"),
        (totals.warned, "warned"),
        (totals.known, "known"),
        (totals.skipped, "skipped"),
    )
    shown = ", ".join(f"{number} {word}" for number, word in parts if number)
    return f"{counted(sum(n for n, _ in parts), 'check')}: {shown or 'none'}"


def listed(names: Sequence[str], limit: int) -> str:
    """Names with commas, at most `limit` of them, the rest counted."""
    if len(names) <= limit:
        return ", ".join(names)
    return ", ".join(names[:limit]) + f" and {len(names) - limit} more"
