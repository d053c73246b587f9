"""Bugs in CheckTransaction and GetStatement."""

from __future__ import annotations

from tests.merchants.bugs.members import op
from tests.merchants.bugs.row import bug
from tests.merchants.calls import Call
from tests.merchants.habits import GONE, TWELVE_HOURS_MS, Members

_MINE = "WHERE ext_id = :id"
_SELECT = "SELECT * FROM payme_ops WHERE"
_ORDER = "ORDER BY sent_at, op_no"
_LATEST = "(SELECT * FROM payme_ops ORDER BY op_no DESC LIMIT 40)"


def _now(call: Call) -> int:
    return call.now


def _long(call: Call) -> str:
    length = int(call.params["to"]) - int(call.params["from"])
    return "bad-request" if length > 31 * 86_400_000 else ""


def _renamed(request: Members, answer: Members) -> Members:
    found = answer.get("result", {}).get("transactions")
    return answer if found is None else answer | {"result": {"transaction": found}}


def _bare(request: Members, answer: Members) -> Members:
    found = answer.get("result", {}).get("transactions")
    return answer if found is None else answer | {"result": found}


def _null_if_empty(request: Members, answer: Members) -> Members:
    empty = answer.get("result", {}).get("transactions") == []
    return answer | {"result": {"transactions": None}} if empty else answer


def _error_if_empty(request: Members, answer: Members) -> Members:
    empty = answer.get("result", {}).get("transactions") == []
    error = {"code": -31003, "message": "no transactions"}
    return {"id": answer["id"], "error": error} if empty else answer


def _account_with_number(call: Call) -> object:
    assert call.op is not None
    assert isinstance(call.op.account, dict)
    return call.op.account | {"bill": int(call.op.bill_no)}


def _expired(call: Call) -> int:
    assert call.op is not None
    return -1 if call.now - call.op.sent_at > TWELVE_HOURS_MS else call.op.state


CHECK = (
    bug(
        "check.create-time-of-now",
        "check.created check.repeat-same-answer check.matches-answers",
        "create_time is the time of the moment",
        only="check.created check.changes-nothing",
        waits=True,
        says={"checked": {"create_time": _now}},
    ),
    bug(
        "check.knows-no-paid",
        "check.performed",
        "a performed transaction still shows state 1",
        says={"checked": {"state": op(lambda o: 1 if o.state == 2 else o.state)}},
    ),
    bug(
        "check.perform-time-of-cancelled",
        "check.cancelled types.unset-times",
        "a cancelled transaction shows a perform_time",
        only="check.cancelled",
        says={"checked": {"perform_time": op(lambda o: o.paid_at or o.voided_at)}},
    ),
    bug(
        "check.refund-is-minus-one",
        "check.refunded",
        "a refunded transaction shows state -1",
        says={"checked": {"state": op(lambda o: -1 if o.state == -2 else o.state)}},
    ),
    bug(
        "check.perform-time-only-when-paid",
        "check.refunded cancel.keeps-perform-time",
        "perform_time is only shown in state 2",
        only="check.refunded cancel.refund",
        says={"checked": {"perform_time": op(lambda o: o.paid_at if o.state == 2 else 0)}},
    ),
    bug(
        "check.saves",
        "check.changes-nothing check.repeat-same-answer",
        "CheckTransaction saves the row again, with a new time",
        waits=True,
        only="check.changes-nothing",
        sql={"checked": f"UPDATE payme_ops SET made_at = :now {_MINE}"},
    ),
    bug(
        "check.performs",
        "check.changes-nothing",
        "CheckTransaction pays the bill",
        only="check.changes-nothing",
        sql={"checked": "UPDATE bills SET stage = 'sold' WHERE bill_no = :bill"},
    ),
    bug(
        "check.other-number",
        "check.matches-answers check.created",
        "CheckTransaction shows Payme's id as the merchant's number",
        only="check.created",
        says={"checked": {"transaction": op(lambda o: o.ext_id)}},
    ),
    bug(
        "check.nulls-for-unknown",
        "check.unknown-not-found",
        "an unknown transaction is answered with nulls",
        envelope=lambda request, answer: (
            {"id": answer["id"], "result": {"state": None, "transaction": None}}
            if request.get("method") == "CheckTransaction" and "error" in answer
            else answer
        ),
    ),
    bug(
        "check.half-expired",
        "expiry.unnoticed-check",
        "CheckTransaction shows -1 for what waited too long, with no reason and no time",
        only="expiry.aged-check",
        says={"checked": {"state": _expired}},
    ),
    bug(
        "check.latest-forty",
        "check.kept",
        "a transaction is looked up among the latest forty",
        only="statement.many",
        op_sql=f"SELECT * FROM {_LATEST} {_MINE}",
    ),
)

