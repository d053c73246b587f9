"""Bugs in CancelTransaction."""

from __future__ import annotations

from tests.merchants.bugs.members import op
from tests.merchants.bugs.row import bug
from tests.merchants.calls import Call


def _now(call: Call) -> int:
    return call.now


_MINE = "WHERE ext_id = :id"

_BLANK = "INSERT OR IGNORE INTO bills (bill_no, total) VALUES ('-' || :id, 0)"

CANCEL = (
    bug(
        "cancel.negative-in-statement",
        "statement.amount-as-sent",
        "the statement shows what was given back as a negative amount",
        only="statement.refunded",
        says={"item": {"amount": op(lambda o: -o.tiyin if o.state == -2 else o.tiyin)}},
    ),
    bug(
        "cancel.negative-amount",
        "cancel.stored",
        "a refund makes the stored amount negative",
        only="cancel.refund-stored",
        sql={"refunded": f"UPDATE payme_ops SET tiyin = -tiyin {_MINE}"},
    ),
    bug(
        "cancel.negative-total",
        "order.amount-stays",
        "a refund makes the bill's total negative",
        sql={"refunded": "UPDATE bills SET total = -total WHERE bill_no = :bill"},
    ),
    bug(
        "cancel.blank-bill",
        "order.no-new-rows",
        "CancelTransaction saves a blank bill",
        sql={"cancelled": _BLANK, "refunded": _BLANK},
    ),
    bug(
        "cancel.create-time",
        "cancel.works",
        "cancel_time is a copy of create_time",
        only="cancel.own-time",
        waits=True,
        sql={"cancelled": f"UPDATE payme_ops SET voided_at = made_at {_MINE}"},
        says={"cancelled": {"cancel_time": op(lambda o: o.made_at)}},
    ),
    bug(
        "cancel.perform-time",
        "cancel.refund-works",
        "a refund's cancel_time is a copy of perform_time",
        only="cancel.own-time-of-refund",
        waits=True,
        sql={"refunded": f"UPDATE payme_ops SET voided_at = paid_at {_MINE}"},
        says={"refunded": {"cancel_time": op(lambda o: o.paid_at)}},
    ),
    bug(
        "cancel.never",
        "cancel.works official.cancel",
        "every cancellation is refused with -31007",
        only="cancel.works official.scenario-1",
        cancels_to={},
    ),
    bug(
        "cancel.answers-refunded",
        "cancel.works",
        "a transaction that was never performed becomes -2",
        cancels_to={"new": "back", "done": "back"},
    ),
    bug(
        "cancel.refund-is-minus-one",
        "cancel.refund-works check.refunded",
        "a refund becomes -1",
        cancels_to={"new": "void", "done": "void"},
    ),
    bug(
        "cancel.no-refund",
        "cancel.refund-works official.cancel",
        "a refund is refused although the shop gives them",
        only="cancel.refund official.scenario-2",
        cancels_to={"new": "void"},
    ),
    bug(
        "cancel.new-time-each",
        "cancel.repeat-same-answer official.cancel",
        "a repeat is answered with the time of the moment",
        only="cancel.repeat official.scenario-1",
        waits=True,
        says={"cancel-repeated": {"cancel_time": _now}},
    ),
    bug(
        "cancel.repeat-refused",
        "cancel.repeat-same-answer official.cancel",
        "a repeat is refused with -31007",
        only="cancel.repeat official.scenario-1",
        cancelled_in=frozenset(),
        cancels_to={"new": "void", "done": "back"},
    ),
    bug(
        "cancel.again",
        "cancel.repeat-same-answer cancel.repeat-changes-nothing",
        "a repeat cancels once more, with a new time",
        only="cancel.repeat",
        cancelled_in=frozenset(),
    ),
    bug(
        "cancel.repeat-turns-refund",
        "cancel.repeat-same-answer cancel.repeat-changes-nothing",
        "a repeated refund turns -2 into -1",
        only="cancel.repeat-refund",
        cancelled_in=frozenset(),
        cancels_to={"new": "void", "done": "back", "back": "void", "void": "void"},
    ),
    bug(
        "cancel.repeat-writes",
        "cancel.repeat-changes-nothing",
        "a repeat writes cancel_time again",
        only="cancel.repeat",
        sql={"cancel-repeated": f"UPDATE payme_ops SET voided_at = :now + 1 {_MINE}"},
    ),
    bug(
        "cancel.repeat-holds-bill",
        "cancel.repeat-changes-nothing",
        "a repeat reserves the bill again",
        only="cancel.repeat",
        sql={"cancel-repeated": "UPDATE bills SET stage = 'held' WHERE bill_no = :bill"},
    ),
    bug(
        "cancel.bill-as-number",
        "cancel.same-transaction",
        "CancelTransaction answers the bill's number as transaction",
        says={
            name: {"transaction": op(lambda o: o.bill_no)}
            for name in ("cancelled", "refunded", "cancel-repeated")
        },
    ),
    bug(
        "cancel.erases-perform-time",
        "cancel.keeps-perform-time check.refunded",
        "a refund erases perform_time",
        sql={"refunded": f"UPDATE payme_ops SET paid_at = 0 {_MINE}"},
    ),
    bug(
        "cancel.no-refund-as-impossible",
        "cancel.no-refund-code",
        "a shop without refunds refuses them with -31008",
        kind="no-refunds",
        codes={"no-refund": -31008},
    ),
    bug(
        "cancel.refunds-all-the-same",
        "cancel.no-refund-code cancel.no-refund-changes-nothing",
        "a shop without refunds gives them",
        kind="no-refunds",
        ignores={"refund"},
    ),
    bug(
        "cancel.refuses-too-late",
        "cancel.no-refund-changes-nothing refusal.changes-nothing",
        "a refund is refused after the transaction was changed",
        only="cancel.no-refunds",
        kind="no-refunds",
        sql={"no-refund": f"UPDATE payme_ops SET step = 'back', voided_at = :now {_MINE}"},
    ),
    bug(
        "cancel.takes-bill-back",
        "cancel.no-refund-changes-nothing",
        "a refund is refused after the bill was changed",
        kind="no-refunds",
        sql={"no-refund": "UPDATE bills SET stage = 'returned' WHERE bill_no = :bill"},
    ),
    bug(
        "cancel.fixed-reason",
        "cancel.stores-reason",
        "every cancellation is stored with reason 3",
        only="cancel.reasons",
        sql={"cancelled": f"UPDATE payme_ops SET why = 3 {_MINE}"},
    ),
    bug(
        "cancel.fixed-refund-reason",
        "cancel.stores-reason",
        "every refund is stored with reason 5",
        only="cancel.reasons-of-refunds",
        sql={"refunded": f"UPDATE payme_ops SET why = 5 {_MINE}"},
    ),
    bug(
        "cancel.shifted-reason",
        "cancel.stores-reason check.cancelled",
        "reasons are stored by their position",
        only="cancel.reasons check.cancelled",
        sql={"cancelled": f"UPDATE payme_ops SET why = why - 1 {_MINE}"},
    ),
    bug(
        "cancel.no-reason-in-statement",
        "cancel.reason-in-statement statement.matches-check",
        "the statement shows no reason",
        only="cancel.reasons",
        says={"item": {"reason": None}},
    ),
    bug(
        "cancel.other-reason-rewrites",
        "cancel.repeat-other-reason",
        "a second cancellation with another reason is a new one",
        only="cancel.other-reason",
        sql={
            "cancel-repeated": "UPDATE payme_ops SET voided_at = :now + 1 "
            "WHERE ext_id = :id AND why <> :reason"
        },
    ),
    bug(
        "cancel.last-reason-stays",
        "cancel.first-reason-stays",
        "a second cancellation with another reason replaces the first reason",
        only="cancel.other-reason",
        sql={"cancel-repeated": f"UPDATE payme_ops SET why = :reason {_MINE}"},
    ),
    bug(
        "cancel.bill-stays-held",
        "cancel.releases-order order.status-fits",
        "CancelTransaction forgets the bill of an unpaid transaction",
        only="cancel.works",
        sql={"cancelled": "UPDATE bills SET stage = 'held' WHERE bill_no = :bill"},
    ),
    bug(
        "cancel.bill-stays-sold",
        "cancel.refunds-order order.status-fits",
        "CancelTransaction forgets the bill of a paid transaction",
        only="cancel.refund",
        sql={"refunded": "UPDATE bills SET stage = 'sold' WHERE bill_no = :bill"},
    ),
    bug(
        "cancel.time-not-stored",
        "cancel.stored check.cancelled",
        "the cancel_time that is stored is not the one answered",
        sql={"cancelled": f"UPDATE payme_ops SET voided_at = voided_at + 1 {_MINE}"},
    ),
    bug(
        "cancel.refund-time-not-stored",
        "cancel.stored check.refunded",
        "a refund's cancel_time is never stored",
        only="cancel.refund-stored check.refunded",
        sql={"refunded": f"UPDATE payme_ops SET voided_at = 0 {_MINE}"},
    ),
    bug(
        "cancel.forgotten",
        "cancel.kept-after-new-payment",
        "a bill's new transaction takes the place of its cancelled one",
        sql={"created": "DELETE FROM payme_ops WHERE bill_no = :bill AND step = 'void'"},
    ),
    bug(
        "cancel.deletes",
        "check.cancelled cancel.repeat-same-answer check.matches-answers",
        "CancelTransaction deletes the row",
        only="check.cancelled cancel.repeat",
        sql={"cancelled": f"DELETE FROM payme_ops {_MINE}"},
    ),
    bug(
        "cancel.all-bills-released",
        "cancel.leaves-others",
        "an UPDATE without WHERE releases every bill",
        sql={"cancelled": "UPDATE bills SET stage = 'open'"},
    ),
    bug(
        "cancel.all-ops-cancelled",
        "cancel.leaves-others",
        "an UPDATE without WHERE cancels every transaction",
        sql={
            "cancelled": "UPDATE payme_ops SET step = 'void', why = 3, voided_at = :now "
            "WHERE step = 'new'"
        },
    ),
)
