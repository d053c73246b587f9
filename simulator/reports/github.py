"""For GitHub Actions: annotations on the scenario's line and a table in the step's summary.

Source: docs.github.com, "Workflow commands" (ten annotations a step are shown) and "Adding a job
summary" (a mebibyte a step).
"""

from __future__ import annotations

import html
from collections import Counter
from pathlib import Path
from typing import TextIO

from simulator.conformance.events import Event, Outcome, RunFinished, RunStarted
from simulator.reports.collect import LEVELS, Collector, RuleResult, Run
from simulator.reports.files import ReportError, prepare
from simulator.reports.grouping import groups
from simulator.reports.text import counted, printable, printable_lines, seconds, shortened
from simulator.reports.words import MARKS, exit_words, headline, replay_command, totals_words

MAX_ANNOTATIONS = 10
MAX_ROWS = 300
_BROKEN = (Outcome.FAILED, Outcome.NOT_TESTABLE)


class GithubReport:
    """A listener that prints annotations to `out` and adds to the summary file, if there is one.

    `summary` is the path in the variable GITHUB_STEP_SUMMARY; other steps write to it as well, so
    it is added to and never replaced.
    """

    def __init__(self, out: TextIO, summary: str | Path | None = None) -> None:
        self._out = out
        self._summary = Path(summary) if summary else None
        self._gather = Collector()

    def __call__(self, event: Event) -> None:
        """Take in one event; everything is written at the end of the run."""
        self._gather(event)
        if isinstance(event, RunStarted) and self._summary:
            prepare(self._summary, "GitHub summary")
        if not isinstance(event, RunFinished):
            return
        run = self._gather.run
        self._print(annotation_lines(run))
        if self._summary:
            _append(self._summary, markdown(run))

    def _print(self, lines: list[str]) -> None:
        encoding = self._out.encoding or "utf-8"
        for line in lines:
            self._out.write(line.encode(encoding, "backslashreplace").decode(encoding) + "\n")
        self._out.flush()


def _append(path: Path, text: str) -> None:
    try:
        with path.open("a", encoding="utf-8", newline="\n") as file:
            file.write(text)
    except OSError as error:
        raise ReportError(
            f"cannot add to the GitHub summary {path}: {error.strerror or error}. "
            "Point GITHUB_STEP_SUMMARY at a file that you may write to, or leave it unset."
        ) from error


def annotation_lines(run: Run) -> list[str]:
    """At most ten workflow commands, a rule each, worst first."""
    stopped = run.finished.stopped if run.finished else "the run did not finish"
    told = "\n".join(printable_lines(stopped))
    lines = [_command("error", {"title": "payme-sandbox"}, told)] if stopped else []
    worst = [r for outcome in _BROKEN for r in run.broken(outcome)]
    lines += [_annotation(result, "error") for result in worst]
    lines += [_annotation(result, "warning") for result in run.broken(Outcome.WARNED)]
    return lines[:MAX_ANNOTATIONS]


def _annotation(result: RuleResult, kind: str) -> str:
    finding, rule = result.worst[0], result.rule
    check = finding.check
    where: dict[str, str] = {}
    if check.place:
        where = {
            "file": check.place.file,
            "line": str(check.place.line),
            "col": str(check.place.column),
        }
    where["title"] = f"{rule.code} {rule.id}"
    words = [rule.text, check.reason or check.message, f"in {finding.where}"]
    if len(result.worst) > 1:
        words.append(f"and in {counted(len(result.worst) - 1, 'other check')}")
    if finding.case:
        words.append(f"again: {replay_command(finding.case)}")
    return _command(kind, where, "\n".join(printable(shortened(w, 400)) for w in words if w))


def _command(kind: str, properties: dict[str, str], message: str) -> str:
    """`::error file=…,line=…::message`, each part escaped as the runner unescapes it."""
    joined = ",".join(f"{key}={_property(value)}" for key, value in properties.items())
    return f"::{kind} {joined}::{_data(message)}"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(printable(text)).replace(":", "%3A").replace(",", "%2C")


def markdown(run: Run) -> str:
    """The summary: verdict, target, a row a broken rule."""
    started = run.started
    lines = [f"## payme-sandbox: {headline(run)}", ""]
    if started:
        url, profile = _code(started.target.url), _code(started.target.profile)
        lines += [f"{url}, profile {profile}, seed {started.seed}", ""]
    if run.finished and run.finished.stopped:
        lines += [f"Stopped: {_code(shortened(run.finished.stopped, 400))}", ""]
    lines += _table(run)
    took = f", {seconds(run.finished.took)}" if run.finished else ""
    lines += [f"{totals_words(run)}{took}. {exit_words(run).capitalize()}.", ""]
    lines += _groups(run)
    for words in started.not_looked_at if started else ():
        lines += [f"Not looked at: {_code(words)}", ""]
    return "\n".join(lines) + "\n"


def _table(run: Run) -> list[str]:
    order = (*_BROKEN, Outcome.WARNED)
    results = [r for outcome in order for r in run.broken(outcome)] + run.known()
    if not results:
        return []
    rows = ["| | rule | level | what was seen | again |", "|---|---|---|---|---|"]
    rows += [_row(result) for result in results[:MAX_ROWS]]
    if len(results) > MAX_ROWS:
        rows.append(f"| | {counted(len(results) - MAX_ROWS, 'more rule')} | | | |")
    return [*rows, ""]


def _groups(run: Run) -> list[str]:
    """Rules by group and level, as on the console."""
    rows = groups(run.by_rule())
    if not rows:
        return []
    head = ["| group | must | should | may |", "|---|---|---|---|"]
    cells = [[_counts(row.counts[level]) for level in LEVELS] for row in rows]
    lines = [f"| {_code(r.name)} | {' | '.join(c)} |" for r, c in zip(rows, cells, strict=True)]
    return [*head, *lines, ""]


def _counts(counts: Counter[Outcome]) -> str:
    return ", ".join(f"{counts[o]} {mark}" for o, mark in MARKS.items() if counts[o])


def _row(result: RuleResult) -> str:
    rule, finding = result.rule, result.worst[0]
    check = finding.check
    seen = shortened(check.reason or check.message or rule.text, 200)
    more = f", {counted(len(result.worst), 'time')}" if len(result.worst) > 1 else ""
    name = f"{_code(rule.code)} {_code(rule.id)}"
    again = _code(replay_command(finding.case)) if finding.case else ""
    mark = MARKS[result.outcome]
    return f"| **{mark}** | {name} | {rule.level} | {_code(seen)}{more} | {again} |"


def _code(text: str) -> str:
    """Text as code: no markup, mention or column break in it takes effect."""
    escaped = html.escape(printable(text), quote=False)
    return f"<code>{_inert(escaped)}</code>"


def _inert(escaped: str) -> str:
    # Markdown is still read between HTML tags; entities are not.
    return "".join(f"&#{ord(c)};" if c in "|`*_[]()\\@#~!:" else c for c in escaped)
