"""Before the first scenario: is this the merchant, does it take the key, can an order be had?"""

from __future__ import annotations

from dataclasses import dataclass

from simulator.caller.client import Call
from simulator.caller.wire import FailureKind, WireAnswer, WireFailure
from simulator.conformance.dbwatch import row_text
from simulator.conformance.events import Check, Verdict
from simulator.conformance.health import MerchantGone
from simulator.conformance.judging import Judged
from simulator.conformance.ports import NotLooked, Order
from simulator.conformance.recorder import Evidence, Recorder
from simulator.conformance.session import Session, World
from simulator.conformance.values import Scope
from simulator.observers.orders.order import OrdersUnreachable
from simulator.protocol.finding import MISSING, Finding, Report, show
from simulator.protocol.vocabulary import Code, Method

NAME = "before-the-run"
_REFUSED = (401, 403)
_WRONG_PLACE = (301, 302, 307, 308, 404, 405, 410, 502, 503)


@dataclass(frozen=True, slots=True)
class Trouble:
    """Why the run cannot begin: a text that says what to do, the exit code, and what failed."""

    text: str
    exit_code: int
    checks: tuple[Check, ...] = ()


def preflight(world: World) -> Trouble | None:
    """Make one order and ask whether it may be paid. None if the run may begin."""
    try:
        order = world.make_order(None)
    except OrdersUnreachable as error:
        return Trouble(f"No order could be made: {error}", 3)
    except NotLooked as error:
        return Trouble(f"No order could be made: {error}", 2)
    # before any call: a merchant that changes the order when it is asked is the scenarios' matter
    unlike = _in_database(world, order)
    if unlike is not None:
        return unlike
    recorder = Recorder(NAME, world.rules, world.strict)
    session = Session(world, NAME, recorder, Scope(world.fresh, world.fresh.moment(), {}))
    try:
        seen = session.call(_call(order), "check")
    except MerchantGone as error:
        return Trouble(str(error), 3, tuple(recorder.checks()))
    return _judge(session, recorder, order, seen)


def _in_database(world: World, order: Order) -> Trouble | None:
    """Whether the file's words for the orders table fit the order that was made just now."""
    database = world.eyes.database
    if database is None or not database.maps_orders:
        return None
    made = f"The order {order.number} was made just now, and"
    try:
        rows = database.order_rows(order)
    except NotLooked as error:
        return Trouble(f"{made} cannot be looked at in the database: {error}", 2)
    if not rows:
        text = (
            f"{made} `where` of [database.orders] finds no row of it. See which table and column "
            "hold the number that [orders] made, and name those. An id that the merchant gave is "
            "`{id}` there if [orders] captures it."
        )
        return Trouble(text, 2)
    # only where the price is found as it was asked for can a change of it be told
    world.shows_price = [row.get("amount") for row in rows] == [order.amount]
    held = rows[0].get("balance")
    if held is not None and type(held) is not int:
        text = (
            f"{made} its balance is {held}. Name another column in columns.balance of "
            "[database.orders], or its unit in balance_unit.\n"
            f"The row: {row_text(rows[0])}"
        )
        return Trouble(text, 2)
    payable = list(database.status_names("payable"))
    seen = rows[0].get("status", MISSING)
    if seen is MISSING or seen in payable:
        return None
    words = " or ".join(show(one) for one in payable)
    text = (
        f"{made} its row has the status {show(seen)}, which orders.status.payable of "
        f"[database] does not name: it says {words}. If an order with {show(seen)} can be paid, "
        f"write payable = {show(seen)}, or both in a list. If not, the row or the "
        f"column is another one ([database.orders] where, columns), or [orders] makes orders that "
        f"cannot be paid yet.\nThe row: {row_text(rows[0])}"
    )
    return Trouble(text, 2)


def _call(order: Order, auth: str = "right") -> Call:
    params = {"amount": order.amount, "account": dict(order.account)}
    return Call(Method.CHECK_PERFORM, params, auth=auth)


def _judge(session: Session, recorder: Recorder, order: Order, seen: Judged) -> Trouble | None:
    failure = seen.failure
    if failure is not None:
        if failure.kind is FailureKind.TOO_LARGE:
            return None
        return Trouble(_unreachable(failure), 3, tuple(recorder.checks()))
    wire = seen.made.answer
    assert isinstance(wire, WireAnswer)
    if seen.answer.code == Code.UNAUTHORIZED or wire.status in _REFUSED:
        part = session.call(_call(order, "key-to-colon"), "check")
        return _key_refused(session, recorder, seen, cut=part.answer.kind == "result")
    if wire.status in _WRONG_PLACE and not isinstance(seen.answer.code, int):
        where = wire.header("location")
        redirect = f" and points to {where}" if where else ""
        text = (
            f"The merchant's webhook is not at this URL: it answers HTTP {wire.status}{redirect}, "
            "not JSON-RPC. Give the exact address that Payme is to call in merchant.url "
            "(a missing or extra slash at the end is enough)."
        )
        return Trouble(text, 3, tuple(recorder.checks()))
    return None


def _unreachable(failure: WireFailure) -> str:
    if failure.kind is FailureKind.TIMEOUT:
        return (
            f"The merchant takes calls but does not answer: {failure.text}. See what it waits for "
            '(a lock, its database), or raise merchant.timeout, as in timeout = "30s".'
        )
    if failure.kind is FailureKind.REFUSED:
        return (
            f"The merchant cannot be reached: {failure.text}. Start it and check merchant.url, let "
            "the harness start it with a [process] table, or give it time with --wait 30."
        )
    return (
        f"The merchant takes calls but does not answer as a web server does: {failure.text}. Is "
        "merchant.url the webhook's address, http or https as it should be? See its error log."
    )


def _key_refused(session: Session, recorder: Recorder, seen: Judged, *, cut: bool) -> Trouble:
    report = Report()
    report.expect(
        False,
        Finding(
            "auth.right-key",
            "The merchant refuses the configured login and key.",
            "error.code",
            "a result",
            "-32504" if seen.answer.code == Code.UNAUTHORIZED else f"HTTP {seen.answer.http}",
        ),
    )
    numbers = Evidence((seen.made.exchange.number,))
    recorder.standing("check", report, Verdict.ANSWER, numbers)
    if cut:
        text = (
            "The merchant takes the key only up to its first colon: it splits login:key at every "
            "colon. It must split at the first one only; as it is, Payme cannot log in."
        )
        return Trouble(text, 1, tuple(recorder.checks()))
    if session.world.caller.key_has_colon:
        text = (
            "The merchant refuses the configured login and key. The key has a colon, as Payme's "
            "may: most likely the merchant splits login:key at every colon, and must split at the "
            "first one only. If its TEST_KEY is another one, put that into merchant.key."
        )
        return Trouble(text, 1, tuple(recorder.checks()))
    text = (
        "The merchant refuses the configured login and key. If its TEST_KEY is another one, put "
        "that into merchant.key (or the variable it names); if the key is right, the merchant "
        "reads the header wrongly: it must decode the base64 and split at the first colon only."
    )
    return Trouble(text, 2, tuple(recorder.checks()))
