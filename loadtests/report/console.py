"""The end of a load run on the terminal: verdict, thresholds, latencies, errors, reckoning."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rich.console import Console

from loadtests.report.words import (
    LOG,
    THRESHOLD_MARKS,
    compared_words,
    excused_last,
    exit_words,
    headline,
    kinds,
    later_words,
    load_words,
    methods_in_order,
    ms,
    threshold_words,
    totals_words,
)
from loadtests.results import LoadRun, Reckoning, Wrong
from simulator.reports.page import Page, dim, style_of
from simulator.reports.text import counted, grouped, printable, printable_lines, seconds

_SHOWN = 3  # findings of one kind
_CALLS = 6  # of one finding


def show(console: Console, run: LoadRun, files: Sequence[str] = (), refused: str = "") -> None:
    """Everything that a person needs who sees nothing else. `files`: where more is to be found;
    `refused`: why a report could not be written."""
    page = Page(console)
    page.gap()
    page.line([printable(load_words(run))], indent=1, label=dim("load      "))
    page.line([printable(totals_words(run))], indent=1, label=dim("result    "))
    page.line([str(run.seed)], indent=1, label=dim("seed      "))
    _latencies(page, run)
    _errors(page, run)
    _thresholds(page, run)
    if run.reckoning is not None:
        _reckoning(page, run.reckoning)
    for note in run.notes:
        page.line([printable(note)], indent=1, label=dim("note      "))
    for number, words in enumerate(printable_lines(run.stopped) if run.stopped else ()):
        page.line([words], indent=1, label=("" if number else "ended early: ", "bold red"))
    for number, path in enumerate(files):
        page.whole([dim(" " * 10 if number else "files     "), printable(path)], indent=1)
    page.gap()
    good = run.exit_code == 0
    page.line([(printable(headline(run)), "bold green" if good else "bold red")], indent=1)
    if good and refused:
        page.line([("exit 2: a report could not be written", "bold red")], indent=1)
        return
    page.line([(exit_words(run), "bold green" if good else "bold red")], indent=1)


def _latencies(page: Page, run: LoadRun) -> None:
    if not run.methods:
        return
    names = list(run.methods[0].percentiles)
    heads = ["ms", "calls", "errors", *names]
    rows = [
        [one.method, grouped(one.calls), grouped(one.errors), *map(ms, one.percentiles.values())]
        for one in methods_in_order(run)
    ]
    widths = [max(len(row[n]) for row in [heads, *rows]) for n in range(len(heads))]
    page.gap()
    for row in [heads, *rows]:
        cells = [row[0].ljust(widths[0])]
        cells += [cell.rjust(width) for cell, width in zip(row[1:], widths[1:], strict=True)]
        line = printable("  ".join(cells))
        page.whole([dim(line) if row is heads else line], indent=1)


def _errors(page: Page, run: LoadRun) -> None:
    if not run.errors:
        return
    page.gap()
    for one in excused_last(run):
        mark = "ok" if one.excuse else "FAIL"
        words = f"{one.method} {one.code}, {counted(one.count, 'time')}"
        words += f", {one.excuse}" if one.excuse else ""
        words += f"; {one.example}" if one.example and not one.excuse else ""
        page.line([printable(words)], indent=1, label=(f"{mark:<6}", style_of(mark)))


def _thresholds(page: Page, run: LoadRun) -> None:
    if not run.thresholds:
        return
    page.gap()
    for one in run.thresholds:
        mark = THRESHOLD_MARKS[one.met]
        words = f"{one.text}: {threshold_words(one)}"
        page.line([printable(words)], indent=1, label=(f"{mark:<6}", style_of(mark)))


def _reckoning(page: Page, found: Reckoning) -> None:
    page.gap()
    compared = compared_words(found) or "nothing"
    page.line([compared, dim(f"   {seconds(found.took_ms)}")], indent=1, label=dim("compared  "))
    for words in found.not_compared:
        page.line([printable(words)], indent=1, label=dim("not       "))
    if words := later_words(found):
        page.line([printable(words)], indent=1, label=dim("later     "))
    for words in found.unable:
        page.line([printable(words)], indent=1, label=("FAIL  ", style_of("FAIL")))
    for kind, meaning, count in kinds(found):
        if count:
            words = f"{kind}: {grouped(count)} {meaning}"
            page.line([words], indent=1, label=("FAIL  ", style_of("FAIL")))
            listed = [one for one in found.wrong if one.kind is kind]
            for one in listed[:_SHOWN]:
                _finding(page, one)
            if count > _SHOWN:
                page.line([dim(f"and {grouped(count - _SHOWN)} more")])
    for line in found.log:
        words = f'{LOG}: {counted(line.count, "line")} with "{line.text}"'
        page.line([printable(words)], indent=1, label=("FAIL  ", style_of("FAIL")))
        page.data([dim(printable(f"{line.place}: {line.example}"))])


def _finding(page: Page, one: Wrong) -> None:
    page.line([printable(f"{one.subject}: {one.message}")])
    for line in _calls(one):
        page.data([dim(printable(line))], indent=9)


def _calls(one: Wrong) -> Iterator[str]:
    yield from one.calls[:_CALLS]
    if len(one.calls) > _CALLS:
        yield f"and {len(one.calls) - _CALLS} more calls"
