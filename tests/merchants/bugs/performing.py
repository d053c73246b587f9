"""Bugs in PerformTransaction."""

from __future__ import annotations

from tests.merchants.bugs.members import op
from tests.merchants.bugs.row import bug
from tests.merchants.calls import Call
from tests.merchants.habits import GONE


def _now(call: Call) -> int:
    return call.now


_MINE = "WHERE ext_id = :id"

PERFORM = (
    bug(
        "perform.new-bill",
        "order.no-new-rows",
        "PerformTransaction saves a bill of its own for what was paid",
        sql={
            "performed": "INSERT OR IGNORE INTO bills (bill_no, total, stage) "
            "VALUES ('paid-' || :id, 0, 'sold')"
        },
    ),
    bug(
        "perform.local-time",
        "types.instant",
        "perform_time is the local date read as UTC",
        only="types.instant",
        sql={"performed": f"UPDATE payme_ops SET paid_at = paid_at + 18000000 {_MINE}"},
        says={"performed": {"perform_time": op(lambda o: o.paid_at + 18_000_000)}},
    ),
    bug(
        "perform.create-time",
        "perform.works",
        "perform_time is a copy of create_time",
        only="perform.own-time",
        waits=True,
        sql={"performed": f"UPDATE payme_ops SET paid_at = made_at {_MINE}"},
        says={"performed": {"perform_time": op(lambda o: o.made_at)}},
    ),
    bug(
        "perform.answers-old-state",
        "perform.works official.perform",
        "PerformTransaction answers state 1",
        only="perform.works official.scenario-2",
        says={"performed": {"state": 1}},
    ),
    bug(
        "perform.always-refused",
        "perform.works",
        "PerformTransaction refuses every transaction",
        only="perform.works",
        performs_from=frozenset(),
    ),
    bug(
        "perform.new-time-each",
        "perform.repeat-same-answer official.perform",
        "a repeat is answered with the time of the moment",
        only="perform.repeat official.scenario-2",
        waits=True,
        says={"perform-repeated": {"perform_time": _now}},
    ),
    bug(
        "perform.repeat-refused",
        "perform.repeat-same-answer official.perform",
        "a repeat is refused, because the bill is paid already",
        only="perform.repeat official.scenario-2",
        performed_in=frozenset(),
    ),
    bug(
        "perform.again",
        "perform.repeat-same-answer perform.repeat-changes-nothing invariant.user",
        "a repeat performs once more and hands the goods out again",
        only="perform.repeat",
        performs_from={"new", "done"},
    ),
    bug(
        "perform.delivers-again",
        "invariant.user perform.repeat-changes-nothing",
        "a repeat is answered rightly and hands the goods out again",
        only="perform.repeat",
        sql={"perform-repeated": "INSERT INTO deliveries VALUES (:bill, :id)"},
    ),
    bug(
        "perform.repeat-writes",
        "perform.repeat-changes-nothing",
        "a repeat writes perform_time again",
        only="perform.repeat",
        sql={"perform-repeated": f"UPDATE payme_ops SET paid_at = :now + 1 {_MINE}"},
    ),
    bug(
        "perform.bill-as-number",
        "perform.same-transaction",
        "PerformTransaction answers the bill's number as transaction",
        says={
            "performed": {"transaction": op(lambda o: o.bill_no)},
            "perform-repeated": {"transaction": op(lambda o: o.bill_no)},
        },
    ),
    bug(
        "perform.bill-unpaid",
        "perform.pays-order order.status-fits",
        "PerformTransaction forgets the bill",
        sql={"performed": "UPDATE bills SET stage = 'held' WHERE bill_no = :bill"},
        only="perform.works",
    ),
    bug(
        "perform.unknown-is-no-bill",
        "perform.unknown-not-found cancel.unknown-not-found check.unknown-not-found",
        "an unknown transaction is answered like an unknown bill",
        codes={"no-op": -31050},
    ),
    bug(
        "perform.unknown-is-broken",
        "perform.unknown-not-found cancel.unknown-not-found check.unknown-not-found",
        "an unknown transaction ends in the general error handler",
        codes={"no-op": -32400},
    ),
    bug(
        "perform.latest",
        "perform.leaves-others perform.unknown-not-found",
        "PerformTransaction performs the latest transaction",
        only="perform.two-orders perform.unknown",
        op_sql="SELECT * FROM payme_ops ORDER BY op_no DESC",
    ),
    bug(
        "perform.from-cancelled",
        "perform.after-cancel-refused perform.refused-keeps-cancelled",
        "a cancelled transaction is performed",
        only="perform.after-cancel",
        performs_from={"new", "void"},
    ),
    bug(
        "perform.cancelled-data",
        "perform.after-cancel-refused",
        "a cancelled transaction is answered with its data",
        performed_in={"done", "void"},
    ),
    bug(
        "perform.from-refunded",
        "perform.after-refund-refused perform.refused-keeps-cancelled",
        "a refunded transaction is performed once more",
        only="perform.after-refund",
        performs_from={"new", "back"},
    ),
    bug(
        "perform.refuses-too-late",
        "perform.refused-keeps-cancelled refusal.changes-nothing",
        "a cancelled transaction is refused after its state was changed",
        only="perform.after-cancel",
        sql={"perform-refused": f"UPDATE payme_ops SET step = 'done', paid_at = :now {_MINE}"},
    ),
    bug(
        "perform.clears-reason",
        "perform.refused-keeps-cancelled",
        "a refused PerformTransaction takes the reason away",
        only="perform.after-cancel",
        sql={"perform-refused": f"UPDATE payme_ops SET why = NULL {_MINE}"},
    ),
    bug(
        "perform.needs-amount",
        "perform.needs-only-id perform.works",
        "PerformTransaction demands amount and account",
        balks={"PerformTransaction": lambda c: "" if "amount" in c.params else "bad-request"},
    ),
    bug(
        "perform.time-not-stored",
        "perform.stored check.performed",
        "the perform_time that is stored is not the one answered",
        sql={"performed": f"UPDATE payme_ops SET paid_at = paid_at + 1 {_MINE}"},
    ),
    bug(
        "perform.state-not-stored",
        "perform.stored check.performed",
        "the new state is answered and never stored",
        only="perform.stored check.performed",
        sql={"performed": f"UPDATE payme_ops SET step = 'new' {_MINE}"},
    ),
    bug(
        "perform.pays-all-bills",
        "perform.leaves-others",
        "an UPDATE without WHERE pays every bill",
        sql={"performed": "UPDATE bills SET stage = 'sold'"},
    ),
    bug(
        "perform.pays-all-ops",
        "perform.leaves-others",
        "an UPDATE without WHERE performs every transaction",
        sql={"performed": "UPDATE payme_ops SET step = 'done', paid_at = :now"},
    ),
    bug(
        "perform.loses-create-time",
        "check.performed check.matches-answers",
        "performing sets create_time anew, as ON UPDATE CURRENT_TIMESTAMP does",
        only="check.performed",
        sql={"performed": f"UPDATE payme_ops SET made_at = :now + 1 {_MINE}"},
    ),
    bug(
        "perform.no-transaction",
        "types.transaction-present",
        "PerformTransaction leaves `transaction` out",
        only="perform.works",
        says={"performed": {"transaction": GONE}, "perform-repeated": {"transaction": GONE}},
    ),
)
