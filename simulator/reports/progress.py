"""The line that moves while a run goes on: scenarios done, rules broken, what is running now."""

from __future__ import annotations

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from simulator.reports.text import printable, shortened


class ProgressLine:
    """A line that stays below what is printed and leaves nothing behind. Terminals only."""

    def __init__(self, console: Console, total: int, mark: str = "FAIL") -> None:
        self._mark = mark
        self._bar = Progress(
            TextColumn(" "),
            BarColumn(bar_width=16),
            MofNCompleteColumn(),
            TextColumn("{task.fields[failing]}", style="bold red"),
            TimeElapsedColumn(),
            TextColumn("{task.description}", style="dim", markup=False),
            console=console,
            transient=True,
        )
        self._task = self._bar.add_task("", total=total, failing="")
        self._running: list[str] = []

    def start(self) -> None:
        """Show the line."""
        self._bar.start()

    def stop(self) -> None:
        """Take the line away; a second time does nothing."""
        self._bar.stop()

    def began(self, name: str) -> None:
        """A scenario runs; the one that runs longest is shown, since it is what is waited for."""
        self._running.append(name)
        self._show()

    def ended(self, name: str, broken: int) -> None:
        """A scenario is over; `broken` is the number of rules broken so far."""
        if name in self._running:
            self._running.remove(name)
        self._bar.advance(self._task)
        self._bar.update(self._task, failing=f"{broken} {self._mark}" if broken else "")
        self._show()

    def _show(self) -> None:
        name = self._running[0] if self._running else ""
        self._bar.update(self._task, description=printable(shortened(name, 40)))
