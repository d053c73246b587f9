"""The end of a run on the console: what was checked, what is broken, what nobody looked at."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from simulator.conformance.events import Level, Outcome
from simulator.reports.collect import LEVELS, RuleResult, Run
from simulator.reports.grouping import GroupRow, groups, only_skipped, reasons
from simulator.reports.page import Page, Piece, dim, style_of
from simulator.reports.text import counted, printable, printable_lines, seconds
from simulator.reports.words import MARKS, PROGRAM, exit_words, listed, replay_command, totals_words

_SHOWN = (
    Outcome.PASSED,
    Outcome.FAILED,
    Outcome.NOT_TESTABLE,
    Outcome.WARNED,
    Outcome.KNOWN,
    Outcome.SKIPPED,
)


def summary(page: Page, run: Run, reports: Sequence[str]) -> None:
    """Target, rules by group, what is wrong, totals, reports, and the exit code in words."""
    results = run.by_rule()
    _target(page, run)
    page.rule()
    _groups(page, groups(results))
    _not_testable(page, results)
    _not_looked_at(page, run, results)
    page.rule()
    _list(page, run)
    _totals(page, run, results)
    _ending(page, run, reports)


def _target(page: Page, run: Run) -> None:
    """Whom the run is about and how to repeat it."""
    started = run.started
    if started is None:
        return
    whom, strict = started.target, "yes" if started.strict else "no"
    page.line([(printable(whom.url), "bold")], indent=1, label=dim("target   "))
    page.line(
        [
            f"{printable(whom.profile)}, {printable(whom.account_type)} account",
            dim("   seed "),
            str(started.seed),
            dim("   strict "),
            strict,
        ],
        indent=1,
        label=dim("profile  "),
    )
    if started.baseline:
        page.line([printable(started.baseline)], indent=1, label=dim("baseline "))


def _groups(page: Page, rows: list[GroupRow]) -> None:
    """A row a group; levels side by side if they fit, below each other if not."""
    if not rows:
        page.line(["no rule was checked"], indent=1)
        return
    name = max(len(printable(row.name)) for row in rows)
    levels = [lv for lv in LEVELS if any(row.counts[lv] for row in rows)]
    widths = {lv: max(_length(_cell(row.counts[lv])) for row in rows) for lv in levels}
    room = page.width - name - 2
    while len(levels) > 1 and levels[-1] is Level.MAY and _total(levels, widths) > room:
        levels.pop()  # a may is never broken, so its column says least
    if _total(levels, widths) <= room:
        _table(page, rows, name, {lv: widths[lv] for lv in levels})
    else:
        for row in rows:
            _stacked(page, row, name, levels)


def _total(levels: list[Level], widths: dict[Level, int]) -> int:
    return sum(widths[level] + 3 for level in levels)


def _table(page: Page, rows: list[GroupRow], name: int, widths: dict[Level, int]) -> None:
    heads = "".join(f"   {level:>4}{'':{width - 4}}" for level, width in widths.items())
    page.whole([dim(f"{'':{name}}{heads}")], indent=1)
    for row in rows:
        pieces: list[Piece] = [f"{printable(row.name):<{name}}"]
        for level, width in widths.items():
            cell = _cell(row.counts[level])
            pieces += ["   ", *cell, " " * (width - _length(cell))]
        page.whole(pieces, indent=1)


def _stacked(page: Page, row: GroupRow, name: int, levels: list[Level]) -> None:
    label = f"{printable(row.name):<{name}}"
    for level in levels:
        if row.counts[level]:
            page.line([f"{level:<6} ", *_cell(row.counts[level])], indent=1, label=f"{label}   ")
            label = " " * name


def _cell(counts: Counter[Outcome]) -> list[Piece]:
    """How many rules, then how many of each outcome: `14  12 ok  1 FAIL  1 known`."""
    total = sum(counts.values())
    pieces: list[Piece] = [f"{total:>4}" if total else dim("   –")]
    for outcome in _SHOWN:
        if counts[outcome]:
            mark = MARKS[outcome]
            pieces.append((f"  {counts[outcome]} {mark}", style_of(mark)))
    return pieces


def _length(cell: list[Piece]) -> int:
    return sum(len(p if isinstance(p, str) else p[0]) for p in cell)


def _not_testable(page: Page, results: list[RuleResult]) -> None:
    """What could not be tried, by reason; it fails the run, and the line says so."""
    for why, rules in reasons(results, Outcome.NOT_TESTABLE).items():
        codes = listed([rule.code for rule in rules], 12)
        words = f"{printable(why)}  ({printable(codes)})  → counts as failure"
        page.line([words], indent=1, label=("not testable   ", style_of("not testable")))


def _not_looked_at(page: Page, run: Run, results: list[RuleResult]) -> None:
    for why, rules in only_skipped(results).items():
        codes = listed([printable(rule.code) for rule in rules], 4)
        page.line([f"{printable(why)}  ({codes})"], indent=1, label=dim("skipped        "))
    for words in run.started.not_looked_at if run.started else ():
        page.line([printable(words)], indent=1, label=dim("not looked at  "))


def _list(page: Page, run: Run) -> None:
    """What is broken, a line a rule, worst and most binding first."""
    listing = run.broken(Outcome.FAILED) + run.broken(Outcome.WARNED) + run.known()
    widest = max((len(result.rule.id) for result in listing), default=0)
    for result in listing:
        _one_line(page, result, min(widest, 34))
    for complaint in run.finished.stale if run.finished else ():
        words = f"baseline: {printable(complaint)}"
        page.line([words], indent=1, label=("FAIL  ", style_of("FAIL")))


def _one_line(page: Page, result: RuleResult, width: int) -> None:
    """Mark, code, level, id, and the case to replay – or, for a known one, until when."""
    rule, mark = result.rule, MARKS[result.outcome]
    name = f"{printable(rule.id):<{width}}"
    pieces: list[Piece] = [f"{printable(rule.code)}  {rule.level:<6}  ", (name, "bold")]
    if result.outcome is Outcome.KNOWN:
        pieces.append(f"  {printable(result.worst[0].check.reason)}")
    else:
        cases = list(dict.fromkeys(f.case for f in result.worst if f.case))
        pieces.append(f"  {listed(cases, 1)}")
    page.line(pieces, indent=1, label=(f"{mark:<5} ", style_of(mark)))


def _totals(page: Page, run: Run, results: list[RuleResult]) -> None:
    known = len(run.started.rules) if run.started else len(results)
    wanted = run.started.scenarios if run.started else len(run.scenarios)
    done = sum(1 for record in run.scenarios.values() if record.done)
    broken = len(run.broken(Outcome.FAILED))
    words = (
        f"{_of(len(results), known, 'rule')} checked in {_of(done, wanted, 'scenario')}, "
        f"{broken or 'none'} broken"
    )
    took = f"   {seconds(run.finished.took)}" if run.finished else ""
    page.line([words], indent=1)
    page.line([f"{totals_words(run)}{took}"], indent=1)


def _of(number: int, total: int, noun: str) -> str:
    return counted(number, noun) if number >= total else f"{number} of {counted(total, noun)}"


def _ending(page: Page, run: Run, reports: Sequence[str]) -> None:
    for number, path in enumerate(reports):
        page.whole([dim(" " * 9 if number else "reports  "), printable(path)], indent=1)
    if run.finished and run.finished.stopped:
        for number, words in enumerate(printable_lines(run.finished.stopped)):
            label = " " * 9 if number else "stopped  "
            page.line([words], indent=1, label=(label, "bold red"))
    _next(page, run)
    code = run.finished.exit_code if run.finished else 1
    page.line([(exit_words(run), "bold green" if code == 0 else "bold red")], indent=1)


def _next(page: Page, run: Run) -> None:
    """The first thing to type for somebody whose deploy has just been stopped."""
    first = next((f.case for r in run.broken(Outcome.FAILED) for f in r.worst if f.case), "")
    if first:
        again = f"{replay_command(first)}   then   {PROGRAM} check --last-failed"
        page.whole([dim("next     "), again], indent=1)
