"""The kassa's cabinet: repeat, age, fiscal data, both books, snapshots."""

from __future__ import annotations

from simulator.web.control import schemas, shown
from simulator.web.control.operation import operation
from simulator.web.control.schemas import KassaId, PaymentId, SnapshotName
from simulator.web.payments.desk import Repeated
from simulator.web.server import Server

_DAY_MS = 86_400_000


@operation("POST", "/payments/{payment_id}/repeat", refuses=(409,))
def repeat_call(
    server: Server, payment_id: PaymentId, body: schemas.RepeatBody
) -> schemas.RepeatedShown:
    """Make a call of this payment once more, and compare the answer with the first one."""
    return _repeated(server.desk.repeat(payment_id, body.method))


@operation("POST", "/payments/{payment_id}/fiscal", refuses=(409,))
def send_fiscal_data(
    server: Server, payment_id: PaymentId, body: schemas.FiscalBody
) -> schemas.RepeatedShown:
    """Send SetFiscalData, as Payme does once the tax receipt is registered."""
    data = body.fiscal_data.model_dump()
    return _repeated(server.desk.send_fiscal(payment_id, body.type, data))


@operation("POST", "/payments/{payment_id}/age", refuses=(409,))
def age_payment(
    server: Server, payment_id: PaymentId, body: schemas.AgeBody
) -> schemas.PaymentShown:
    """Make one transaction older, in our book and in the merchant's rows (age_rows = true)."""
    aged = server.desk.age(payment_id, body.by_ms)
    server.worker.wake()
    return shown.payment(server, aged)


@operation("GET", "/kassas/{kassa_id}/books", refuses=(409,))
def compare_books(
    server: Server, kassa_id: KassaId, query: schemas.PeriodQuery
) -> schemas.BooksShown:
    """Our book beside the merchant's GetStatement, and its database if [database] maps it."""
    end = query.end if query.end is not None else server.clock.now()
    start = query.start if query.start is not None else max(end - _DAY_MS, 0)
    return schemas.BooksShown.model_validate(server.books.compare(kassa_id, start, end))


@operation("GET", "/snapshots")
def list_snapshots(server: Server) -> schemas.SnapshotsShown:
    """The snapshots, the newest first."""
    every = [schemas.SnapshotShown.model_validate(one) for one in server.snapshots.all()]
    return schemas.SnapshotsShown(snapshots=every)


@operation("POST", "/snapshots", status=201, refuses=(409,))
def take_snapshot(server: Server, body: schemas.SnapshotBody) -> schemas.SnapshotShown:
    """Keep kassas, payments, fault rules and the clock under a name."""
    return schemas.SnapshotShown.model_validate(server.snapshots.take(body.name))


@operation("POST", "/snapshots/{snapshot_name}/restore", refuses=(409,))
def restore_snapshot(server: Server, snapshot_name: SnapshotName) -> None:
    """Back to that state. The journal stays, and the merchant is not told."""
    server.snapshots.restore(snapshot_name)


@operation("DELETE", "/snapshots/{snapshot_name}")
def forget_snapshot(server: Server, snapshot_name: SnapshotName) -> None:
    """Forget a snapshot."""
    server.snapshots.forget(snapshot_name)


@operation("POST", "/reset", refuses=(409,))
def reset(server: Server, body: schemas.ResetBody) -> None:
    """No payments, no fault rules, the configuration's kassa alone, the true time."""
    server.snapshots.reset(body.journal)


def _repeated(made: Repeated) -> schemas.RepeatedShown:
    return schemas.RepeatedShown.model_validate(made)
