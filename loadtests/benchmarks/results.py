"""Rounds, their medians, and the table that compares them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from statistics import median


@dataclass(frozen=True)
class Round:
    """Payments done, the seconds that it took, and the CPU seconds of who took them."""

    cycles: int
    seconds: float
    cpu_seconds: float


@dataclass
class Measured:
    """One contestant's rounds."""

    name: str
    rounds: list[Round] = field(default_factory=list)

    @property
    def per_second(self) -> float:
        """Median of the rounds' payments a second."""
        return median(one.cycles / one.seconds for one in self.rounds)

    @property
    def cpu_ms(self) -> float:
        """Median of the rounds' CPU ms for a payment."""
        return median(one.cpu_seconds * 1000 / one.cycles for one in self.rounds)


@dataclass(frozen=True)
class Goal:
    """`faster` does at least `least` times the payments that `slower` does."""

    what: str
    faster: Measured
    slower: Measured
    least: float

    @property
    def ratio(self) -> float:
        """Of the medians."""
        return self.faster.per_second / self.slower.per_second

    @property
    def reached(self) -> bool:
        """Whether the goal is."""
        return self.ratio >= self.least

    def told(self) -> str:
        """A line."""
        verdict = "reached" if self.reached else "MISSED"
        cpu = self.slower.cpu_ms / self.faster.cpu_ms
        return (
            f"{self.what:<56} {self.ratio:6.2f} ×     at least {self.least:g}  {verdict}"
            f"  (by CPU a payment {cpu:.2f})"
        )


@dataclass(frozen=True)
class Limit:
    """A number that must not be above another one."""

    what: str
    most: float
    unit: str
    found: float | None = None

    def seen(self, found: float) -> Limit:
        """The same with what was measured."""
        return replace(self, found=found)

    @property
    def reached(self) -> bool:
        """Whether it was measured and is kept."""
        return self.found is not None and self.found <= self.most

    def told(self) -> str:
        """A line."""
        found = "not measured" if self.found is None else f"{self.found:6.2f} {self.unit}"
        verdict = "kept" if self.reached else "MISSED"
        return f"{self.what:<56} {found:>11}  at most {self.most:g}  {verdict}"


def table(measured: Sequence[Measured]) -> str:
    """A line for each contestant: median, slowest and fastest round, CPU."""
    lines = [f"{'':<44}{'payments/s':>11}{'from':>8}{'to':>8}{'CPU ms each':>13}"]
    for one in measured:
        rates = [round.cycles / round.seconds for round in one.rounds]
        lines.append(
            f"{one.name:<44}{one.per_second:>11.0f}{min(rates):>8.0f}{max(rates):>8.0f}"
            f"{one.cpu_ms:>13.2f}"
        )
    return "\n".join(lines)
