"""SetFiscalData: Payme brings the tax operator's document of a payment or of its refund."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from backend import params, transactions
from backend.errors import Code, Refusal
from backend.logs import shown
from backend.methods.base import Call, Method, Result
from backend.params import Params

KINDS = ("PERFORM", "CANCEL")


@dataclass(frozen=True, slots=True)
class Asked:
    """The transaction, which of its two documents, and the document as sent."""

    id: str
    kind: str
    document: dict[str, Any]


def _read(given: Params) -> Asked:
    payme_id, kind, document = given.get("id"), given.get("type"), given.get("fiscal_data")
    if not isinstance(payme_id, str) or not params.storable(payme_id):
        raise _bad("id")
    if kind not in KINDS:
        raise _bad("type")
    if not isinstance(document, dict):
        raise _bad("fiscal_data")
    return Asked(payme_id, str(kind), document)


def _bad(member: str) -> Refusal:
    return Refusal(Code.BAD_FISCAL_PARAMS, f"params.{member} is missing or wrong.")


def _line(asked: Asked) -> str:
    return f"SetFiscalData transaction_id={shown(asked.id)}, type={asked.kind}"


def _decide(call: Call, asked: Asked) -> Result:
    transaction = transactions.seek(call.session, asked.id)
    if transaction is None:
        raise Refusal(Code.NO_RECEIPT, "There is no such receipt.")
    if asked.kind == "PERFORM":
        transaction.fiscal_perform = asked.document
    else:
        transaction.fiscal_cancel = asked.document
    return {"success": True}


METHOD = Method(_read, _line, _decide)
