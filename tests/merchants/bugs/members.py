"""Bugs in the members of results: types, units, what is left out."""

from __future__ import annotations

from collections.abc import Callable

from tests.merchants.bugs.row import bug
from tests.merchants.calls import Call
from tests.merchants.habits import GONE, Members
from tests.merchants.store import Op


def op(read: Callable[[Op], object]) -> Callable[[Call], object]:
    """A member made from the transaction that the call is about."""

    def member(call: Call) -> object:
        assert call.op is not None
        return read(call.op)

    return member


def _result_true(request: Members, answer: Members) -> Members:
    return answer | {"result": True} if "create_time" in answer.get("result", {}) else answer


_DETAIL: Members = {
    "receipt_type": 0,
    "items": [
        {
            "title": "Flowers",
            "price": 250_000,
            "count": 1,
            "code": 702001001000001,
            "vat_percent": 12,
            "package_code": "123456",
        }
    ],
}


def _detail_in_sum(call: Call) -> Members:
    assert call.bill is not None
    good = {**_DETAIL["items"][0], "code": "00702001001000001", "price": call.bill.total // 100}
    return {**_DETAIL, "items": [good]}


_VOIDED_S = op(lambda o: o.voided_at // 1000)
_SECONDS = op(lambda o: o.made_at // 1000)
_TEXT = op(lambda o: str(o.made_at))

MEMBERS = (
    bug(
        "types.state-as-text",
        "types.state",
        "the state comes as a text, as the driver gives it",
        only="types.created",
        says={
            "created": {"state": op(lambda o: str(o.state))},
            "record": {"state": op(lambda o: str(o.state))},
        },
    ),
    bug(
        "types.seconds",
        "types.times",
        "times are in seconds",
        only="types.created",
        says={"created": {"create_time": _SECONDS}, "record": {"create_time": _SECONDS}},
    ),
    bug(
        "types.cancelled-in-seconds",
        "types.times",
        "cancel_time alone is in seconds",
        only="types.cancelled",
        says={
            "cancelled": {"cancel_time": _VOIDED_S},
            "cancel-repeated": {"cancel_time": _VOIDED_S},
        },
    ),
    bug(
        "types.iso-times",
        "types.times",
        "create_time is an ISO text",
        only="types.created",
        says={"record": {"create_time": "2026-07-06T22:10:21Z"}},
    ),
    bug(
        "types.times-as-text",
        "types.times-numeric-string",
        "times are texts of digits",
        only="types.created",
        says={"created": {"create_time": _TEXT}, "record": {"create_time": _TEXT}},
    ),
    bug(
        "types.times-filled-in",
        "types.unset-times",
        "times that have not come are filled with create_time",
        says={
            "record": {
                "perform_time": op(lambda o: o.paid_at or o.made_at),
                "cancel_time": op(lambda o: o.voided_at or o.made_at),
            }
        },
    ),
    bug(
        "types.null-times",
        "types.unset-times-zero",
        "times that have not come are null",
        says={
            "record": {
                "perform_time": op(lambda o: o.paid_at or None),
                "cancel_time": op(lambda o: o.voided_at or None),
            }
        },
    ),
    bug(
        "types.no-times",
        "types.unset-times-zero",
        "a perform_time that has not come is left out",
        says={"record": {"perform_time": op(lambda o: o.paid_at or GONE)}},
    ),
    bug(
        "types.no-transaction",
        "types.transaction-present",
        "CheckTransaction leaves `transaction` out",
        says={"record": {"transaction": GONE}},
    ),
    bug(
        "types.number-as-transaction",
        "types.transaction-string",
        "`transaction` is a number",
        says={
            "created": {"transaction": op(lambda o: o.op_no)},
            "record": {"transaction": op(lambda o: o.op_no)},
        },
    ),
    bug(
        "types.zero-transaction",
        "types.transaction-not-zero",
        "`transaction` is 0, as the row is not saved yet",
        only="types.created",
        says={event: {"transaction": "0"} for event in ("created", "record")},
    ),
    bug(
        "types.reason-as-text",
        "types.reason",
        "the reason of a cancelled transaction is a text",
        says={"record": {"reason": op(lambda o: o.why if o.why is None else "refund")}},
    ),
    bug(
        "types.no-reason",
        "types.reason",
        "a cancelled transaction shows no reason",
        says={"record": {"reason": None}},
    ),
    bug(
        "types.zero-reason",
        "types.reason-null",
        "the reason is 0 until there is one",
        says={"record": {"reason": op(lambda o: o.why or 0)}},
    ),
    bug(
        "types.allow-as-text",
        "types.allow-boolean",
        '`allow` is "true"',
        says={"asked": {"allow": "true"}},
    ),
    bug(
        "types.allow-as-number", "types.allow-boolean", "`allow` is 1", says={"asked": {"allow": 1}}
    ),
    bug(
        "types.amount-as-decimal",
        "types.amount",
        "the statement's amount is a decimal text",
        says={"item": {"amount": op(lambda o: f"{o.tiyin}.00")}},
    ),
    bug(
        "types.product-code-as-number",
        "types.detail",
        "the product code of `detail` is a number",
        says={"asked": {"detail": _DETAIL}},
    ),
    bug(
        "types.prices-in-sum",
        "types.detail",
        "the prices of `detail` are in sum",
        says={"asked": {"detail": _detail_in_sum}},
    ),
    bug(
        "types.result-true",
        "types.result-object",
        "CreateTransaction answers true",
        envelope=_result_true,
    ),
    bug(
        "types.receivers-object",
        "types.receivers",
        "`receivers` is an empty object",
        only="create.works",
        says={"created": {"receivers": {}}, "create-repeated": {"receivers": {}}},
    ),
)
