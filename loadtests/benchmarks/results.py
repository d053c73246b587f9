"""Rounds, their medians, and the table that compares them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from statistics import median


@dataclass(frozen=True)
class Round:
    """Payments done, the seconds that it took, and the CPU seconds of who took them, of the
    database's server (0 for SQLite, which is within who took them) and of the driver."""

    cycles: int
    seconds: float
    cpu_seconds: float
    database_seconds: float = 0.0
    driver_seconds: float = 0.0


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
        """Median of the rounds' CPU ms for a payment, without the database's and the driver's."""
        return median(one.cpu_seconds * 1000 / one.cycles for one in self.rounds)

    @property
    def database_ms(self) -> float:
        """Median of the rounds' CPU ms of the database's server for a payment."""
        return median(one.database_seconds * 1000 / one.cycles for one in self.rounds)

    @property
    def driver_ms(self) -> float:
        """Median of the rounds' CPU ms of the driver for a payment."""
        return median(one.driver_seconds * 1000 / one.cycles for one in self.rounds)

    @property
    def whole_ms(self) -> float:
        """All the CPU ms of a payment: what limits the rate on a machine that does nothing else."""
        return self.cpu_ms + self.database_ms + self.driver_ms


@dataclass(frozen=True)
class Goal:
    """`faster` does at least `least` times the payments that `slower` does; 0 is no goal."""

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
        goal = f"at least {self.least:g}  {'reached' if self.reached else 'MISSED'}"
        cpu = self.slower.whole_ms / self.faster.whole_ms
        return (
            f"{self.what:<56} {self.ratio:6.2f} ×     {goal if self.least else 'no goal'}"
            f"  (by all CPU of a payment {cpu:.2f})"
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
    """A line for each contestant: median, slowest and fastest round, CPU ms of a payment."""
    lines = [
        f"{'':<44}{'payments':>9}{'slowest':>9}{'fastest':>9}{'CPU':>7}{'database':>10}{'driver':>8}",
        f"{'':<44}{'a second':>9}{'round':>9}{'round':>9}{'ms':>7}{'ms':>10}{'ms':>8}",
    ]
    for one in measured:
        rates = [round.cycles / round.seconds for round in one.rounds]
        lines.append(
            f"{one.name:<44}{one.per_second:>9.0f}{min(rates):>9.0f}{max(rates):>9.0f}"
            f"{one.cpu_ms:>7.2f}{one.database_ms:>10.2f}{one.driver_ms:>8.2f}"
        )
    return "\n".join(lines)