STATEMENT = (
    bug(
        "statement.singular",
        "statement.transactions-array",
        "the list is called transaction",
        only="statement.one",
        envelope=_renamed,
    ),
    bug(
        "statement.bare",
        "types.result-object",
        "the list itself is the result",
        only="statement.one",
        envelope=_bare,
    ),
    bug(
        "statement.missing",
        "statement.transactions-array",
        "there is no GetStatement",
        only="statement.one",
        method_named=lambda name: "No" if name == "GetStatement" else name,
    ),
    bug(
        "statement.null",
        "statement.empty-array",
        "an empty period is null",
        envelope=_null_if_empty,
    ),
    bug(
        "statement.nothing-found",
        "statement.empty-array",
        "an empty period is an error",
        envelope=_error_if_empty,
    ),
    bug(
        "statement.after-from",
        "statement.from-inclusive",
        "a transaction at the beginning of the period is left out",
        statement_sql=f"{_SELECT} sent_at > :from AND sent_at <= :to {_ORDER}",
    ),
    bug(
        "statement.before-to",
        "statement.to-inclusive",
        "a transaction at the end of the period is left out",
        statement_sql=f"{_SELECT} sent_at >= :from AND sent_at < :to {_ORDER}",
    ),
    bug(
        "statement.whole-seconds",
        "statement.outside-excluded",
        "the period is cut to whole minutes",
        statement_sql=f"{_SELECT} sent_at / 60000 BETWEEN :from / 60000 AND :to / 60000 {_ORDER}",
    ),
    bug(
        "statement.no-end",
        "statement.outside-excluded",
        "the end of the period is ignored",
        statement_sql=f"{_SELECT} sent_at >= :from {_ORDER}",
    ),
    bug(
        "statement.no-beginning",
        "statement.outside-excluded",
        "the beginning of the period is ignored",
        statement_sql=f"{_SELECT} sent_at <= :to {_ORDER}",
    ),
    bug(
        "statement.one-moment-refused",
        "statement.single-moment",
        "a period of one moment is always empty",
        statement_sql=f"{_SELECT} sent_at BETWEEN :from AND :to AND :from < :to {_ORDER}",
    ),
    bug(
        "statement.by-own-time",
        "statement.by-payme-time",
        "the period is compared with create_time",
        statement_sql=f"{_SELECT} made_at BETWEEN :from AND :to {_ORDER}",
    ),
    bug(
        "statement.newest-first",
        "statement.ordered",
        "the newest transaction comes first",
        statement_sql=f"{_SELECT} sent_at BETWEEN :from AND :to ORDER BY sent_at DESC",
    ),
    bug(
        "statement.as-arrived",
        "statement.ordered",
        "transactions come in the order of arrival",
        statement_sql=f"{_SELECT} sent_at BETWEEN :from AND :to ORDER BY op_no",
    ),
    bug(
        "statement.performed-only",
        "statement.all-states",
        "only performed transactions are listed",
        only="statement.all-states",
        statement_sql=f"{_SELECT} step = 'done' AND sent_at BETWEEN :from AND :to {_ORDER}",
    ),
    bug(
        "statement.no-refunded",
        "statement.all-states",
        "refunded transactions are not listed",
        only="statement.refunded",
        statement_sql=f"{_SELECT} step <> 'back' AND sent_at BETWEEN :from AND :to {_ORDER}",
    ),
    bug(
        "statement.first-fifty",
        "statement.complete",
        "the list ends after fifty",
        only="statement.many",
        statement_sql=f"{_SELECT} sent_at BETWEEN :from AND :to {_ORDER} LIMIT 50",
    ),
    bug(
        "statement.one-month",
        "statement.long-period",
        "a period of more than a month is refused",
        balks={"GetStatement": _long},
    ),
    bug(
        "statement.other-number",
        "statement.matches-check",
        "the statement shows Payme's id as the merchant's number",
        only="statement.all-states",
        says={"item": {"transaction": op(lambda o: o.ext_id)}},
    ),
    bug(
        "statement.no-cancel-time",
        "statement.matches-check",
        "the statement shows no cancel_time",
        only="statement.all-states",
        says={"item": {"cancel_time": 0}},
    ),
    bug(
        "statement.in-sum",
        "statement.amount-as-sent",
        "the statement's amount is in sum",
        says={"item": {"amount": op(lambda o: o.tiyin // 100)}},
    ),
    bug(
        "statement.account-as-text",
        "statement.account-as-sent",
        "the statement's account is JSON as a text",
        says={"item": {"account": op(lambda o: o.sent_account)}},
    ),
    bug(
        "statement.account-of-own",
        "statement.account-as-sent",
        "the statement's account has the row's number under another name",
        says={"item": {"account": op(lambda o: {"row": o.op_no})}},
    ),
    bug(
        "statement.account-numbers",
        "statement.account-types",
        "digits in the account become numbers",
        kind="digits",
        says={"item": {"account": _account_with_number}},
    ),
    bug(
        "statement.own-time",
        "statement.time-as-sent",
        "the statement's time is create_time",
        says={"item": {"time": op(lambda o: o.made_at)}},
    ),
    bug(
        "statement.no-id",
        "statement.item-members",
        "items have no id",
        says={"item": {"id": GONE}},
    ),
    bug(
        "statement.no-account",
        "statement.item-members",
        "items have no account",
        says={"item": {"account": GONE}},
    ),
    bug(
        "statement.touches",
        "statement.changes-nothing check.matches-answers",
        "listing saves the rows again",
        only="statement.changes-nothing",
        sql={"listed": "UPDATE payme_ops SET made_at = made_at + 1"},
    ),
)
