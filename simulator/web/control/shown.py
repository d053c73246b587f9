"""Rows as the control API tells them."""

from __future__ import annotations

from typing import Any

from simulator.protocol import callback
from simulator.web.control import schemas
from simulator.web.payments.states import TEXTS, Receipt
from simulator.web.server import Server
from simulator.web.store import Exchange, Fault, Kassa, Payment


def kassa(server: Server, row: Kassa) -> schemas.KassaShown:
    return schemas.KassaShown(
        **_columns(row, schemas.KassaShown, "key", "account", "attempts", "pauses_ms"),
        key=server.kassas.masked_key(row),
        account=list(row.account),
        attempts=row.retry["attempts"],
        pauses_ms=row.retry["pauses_ms"],
    )


def payment(server: Server, row: Payment) -> schemas.PaymentShown:
    return schemas.PaymentShown(
        **_columns(row, schemas.PaymentShown, *_OURS),
        state_text=TEXTS[Receipt(row.state)],
        card=row.card.get("masked"),
        error=schemas.ErrorShown(**row.error) if row.error else None,
        checkout_url=f"{server.public_url}/checkout/{row.id}",
        return_url=_back(row),
    )


_OURS = ("state_text", "card", "checkout_url", "return_url", "error")


def _back(row: Payment) -> str | None:
    if callback.unfit(row.callback):
        return None
    return callback.filled(row.callback, row.transaction_id, row.account)


def fault(row: Fault) -> schemas.FaultShown:
    return schemas.FaultShown.model_validate(row)


def exchange(row: Exchange) -> schemas.ExchangeShown:
    return schemas.ExchangeShown(
        **_columns(
            row,
            schemas.ExchangeShown,
            "request_headers",
            "answer_headers",
            "request_body",
            "answer_body",
        ),
        request_headers=_headers(row.request_headers),
        answer_headers=_headers(row.answer_headers),
        request_body=row.request_body.decode("utf-8", "replace"),
        answer_body=row.answer_body.decode("utf-8", "replace"),
    )


def _headers(pairs: list[Any]) -> list[schemas.HeaderShown]:
    return [schemas.HeaderShown(name=name, value=value) for name, value in pairs]


def _columns(row: object, model: type[schemas.Told], *without: str) -> dict[str, Any]:
    return {name: getattr(row, name) for name in model.model_fields if name not in without}
