"""Bugs in PerformTransaction: the money is taken, and the merchant does something else."""

from __future__ import annotations

from collections.abc import Callable

from backend import transactions
from backend.bugs.row import bug
from backend.bugs.seams import Switch, around, both
from backend.bugs.ways import Decide, on_perform, refusing, says
from backend.clock import now_ms
from backend.errors import Code, Refusal, about_account, about_state, bad_request
from backend.methods import perform
from backend.methods.base import Call, Result
from backend.models import Payment, State, Transaction
from backend.session import Session

Find = Callable[[Session, str], Transaction]
Lock = Callable[[Session, str], tuple[Transaction, Payment]]


def _from(*states: State) -> Callable[[Decide, Call, str], Result]:
    """Transactions in these states are performed as well."""

    def decide(inner: Decide, call: Call, payme_id: str) -> Result:
        transaction, order = transactions.lock(call.session, payme_id)
        if transaction.state in states:
            perform._perform(call, transaction, order)
        return inner(call, payme_id)

    return decide


def _with_its_data(inner: Decide, call: Call, payme_id: str) -> Result:
    transaction = transactions.find(call.session, payme_id)
    if transaction.state == State.CANCELLED:
        return perform._answer(transaction) | {"perform_time": 0}
    return inner(call, payme_id)


def _forgets_reason(inner: Decide, call: Call, payme_id: str) -> Result:
    transaction = transactions.find(call.session, payme_id)
    if transaction.state in (State.CANCELLED, State.REFUNDED):
        transaction.reason = None
    return inner(call, payme_id)


def _unknown(refusal: Callable[[], Exception]) -> Switch:
    """A transaction that is not there is answered so, by every method that needs one."""

    def find(
        inner: Callable[[Session, str], Transaction], session: Session, id: str
    ) -> Transaction:
        if transactions.seek(session, id) is None:
            raise refusal()
        return inner(session, id)

    def lock(inner: Lock, session: Session, id: str) -> tuple[Transaction, Payment]:
        transactions.find(session, id)
        return inner(session, id)

    return both(around(transactions.find, find), around(transactions.lock, lock))


def _performed(call: Call, payme_id: str) -> Refusal | None:
    one = transactions.seek(call.session, payme_id)
    paid = one is not None and one.state == State.PERFORMED
    return about_state(Code.IMPOSSIBLE) if paid else None


def _demanding(call: Call, payme_id: str) -> Refusal:
    return bad_request("params.amount must be an integer.")


BUGS = (
    bug(
        "perform.new-time-each",
        "a repeat is answered with the time of the moment",
        "perform.repeat-same-answer official.perform",
        around(perform._answer, lambda inner, one: inner(one) | {"perform_time": now_ms()}),
    ),
    bug(
        "perform.again",
        "a repeat performs once more, with a new time",
        "perform.repeat-changes-nothing perform.repeat-same-answer",
        around(perform._decide, _from(State.PERFORMED)),
        needs="database",
    ),
    bug(
        "perform.repeat-refused",
        "a repeat is refused with -31008, because the transaction is not waiting any more",
        "perform.repeat-same-answer fault.lost-perform",
        refusing(perform._decide, _performed),
    ),
    bug(
        "perform.demands-amount",
        "amount and account are demanded, which PerformTransaction does not carry",
        "perform.works perform.needs-only-id official.perform",
        refusing(perform._decide, _demanding),
    ),
    bug(
        "perform.still-created",
        "the answer shows state 1 as it was before",
        "perform.works",
        says(perform._answer, state=1),
    ),
    bug(
        "perform.time-of-creation",
        "perform_time is a copy of create_time",
        "perform.works",
        both(
            says(perform._answer, perform_time=lambda one: one.create_time),
            on_perform("UPDATE transactions SET perform_time = create_time WHERE payme_id = :id"),
        ),
    ),
    bug(
        "perform.time-of-tashkent",
        "perform_time is the local date, read as UTC: five hours ahead",
        "types.instant",
        both(
            says(perform._answer, perform_time=lambda one: one.perform_time + 18_000_000),
            on_perform(
                "UPDATE transactions SET perform_time = perform_time + 18000000 "
                "WHERE payme_id = :id"
            ),
        ),
    ),
    bug(
        "perform.number-of-payme",
        "the answer names Payme's id as the merchant's number",
        "perform.same-transaction",
        says(perform._answer, transaction=lambda one: one.payme_id),
    ),
    bug(
        "perform.order-forgotten",
        "the transaction is performed and its order stays unpaid",
        "perform.pays-order order.status-fits",
        on_perform("UPDATE payments SET status = 'pending' WHERE order_id = :order"),
        needs="database",
    ),
    bug(
        "perform.unknown-is-no-order",
        "an unknown transaction is answered like an unknown order (-31050)",
        "perform.unknown-not-found cancel.unknown-not-found check.unknown-not-found",
        _unknown(lambda: about_account(Code.ORDER_UNKNOWN)),
    ),
    bug(
        "perform.null-dereference",
        "an unknown transaction ends in the general error handler (-32400)",
        "perform.unknown-not-found",
        _unknown(lambda: AttributeError("'NoneType' object has no attribute 'state'")),
    ),
    bug(
        "perform.from-cancelled",
        "a cancelled transaction is performed all the same",
        "perform.after-cancel-refused perform.refused-keeps-cancelled",
        around(perform._decide, _from(State.CANCELLED)),
    ),
    bug(
        "perform.answers-cancelled",
        "a cancelled transaction is answered with its data and no error",
        "perform.after-cancel-refused",
        around(perform._decide, _with_its_data),
    ),
    bug(
        "perform.from-refunded",
        "a refunded transaction turns from -2 back into 2",
        "perform.after-refund-refused perform.refused-keeps-cancelled",
        around(perform._decide, _from(State.REFUNDED)),
    ),
    bug(
        "perform.refusal-clears-reason",
        "refusing a cancelled transaction takes its reason away",
        "perform.refused-keeps-cancelled",
        around(perform._decide, _forgets_reason),
        needs="database",
    ),
    bug(
        "perform.seconds-stored",
        "the stored perform_time is cut to whole seconds, the answered one is not",
        "perform.stored check.performed",
        on_perform(
            "UPDATE transactions SET perform_time = perform_time / 1000 * 1000 - 1000 "
            "WHERE payme_id = :id"
        ),
        needs="database",
    ),
    bug(
        "perform.never-saved",
        "state 2 is answered from memory and not saved",
        "perform.stored check.performed",
        on_perform("UPDATE transactions SET state = 1, perform_time = NULL WHERE payme_id = :id"),
        needs="database",
    ),
    bug(
        "perform.pays-every-order",
        "an UPDATE without WHERE pays every order",
        "perform.leaves-others",
        on_perform("UPDATE payments SET status = 'success'"),
        needs="database",
    ),
    bug(
        "perform.moves-create-time",
        "performing sets create_time anew, as ON UPDATE CURRENT_TIMESTAMP does",
        "check.performed check.matches-answers",
        on_perform("UPDATE transactions SET create_time = :now + 1 WHERE payme_id = :id"),
    ),
)
