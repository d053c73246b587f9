"""The story of the UNIQUE error on one screen: what was sent, what came back, what was left."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from rich.cells import cell_len, set_cell_size
from rich.console import Console

from simulator.caller.wire import WireAnswer, WireFailure
from simulator.conformance.events import Check, Outcome, ScenarioFinished
from simulator.protocol.answer import read_answer
from simulator.protocol.finding import Report, show
from simulator.reports.page import Page, Piece, dim, style_of
from simulator.reports.text import counted, printable, seconds

_LABEL = 20
_ROOM = 76  # what fits beside a label on a screen of 100 columns
_GO_ON = {
    "all of it": "payme-sandbox check --reference before-fix (or after-fix, or one-time)",
    "your shop": "docs/reproduce-unique-bug.md",
}
_WRONG = (Outcome.FAILED, Outcome.NOT_TESTABLE, Outcome.WARNED)


@dataclass(frozen=True, slots=True)
class Attempt:
    """A first payment: an order made by the shop, CreateTransaction, and the same call again.

    `rows` and `rows_before` count the order's rows in `payments`; `stored` is how many rows know
    the transaction. `log` are the lines since the order, as (place, text).
    """

    number: str
    amount_sum: int
    payme_id: str
    answer: WireAnswer | WireFailure
    again: WireAnswer | WireFailure
    rows_before: int
    rows: int
    stored: int
    log: tuple[tuple[str, str], ...]

    @property
    def worked(self) -> bool:
        """Both calls got the same result, and the order's one row knows the transaction."""
        first, again = (_outcome(one) for one in (self.answer, self.again))
        same = first.startswith("result ") and first == again
        return same and (self.rows_before, self.rows, self.stored) == (1, 1, 1)

    def line(self, text: str) -> tuple[str, str] | None:
        """Place and text of the first log line that holds `text`."""
        return next((line for line in self.log if text in line[1]), None)


@dataclass(frozen=True, slots=True)
class Found:
    """One thing that the shop gets wrong: in words, the scenario that looks for it, what it saw."""

    words: str
    scenario: str
    check: Check | None


def wrong(finished: Sequence[ScenarioFinished]) -> list[Check]:
    """Every check that is not as it should be."""
    return [check for one in finished for check in one.checks if check.outcome in _WRONG]


