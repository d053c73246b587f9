"""Bugs in CreateTransaction."""

from __future__ import annotations

from tests.merchants.bugs.members import op
from tests.merchants.bugs.row import bug
from tests.merchants.calls import Call


def _now(call: Call) -> int:
    return call.now


def _ahead(call: Call) -> str:
    return "too-late" if int(call.params["time"]) > call.now else ""


_MINE = "WHERE ext_id = :id"
_OTHERS = "SELECT * FROM payme_ops WHERE ext_id = :id OR (bill_no = :bill AND step IN ({0}))"
_SAME_BILL = (
    "SELECT * FROM payme_ops WHERE bill_no = "
    "(SELECT bill_no FROM payme_ops WHERE ext_id = :id) ORDER BY op_no"
)
_ADD = (
    "INSERT INTO payme_ops (ext_id, bill_no, tiyin, sent_account, sent_at, made_at) "
    "VALUES (:id, :bill, :amount, '{}', :time, :now)"
)
_NEVER = "SELECT * FROM payme_ops WHERE 0 AND ext_id = :id"

CREATE = (
    bug(
        "create.answers-paid",
        "create.works official.create",
        "CreateTransaction answers state 2",
        only="create.works official.scenario-1",
        says={"created": {"state": 2}},
    ),
    bug(
        "create.fixed-time",
        "create.works",
        "create_time is a constant",
        only="create.own-time",
        waits=True,
        sql={"created": f"UPDATE payme_ops SET made_at = 1751810400000 {_MINE}"},
        says={"created": {"create_time": 1_751_810_400_000}},
    ),
    bug(
        "create.always-busy",
        "create.works",
        "CreateTransaction finds every bill busy",
        only="create.works",
        balks={"CreateTransaction": lambda call: "busy-at-create"},
    ),
    bug(
        "create.new-time-each",
        "create.repeat-same-answer official.create",
        "a repeat is answered with the time of the moment",
        only="create.repeat official.scenario-1",
        waits=True,
        says={"create-repeated": {"create_time": _now}},
    ),
    bug(
        "create.new-second-each",
        "create.repeat-same-answer",
        "a repeat is answered with the second of the moment",
        only="create.repeat",
        waits=True,
        says={
            "created": {"create_time": lambda call: call.now // 1000 * 1000},
            "create-repeated": {"create_time": lambda call: call.now // 1000 * 1000},
        },
    ),
    bug(
        "create.bill-before-id",
        "create.repeat-same-answer official.create",
        "the bill is looked at before the id, so a repeat finds it busy with itself",
        only="create.repeat official.scenario-1",
        known_sql=_NEVER,
    ),
    bug(
        "create.inserts-each",
        "create.one-row database.one-row",
        "every CreateTransaction inserts a row",
        only="create.one-row",
        unique=False,
        known_sql=_NEVER,
        ignores={"busy"},
    ),
    bug(
        "create.upsert",
        "create.repeat-changes-nothing",
        "a repeat writes the row again, with a new time",
        only="create.repeat",
        sql={"create-repeated": f"UPDATE payme_ops SET made_at = :now {_MINE}"},
    ),
    bug(
        "create.repeat-reopens-bill",
        "create.repeat-changes-nothing order.status-fits",
        "a repeat sets the bill back to open",
        only="create.repeat",
        sql={"create-repeated": "UPDATE bills SET stage = 'open' WHERE bill_no = :bill"},
    ),
    bug(
        "create.repeats-performed",
        "create.repeat-after-perform-refused",
        "a performed transaction is answered like a waiting one",
        repeats_in={"new", "done"},
    ),
    bug(
        "create.repeats-cancelled",
        "create.repeat-after-cancel-refused",
        "a cancelled transaction is answered like a waiting one",
        only="create.repeat-after-cancel",
        repeats_in={"new", "void"},
    ),
    bug(
        "create.repeats-refunded",
        "create.repeat-after-cancel-refused",
        "a refunded transaction is answered like a waiting one",
        only="create.repeat-after-refund",
        repeats_in={"new", "back"},
    ),
    bug(
        "create.revives-cancelled",
        "create.repeat-after-cancel-refused database.one-row",
        "cancelled transactions are not looked up, so their ids are created anew",
        only="create.repeat-after-cancel",
        unique=False,
        known_sql="SELECT * FROM payme_ops WHERE ext_id = :id AND step <> 'void'",
    ),
    bug(
        "create.busy-ignored",
        "create.second-on-live-refused official.second order.one-live-transaction",
        "nobody asks whether the bill has a waiting transaction",
        only="create.second-on-live official.scenario-1",
        ignores={"busy:CreateTransaction"},
    ),
    bug(
        "create.busy-is-broken",
        "create.second-on-live-refused official.second",
        "a busy bill ends in the general error handler",
        only="create.second-on-live official.scenario-1",
        codes={"busy-at-create": -32400},
    ),
    bug(
        "create.first-ones-data",
        "create.second-not-first-answer create.second-on-live-refused",
        "a second transaction gets the data of the bill's first",
        only="create.second-not-first-answer create.second-on-live",
        known_sql=_OTHERS.format("'new'"),
    ),
    bug(
        "create.paid-ones-data",
        "create.second-not-first-answer create.paid-order-refused",
        "a transaction for a paid bill gets the data of the one that paid it",
        only="create.second-not-first-answer create.second-on-paid",
        known_sql=_OTHERS.format("'done'"),
        repeats_in={"new", "done"},
    ),
    bug(
        "create.second-takes-row",
        "create.second-leaves-first create.refused-leaves-nothing",
        "a second transaction's id overwrites the first's before it is refused",
        only="create.second-leaves-first",
        sql={
            "busy-at-create": "UPDATE payme_ops SET ext_id = :id "
            "WHERE bill_no = :bill AND step = 'new'"
        },
    ),
    bug(
        "create.second-drops-first",
        "create.second-leaves-first",
        "a refused second transaction cancels the first",
        only="create.second-leaves-first",
        sql={
            "busy-at-create": "UPDATE payme_ops SET step = 'void', why = 10, voided_at = :now "
            "WHERE bill_no = :bill AND step = 'new'"
        },
    ),
    bug(
        "create.code-of-practice",
        "create.busy-code-docs",
        "a busy bill is an account error, which the documents do not name",
        only="create.second-on-live",
        profile="docs",
        codes={"busy-at-create": -31052},
    ),
    bug(
        "create.code-of-docs",
        "create.busy-code-sandbox",
        "a busy bill is -31008, which live sandbox runs do not take",
        only="create.second-on-live",
        profile="sandbox",
        codes={"busy": -31008},
    ),
    bug(
        "create.paid-ignored",
        "create.paid-order-refused order.one-live-transaction",
        "a paid bill can be paid again",
        only="create.second-on-paid",
        ignores={"paid:CreateTransaction"},
    ),
    bug(
        "create.cancelled-ones-data",
        "create.cancelled-order-answer",
        "a transaction for a bill gets the data of its cancelled one",
        known_sql=_OTHERS.format("'void'"),
        repeats_in={"new", "void"},
    ),
    bug(
        "create.one-op-a-bill",
        "create.cancelled-order-answer",
        "a unique index lets a bill have one transaction in its life",
        schema="CREATE UNIQUE INDEX one_op_a_bill ON payme_ops (bill_no);",
    ),
    bug(
        "create.new-one-stuck",
        "create.new-after-cancel-works",
        "PerformTransaction finds the bill's first transaction, which is cancelled",
        only="create.new-after-cancel",
        op_sql=_SAME_BILL,
    ),
    bug(
        "create.refunded-ones-data",
        "create.refunded-order-answer",
        "a transaction for a refunded bill gets the data of its refunded one",
        known_sql=_OTHERS.format("'back'"),
        repeats_in={"new", "back"},
    ),
    bug(
        "create.returned-ignored",
        "create.refunded-order-refused",
        "a refunded bill can be paid again",
        ignores={"returned:CreateTransaction"},
    ),
    bug(
        "create.refused-stays",
        "create.refused-leaves-nothing statement.failed-absent",
        "a refused amount is stored as a transaction all the same",
        only="create.refused-leaves-nothing statement.failed-absent",
        sql={"wrong-amount": _ADD},
    ),
    bug(
        "create.unknown-stays",
        "create.refused-leaves-nothing",
        "a transaction for an unknown bill is stored all the same",
        only="create.refused-leaves-nothing",
        sql={"no-bill": _ADD},
    ),
    bug(
        "create.busy-stays",
        "statement.failed-absent create.refused-leaves-nothing",
        "a transaction for a busy bill is stored all the same",
        only="statement.busy-absent",
        sql={"busy-at-create": _ADD},
    ),
    bug(
        "create.time-not-kept",
        "create.stored",
        "Payme's time is not stored",
        only="create.stored",
        sql={"created": f"UPDATE payme_ops SET sent_at = 0 {_MINE}"},
    ),
    bug(
        "create.seconds-stored",
        "create.stored check.matches-answers",
        "create_time is stored in whole seconds",
        only="create.stored",
        sql={"created": f"UPDATE payme_ops SET made_at = made_at / 1000 * 1000 - 1000 {_MINE}"},
    ),
    bug(
        "create.amount-in-sum-stored",
        "create.stores-amount database.matches-answers",
        "the amount is stored in sum",
        only="create.stored",
        sql={"created": f"UPDATE payme_ops SET tiyin = tiyin / 100 {_MINE}"},
    ),
    bug(
        "create.bill-stays-open",
        "create.reserves-order order.status-fits",
        "CreateTransaction does not reserve the bill",
        sql={"created": "UPDATE bills SET stage = 'open' WHERE bill_no = :bill"},
        only="create.order-reserved",
    ),
    bug(
        "create.inserts-bill",
        "create.updates-existing-order log.nothing-forbidden create.works",
        "CreateTransaction inserts the bill that is already stored, and meets its unique index",
        only="create.updates-existing-order create.works",
        sql={"created": "INSERT INTO bills (bill_no, total) VALUES (:bill, :amount)"},
    ),
    bug(
        "create.second-bill",
        "create.updates-existing-order",
        "CreateTransaction inserts the bill once more, and nothing prevents it",
        unique=False,
        sql={"created": "INSERT INTO bills (bill_no, total) VALUES (:bill, :amount)"},
    ),
    bug(
        "create.id-and-bill",
        "create.same-id-one-record",
        "a repeat is looked up by id and bill, so the id can have two",
        only="create.same-id-other-account",
        unique=False,
        known_sql="SELECT * FROM payme_ops WHERE ext_id = :id AND bill_no = :bill",
    ),
    bug(
        "create.repeat-moves",
        "create.same-id-one-record",
        "a repeat with another account moves the transaction there",
        only="create.same-id-other-account",
        known_sql="UPDATE payme_ops SET bill_no = :bill WHERE ext_id = :id RETURNING *",
        sql={"create-repeated": "UPDATE bills SET stage = 'held' WHERE bill_no = :bill"},
    ),
    bug(
        "create.repeat-rewrites-amount",
        "create.same-id-one-record",
        "a repeat with another amount changes the transaction's",
        only="create.same-id-other-amount",
        sql={"create-repeated": f"UPDATE payme_ops SET tiyin = :amount {_MINE}"},
    ),
    bug(
        "create.one-number",
        "create.number-distinct",
        "all transactions have the same number",
        says={"created": {"transaction": "1"}, "record": {"transaction": "1"}},
    ),
    bug(
        "create.number-of-bill",
        "create.number-distinct",
        "a transaction has the bill's number, like the cancelled one before it",
        only="create.new-after-cancel",
        says={
            event: {"transaction": op(lambda o: o.bill_no)}
            for event in ("created", "performed", "cancelled", "record", "item")
        },
    ),
    bug(
        "create.numbers-in-turn",
        "create.number-distinct",
        "there are three numbers, which transactions get in turn",
        says={
            event: {"transaction": op(lambda o: str(o.op_no % 3 + 1))}
            for event in ("created", "performed", "cancelled", "record", "item")
        },
    ),
    bug(
        "create.not-before-now",
        "create.time-ahead",
        "a time ahead of the merchant's clock is refused",
        balks={"CreateTransaction": _ahead},
    ),
)
