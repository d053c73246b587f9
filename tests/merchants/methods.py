"""The webhook's methods. Every decision is made of small steps that the habits may leave out."""

from __future__ import annotations

import json
from collections.abc import Callable

from tests.merchants.calls import BRANCH, MEMBER, Call, Refusal
from tests.merchants.habits import Members
from tests.merchants.store import Bill, Op

_LAST = 2**63 - 1
KINDS = ("PERFORM", "CANCEL")


def _need(call: Call, name: str, kind: type) -> None:
    """Refuse a call whose param is not of that JSON type."""
    if call.minds(f"type:{name}") and type(call.params.get(name)) is not kind:
        raise Refusal("bad-request")


def _need_id(call: Call) -> None:
    _need(call, "id", str)
    if call.minds("type:id") and not call.params["id"]:
        raise Refusal("bad-request")


def _find_bill(call: Call) -> Bill:
    account = call.params.get("account")
    value = account.get(MEMBER) if isinstance(account, dict) else account
    number = call.habits.reads_bill(value)
    if number is None or any(0xD800 <= ord(letter) < 0xE000 for letter in number):
        raise Refusal("no-bill")
    sql, values = call.habits.bill_sql, {**call.values, "bill": number}
    if "{bill}" in sql:
        sql = sql.format(bill=number)
    found = call.work.bills(sql, values)
    if not found or not _of_this_branch(call):
        raise Refusal("no-bill")
    call.bill = found[0]
    return found[0]


def _of_this_branch(call: Call) -> bool:
    """Bills are drawn up in one branch only; wallets have none."""
    account = call.params.get("account")
    given = account.get("branch") if isinstance(account, dict) else None
    if not call.terms.one_time or not call.minds("branch"):
        return True
    return given == BRANCH or (given is None and not call.minds("branch-missing"))


def _check_amount(call: Call, bill: Bill) -> None:
    amount = call.params.get("amount")
    if not call.minds("amount"):
        return
    if call.terms.one_time:
        right = call.habits.price(amount, bill.total)
    else:
        least, most = call.terms.limits
        right = type(amount) is int and call.habits.within(amount, least, most)
    if not right:
        raise Refusal("wrong-amount")


def _check_free(call: Call) -> None:
    """Refuse if another transaction holds the bill; let it go if that one waited too long."""
    if not call.terms.one_time and call.minds("wallet"):
        return
    for op in call.ops(call.habits.holders_sql):
        if op.state == 2 and call.minds("paid"):
            raise Refusal("paid")
        if op.state == -2 and call.minds("returned"):
            raise Refusal("returned")
        if op.state == 1 and call.minds("busy"):
            if not _is_old(call, op):
                raise Refusal(_busy(call))
            if call.method == "CreateTransaction":
                _expire(call, op)


def _busy(call: Call) -> str:
    at_create = call.method == "CreateTransaction" and call.terms.profile != "sandbox"
    return "busy-at-create" if at_create else "busy"


def _is_old(call: Call, op: Op) -> bool:
    own = call.habits.age_from == "made_at" or call.method in call.habits.ages_otherwise
    since = op.made_at if own else op.sent_at
    age = call.now - since
    if call.habits.age_within_ms:
        age %= call.habits.age_within_ms
    return age > call.habits.lifetime_ms


def _expire(call: Call, op: Op) -> None:
    call.op = call.work.change(op, step="void", why=4, voided_at=call.now)
    call.work.stage(op.bill_no, "open")
    call.happened("expired")


def _known(call: Call) -> Op:
    _need_id(call)
    found = call.ops(call.habits.op_sql)
    if not found:
        raise Refusal("no-op")
    call.op = found[0]
    return found[0]


def ask(call: Call) -> Members:
    """CheckPerformTransaction."""
    _need(call, "account", dict)
    _need(call, "amount", int)
    bill = _find_bill(call)
    _check_amount(call, bill)
    _check_free(call)
    return call.done("asked", {"allow": True})


def create(call: Call) -> Members:
    """CreateTransaction."""
    _need_id(call)
    for name, kind in (("time", int), ("amount", int), ("account", dict)):
        _need(call, name, kind)
    known = call.ops(call.habits.known_sql)
    if known:
        return _created_before(call, known[0])
    bill = _find_bill(call)
    _check_amount(call, bill)
    _check_free(call)
    call.think()
    if call.minds("too-late") and call.now - call.params["time"] > call.habits.lifetime_ms:
        raise Refusal("too-late")
    call.op = _store(call, bill)
    call.dawdle()
    if call.terms.one_time:
        call.work.stage(bill.bill_no, "held")
    return call.done("created", _created(call.op))


def _store(call: Call, bill: Bill) -> Op:
    return call.work.add(
        {
            "ext_id": call.params["id"],
            "bill_no": bill.bill_no,
            "tiyin": call.params["amount"],
            "sent_account": json.dumps(call.params["account"]),
            "sent_at": call.params["time"],
            "made_at": call.now,
        }
    )


