"""The shop's own side: making an order to be paid, and telling how it stands."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import bindparam, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from backend import checkout
from backend.clock import Clock, now_ms
from backend.db import Sessions
from backend.logs import log, shown
from backend.models import OrderColumns, Payment
from backend.orders import TIYIN_IN_SUM
from backend.params import storable
from backend.settings import MAX_TIYIN, Settings

LONGEST_ORDER_ID = 64
RETURN_AFTER_MS = 3_000
"""So long Payme's page says that an order is paid before it leads back to the shop."""


class BadInput(Exception):
    """A request that the shop refuses: `status` is the HTTP one, `member` what is wrong."""

    def __init__(self, status: int, member: str | None, text: str) -> None:
        """`text` tells what is accepted."""
        super().__init__(text)
        self.status = status
        self.member = member
        self.text = text


@dataclass(frozen=True, slots=True)
class Wanted:
    """An order to be made: its number and its price in sum."""

    order_id: str
    amount: int


class Shop:
    """Orders, without HTTP."""

    def __init__(
        self,
        settings: Settings,
        database: Sessions,
        clock: Clock = now_ms,
        payment: type[OrderColumns] = Payment,
    ) -> None:
        """`clock` is the merchant's own, in ms; `payment` is the table of the orders."""
        self._settings = settings
        self._database = database
        self._clock = clock
        self._payment = payment
        self._by_number = select(payment).where(payment.order_id == bindparam("order_id"))

    def generate_qr(self, data: object) -> dict[str, object]:
        """Make the order, or find it, and answer its checkout link, QR code and members.

        Raises BadInput: 400 for a wrong member, 409 if the order exists with another amount.
        """
        log.debug("generate_qr data=%s", shown(data))
        try:
            wanted = self._wanted(data)
            order = self._made(wanted)
            if order.amount != wanted.amount:
                raise _other_amount(order)
        except BadInput as refused:
            log.debug("Refused generate_qr: status=%d %s", refused.status, shown(refused.text))
            raise
        url = checkout.link(self._settings, order.order_id, order.amount)
        return described(order) | {"link": url, "qr": checkout.qr_data_url(url)}

    def payment_status(self, order_id: str) -> dict[str, object]:
        """How an order stands. Raises BadInput 404 if there is none."""
        with self._database.read() as session:
            order = self._find(session, order_id)
        if order is None:
            raise BadInput(404, "order_id", "there is no such order")
        return described(order)

    def checkout(self, order_id: str, language: str, way_back: str) -> dict[str, object]:
        """An order with its link, QR code and form; from Payme the payer comes to `way_back`.

        Raises BadInput 404 if there is none.
        """
        order = self.payment_status(order_id)
        number, amount = str(order["order_id"]), int(str(order["amount"]))
        wait = str(RETURN_AFTER_MS)
        back = {"c": way_back, "ct": wait} if way_back else {}
        posted = {"callback": way_back, "callback_timeout": wait} if way_back else {}
        url = checkout.link(self._settings, number, amount, {"l": language, **back})
        form = checkout.form(self._settings, number, amount, {"lang": language, **posted})
        return order | {"link": url, "qr": checkout.qr_data_url(url), "form": form}

    def healthy(self) -> None:
        """Ask the database something that only works if it is there with its tables."""
        with self._database.read() as session:
            session.execute(select(self._payment.id).limit(1)).all()

    def _find(self, session: Session, number: str) -> OrderColumns | None:
        return session.scalar(self._by_number, {"order_id": number})

    def _wanted(self, data: object) -> Wanted:
        if not isinstance(data, dict):
            raise BadInput(400, None, "the body must be a JSON object")
        if data.get("paymentType") != "payme":
            raise BadInput(400, "paymentType", 'paymentType must be "payme"')
        return Wanted(_order_id(data.get("order_id")), self._amount(data.get("amount")))

    def _amount(self, value: object) -> int:
        if not isinstance(value, int) or isinstance(value, bool) or value <= 0:
            raise BadInput(400, "amount", "amount must be a whole number of sum above 0")
        low, high = 1, MAX_TIYIN
        if not self._settings.one_time:
            low, high = self._settings.min_amount, self._settings.max_amount
        if not low <= value * TIYIN_IN_SUM <= high:
            raise BadInput(400, "amount", f"amount must be {low} to {high} tiyin, given in sum")
        return value

    def _made(self, wanted: Wanted) -> OrderColumns:
        try:
            return self._find_or_make(wanted)
        except IntegrityError:
            # Another process made it between our look and our insert.
            return self._find_or_make(wanted)

    def _find_or_make(self, wanted: Wanted) -> OrderColumns:
        with self._database.write() as session:
            order = self._find(session, wanted.order_id)
            event = "Payment record for payme exists"
            if order is None:
                event = "Created payment record for payme"
                order = self._payment(
                    order_id=wanted.order_id,
                    amount=wanted.amount,
                    created_at=self._clock(),
                )
                session.add(order)
            session.commit()
        log.debug("%s: order_id=%s, id=%d", event, shown(order.order_id), order.id)
        return order


def described(order: OrderColumns) -> dict[str, object]:
    """An order as JSON: amount in sum, times in ms or null."""
    return {
        "id": order.id,
        "order_id": order.order_id,
        "paymentType": order.payment_type,
        "amount": order.amount,
        "status": order.status,
        "transaction_id": order.transaction_id,
        "state": order.state,
        "create_time": order.create_time,
        "perform_time": order.perform_time,
        "cancel_time": order.cancel_time,
    }


def _order_id(value: object) -> str:
    if isinstance(value, int) and not isinstance(value, bool):
        value = str(value)
    if not isinstance(value, str) or not _usable(value):
        raise BadInput(
            400,
            "order_id",
            f"order_id must be a text of 1 to {LONGEST_ORDER_ID} printable characters "
            "without ; and without blanks around it",
        )
    return value


def _usable(text: str) -> bool:
    # A semicolon would end the member within the checkout link, which knows no escaping.
    return (
        0 < len(text) <= LONGEST_ORDER_ID
        and text.isprintable()
        and storable(text)
        and ";" not in text
        and text == text.strip()
    )


def _other_amount(order: OrderColumns) -> BadInput:
    return BadInput(
        409,
        "amount",
        f"order {order.order_id} exists with the amount {order.amount}; "
        "send that amount, or choose another order_id",
    )