class Story:
    """Writes the story as it happens."""

    def __init__(self, console: Console) -> None:
        self._page = Page(console)

    def title(self) -> None:
        """What is going to be seen."""
        words: list[Piece] = [("UNIQUE constraint failed: payments.order_id", "bold")]
        self._page.whole([*words, dim("   before the repair, after it, and right")], indent=1)

    def chapter(self, number: int, name: str, words: str) -> None:
        """A shop comes on."""
        self._page.gap()
        self._page.whole([(f"{number}  {name:<12}", "bold"), dim(words)], indent=1)

    def order(self, attempt: Attempt) -> None:
        """The order as the shop made it."""
        self._row("/api/generate-qr", f"order {attempt.number}, {attempt.amount_sum} sum")

    def calls(self, attempt: Attempt) -> None:
        """What Payme sent, and what it would have seen."""
        self._row("CreateTransaction", f"id {attempt.payme_id}, sent, and then sent again")
        for label, answer in (("  Payme sees", attempt.answer), ("  and again", attempt.again)):
            self._row(label, (seen(answer), _style(attempt)))

    def log(self, attempt: Attempt, texts: Sequence[str]) -> None:
        """The lines of the log that hold these texts."""
        before = ""
        for text in texts:
            line = attempt.line(text)
            if line is not None:
                file = line[0].partition(":")[0]
                shown = cut(printable(line[1].rpartition(" DEBUG: ")[2]), _ROOM)
                self._row(line[0] if file != before else "", (shown, _bold(text == line[1])))
                before = file

    def rows(self, attempt: Attempt) -> None:
        """What is in the table now."""
        stored = "with" if attempt.stored else "without"
        before = counted(attempt.rows_before, "row")
        words = f"{before} of the order before, {attempt.rows} after, {stored} the transaction"
        self._row("payments", (words, _style(attempt)))

    def scenario(self, finished: ScenarioFinished) -> None:
        """How the catalogue judges the same payment."""
        failed = {c.verdict.value for c in finished.checks if c.outcome is Outcome.FAILED}
        faces = ", ".join(face for face in ("answer", "database", "log") if face in failed)
        self._judged(bool(failed), finished.name + (f"   wrong: {faces}" if faces else ""))

    def forgotten(self) -> None:
        """What follows is not the UNIQUE error."""
        self._page.gap()
        words = "and what it still gets wrong, found by the same catalogue:"
        self._page.whole([dim(words)], indent=4)

    def bug(self, found: Found) -> None:
        """Something that the shop gets wrong, with the first thing that showed it."""
        check = found.check
        word = "FAIL" if check else "?"
        pieces: list[Piece] = [(f"{word:<6}", style_of("FAIL")), f"{found.words:<46}"]
        self._page.whole([*pieces, dim(found.scenario)], 4)
        if check is not None:
            wanted, got = printable(check.expected), _brief(printable(check.actual))
            step = f"{cut(check.step, 20):<20} "
            rest = _ROOM + 13 - len(step) - len(wanted) - len("want    got ")
            self._page.whole([dim(f"{step}want "), wanted, dim("   got "), cut(got, rest)], 10)

    def green(self, finished: Sequence[ScenarioFinished], took: int) -> None:
        """The right one: how much was looked at, and whatever is wrong all the same."""
        bad = wrong(finished)
        outcomes = [check.outcome for one in finished for check in one.checks]
        passed, skipped = (outcomes.count(one) for one in (Outcome.PASSED, Outcome.SKIPPED))
        words = f"{counted(len(finished), 'scenario')}: {counted(passed, 'check')} ok"
        apart = f", {skipped} skipped" if skipped else ""
        self._judged(bool(bad), f"{words}, {len(bad)} wrong{apart}   {seconds(took)}")
        for check in bad[:5]:
            told = f"{check.scenario} › {check.step}  {check.rule}: {printable(check.message)}"
            self._page.line([told], indent=10)

    def end(self, unlike: Sequence[str], took: int) -> None:
        """Whether all of it happened as it is told, and where to go on."""
        self._page.gap()
        for what in unlike:
            self._page.line([what], indent=1, label=("not as told   ", style_of("FAIL")))
        if not unlike:
            words: list[Piece] = [("as told", style_of("ok")), f"   {seconds(took)}"]
            self._page.whole(words, indent=1)
        for label, what in _GO_ON.items():
            self._page.whole([dim(f"{label:<13}"), what], indent=1)

    def _judged(self, failed: bool, words: str) -> None:
        word = "FAIL" if failed else "ok"
        self._page.whole([(f"{word:<{_LABEL}}", style_of(word)), words], indent=4)

    def _row(self, label: str, words: Piece) -> None:
        self._page.whole([dim(f"{label:<{_LABEL}}"), words], indent=4)


def _style(attempt: Attempt) -> str:
    return style_of("ok" if attempt.worked else "FAIL")


def _bold(exact: bool) -> str:
    return "bold" if exact else ""


def cut(text: str, limit: int) -> str:
    """`text` in at most `limit` columns; some characters take two."""
    if cell_len(text) <= limit:
        return text
    return set_cell_size(text, max(limit - 1, 0)).rstrip() + "…"


def _brief(text: str) -> str:
    """An error as its code and its English words; three languages would fill the screen."""
    code = re.match(r'error \{"code": (-?\d+)', text)
    if code is None:
        return text
    words = re.search(r'"en": "([^"]*)"', text)
    return f"error {code[1]}" + (f" {words[1]}" if words else "")


def seen(answer: WireAnswer | WireFailure) -> str:
    """An answer as Payme would have seen it."""
    if isinstance(answer, WireFailure):
        return printable(answer.text)
    outcome = _outcome(answer)
    if outcome:
        return cut(printable(outcome), _ROOM)
    kind = answer.header("Content-Type").partition(";")[0] or "no content type"
    return f"HTTP {answer.status}, {kind}: no answer of JSON-RPC, so Payme sends it again"


def _outcome(answer: WireAnswer | WireFailure) -> str:
    """Result or error of an answer, as text; nothing if there is none."""
    if isinstance(answer, WireFailure) or answer.status != 200:
        return ""
    read = read_answer(answer.status, answer.body, Report())
    if read.kind == "result":
        return f"result {show(read.result)}"
    return f"error {show(read.error)}" if read.kind == "error" else ""
