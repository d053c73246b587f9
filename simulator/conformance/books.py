"""What Payme's side knows of a scenario's transactions from the merchant's own answers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from simulator.protocol.answer import Answer
from simulator.protocol.finding import MISSING, Finding, show
from simulator.protocol.kinds import same_number
from simulator.protocol.vocabulary import REASON_TIMEOUT, TIMEOUT_MS, Code, Method, State

_TIMES = ("create_time", "perform_time", "cancel_time")
_MARGIN_MS = 30_000
_SETTLES: dict[Method, frozenset[Method]] = {
    Method.CREATE: frozenset({Method.CREATE}),
    Method.PERFORM: frozenset({Method.CREATE, Method.PERFORM}),
    Method.CANCEL: frozenset({Method.CREATE, Method.PERFORM, Method.CANCEL}),
}
"""Whose lost answers no longer matter once this method was answered with a result."""


@dataclass(frozen=True, slots=True)
class Sent:
    """What a CreateTransaction said: account, amount in tiyin, Payme's time in ms."""

    account: object
    amount: object
    time: object


@dataclass(slots=True)
class Transaction:
    """One transaction as last acknowledged. `members` are those of CheckTransaction."""

    payme_id: str
    account: object
    amount: object
    time: int
    state: int
    members: dict[str, object] = field(default_factory=dict)
    aged_ms: int = 0
    doubted: bool = False
    unanswered: set[Method] = field(default_factory=set)
    reasons: list[object] = field(default_factory=list)
    seen: Mapping[str, object] | None = None
    """CheckTransaction's last answer, as long as nothing has changed the transaction since."""

    @property
    def sure(self) -> bool:
        """Whether the merchant can be held to it: no change of it is still without an answer."""
        return not self.doubted and not self.unanswered

    def is_old(self, now: int) -> bool:
        """Past Payme's 12 hours: the merchant may cancel it by itself at any call."""
        return now - (self.time - self.aged_ms) > TIMEOUT_MS - _MARGIN_MS

    @property
    def is_live(self) -> bool:
        return self.state in (State.CREATED, State.PERFORMED)

    def age(self, by_ms: int) -> None:
        """Its row was shifted into the past, so the times that were answered hold no longer."""
        self.aged_ms += by_ms
        self.seen = None
        for name in _TIMES:
            self.members.pop(name, None)


@dataclass(slots=True)
class Books:
    """The transactions of one scenario by Payme id, and the ids whose creation was refused."""

    transactions: dict[str, Transaction] = field(default_factory=dict)
    refused: dict[str, Mapping[str, object]] = field(default_factory=dict)
    lost: dict[str, Mapping[str, object]] = field(default_factory=dict)
    """Creates that were never answered: the merchant may know them or not."""
    strays: list[object] = field(default_factory=list)
    """Accounts for which something was created under an id that Payme never gives."""

    @property
    def ids(self) -> set[str]:
        """Every Payme id that this scenario has sent in a Create."""
        return set(self.transactions) | set(self.refused) | set(self.lost)

    @property
    def numbers(self) -> dict[str, str]:
        """The merchant's own transaction numbers -> Payme ids."""
        return {
            str(tx.members["transaction"]): payme_id
            for payme_id, tx in self.transactions.items()
            if tx.members.get("transaction") is not None
        }

    def sent(self) -> list[Sent]:
        """What the Creates of this scenario said, also those that were refused or lost."""
        known = [Sent(tx.account, tx.amount, tx.time) for tx in self.transactions.values()]
        others = [*self.refused.values(), *self.lost.values()]
        return known + [Sent(p.get("account"), p.get("amount"), p.get("time")) for p in others]

    def account_of(self, payme_id: str) -> object:
        """The account that its Create named."""
        known = self.transactions.get(payme_id)
        params = self.refused.get(payme_id) or self.lost.get(payme_id) or {}
        return known.account if known is not None else params.get("account")

    def of_account(self, account: object) -> list[Transaction]:
        return [t for t in self.transactions.values() if t.account == account]

    def note(self, method: Method | None, params: object, answer: Answer, now: int) -> None:
        """Take in what a call was answered."""
        if not isinstance(params, Mapping):
            return
        if not isinstance(params.get("id"), str):
            if method is Method.CREATE and answer.kind != "error":
                self.strays.append(params.get("account"))
            return
        known = self.transactions.get(params["id"])
        if answer.kind == "nothing":
            self._unanswered(method, params, known)
        elif method is Method.CREATE and known is None:
            self._created(params, answer)
        elif known is not None and answer.kind == "result":
            _moved(method, params, answer, known)
        elif known is not None and method in (Method.CREATE, Method.PERFORM):
            _maybe_expired(known, answer, now)

    def doubt(self, params: object) -> None:
        """What was accepted though Payme would never send it binds nobody afterwards."""
        payme_id = params.get("id") if isinstance(params, Mapping) else None
        if isinstance(payme_id, str) and payme_id in self.transactions:
            self.transactions[payme_id].doubted = True

    def _unanswered(
        self, method: Method | None, params: Mapping[str, object], known: Transaction | None
    ) -> None:
        if known is not None and method in (Method.CREATE, Method.PERFORM, Method.CANCEL):
            known.unanswered.add(method)
            known.seen = None
        elif method is Method.CREATE:
            self.lost[str(params["id"])] = params

    def _created(self, params: Mapping[str, object], answer: Answer) -> None:
        payme_id = str(params["id"])
        self.lost.pop(payme_id, None)
        if answer.kind == "error":
            self.refused[payme_id] = params
            return
        self.refused.pop(payme_id, None)
        for other in self.of_account(params.get("account")):
            other.seen = None  # whoever took a second one may have written over the first
        time = params.get("time")
        tx = Transaction(
            payme_id,
            params.get("account"),
            params.get("amount"),
            time if type(time) is int else 0,
            State.CREATED,
        )
        for name in ("create_time", "transaction"):
            if answer.member(name) is not MISSING:
                tx.members[name] = answer.member(name)
        self.transactions[payme_id] = tx


