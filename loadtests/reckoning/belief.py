"""What Payme's side may hold the merchant to, from the calls of one transaction.

Calls of one transaction may have been under way at the same time, so the order in which the
merchant did them is not known; but a transaction only ever moves on: 1 to 2 to -2, or 1 to -1.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from loadtests.ledger import Ended
from loadtests.results import Kind
from simulator.protocol.vocabulary import ACCOUNT_FIRST, ACCOUNT_LAST, Code, Method, State

TIMES = ("create_time", "perform_time", "cancel_time")
ABSENT = None

CREATED, PERFORMED = int(State.CREATED), int(State.PERFORMED)
CANCELLED, REFUNDED = int(State.CANCELLED), int(State.REFUNDED)
STEPS = {CREATED: 0, PERFORMED: 1, CANCELLED: 1, REFUNDED: 2}
"""How far along each state is."""

_CREATE, _PERFORM, _CANCEL = Method.CREATE.value, Method.PERFORM.value, Method.CANCEL.value
_CHANGING = frozenset({_CREATE, _PERFORM, _CANCEL})
_REFUSALS = frozenset({int(code) for code in Code} - {int(Code.SYSTEM)})
_MEANT = {_CREATE: CREATED, _PERFORM: PERFORMED}


@dataclass(slots=True)
class Belief:
    """One transaction as Payme sees it.

    states: those that it may be in by now, None among them if it may not be there at all.
    seen: those that the merchant has acknowledged. times, numbers: what it answered, all of it.
    clashes: where the merchant's own answers contradict each other.
    """

    payme_id: str
    order: str = ""
    amount: int | None = None
    time: int | None = None
    states: frozenset[int | None] = frozenset()
    seen: set[int] = field(default_factory=set)
    times: dict[str, int] = field(default_factory=dict)
    clashes: list[tuple[Kind, str]] = field(default_factory=list)

    @property
    def performed(self) -> bool:
        """Whether the merchant has acknowledged that it was performed."""
        return PERFORMED in self.seen or REFUNDED in self.seen


def whole(value: object) -> int | None:
    """A number as merchants write them, in quotes too; None if it is none."""
    if type(value) is int:
        return value
    if isinstance(value, str) and value.isascii() and value.lstrip("-").isdigit():
        return int(value) if len(value) < 20 else None
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return None


def refused(call: Ended) -> bool:
    """Whether an error says for sure that nothing was done."""
    code = whole(call.code)
    return code is not None and (code in _REFUSALS or ACCOUNT_LAST <= code <= ACCOUNT_FIRST)


def believe(payme_id: str, calls: Sequence[Ended]) -> Belief:
    """Put together what one transaction's calls say; they come in the order of their sending."""
    belief = Belief(payme_id)
    open_: set[str] = set()
    results = []
    for call in calls:
        if call.order:
            belief.order = call.order
        if call.method == _CREATE and belief.amount is None:
            belief.amount, belief.time = call.amount, call.time
        if call.answer == "result":
            results.append(call)
            belief.seen.add(_state_of(call, belief.seen))
            _take_times(belief, call)
        elif call.method in _CHANGING and (call.answer == "none" or not refused(call)):
            open_.add(call.method)
    _one_number(belief, results)
    if len(belief.seen) > 1:
        _moves_on(belief, results)
    belief.states = _possible(belief, open_)
    if results and len(results) < len(calls):
        _not_forgotten(belief, results, calls)
    return belief


def _state_of(call: Ended, seen: Iterable[int]) -> int:
    """The state that a result acknowledges, told by its method if it does not say one."""
    state = whole(call.state)
    if state in STEPS:
        return state
    if call.method == _CANCEL:
        return REFUNDED if PERFORMED in seen else CANCELLED
    return _MEANT.get(call.method, CREATED)


def _possible(belief: Belief, open_: set[str]) -> frozenset[int | None]:
    """Where it may have gone from what was acknowledged, by calls that nobody answered."""
    states: set[int | None] = set()
    if belief.seen:
        furthest = max(STEPS[state] for state in belief.seen)
        states = {state for state in belief.seen if STEPS[state] == furthest}
    else:
        states = {ABSENT, CREATED} if _CREATE in open_ else {ABSENT}
    if _PERFORM in open_ and CREATED in states:
        states.add(PERFORMED)
    if _CANCEL in open_:
        ends = {CREATED: CANCELLED, PERFORMED: REFUNDED}
        states |= {ends[state] for state in states if state in ends}
    return frozenset(states)


def _take_times(belief: Belief, call: Ended) -> None:
    """A time that was answered once is the same in every other answer."""
    for name in TIMES:
        told = whole(getattr(call, name))
        if not told:
            continue
        before = belief.times.setdefault(name, told)
        if before != told:
            clash = (Kind.TIMES, f"{name} was answered as {before} and as {told}")
            belief.clashes += [clash] if clash not in belief.clashes else []


def _one_number(belief: Belief, results: Sequence[Ended]) -> None:
    first = None
    for call in results:
        if call.transaction is None:
            continue
        if first is None:
            first = str(call.transaction)
        elif str(call.transaction) != first:
            words = f"two transaction numbers were answered: {first} and {call.transaction}"
            belief.clashes.append((Kind.DOUBLED, words))
            return


def _moves_on(belief: Belief, results: Sequence[Ended]) -> None:
    """No way leads from performed to -1, nor back to any state that was left.

    A repeated CreateTransaction may be answered from memory; whether it may is another matter.
    """
    if CANCELLED in belief.seen and belief.performed:
        words = "was acknowledged as performed, and as cancelled before it was performed"
        belief.clashes.append((Kind.STATE, words))
    told = [(call, _state_of(call, ())) for call in results if call.method != _CREATE]
    if len(told) < 2:
        return
    for later, state in told:
        before = max(
            (other for call, other in told if call.ended < later.sent),
            key=lambda one: STEPS[one],
            default=state,
        )
        if STEPS[before] > STEPS[state]:
            words = f"went back: state {state} was answered after state {before}"
            belief.clashes.append((Kind.STATE, words))
            return


def _not_forgotten(belief: Belief, results: Sequence[Ended], calls: Sequence[Ended]) -> None:
    known = min(call.ended for call in results)
    for call in calls:
        unknown = call.answer == "error" and whole(call.code) == Code.NO_TRANSACTION
        if unknown and call.sent > known:
            words = f"{call.method} was answered {call.code} after it had been acknowledged"
            belief.clashes.append((Kind.LOST, words))
            return
