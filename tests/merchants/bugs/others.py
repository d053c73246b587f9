"""Bugs in wallets, tax documents, the log, and what is kept in step with what."""

from __future__ import annotations

from tests.merchants.bugs.members import op
from tests.merchants.bugs.row import bug
from tests.merchants.calls import Call
from tests.merchants.habits import GONE
from tests.merchants.store import dated_ops


def _paid_before(call: Call) -> str:
    sql = (
        "SELECT * FROM payme_ops WHERE step = 'done' AND ext_id <> :id AND bill_no = "
        "(SELECT bill_no FROM payme_ops WHERE ext_id = :id)"
    )
    return "perform-refused" if call.ops(sql) else ""


def _refunded_before(call: Call) -> str:
    return _closed(call, "step = 'back'")


def _cancelled_before(call: Call) -> str:
    return _closed(call, "step = 'void'")


def _closed(call: Call, condition: str) -> str:
    sql = f"SELECT * FROM payme_ops WHERE bill_no = :bill AND ext_id <> :id AND {condition}"
    return "returned" if call.ops(sql) else ""


def _three_before(call: Call) -> str:
    sql = "SELECT * FROM payme_ops WHERE bill_no = :bill AND ext_id <> :id"
    return "paid" if len(call.ops(sql)) >= 3 else ""


_MINE = "WHERE ext_id = :id"
_ASKED = ("CheckPerformTransaction", "CreateTransaction")
_OWN = "(SELECT tiyin FROM payme_ops WHERE ext_id = :id)"
_NEWEST = "(SELECT tiyin FROM payme_ops WHERE bill_no = :bill ORDER BY op_no DESC LIMIT 1)"
_WALLET = "WHERE bill_no = :bill"

