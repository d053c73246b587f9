"""The merchant's own transaction numbers over a whole run: no two transactions share one.

A number that comes back only after a while (a counter that starts anew, the last digit of a key) is
seen by no single scenario.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass, field

from simulator.conformance.judging import Judged
from simulator.protocol.finding import Finding, Report, show
from simulator.protocol.vocabulary import Method

RULE = "create.number-distinct"
_SHOWN = 3


@dataclass(frozen=True, slots=True)
class _Given:
    """To which transaction a number was given first, and in which scenario."""

    payme_id: str
    scenario: str


@dataclass(slots=True)
class GivenNumbers:
    """Who got each number first, and who got it again. Safe to use from several threads."""

    _first: dict[str, _Given] = field(default_factory=dict)
    _again: dict[str, dict[str, _Given]] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def take(self, seen: Judged, scenario: str) -> None:
        """Note what a CreateTransaction was answered."""
        params, number = seen.made.call.params, seen.answer.member("transaction")
        if seen.method is not Method.CREATE or type(number) not in (str, int):
            return  # what is no number is judged where it is answered
        payme_id = params.get("id") if isinstance(params, dict) else None
        if not isinstance(payme_id, str) or str(number) in ("", "0"):
            return
        given = _Given(payme_id, scenario)
        with self._lock:
            first = self._first.setdefault(str(number), given)
            if first.payme_id != payme_id:
                self._again.setdefault(str(number), {}).setdefault(payme_id, given)

    def judge(self) -> Report:
        """The run's transactions have each a number of its own."""
        report = Report(looked_at={RULE} if self._first else set())
        if self._again:
            number, others = max(self._again.items(), key=lambda one: len(one[1]))
            owners = [self._first[number], *others.values()]
            told = ", ".join(f"{one.payme_id} ({one.scenario})" for one in owners[:_SHOWN])
            more = f" and {len(owners) - _SHOWN} more" if len(owners) > _SHOWN else ""
            text = f"{show(number)} is the number of {told}{more}"
            many = len(self._again)
            which = "A number was" if many == 1 else f"{many} numbers were"
            message = f"{which} given to more than one transaction."
            path = "result.transaction"
            report.findings.append(Finding(RULE, message, path, "a number of its own", text))
        return report