def _created_before(call: Call, op: Op) -> Members:
    call.op = op
    call.think()
    if op.step not in call.habits.repeats_in:
        raise Refusal("repeat-refused")
    if op.step == "new" and call.minds("age") and _is_old(call, op):
        _expire(call, op)
        raise Refusal("expired")
    return call.done("create-repeated", _created(op))


def _created(op: Op) -> Members:
    return {"create_time": op.made_at, "transaction": str(op.op_no), "state": op.state}


def perform(call: Call) -> Members:
    """PerformTransaction."""
    op = _known(call)
    call.think()
    if op.step in call.habits.expires_in and call.minds("age") and _is_old(call, op):
        _expire(call, op)
        raise Refusal("expired")
    if op.step in call.habits.performs_from:
        if call.habits.times_later:
            op = call.work.change(op, step="done")
            call.dawdle()
        call.op = op = call.work.change(op, step="done", paid_at=call.now)
        call.dawdle()
        if call.terms.one_time:
            call.work.stage(op.bill_no, "sold")
        else:
            call.work.credit(op.bill_no, op.tiyin)
        call.work.run("INSERT INTO deliveries VALUES (:bill, :id)", call.values)
        return call.done("performed", _performed(op))
    if op.step in call.habits.performed_in:
        return call.done("perform-repeated", _performed(op))
    raise Refusal("perform-refused")


def _performed(op: Op) -> Members:
    return {"transaction": str(op.op_no), "perform_time": op.paid_at, "state": op.state}


def cancel(call: Call) -> Members:
    """CancelTransaction."""
    _need_id(call)
    _need(call, "reason", int)
    op = _known(call)
    call.think()
    if op.step in call.habits.cancelled_in:
        return call.done("cancel-repeated", _cancelled(op))
    if op.step == "done" and not call.terms.refunds and call.minds("refund"):
        raise Refusal("no-refund")
    if op.step not in call.habits.cancels_to:
        raise Refusal("no-refund")
    step = call.habits.cancels_to[op.step]
    values = {"step": step, "why": call.params.get("reason"), "voided_at": call.now}
    call.op = call.work.change(op, **values)
    call.dawdle()
    if call.terms.one_time:
        call.work.stage(op.bill_no, "open" if step == "void" else "returned")
    elif op.step == "done" and step == "back":
        call.work.credit(op.bill_no, -op.tiyin)
    call.work.run("DELETE FROM deliveries WHERE ext_id = :id", call.values)
    return call.done("cancelled" if step == "void" else "refunded", _cancelled(call.op))


def _cancelled(op: Op) -> Members:
    return {"transaction": str(op.op_no), "cancel_time": op.voided_at, "state": op.state}


def check(call: Call) -> Members:
    """CheckTransaction."""
    op = _known(call)
    return call.told("record", call.done("checked", _record(op)))


def _record(op: Op) -> Members:
    return {
        "create_time": op.made_at,
        "perform_time": op.paid_at,
        "cancel_time": op.voided_at,
        "transaction": str(op.op_no),
        "state": op.state,
        "reason": op.why,
    }


def statement(call: Call) -> Members:
    """GetStatement."""
    for name in ("from", "to"):
        _need(call, name, int)
        call.params[name] = max(-_LAST, min(call.params[name], _LAST))
    items = [_item(call, op) for op in call.ops(call.habits.statement_sql)]
    call.op = None
    return call.done("listed", {"transactions": items})


def _item(call: Call, op: Op) -> Members:
    call.op = op
    sent = {"id": op.ext_id, "time": op.sent_at, "amount": op.tiyin, "account": op.account}
    return call.told("item", call.told("record", sent | _record(op)))


def document(call: Call) -> Members:
    """SetFiscalData."""
    params = call.params
    if not isinstance(params.get("fiscal_data"), dict) and call.minds("document"):
        raise Refusal("bad-document")
    if params.get("type") not in KINDS and call.minds("document-type"):
        raise Refusal("bad-document")
    try:
        _known(call)
    except Refusal:
        raise Refusal("no-receipt") from None
    values = {**call.values, "kind": params["type"], "text": json.dumps(params.get("fiscal_data"))}
    call.work.run("DELETE FROM documents WHERE ext_id = :id AND kind = :kind", values)
    call.work.run("INSERT INTO documents VALUES (:id, :kind, :text)", values)
    return call.done("documented", {"success": True})


METHODS: dict[str, Callable[[Call], Members]] = {
    "CheckPerformTransaction": ask,
    "CreateTransaction": create,
    "PerformTransaction": perform,
    "CancelTransaction": cancel,
    "CheckTransaction": check,
    "GetStatement": statement,
    "SetFiscalData": document,
}
