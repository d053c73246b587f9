"""The members of each method's result: their types, and which go together.

Sources: the page of each method on developer.help.paycom.uz, "Типы данных"; where templates are
laxer than the documents (unset times as null, a numeric `transaction`) the rule is a should.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping

from simulator.protocol.details import check_detail
from simulator.protocol.finding import MISSING, Finding, Report, show
from simulator.protocol.kinds import is_amount, is_timestamp, is_timestamp_text, is_unset
from simulator.protocol.vocabulary import REASONS, Method, State

Members = Mapping[str, object]
_CANCELLED = (State.CANCELLED, State.REFUNDED)
_WAS_PERFORMED = (State.PERFORMED, State.REFUNDED)
_SET_TIME = {
    Method.CREATE: "create_time",
    Method.PERFORM: "perform_time",
    Method.CANCEL: "cancel_time",
}


def check_result(
    method: Method,
    result: object,
    report: Report,
    amount: object = None,
    only: Collection[int] | None = None,
) -> None:
    """Judge the result of one call by its types alone. `amount` is what was asked, in tiyin;
    `only` are the items of a statement that are judged, by index."""
    if not isinstance(result, Mapping):
        report.expect(
            False,
            Finding("types.result-object", "A result is an object.", "result", "{…}", show(result)),
        )
        return
    report.looked_at.add("types.result-object")
    if method is Method.CHECK_PERFORM:
        _check_allow(result, amount, report)
    elif method in _SET_TIME:
        _check_transaction(result, "result", report)
        _check_state(result, "result", report)
        _check_set(result, _SET_TIME[method], "result", report)
        _check_receivers(result, "result", report)
    elif method is Method.CHECK:
        check_record(result, "result", report)
    elif method is Method.STATEMENT:
        _check_statement(result, report, only)


def check_record(record: Members, path: str, report: Report) -> None:
    """A whole transaction, as CheckTransaction and each statement item show it."""
    _check_transaction(record, path, report)
    _check_state(record, path, report)
    state = record.get("state")
    _check_set(record, "create_time", path, report)
    _check_time(record, "perform_time", state in _WAS_PERFORMED, path, report)
    _check_time(record, "cancel_time", state in _CANCELLED, path, report)
    _check_reason(record, state, path, report)


def _check_allow(result: Members, amount: object, report: Report) -> None:
    allow = result.get("allow", MISSING)
    report.expect(
        allow is True,
        Finding(
            "types.allow-boolean",
            "A payment that may be made is answered with allow: true; a refusal is an error.",
            "result.allow",
            "true",
            show(allow),
        ),
    )
    if "detail" in result:
        check_detail(result["detail"], amount, report)
    if "additional" in result:
        report.expect(
            result["additional"] is None or isinstance(result["additional"], Mapping),
            Finding(
                "types.detail",
                "`additional` is an object.",
                "result.additional",
                "an object",
                show(result["additional"]),
            ),
        )


def _check_transaction(record: Members, path: str, report: Report) -> None:
    number = record.get("transaction", MISSING)
    present = report.expect(
        number is not MISSING and number is not None and number != "",
        Finding(
            "types.transaction-present",
            "`transaction` is the merchant's own number of the transaction.",
            f"{path}.transaction",
            "a string",
            show(number),
        ),
    )
    if present:
        report.expect(
            isinstance(number, str),
            Finding(
                "types.transaction-string",
                "`transaction` is a string.",
                f"{path}.transaction",
                "a string",
                show(number),
            ),
        )
        report.expect(
            not is_unset(number),
            Finding(
                "types.transaction-not-zero",
                "`transaction` is 0: the number of no transaction.",
                f"{path}.transaction",
                "a number of its own",
                show(number),
            ),
        )


def _check_state(record: Members, path: str, report: Report) -> None:
    state = record.get("state", MISSING)
    report.expect(
        type(state) is int and state in set(State),
        Finding(
            "types.state",
            "`state` is one of the integers 1, 2, -1, -2.",
            f"{path}.state",
            "1, 2, -1 or -2",
            show(state),
        ),
    )


def _check_time(record: Members, name: str, is_set: bool, path: str, report: Report) -> None:
    if is_set:
        _check_set(record, name, path, report)
    else:
        _check_unset(record, name, path, report)


def _check_set(record: Members, name: str, path: str, report: Report) -> None:
    value = record.get(name, MISSING)
    where = f"{path}.{name}"
    _not_in_quotes(value, where, report)
    if is_timestamp_text(value):
        return
    report.expect(
        is_timestamp(value),
        Finding(
            "types.times",
            "A time is an integer of 13 digits: milliseconds since 1970.",
            where,
            "an integer of 13 digits",
            show(value),
        ),
    )


def _not_in_quotes(value: object, where: str, report: Report) -> None:
    message = "A time is a number, not a text."
    report.expect(
        not is_timestamp_text(value) and value != "0",
        Finding("types.times-numeric-string", message, where, "no quotes", show(value)),
    )


def _check_unset(record: Members, name: str, path: str, report: Report) -> None:
    value = record.get(name, MISSING)
    where = f"{path}.{name}"
    empty = report.expect(
        value is MISSING or is_unset(value),
        Finding(
            "types.unset-times",
            "A time that has not come is not shown as one.",
            where,
            "0",
            show(value),
        ),
    )
    if empty:
        _not_in_quotes(value, where, report)
        report.expect(
            value is not MISSING and value is not None,
            Finding(
                "types.unset-times-zero",
                "A time that has not come is 0.",
                where,
                "0",
                show(value),
            ),
        )


def _check_reason(record: Members, state: object, path: str, report: Report) -> None:
    reason = record.get("reason", MISSING)
    where = f"{path}.reason"
    if state in _CANCELLED:
        report.expect(
            type(reason) is int and reason in REASONS,
            Finding(
                "types.reason",
                "A cancelled transaction shows the reason it was cancelled with.",
                where,
                "1, 2, 3, 4, 5 or 10",
                show(reason),
            ),
        )
        return
    none = report.expect(
        reason is MISSING or reason is None or (type(reason) is int and reason == 0),
        Finding(
            "types.reason",
            "A transaction that is not cancelled has no reason.",
            where,
            "null",
            show(reason),
        ),
    )
    if none:
        report.expect(
            reason is None,
            Finding(
                "types.reason-null",
                "`reason` is null until the transaction is cancelled.",
                where,
                "null",
                show(reason),
            ),
        )


def _check_receivers(record: Members, path: str, report: Report) -> None:
    receivers = record.get("receivers")
    if receivers is None:
        return
    report.expect(
        isinstance(receivers, list)
        and all(
            isinstance(r, Mapping) and isinstance(r.get("id"), str) and is_amount(r.get("amount"))
            for r in receivers
        ),
        Finding(
            "types.receivers",
            "`receivers` is an array of {id, amount} or is left out.",
            f"{path}.receivers",
            "[{id, amount}, …] or null",
            show(receivers),
        ),
    )


def _check_statement(result: Members, report: Report, only: Collection[int] | None) -> None:
    items = result.get("transactions", MISSING)
    is_list = report.expect(
        isinstance(items, list) and all(isinstance(item, Mapping) for item in items),
        Finding(
            "statement.transactions-array",
            "A statement holds the array `transactions`, empty if there are none.",
            "result.transactions",
            "an array of objects",
            show(items),
        ),
    )
    if not is_list or not isinstance(items, list):
        return
    for index, item in enumerate(items):
        if only is None or index in only:
            _check_item(item, f"result.transactions[{index}]", report)


def _check_item(item: Members, path: str, report: Report) -> None:
    check_record(item, path, report)
    _check_receivers(item, path, report)
    report.expect(
        isinstance(item.get("id"), str),
        Finding(
            "statement.item-members",
            "A statement's item names the transaction by Payme's id.",
            f"{path}.id",
            "Payme's id",
            show(item.get("id", MISSING)),
        ),
    )
    report.expect(
        is_amount(item.get("amount")),
        Finding(
            "types.amount",
            "An amount is a positive integer, in tiyin.",
            f"{path}.amount",
            "a positive integer",
            show(item.get("amount", MISSING)),
        ),
    )
    report.expect(
        is_timestamp(item.get("time")) or is_timestamp_text(item.get("time")),
        Finding(
            "types.times",
            "`time` is Payme's time of the transaction, 13 digits.",
            f"{path}.time",
            "an integer of 13 digits",
            show(item.get("time", MISSING)),
        ),
    )
