"""Kassas, orders, the clock, and how the server stands."""

from __future__ import annotations

from simulator import __version__
from simulator.caller.retry import RetryPolicy
from simulator.web.control import schemas, shown
from simulator.web.control.operation import operation
from simulator.web.control.schemas import KassaId
from simulator.web.kassas import CONFIGURED, NewKassa
from simulator.web.pages.site import the_site
from simulator.web.pages.starting import refuse_while_running
from simulator.web.server import Server


@operation("GET", "/state")
def show_state(server: Server) -> schemas.StateShown:
    """How the server stands."""
    counts = server.payments.records.count_by_state()
    return schemas.StateShown(
        version=__version__,
        public_url=server.public_url,
        now=server.clock.now(),
        shift_ms=server.clock.shift_ms,
        payments={str(state): number for state, number in sorted(counts.items())},
        exchanges=server.journal.count(),
    )


@operation("POST", "/clock", refuses=(409,))
def let_time_pass(server: Server, body: schemas.ClockBody) -> schemas.ClockShown:
    """Put the server's clock forward, and the merchant's where [clock] hook says how.

    What is due by then is done; a payment that waits for 12 hours is cancelled with reason 4.
    """
    now = server.let_time_pass(body.advance_ms)
    return schemas.ClockShown(now=now, shift_ms=server.clock.shift_ms)


@operation("GET", "/kassas")
def list_kassas(server: Server) -> schemas.KassasShown:
    """All kassas, the configuration's first."""
    return schemas.KassasShown(kassas=[shown.kassa(server, one) for one in server.kassas.all()])


@operation("POST", "/kassas", status=201, refuses=(409,))
def add_kassa(server: Server, body: schemas.KassaBody) -> schemas.KassaShown:
    """A further kassa, with a merchant of its own."""
    retry = RetryPolicy(body.attempts, tuple(body.pauses_ms))
    told = body.model_dump(exclude={"attempts", "pauses_ms", "account"})
    new = NewKassa(**told, account=tuple(body.account), retry=retry)
    return shown.kassa(server, server.kassas.add(new))


@operation("GET", "/kassas/{kassa_id}")
def show_kassa(server: Server, kassa_id: KassaId) -> schemas.KassaShown:
    """One kassa; its key is masked."""
    return shown.kassa(server, server.kassas.get(kassa_id))


@operation("PATCH", "/kassas/{kassa_id}", refuses=(409,))
def change_kassa(
    server: Server, kassa_id: KassaId, body: schemas.KassaChange
) -> schemas.KassaShown:
    """Change a kassa that was made here.

    Payments that are under way keep amount and account; their next call goes by the new terms. A
    run that has begun goes on by the old ones.
    """
    changes = body.model_dump(exclude_none=True)
    if "account" in changes:
        changes["account"] = tuple(changes["account"])
    return shown.kassa(server, server.kassas.change(kassa_id, changes))


@operation("DELETE", "/kassas/{kassa_id}", refuses=(409,))
def remove_kassa(server: Server, kassa_id: KassaId, query: schemas.KassaRemoval) -> None:
    """Forget a kassa that was made here, with its fault rules; the journal stays.

    One that has payments is refused unless they are to be forgotten with it.
    """
    refuse_while_running(kassa_id)
    server.kassas.remove(kassa_id, query.payments)


@operation("POST", "/kassas/{kassa_id}/reveal")
def reveal_key(server: Server, kassa_id: KassaId) -> schemas.KeyShown:
    """The kassa's key itself."""
    return schemas.KeyShown(key=server.kassas.key(server.kassas.get(kassa_id)))


@operation("POST", "/orders", status=201, refuses=(409,))
def make_order(server: Server, body: schemas.OrderBody) -> schemas.OrderShown:
    """A fresh payable order at the configuration's merchant, made as [orders] says."""
    order = server.new_order(body.amount_sum)
    the_site().memory[CONFIGURED].keep(order)  # a sandbox page knows it again
    return schemas.OrderShown(
        number=order.number,
        amount=order.amount,
        account=order.account,
        captured={name: str(value) for name, value in order.captured.items()},
    )
