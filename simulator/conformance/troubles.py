"""Calls made while the merchant's database is locked, write-protected or gone, and what is left."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from simulator.caller.client import Call
from simulator.conformance.durability import Aftermath, after_restart
from simulator.conformance.events import Verdict
from simulator.conformance.health import MerchantGone
from simulator.conformance.judging import Judged
from simulator.conformance.ports import TroubleKind
from simulator.conformance.recorder import Evidence
from simulator.conformance.session import Session
from simulator.protocol.finding import Finding, Report
from simulator.protocol.vocabulary import Code, Method

WHOLE = "trouble.whole-or-absent"
RECOVERS = "trouble.recovers"
_LONGEST_MS = 3000  # a merchant that waits for the database may still answer within its time
_TRIES = 40
_BETWEEN_MS = 250
_TROUBLE = Aftermath(
    WHOLE,
    WHOLE,
    RECOVERS,
    after="After trouble with its database",
    cut="was answered with -32400 while the database was in trouble",
    by="trouble with the database",
    tries=_TRIES,
)


def call_in_trouble(
    session: Session, calls: Sequence[Call], step: str, kind: TroubleKind
) -> list[Judged]:
    """Make the calls at once while the database is in trouble, which ends once all are answered or
    after some seconds; then look whether the merchant is well again, and send again what was put
    off. Raises DatabaseError if the trouble could not be made or ended, MerchantGone if the
    merchant does not recover.
    """
    database = session.world.eyes.database
    assert database is not None, "such scenarios are skipped without a database"
    with _while_it_lasts(database.begin_trouble(kind), session.world.caller.timeout_ms):
        made = session.world.caller.burst(calls, session.name, step)
    _pass_log(session, step)
    with _hangs_are_told(session, step):
        judged = session.take(made, step, unsent=False)
    _recovers(session, step)
    put_off = [seen.made.call for seen in judged if seen.answer.code == Code.SYSTEM]
    unheard = [seen.made.call for seen in judged if seen.answer.kind == "nothing"]
    after_restart(session, step, [*put_off, *unheard], _TROUBLE)
    _pass_log(session, step)
    return judged


@contextmanager
def _while_it_lasts(end: Callable[[], None], timeout_ms: int) -> Iterator[None]:
    """The trouble ends with the block, or by itself before calls time out."""
    failed: list[Exception] = []

    def end_early() -> None:
        try:
            end()
        except Exception as error:  # told below, in the thread that made the calls
            failed.append(error)

    timer = threading.Timer(min(_LONGEST_MS, timeout_ms // 2) / 1000, end_early)
    timer.start()
    try:
        yield
    finally:
        timer.cancel()
        end()
        timer.join()
    if failed:
        raise failed[0]


def _pass_log(session: Session, step: str) -> None:
    """What the merchant says of trouble that it did have is right; but never with the key in it."""
    watch, reader = session.world.eyes.log, session.log
    if watch is None or reader is None:
        return
    report, bad = watch.judge(reader.look(), unsent=True)
    report.findings = [f for f in report.findings if f.rule == "log.no-key"]
    report.looked_at = {"log.no-key"}
    session.recorder.standing(step, report, Verdict.LOG, Evidence(log_lines=bad))


def _recovers(session: Session, step: str) -> None:
    """The merchant answers again, with nobody's help, within some seconds."""
    known = next(iter(session.books.transactions), "f" * 24)
    call = Call(Method.CHECK, {"id": known})
    with _hangs_are_told(session, step):
        seen = _ask_until_well(session, call, step)
    if not _is_well(seen):
        _tell(session, step, seen.answer.code or "no answer")
        raise MerchantGone(
            "the merchant does not recover from trouble with its database, which is over: "
            f"{call.label} is still answered with {seen.answer.code or 'nothing'}"
        )
    session.recorder.standing(step, Report(looked_at={RECOVERS}), Verdict.ANSWER)


@contextmanager
def _hangs_are_told(session: Session, step: str) -> Iterator[None]:
    """Calls outlast the trouble by far; who still hangs then has not recovered."""
    try:
        yield
    except MerchantGone as gone:
        _tell(session, step, str(gone).splitlines()[0])
        raise


def _tell(session: Session, step: str, seen: object) -> None:
    text = "The database is well again, and the merchant is not."
    finding = Finding(RECOVERS, text, "CheckTransaction", "an answer again", str(seen))
    report = Report(looked_at={RECOVERS}, findings=[finding])
    session.recorder.standing(step, report, Verdict.ANSWER)


def _ask_until_well(session: Session, call: Call, step: str) -> Judged:
    seen = session.call(call, step)
    for _ in range(_TRIES):
        if _is_well(seen):
            break
        session.pause(_BETWEEN_MS)
        seen = session.call(call, step)
    return seen


def _is_well(seen: Judged) -> bool:
    return seen.answer.kind != "nothing" and seen.answer.code != Code.SYSTEM