WALLETS = (
    bug(
        "wallet.busy",
        "accumulating.second-while-first-lives",
        "a wallet takes one payment at a time",
        only="accumulating.second",
        kind="accumulating",
        ignores={"wallet:CreateTransaction", "paid:CreateTransaction"},
    ),
    bug(
        "wallet.paid",
        "accumulating.pay-again-after-paid",
        "a wallet can be paid once",
        kind="accumulating",
        ignores={"wallet:CreateTransaction", "busy:CreateTransaction"},
    ),
    bug(
        "wallet.second-not-performed",
        "accumulating.both-performed",
        "a wallet's second payment is refused once the first is performed",
        kind="accumulating",
        balks={"PerformTransaction": _paid_before},
    ),
    bug(
        "wallet.latest-ones-data",
        "accumulating.repeat-own-answer",
        "a repeat is answered with the wallet's latest transaction",
        kind="accumulating",
        known_sql=(
            "SELECT * FROM payme_ops WHERE bill_no = "
            "(SELECT bill_no FROM payme_ops WHERE ext_id = :id) ORDER BY op_no DESC"
        ),
    ),
    bug(
        "wallet.cancels-all",
        "accumulating.cancel-leaves-other",
        "a cancellation takes all waiting payments of the wallet",
        kind="accumulating",
        sql={
            "cancelled": "UPDATE payme_ops SET step = 'void', why = 3, voided_at = :now "
            "WHERE bill_no = :bill AND step = 'new'"
        },
    ),
    bug(
        "wallet.refunds-all",
        "accumulating.cancel-leaves-other",
        "a refund takes all performed payments of the wallet",
        only="accumulating.refund-one",
        kind="accumulating",
        sql={
            "refunded": "UPDATE payme_ops SET step = 'back', why = 5, voided_at = :now "
            "WHERE bill_no = :bill AND step = 'done'"
        },
    ),
    bug(
        "wallet.credits-latest",
        "accumulating.balance invariant.user",
        "PerformTransaction credits the amount of the wallet's newest transaction",
        only="accumulating.own-amounts",
        kind="accumulating",
        sql={"performed": f"UPDATE bills SET balance = balance - {_OWN} + {_NEWEST} {_WALLET}"},
    ),
    bug(
        "wallet.debits-latest",
        "accumulating.balance invariant.user",
        "a refund debits the amount of the wallet's newest transaction",
        only="accumulating.refund-older",
        kind="accumulating",
        sql={"refunded": f"UPDATE bills SET balance = balance + {_OWN} - {_NEWEST} {_WALLET}"},
    ),
    bug(
        "wallet.credits-again",
        "accumulating.balance",
        "each repeated PerformTransaction credits the wallet once more",
        only="perform.repeat",
        kind="accumulating",
        sql={"perform-repeated": f"UPDATE bills SET balance = balance + {_OWN} {_WALLET}"},
    ),
    bug(
        "wallet.not-debited",
        "accumulating.balance",
        "a refund leaves the money in the wallet",
        only="accumulating.refund-one",
        kind="accumulating",
        sql={"refunded": f"UPDATE bills SET balance = balance + {_OWN} {_WALLET}"},
    ),
    bug(
        "wallet.closed-by-refund",
        "accumulating.pay-again-after-paid check-perform.accumulating",
        "a wallet whose money was once given back takes no more",
        only="accumulating.after-refund",
        kind="accumulating",
        balks=dict.fromkeys(_ASKED, _refunded_before),
    ),
    bug(
        "wallet.closed-by-cancel",
        "accumulating.pay-again-after-paid check-perform.accumulating",
        "a wallet that saw a cancellation takes no more",
        only="accumulating.after-cancel",
        kind="accumulating",
        balks=dict.fromkeys(_ASKED, _cancelled_before),
    ),
    bug(
        "wallet.three-times",
        "accumulating.pay-again-after-paid",
        "a wallet takes three payments",
        only="accumulating.five-times",
        kind="accumulating",
        balks={"CreateTransaction": _three_before},
    ),
    bug(
        "wallet.expires-all",
        "expiry.young-lives",
        "with one that waited too long all waiting payments of the wallet expire",
        only="expiry.aged-wallet",
        kind="accumulating",
        sql={
            "expired": "UPDATE payme_ops SET step = 'void', why = 4, voided_at = :now "
            "WHERE bill_no = :bill AND step = 'new'"
        },
    ),
    bug(
        "wallet.number-of-wallet",
        "accumulating.numbers-differ",
        "all payments of a wallet have the wallet's number",
        kind="accumulating",
        says={
            event: {"transaction": op(lambda o: o.bill_no)}
            for event in ("created", "create-repeated", "performed", "perform-repeated", "record")
        },
    ),
)

DOCUMENTS = (
    bug(
        "document.no-success",
        "fiscal.success-true",
        "SetFiscalData answers an empty object",
        only="fiscal.perform",
        says={"documented": {"success": GONE}},
    ),
    bug(
        "document.cancels",
        "fiscal.leaves-payment",
        "a document of type CANCEL cancels the payment",
        sql={
            "documented": "UPDATE payme_ops SET step = 'back', why = 5, voided_at = :now "
            "WHERE ext_id = :id AND :type = 'CANCEL'"
        },
    ),
    bug(
        "document.performs-again",
        "fiscal.leaves-payment",
        "a document sets perform_time anew",
        only="fiscal.perform",
        sql={"documented": f"UPDATE payme_ops SET paid_at = paid_at + 1 {_MINE}"},
    ),
    bug(
        "document.empty",
        "fiscal.bad-params",
        "SetFiscalData keeps a document that is not there",
        ignores={"document"},
    ),
    bug(
        "document.any-type",
        "fiscal.unknown-type",
        "SetFiscalData takes every type",
        ignores={"document-type"},
    ),
)


