"""One broken rule on the console: from the rule in words to the command that shows it again."""

from __future__ import annotations

from simulator.conformance.events import Check, Difference, Place
from simulator.reports.calls import judged_calls
from simulator.reports.collect import Finding, RuleResult
from simulator.reports.page import Page, Piece, dim, style_of
from simulator.reports.text import counted, printable, printable_lines, seconds, shortened
from simulator.reports.words import (
    CASES,
    MARKS,
    UNSEEN,
    curl_script,
    explain_command,
    listed,
    replay_command,
    step_verdicts,
)

MAX_DIFFERENCES = 8
MAX_EVIDENCE = 4
MAX_OTHERS = 8


def broken_rule(page: Page, result: RuleResult, verbose: bool = False, cases: str = CASES) -> None:
    """The rule with its clearest case in full; other places where it broke are named."""
    finding, *others = result.worst
    heading(page, result, finding)
    _place(page, finding.check.place)
    _differences(page, finding.check)
    _verdicts(page, finding)
    judged_calls(page, finding)
    _others(page, others, 1000 if verbose else MAX_OTHERS)
    _way_on(page, result, finding, cases)
    page.gap()


def heading(page: Page, result: RuleResult, finding: Finding) -> None:
    """Mark, code, level, id; then the rule, what was seen, the source and the scenario."""
    rule, mark = result.rule, MARKS[result.outcome]
    page.line(
        [
            (f"{mark:<4}", style_of(mark)),
            f"  {rule.code}  {rule.level:<6}  ",
            (rule.id, "bold"),
        ],
        indent=1,
    )
    page.line([printable(rule.text)])
    if finding.check.message and finding.check.message != rule.text:
        page.line([printable(shortened(finding.check.message, 400))], label=dim("seen  "))
    page.whole([dim("spec  "), printable(finding.check.spec or rule.source)])
    took = f"   {seconds(finding.record.took)}" if finding.record.took else ""
    page.line([printable(finding.where), dim(took)], label=dim("in    "))
    if finding.check.reason:
        page.line([printable(finding.check.reason)], label=dim("note  "))


def _place(page: Page, place: Place | None) -> None:
    if place is None:
        return
    page.gap()
    page.whole([f"{printable(place.file)}:{place.line}"])
    room = page.width - 12 - len(str(place.line))
    source, column = _window(place, room)
    gutter = " " * len(str(place.line))
    caret = "^" * max(1, min(place.length, len(source) - column))
    page.whole([(f"{place.line} | ", "dim"), source])
    page.whole([(f"{gutter} | ", "dim"), " " * column, (caret, "bold red")])


def _window(place: Place, room: int) -> tuple[str, int]:
    """The part of a source line that shows the marked words within `room`, and their column."""
    text, column = place.text.replace("\t", " ").rstrip("\n"), place.column - 1
    shown = printable(text)
    if len(shown) != len(text):  # an escape before the mark would move it
        column = len(printable(text[:column]))
    start = 0 if column + place.length <= room else max(0, column - room // 2)
    cut = shown[start : start + room]
    return (f"…{cut[1:]}" if start else cut), column - start


def _differences(page: Page, check: Check) -> None:
    wanted = check.differences
    if not wanted and (check.expected or check.actual):
        wanted = (Difference("", check.expected, check.actual),)
    if not wanted:
        return
    page.gap()
    widest = max(len(d.path) for d in wanted[:MAX_DIFFERENCES])
    for difference in wanted[:MAX_DIFFERENCES]:
        _difference(page, difference, min(widest, 32))
    if len(wanted) > MAX_DIFFERENCES:
        page.line([f"… {counted(len(wanted) - MAX_DIFFERENCES, 'more difference')}"])


def _difference(page: Page, difference: Difference, widest: int) -> None:
    path = printable(difference.path)
    expected = printable(shortened(difference.expected, 300))
    actual = printable(shortened(difference.actual, 300))
    flat = f"{path:<{widest}}   expected {expected}   got {actual}"
    if len(flat) <= page.width - 8:
        before = f"{path:<{widest}}   " if path else ""
        page.whole([(before, "bold"), "expected ", (expected, "green"), "   got ", (actual, "red")])
        return
    if path:
        page.line([(path, "bold")])
    page.data([(expected, "green")], indent=9, label="expected  ")
    page.data([(actual, "red")], indent=9, label="got       ")


def _verdicts(page: Page, finding: Finding) -> None:
    """`answer FAIL   log ok   not looked at: database`, then what the log and the rows hold."""
    page.gap()
    words = step_verdicts(finding)
    pieces: list[Piece] = []
    for name, word in words:
        if word != UNSEEN:
            pieces += [dim(f"{name} "), (word, style_of(word)), "   "]
    unseen = [name for name, word in words if word == UNSEEN]
    page.line([*pieces, dim(f"{UNSEEN}: {', '.join(unseen)}" if unseen else "")])
    _evidence(page, "log", finding.log_lines)
    _evidence(page, "row", finding.rows)


def _evidence(page: Page, name: str, lines: tuple[str, ...]) -> None:
    for line in lines[:MAX_EVIDENCE]:
        for number, part in enumerate(printable_lines(shortened(line, 400))[:3]):
            page.data([part], label=dim(" " * 6 if number else f"{name:<4}  "))
    if len(lines) > MAX_EVIDENCE:
        page.line([f"… {counted(len(lines) - MAX_EVIDENCE, 'more line')}"], indent=13)


def _others(page: Page, others: list[Finding], limit: int) -> None:
    names = list(dict.fromkeys(printable(f.where) for f in others))
    if not names:
        return
    page.gap()
    page.line([listed(names, limit)], label=dim("also in  "))


def _way_on(page: Page, result: RuleResult, finding: Finding, cases: str) -> None:
    rule = result.rule
    page.gap()
    if rule.why:
        page.line([printable(rule.why)], label=dim("why      "))
    if rule.usual_cause:
        page.line([printable(rule.usual_cause)], label=dim("often    "))
    if rule.fix:
        page.line([printable(rule.fix)], label=dim("fix      "))
    if finding.case:
        page.whole([dim("again    "), (replay_command(finding.case), "bold")])
        page.whole([dim("curl     "), curl_script(finding.case, cases)])
    page.whole([dim("explain  "), explain_command(rule.code)])
