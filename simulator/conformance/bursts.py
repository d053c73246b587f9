"""The answer verdict of a burst: each answer, what all share, how many are what, and whether
some serial order of the calls explains them."""

from __future__ import annotations

from collections.abc import Sequence

from simulator.caller.client import Call
from simulator.conformance import format as fmt
from simulator.conformance.expectations import describe, judge_answer
from simulator.conformance.judging import Judged
from simulator.conformance.matchers import Mismatch, Where
from simulator.conformance.session import Session
from simulator.conformance.values import Scope
from simulator.protocol.finding import MISSING, show
from simulator.protocol.oracle import Book, Seen, Terms, explains
from simulator.protocol.vocabulary import Method

_TIMES = {
    Method.CREATE: "create_time",
    Method.PERFORM: "perform_time",
    Method.CANCEL: "cancel_time",
}


def judge_burst(
    expect: fmt.Expect,
    judged: Sequence[Judged],
    session: Session,
    scope: Scope,
    before: Book,
    where: Where,
) -> list[Mismatch]:
    """Hold all answers of a burst against what is expected of them together."""
    found: list[Mismatch] = []
    if expect.each is not None:
        found += _each(expect.each, judged, session, scope, (*where, "each"))
    if expect.same:
        found += _same(expect.same, judged, (*where, "same"))
    if expect.exactly is not None:
        found += _exactly(expect, judged, session, scope, where)
    if expect.serial:
        found += _serial(judged, session, before, (*where, "serial"))
    return found


def _each(
    expect: fmt.Expect, judged: Sequence[Judged], session: Session, scope: Scope, where: Where
) -> list[Mismatch]:
    found: list[Mismatch] = []
    for index, seen in enumerate(judged):
        verdict = judge_answer(expect, seen.answer, scope, session.matching, where)
        found += [_numbered(miss, index) for miss in verdict.mismatches]
    return found


def _numbered(miss: Mismatch, index: int) -> Mismatch:
    return Mismatch(f"answer {index + 1}: {miss.path}", miss.expected, miss.actual, miss.where)


def _same(paths: Sequence[str], judged: Sequence[Judged], where: Where) -> list[Mismatch]:
    found: list[Mismatch] = []
    results = [seen.answer.result for seen in judged if seen.answer.kind == "result"]
    for number, path in enumerate(paths):
        values = [show(_dig(result, path)) for result in results]
        different = sorted(set(values))
        if len(different) > 1:
            text = f"{len(different)} different: {', '.join(different[:5])}"
            found.append(Mismatch(path, "the same in every answer", text, (*where, number)))
    return found


def _dig(result: object, path: str) -> object:
    for part in path.split(".")[1:]:
        result = result.get(part, MISSING) if isinstance(result, dict) else MISSING
    return result


def _exactly(
    expect: fmt.Expect, judged: Sequence[Judged], session: Session, scope: Scope, where: Where
) -> list[Mismatch]:
    assert expect.exactly is not None
    wanted = expect.exactly
    matching, here = session.matching, (*where, "exactly", "of")
    fits = [
        not judge_answer(wanted.of, seen.answer, scope, matching, here).mismatches
        for seen in judged
    ]
    found: list[Mismatch] = []
    if sum(fits) != wanted.count:
        text = f"{sum(fits)} of {len(judged)}"
        place = (*where, "exactly", "count")
        found.append(Mismatch("answers", f"exactly {wanted.count} accepted", text, place))
    if expect.rest is not None:
        for index, (seen, fit) in enumerate(zip(judged, fits, strict=True)):
            if not fit:
                verdict = judge_answer(expect.rest, seen.answer, scope, matching, (*where, "rest"))
                found += [_numbered(miss, index) for miss in verdict.mismatches]
    return found


def book_of(session: Session) -> Book:
    """The scenario's transactions and their states, as the oracle wants them."""
    return tuple(sorted((t.payme_id, t.state) for t in session.books.transactions.values()))