LOG = (
    bug(
        "log.no-bill",
        "log.created-order",
        "a new bill is not in the log",
        lines={"drawn-up": ""},
    ),
    bug(
        "log.no-question",
        "log.check-perform",
        "CheckPerformTransaction is not in the log",
        lines={"asked": ""},
    ),
    bug(
        "log.no-create",
        "log.create",
        "CreateTransaction is not in the log",
        lines={"created": "op of bill {bill}"},
    ),
    bug(
        "log.no-perform",
        "log.perform",
        "PerformTransaction is not in the log",
        lines={"performed": ""},
    ),
    bug(
        "log.no-cancel",
        "log.cancel",
        "CancelTransaction is not in the log",
        lines={"cancelled": ""},
    ),
    bug("log.no-check", "log.check", "CheckTransaction is not in the log", lines={"checked": ""}),
    bug(
        "log.no-statement", "log.statement", "GetStatement is not in the log", lines={"listed": ""}
    ),
    bug("log.no-refusal", "log.refused", "refusals are not in the log", lines={"refused": ""}),
    bug(
        "log.caught-exception",
        "log.nothing-forbidden",
        "an exception was caught, and the answer is right by luck",
        only="transport.whole-payment",
        mutters={"created": "IntegrityError: UNIQUE constraint failed: bills.bill_no"},
    ),
    bug(
        "log.key",
        "log.no-key",
        "the key is written into the log",
        mutters={"asked": "headers: Authorization: Paycom:{key}"},
    ),
)

IN_STEP = (
    bug(
        "books.amount",
        "database.matches-answers statement.matches-check",
        "performing divides the stored amount by a hundred",
        only="transport.whole-payment",
        sql={"performed": f"UPDATE payme_ops SET tiyin = tiyin / 100 {_MINE}"},
    ),
    bug(
        "books.reason",
        "database.matches-answers",
        "CheckTransaction shows the right reason, the database none",
        only="cancel.works",
        sql={"cancelled": f"UPDATE payme_ops SET why = NULL {_MINE}"},
        says={"record": {"reason": op(lambda o: 3 if o.state < 0 else None)}},
    ),
    bug(
        "books.twice",
        "database.one-row",
        "every transaction is stored twice",
        only="transport.whole-payment",
        unique=False,
        sql={
            "created": "INSERT INTO payme_ops (ext_id, bill_no, tiyin, sent_account, sent_at, "
            "made_at) SELECT ext_id, bill_no, tiyin, sent_account, sent_at, made_at "
            "FROM payme_ops WHERE ext_id = :id"
        },
    ),
    bug(
        "books.local-time-as-utc",
        "database.time-zone",
        "local time is stored as if it were UTC",
        only="create.stored perform.stored cancel.stored",
        kind="dated",
        schema=dated_ops(5, "+00:00"),
    ),
    bug(
        "books.refund-in-seconds",
        "cancel.stored database.matches-answers",
        "cancel_time of a refund is stored in seconds, and shown with three zeros behind",
        only="cancel.refund-stored",
        sql={"refunded": f"UPDATE payme_ops SET voided_at = voided_at / 1000 {_MINE}"},
        says={
            "refunded": {"cancel_time": op(lambda o: o.voided_at // 1000 * 1000)},
            "cancel-repeated": {"cancel_time": op(lambda o: o.voided_at * 1000)},
            "record": {"cancel_time": op(lambda o: o.voided_at * 1000)},
        },
    ),
    bug(
        "books.bill-not-paid",
        "order.status-fits",
        "the bill of a performed transaction is open again",
        only="transport.whole-payment",
        sql={"performed": "UPDATE bills SET stage = 'open' WHERE bill_no = :bill"},
    ),
    bug(
        "books.refusal-cancels",
        "refusal.changes-nothing",
        "a refused CreateTransaction cancels the bill's waiting transaction",
        only="create.second-on-live",
        sql={
            "refused": "UPDATE payme_ops SET step = 'void', why = 10, voided_at = :now "
            "WHERE bill_no = :bill AND step = 'new'"
        },
    ),
    bug(
        "books.no-refunds",
        "official.scenario-2-completable",
        "a shop that gives no refunds, as it rightly says",
        kind="no-refunds",
        profile="sandbox",
    ),
)
