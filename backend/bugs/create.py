"""Bugs in CreateTransaction: repeats, second transactions, what is stored."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sqlalchemy import select

from backend import orders, params, transactions
from backend.bugs.row import bug
from backend.bugs.seams import Switch, around, both
from backend.bugs.ways import UNHELD, Decide, on_create, refusing, run, says, tables
from backend.clock import now_ms
from backend.errors import Code, Refusal, about_account, about_state
from backend.methods import cancel, check, create, perform
from backend.methods.base import Call, Result
from backend.models import Payment, State, Status, Transaction

Create = Callable[[Call, create.Asked, Payment], Result]
Repeat = Callable[[Call, create.Asked, Transaction, Payment | None], Result]


def _repeated(act: Callable[[Call, create.Asked, Transaction, Payment], Result | None]) -> Switch:
    """A known id is answered by `act`, or in the right way if that gives nothing."""

    def repeat(
        inner: Repeat,
        call: Call,
        asked: create.Asked,
        stored: Transaction,
        order: Payment | None,
    ) -> Result:
        found = act(call, asked, stored, order) if order is not None else None
        return inner(call, asked, stored, order) if found is None else found

    return around(create._repeat, repeat)


def _live_in(*states: State) -> Switch:
    """A known id is answered as if it were waiting, also in these states."""

    def act(call: Call, asked: create.Asked, stored: Transaction, order: Payment) -> Result | None:
        return create._answer(stored) | {"state": 1} if stored.state in states else None

    return _repeated(act)


def _inserts(call: Call, asked: create.Asked, stored: Transaction, order: Payment) -> Result:
    again = create._new(call, asked, order)
    create._store(call, order, again)
    return create._answer(again)


def _writes(call: Call, asked: create.Asked, stored: Transaction, order: Payment) -> None:
    if stored.state == State.CREATED and stored.order_id == order.order_id:
        run(call, stored, "UPDATE transactions SET create_time = :now + 1 WHERE payme_id = :id")


def _moves(call: Call, asked: create.Asked, stored: Transaction, order: Payment) -> Result | None:
    if stored.order_id == order.order_id or stored.state != State.CREATED:
        return None
    stored.order_id = order.order_id
    return create._answer(stored)


def _with_another(
    states: tuple[State, ...],
    act: Callable[[Call, create.Asked, Payment, Transaction], Result | None],
) -> Switch:
    """What happens to a new id on an order that has a transaction in one of these states."""

    def new(inner: Create, call: Call, asked: create.Asked, order: Payment) -> Result:
        query = select(Transaction).where(
            Transaction.order_id == order.order_id, Transaction.state.in_(states)
        )
        other = call.session.scalar(query.order_by(Transaction.id))
        found = act(call, asked, order, other) if other is not None else None
        return inner(call, asked, order) if found is None else found

    return around(create._create, new)


def _its_data(call: Call, asked: create.Asked, order: Payment, other: Transaction) -> Result:
    return create._answer(other)


def _takes_row(call: Call, asked: create.Asked, order: Payment, other: Transaction) -> Result:
    other.payme_id, other.payme_time = asked.id, asked.time
    transactions.follow(call.session, order, other)
    return create._answer(other)


def _cancels_it(call: Call, asked: create.Asked, order: Payment, other: Transaction) -> None:
    transactions.cancel(other, 10, call.now)
    call.session.flush()
    raise about_account(Code.ORDER_BUSY)


def _stays(inner: Create, call: Call, asked: create.Asked, order: Payment) -> Result:
    try:
        return inner(call, asked, order)
    except Refusal as refusal:
        if refusal.code == Code.WRONG_AMOUNT:
            call.session.add(create._new(call, asked, order))
        raise


def _busy_with_itself(call: Call, asked: create.Asked) -> Refusal | None:
    order = orders.find(call.session, params.order_number(asked.account))
    busy = order is not None and orders.waiting(call.session, order)
    return about_account(Code.ORDER_BUSY) if busy else None


def _unpaid_unless(*statuses: Status) -> Switch:
    """Only these statuses keep an order from being paid."""

    def check(inner: Callable[[Payment], None], order: Payment) -> None:
        if order.status in statuses:
            inner(order)

    return around(orders.check_unpaid, check)


def _first_of_order(inner: Decide, call: Call, payme_id: str) -> Result:
    one = transactions.find(call.session, payme_id)
    query = select(Transaction.payme_id).where(Transaction.order_id == one.order_id)
    first = call.session.scalar(query.order_by(Transaction.id))
    return inner(call, first or payme_id)


def _rounded_first(inner: Create, call: Call, asked: create.Asked, order: Payment) -> Result:
    answered = inner(call, asked, order)
    return answered | {"create_time": answered["create_time"] // 1000 * 1000}


def _ahead(call: Call, asked: create.Asked) -> Refusal | None:
    return about_state(Code.IMPOSSIBLE) if asked.time > now_ms() else None


def _numbered(number: Callable[[Transaction], object]) -> Switch:
    answers = (create._answer, perform._answer, cancel._answer, check.standing)
    return both(*(says(answer, transaction=number) for answer in answers))


def _none_waiting(inner: Any, session: Any, order: Payment) -> list[Transaction]:
    return []


_ONE_TIME_AGAIN = (
    "INSERT INTO payments (order_id, payment_type, amount, status, created_at) "
    "SELECT order_id, payment_type, amount, status, created_at FROM payments "
    "WHERE order_id = :order LIMIT 1"
)

REPEATS = (
    bug(
        "create.new-time-each",
        "a repeat is answered with the time of the moment",
        "create.repeat-same-answer official.create",
        says(create._answer, create_time=lambda one: now_ms()),
    ),
    bug(
        "create.rounded-first",
        "the first answer's create_time is rounded to a second, the stored one is not",
        "create.repeat-same-answer",
        around(create._create, _rounded_first),
    ),
    bug(
        "create.order-before-id",
        "the order is looked at before the id, so that a repeat finds it busy with itself",
        "create.repeat-same-answer official.create fault.lost-create",
        refusing(create._decide, _busy_with_itself),
    ),
    bug(
        "create.inserts-each",
        "every CreateTransaction inserts a row, and no index prevents it",
        "create.one-row database.one-row fault.once",
        both(UNHELD, tables("DROP INDEX idx_transaction_payme_id"), _repeated(_inserts)),
        needs="database",
    ),
    bug(
        "create.upsert",
        "a repeat writes the row again, with a new time",
        "create.repeat-changes-nothing",
        _repeated(_writes),
        needs="database",
    ),
    bug(
        "create.repeats-performed",
        "a performed transaction is answered as if it were waiting",
        "create.repeat-after-perform-refused",
        _live_in(State.PERFORMED),
    ),
    bug(
        "create.repeats-cancelled",
        "a cancelled transaction is answered as if it were waiting",
        "create.repeat-after-cancel-refused",
        _live_in(State.CANCELLED, State.REFUNDED),
    ),
    bug(
        "create.repeat-moves",
        "a known id with another account moves the transaction there",
        "create.same-id-one-record",
        _repeated(_moves),
        needs="database",
    ),
)

SECONDS = (
    bug(
        "create.busy-ignored",
        "nobody asks whether another transaction holds the order",
        "create.second-on-live-refused official.second order.one-live-transaction",
        both(UNHELD, around(orders.waiting, _none_waiting)),
    ),
    bug(
        "create.index-says-busy",
        "only the unique index notices a busy order, and ends in the general error handler",
        "create.second-on-live-refused log.nothing-forbidden",
        around(orders.waiting, _none_waiting),
    ),
    bug(
        "create.first-ones-data",
        "a second transaction gets the data of the order's first",
        "create.second-not-first-answer create.second-on-live-refused",
        _with_another((State.CREATED,), _its_data),
    ),
    bug(
        "create.second-takes-row",
        "a second transaction overwrites the row of the live one",
        "create.second-leaves-first create.second-on-live-refused",
        _with_another((State.CREATED,), _takes_row),
    ),
    bug(
        "create.second-cancels-first",
        "a second transaction is refused and cancels the live one all the same",
        "create.second-leaves-first",
        _with_another((State.CREATED,), _cancels_it),
    ),
    bug(
        "create.code-of-practice",
        "a busy order is an account error, which the documents do not name here",
        "create.busy-code-docs",
        around(orders.busy_at_create, lambda inner, profile: about_account(Code.ORDER_BUSY)),
        level="should",
        profile="docs",
    ),
    bug(
        "create.code-of-documents",
        "a busy order is -31008, which live sandbox runs do not take",
        "create.busy-code-sandbox",
        around(orders.busy_at_create, lambda inner, profile: about_state(Code.IMPOSSIBLE)),
        level="should",
        profile="sandbox",
    ),
    bug(
        "create.paid-ignored",
        "a paid order can be paid again",
        "create.paid-order-refused order.one-live-transaction",
        both(UNHELD, _unpaid_unless(Status.CANCELLED)),
    ),
    bug(
        "create.refunded-ignored",
        "a refunded order can be paid again",
        "create.refunded-order-refused",
        _unpaid_unless(Status.SUCCESS),
        level="should",
    ),
    bug(
        "create.refunded-ones-data",
        "a transaction for a refunded order gets the data of the refunded one",
        "create.refunded-order-answer",
        _with_another((State.REFUNDED,), _its_data),
    ),
    bug(
        "create.cancelled-ones-data",
        "a transaction for an order gets the data of its cancelled one",
        "create.cancelled-order-answer",
        _with_another((State.CANCELLED,), _its_data),
    ),
    bug(
        "create.one-in-a-life",
        "a unique index lets an order have one transaction in its life",
        "create.cancelled-order-answer log.nothing-forbidden",
        tables("CREATE UNIQUE INDEX one_in_a_life ON transactions (order_id) WHERE one_time"),
    ),
    bug(
        "create.new-one-stuck",
        "PerformTransaction finds the order's first transaction, which is cancelled",
        "create.new-after-cancel-works",
        around(perform._decide, _first_of_order),
    ),
)

STORED = (
    bug(
        "create.answers-performed",
        "CreateTransaction answers state 2",
        "create.works official.create",
        says(create._answer, state=2),
    ),
    bug(
        "create.refused-stays",
        "a transaction that was refused for its amount is stored all the same",
        "create.refused-leaves-nothing statement.failed-absent",
        both(UNHELD, around(create._create, _stays)),
        needs="database",
    ),
    bug(
        "create.time-in-seconds",
        "Payme's time is stored in whole seconds",
        "create.stored statement.time-as-sent",
        on_create(
            "UPDATE transactions SET payme_time = payme_time / 1000 * 1000 - 1000 "
            "WHERE payme_id = :id"
        ),
        needs="database",
    ),
    bug(
        "create.pays-at-once",
        "the order counts as paid as soon as its transaction is created",
        "create.reserves-order order.status-fits",
        on_create("UPDATE payments SET status = 'success' WHERE order_id = :order"),
        needs="database",
    ),
    bug(
        "create.inserts-order",
        "the order that is already stored is inserted once more and meets its unique index",
        "create.updates-existing-order log.nothing-forbidden create.works",
        on_create(_ONE_TIME_AGAIN),
        needs="log",
    ),
    bug(
        "create.number-of-order",
        "a transaction has the order's number, like the cancelled one before it",
        "create.number-distinct",
        _numbered(lambda one: one.order_id),
        level="should",
    ),
    bug(
        "create.numbers-in-turn",
        "there are three numbers, which transactions get in turn",
        "create.number-distinct",
        _numbered(lambda one: str(one.id % 3 + 1)),
        level="should",
    ),
    bug(
        "create.refuses-time-ahead",
        "a time that is ahead of the merchant's clock is refused",
        "create.time-ahead",
        refusing(create._decide, _ahead),
        level="should",
    ),
)

BUGS = (*REPEATS, *SECONDS, *STORED)