def _serial(
    judged: Sequence[Judged], session: Session, before: Book, where: Where
) -> list[Mismatch]:
    found = [miss for _, name, miss in _twins(judged, where) if name == "transaction"]
    calls = [seen for one in judged if (seen := _as_seen(one)) is not None]
    if len(calls) != len(judged):
        return found  # a call without an answer is a finding of its own
    end = _look_again(session, {call.payme_id for call in calls}, before)
    terms = Terms(session.world.terms.one_time, session.world.terms.refunds)
    if explains(before, calls, end, terms):
        return found
    counts: dict[str, int] = {}
    for one in judged:
        text = f"{one.made.call.label} -> {describe(one.answer)[:60]}"
        counts[text] = counts.get(text, 0) + 1
    seen_text = "; ".join(f"{count} x {text}" for text, count in sorted(counts.items()))
    states = ", ".join(str(state) for _, state in end or ())
    wanted = "answers and a last state that some order of the calls gives"
    seen_text += f"; then state {states or 'none'}"
    return [*found, Mismatch("answers", wanted, seen_text, where)]


def later_answers(
    judged: Sequence[Judged], session: Session, where: Where
) -> list[tuple[Method | None, Mismatch]]:
    """Where accepted calls of one method were answered with different times, and whose fault.

    With a method: its repeats are answered anew each time, which says nothing of races. Without
    one: they are answered the same as soon as the calls come one after the other.
    """
    found: list[tuple[Method | None, Mismatch]] = []
    for twin, name, miss in _twins(judged, where):
        if name != "transaction":
            again = [session.call(twin.made.call, "after the burst") for _ in range(2)]
            times = [seen.answer.member(name) for seen in again]
            steady = MISSING not in times and times[0] == times[1]
            found.append((None if steady else twin.method, miss))
    return found


def _twins(judged: Sequence[Judged], where: Where) -> list[tuple[Judged, str, Mismatch]]:
    """Whatever the order, a repeat is answered like the first: accepted calls of one method for
    one transaction that end in one state tell the same time and number. With one of the calls,
    and the member that differs."""
    sides: dict[Seen, list[Judged]] = {}
    for one in judged:
        seen = _as_seen(one)
        if seen is not None and seen.state is not None:
            sides.setdefault(seen, []).append(one)
    found: list[tuple[Judged, str, Mismatch]] = []
    for seen, twins in sides.items():
        names = [_TIMES[seen.method]] if seen.method in _TIMES else []
        for name in (*names, "transaction"):
            for miss in _same([f"result.{name}"], twins, where):
                path = f"{seen.method} of {seen.payme_id}: {miss.path}"
                miss = Mismatch(path, miss.expected, miss.actual, where)
                found.append((twins[0], name, miss))
    return found


def _as_seen(one: Judged) -> Seen | None:
    params = one.made.call.params
    payme_id = str(params.get("id")) if isinstance(params, dict) else ""
    if one.method is None or one.answer.kind == "nothing":
        return None
    if one.answer.kind == "error":
        code = one.answer.code
        return Seen(one.method, payme_id, code=code if isinstance(code, int) else 0)
    state = one.answer.member("state")
    return Seen(one.method, payme_id, state=state if isinstance(state, int) else 0)


def _look_again(session: Session, ids: set[str], before: Book) -> Book | None:
    """The states that CheckTransaction shows after the burst; None if it does not answer."""
    book = {payme_id: state for payme_id, state in before if payme_id not in ids}
    for payme_id in sorted(ids):
        seen = session.call(Call(Method.CHECK, {"id": payme_id}), "after the burst")
        state = seen.answer.member("state")
        if isinstance(state, int):
            book[payme_id] = state
            known = session.books.transactions.get(payme_id)
            if known is not None:
                known.state = state
        elif seen.answer.kind == "nothing":
            return None
    return tuple(sorted(book.items()))
