"""A merchant that is killed and started again: when it is killed, and which calls were cut off."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from simulator.caller.client import Call, Made
from simulator.conformance import format as fmt
from simulator.conformance.events import Verdict
from simulator.conformance.health import MerchantGone
from simulator.conformance.judging import Judged, judge
from simulator.conformance.ports import MerchantProcess, ProcessError
from simulator.conformance.session import Session
from simulator.protocol.finding import Finding, Report
from simulator.protocol.vocabulary import Code, Method

_NOTE = "The merchant was killed after this call, or during it, and started again."
STARTS_AGAIN = "durability.starts-again"


@dataclass(frozen=True, slots=True)
class Survived:
    """What came before the end: the answers that did, and the calls that got none."""

    answered: tuple[Judged, ...]
    lost: tuple[Call, ...]


@dataclass(slots=True)
class _Killer:
    """Kills the merchant, once: when so many calls have come to their end, and then some ms.

    The last `held` calls leave just before, so that some are in flight however fast it is.
    """

    process: MerchantProcess
    at: int
    delay_ms: int = 0
    held: int = 0
    done: bool = False

    def __call__(self, ended: int, let_go: Callable[[], None]) -> None:
        if ended >= self.at and not self.done:
            time.sleep(self.delay_ms / 1000)
            let_go()
            self.kill()

    def kill(self) -> None:
        if not self.done:
            self.done = True
            self.process.kill()


def call_and_kill(
    session: Session, calls: Sequence[Call], step: str, restart: fmt.Restart
) -> Survived:
    """Make the calls at once, kill the merchant at the named moment, start it again.

    Raises MerchantGone if it does not come back.
    """
    process = session.world.process
    assert process is not None, "such scenarios are skipped without a process"
    in_flight = restart.during is not None
    if in_flight:
        calls = session.world.fresh.shuffled(calls)
    killer = _in_flight(session, process, len(calls)) if in_flight else _Killer(process, len(calls))
    made = session.world.caller.burst(calls, session.name, step, killer, killer.held, _NOTE)
    killer.kill()  # nobody may have answered
    session.look_at_log(step)
    _start_again(session, process, step)
    # A database file is only whole once the merchant has looked at it again; so this comes first.
    session.call(Call(Method.CHECK, {"id": _id_of(calls[0])}), step)
    cut = [in_flight and _undecided(session, one) for one in made]
    answered = [one for one, lost in zip(made, cut, strict=True) if not lost]
    lost = tuple(one.call for one, lost in zip(made, cut, strict=True) if lost)
    judged = session.take(answered, step, unsent=False) if answered else []
    return Survived(tuple(judged), lost)


def _in_flight(session: Session, process: MerchantProcess, calls: int) -> _Killer:
    """A moment at which calls are under way: by the clock and once some are answered, in turns.

    The single calls before tell how long the merchant takes for one; in a burst it takes longer.
    """
    below, held = session.world.fresh.below, max(1, calls // 4)
    if next(session.world.kills) % 2:
        return _Killer(process, 1 + below(calls - held), held=held)
    one = max((seen.made.exchange.took for seen in session.last.values()), default=0)
    return _Killer(process, 0, below(one + one // 4 + 3), held)


def _id_of(call: Call) -> object:
    return call.params.get("id") if isinstance(call.params, dict) else None


def _undecided(session: Session, one: Made) -> bool:
    """Whether Payme would know no more after that answer than before the call."""
    answer = judge(one, session.world.members, set(), unsent=False).answer
    return answer.kind == "nothing" or answer.code == Code.SYSTEM


def _start_again(session: Session, process: MerchantProcess, step: str) -> None:
    report = Report(looked_at={STARTS_AGAIN})
    try:
        process.start_again()
    except ProcessError as error:
        text = "The merchant does not start again after it was killed."
        words = str(error).splitlines()[0]
        report.findings.append(Finding(STARTS_AGAIN, text, "process", "ready again", words))
        session.recorder.standing(step, report, Verdict.ANSWER)
        raise MerchantGone(f"{text}\n{error}") from error
    session.recorder.standing(step, report, Verdict.ANSWER)
    session.world.caller.forget_connections()
    # what it says while it starts is no call's doing
    session.look_at_log(step, unsent=True)
