"""What is seen while the load runs: a table that changes, or a line now and then."""

from __future__ import annotations

from typing import Any

from rich.console import Console
from rich.live import Live
from rich.table import Table

from loadtests.report.words import in_order

_LINE_EVERY_MS = 5_000
_PAID = ("performed", "refunded")


def milliseconds(us: int) -> str:
    """µs as people read them; none is 0."""
    if not us:
        return "–"
    return f"{us / 1000:.1f}" if us < 100_000 else f"{us // 1000}"


def paid(progress: dict[str, Any]) -> int:
    """Orders that became paid."""
    return sum(progress["payments"].get(name, 0) for name in _PAID)


def table(progress: dict[str, Any], duration_ms: int, before: dict[str, Any] | None) -> Table:
    """One row a method; rates are since `before`."""
    seconds = progress["elapsed_ms"] // 1000
    span = progress["elapsed_ms"] - (before["elapsed_ms"] if before else 0)
    shown = Table(
        title=f"{min(seconds, duration_ms // 1000)} of {duration_ms // 1000} s   "
        f"{progress['users']} payers   {paid(progress)} paid "
        f"({_rate(paid(progress) - (paid(before) if before else 0), span)}/s)",
        title_justify="left",
        title_style="bold",
    )
    shown.add_column("ms")
    down = progress["everything"]["down"]
    heads = ("calls", "/s", "errors", *(["down"] if down else []), "p50", "p95", "p99", "max")
    for name in heads:
        shown.add_column(name, justify="right")
    for method in in_order(progress["methods"]):
        now = progress["methods"][method]
        then = before["methods"].get(method) if before else None
        calls = now["calls"] - (then["calls"] if then else 0)
        latencies = [milliseconds(now[p]) for p in ("p50", "p95", "p99", "max")]
        errors = f"[red]{now['errors']}[/red]" if now["errors"] else "0"
        apart = [str(now["down"])] if down else []
        shown.add_row(method, str(now["calls"]), _rate(calls, span), errors, *apart, *latencies)
    return shown


def line(progress: dict[str, Any]) -> str:
    """The same on one line."""
    whole = progress["everything"]
    down = f"{whole['down']} while it was down  " if whole["down"] else ""
    return (
        f"{progress['elapsed_ms'] // 1000:>5} s  {progress['users']} payers  "
        f"{paid(progress)} paid  {whole['calls']} calls  {whole['errors']} errors  {down}"
        f"p50 {milliseconds(whole['p50'])} ms  p95 {milliseconds(whole['p95'])} ms  "
        f"p99 {milliseconds(whole['p99'])} ms"
    )


def _rate(count: int, span_ms: int) -> str:
    return f"{count * 1000 / span_ms:.0f}" if span_ms > 0 else "–"


class Watching:
    """Shows progress: a context manager."""

    def __init__(self, console: Console, duration_ms: int) -> None:
        self._console = console
        self._duration_ms = duration_ms
        self._live = (
            Live(console=console, auto_refresh=False, transient=True)
            if console.is_terminal
            else None
        )
        self._history: list[dict[str, Any]] = []
        self._last_line = -_LINE_EVERY_MS

    def __enter__(self) -> Watching:
        if self._live is not None:
            self._live.start()
            self._live.update("making orders …", refresh=True)
        return self

    def __exit__(self, *_: object) -> None:
        if self._live is not None:
            self._live.stop()

    def show(self, progress: dict[str, Any]) -> None:
        """The newest there is."""
        self._history = [*self._history[-6:], progress]
        if self._live is not None:
            before = self._history[0] if len(self._history) > 1 else None
            self._live.update(table(progress, self._duration_ms, before), refresh=True)
        elif progress["elapsed_ms"] - self._last_line >= _LINE_EVERY_MS:
            self._last_line = progress["elapsed_ms"]
            self._console.print(line(progress), highlight=False, soft_wrap=True)