def _moved(
    method: Method | None, params: Mapping[str, object], answer: Answer, tx: Transaction
) -> None:
    if method is Method.CHECK:
        tx.seen = answer.result if isinstance(answer.result, Mapping) else None
        return
    tx.seen = None
    tx.unanswered -= _SETTLES.get(method, frozenset()) if method else frozenset()
    state = answer.member("state")
    if method is Method.CANCEL:
        tx.reasons.append(params.get("reason"))
    if method is Method.PERFORM and tx.state == State.CREATED:
        tx.state = State.PERFORMED
        tx.members["perform_time"] = answer.member("perform_time")
    elif method is Method.CANCEL and tx.is_live:
        tx.state = State.CANCELLED if tx.state == State.CREATED else State.REFUNDED
        if state in (State.CANCELLED, State.REFUNDED) and type(state) is int:
            tx.state = state
        tx.members["cancel_time"] = answer.member("cancel_time")


def _maybe_expired(tx: Transaction, answer: Answer, now: int) -> None:
    if tx.state == State.CREATED and answer.code == Code.IMPOSSIBLE and tx.is_old(now):
        tx.state = State.CANCELLED
        tx.reasons = [REASON_TIMEOUT]
        tx.seen = None
        tx.members.pop("cancel_time", None)


def differences(
    tx: Transaction, shown: Mapping[str, object], rule: str, now: int, path: str = "result"
) -> list[Finding]:
    """Where a record of the merchant's departs from what the merchant has acknowledged."""
    state = shown.get("state", MISSING)
    lapsed = tx.state == State.CREATED and tx.is_old(now) and state == State.CANCELLED
    if lapsed:
        return _pairs(rule, path, [("reason", REASON_TIMEOUT, shown.get("reason", MISSING))])
    pairs: list[tuple[str, object, object]] = [("state", tx.state, state)]
    names: Iterable[str] = ("transaction", *_TIMES)
    for name in names:
        if name in tx.members and tx.members[name] is not MISSING:
            pairs.append((name, tx.members[name], shown.get(name, MISSING)))
    if tx.state < 0:
        seen = shown.get("reason", MISSING)
        late = tx.is_old(now) and seen == REASON_TIMEOUT
        # whether the first of several reasons stays is judged by a scenario, at its own level
        if not late and not any(same_number(one, seen) for one in tx.reasons):
            pairs.append(("reason", next(iter(tx.reasons), None), seen))
    return _pairs(rule, path, pairs)


def changes(tx: Transaction, before: Mapping[str, object] | None, now: int) -> list[Finding]:
    """What a refused call has changed: against the look before it, or in the state alone."""
    return changed("refusal.changes-nothing", tx, before, tx.seen or {}, now)


def changed(
    rule: str,
    tx: Transaction,
    before: Mapping[str, object] | None,
    after: Mapping[str, object],
    now: int,
) -> list[Finding]:
    """CheckTransaction's answer against an earlier one, or against the acknowledged state."""
    if before is not None:
        names = ("state", "transaction", *_TIMES, "reason")
        pairs = [(n, before.get(n, MISSING), after.get(n, MISSING)) for n in names]
    else:
        pairs = [("state", tx.state, after.get("state", MISSING))]
    if tx.state == State.CREATED and tx.is_old(now) and after.get("state") == State.CANCELLED:
        return []
    return _pairs(rule, "result", pairs)


def _pairs(rule: str, path: str, pairs: list[tuple[str, object, object]]) -> list[Finding]:
    message = "The merchant's record is not what it answered before."
    return [
        Finding(rule, message, f"{path}.{name}", show(wanted), show(seen))
        for name, wanted, seen in pairs
        if not same_number(wanted, seen)
    ]
