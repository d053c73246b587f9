"""Bugs in amounts, in finding bills, and in the question before a payment."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tests.merchants.bugs.row import bug
from tests.merchants.calls import Call, Refusal
from tests.merchants.habits import Members, bill_number

_TWO_32, _TWO_64 = 2**32, 2**64


def _refusing(why: str, when: Callable[[Any], bool]) -> Callable[[Any], str | None]:
    """A reader of bill numbers that refuses some for its own reason."""

    def read(value: Any) -> str | None:
        if when(value):
            raise Refusal(why)
        return bill_number(value)

    return read


def _any_spelling(value: Any) -> str | None:
    """Whatever is spelled like a number is one."""
    try:
        return str(int(float(value))) if isinstance(value, str) else bill_number(value)
    except (ValueError, OverflowError):
        return bill_number(value)


def _cast(amount: Any, total: int) -> bool:
    return int(amount) == total


def _to_32_bits(amount: Any, total: int) -> bool:
    if amount.bit_length() > 31:
        raise OverflowError("Python int too large to convert to C int")
    return bool(amount == total)


def _to_64_bits(amount: Any, total: int) -> bool:
    if amount.bit_length() > 63:
        raise OverflowError("Python int too large to convert to SQLite INTEGER")
    return bool(amount == total)


def _false_for_refusals(request: Members, answer: Members) -> Members:
    asked = request.get("method") == "CheckPerformTransaction" and "error" in answer
    return {"id": answer["id"], "result": {"allow": False}} if asked else answer


def _crash_on_price_of_nothing(call: Call) -> str:
    unknown = not call.work.bills(call.habits.bill_sql, call.values)
    return "broken" if unknown and call.params.get("amount") != 250_000 else ""


_BY_NUMBER = "SELECT * FROM bills WHERE CAST(bill_no AS INTEGER) = CAST(:bill AS INTEGER)"
_BEGINNING = (
    "SELECT * FROM bills WHERE length(:bill) > 5 AND substr(bill_no, 1, length(:bill)) = :bill"
)
_LIKE = "SELECT * FROM bills WHERE bill_no LIKE :bill"

AMOUNTS = (
    bug(
        "amount.or-more",
        "amount.exact",
        "any amount from the price upwards is taken",
        only="amount.wrong-check-perform",
        price=lambda amount, total: amount >= total,
    ),
    bug(
        "amount.or-less",
        "amount.exact",
        "any amount up to the price is taken",
        only="amount.wrong-create",
        price=lambda amount, total: amount <= total,
    ),
    bug(
        "amount.rounded",
        "amount.exact",
        "amounts are rounded to whole sum before they are compared",
        only="amount.wrong-create",
        price=lambda amount, total: round(amount / 100) == round(total / 100),
    ),
    bug(
        "amount.in-sum-too",
        "amount.tiyin",
        "the price in sum is taken as well",
        only="amount.wrong-check-perform",
        price=lambda amount, total: amount in (total, total // 100),
    ),
    bug(
        "amount.hundredfold-too",
        "amount.tiyin",
        "a hundred times the price is taken as well",
        only="amount.wrong-create",
        price=lambda amount, total: amount in (total, total * 100),
    ),
    bug(
        "amount.not-in-create",
        "amount.exact amount.tiyin amount.large official.amount",
        "only CheckPerformTransaction looks at the amount",
        only="amount.wrong-create official.scenario-1",
        ignores={"amount:CreateTransaction"},
    ),
    bug(
        "amount.not-in-ask",
        "amount.exact official.amount",
        "only CreateTransaction looks at the amount",
        only="amount.wrong-check-perform official.scenario-1",
        ignores={"amount:CheckPerformTransaction"},
    ),
    bug(
        "amount.32-bits",
        "amount.large",
        "amounts are cut to 32 bits",
        only="amount.wrong-check-perform",
        price=lambda amount, total: amount % _TWO_32 == total,
    ),
    bug(
        "amount.32-bits-crash",
        "amount.large",
        "amounts beyond 32 bits end in the general error handler",
        only="amount.wrong-check-perform",
        price=_to_32_bits,
    ),
    bug(
        "amount.either-sign",
        "amount.nonpositive-refused",
        "the sign of an amount is ignored",
        only="amount.senseless-check-perform",
        price=lambda amount, total: abs(amount) == total,
    ),
    bug(
        "amount.zero-is-free",
        "amount.nonpositive-refused",
        "an amount of zero counts as given away",
        only="amount.senseless-create",
        price=lambda amount, total: amount in (0, total),
    ),
    bug(
        "amount.nothing-is-unchecked",
        "amount.wrong-type-refused",
        "the check is left out if the amount is null",
        only="amount.senseless-check-perform",
        ignores={"type:amount"},
        price=lambda amount, total: amount is None or amount == total,
    ),
    bug(
        "amount.true-is-any",
        "amount.wrong-type-refused",
        "true is equal to every number",
        only="amount.senseless-check-perform",
        ignores={"type:amount"},
        price=lambda amount, total: amount is True or amount == total,
    ),
    bug(
        "amount.cast-raises",
        "amount.wrong-type-code amount.wrong-type-refused",
        "an amount that is no number ends in the general error handler",
        only="amount.senseless-check-perform",
        ignores={"type:amount"},
        price=_cast,
    ),
    bug(
        "amount.64-bits",
        "amount.huge-refused",
        "amounts are cut to 64 bits",
        only="amount.senseless-check-perform",
        price=lambda amount, total: amount % _TWO_64 == total,
    ),
    bug(
        "amount.overflow-raises",
        "amount.huge-code",
        "an amount beyond 64 bits ends in the general error handler",
        only="amount.senseless-check-perform",
        price=_to_64_bits,
    ),
    bug(
        "amount.text-is-fine",
        "amount.string-price",
        "the price is taken as a text as well",
        ignores={"type:amount"},
        price=lambda amount, total: str(amount) == str(total),
    ),
    bug(
        "amount.compared-in-sum",
        "amount.right-accepted check-perform.allow official.check-perform",
        "tiyin are compared with the price in sum",
        only="amount.right check-perform.allow official.scenario-2",
        price=lambda amount, total: amount == total // 100,
    ),
    bug(
        "amount.no-least",
        "amount.limits",
        "a wallet's lower limit is not looked at",
        kind="accumulating",
        within=lambda amount, least, most: amount <= most,
    ),
    bug(
        "amount.no-most",
        "amount.limits",
        "a wallet's upper limit is not looked at",
        kind="accumulating",
        within=lambda amount, least, most: amount >= least,
    ),
    bug(
        "amount.limits-in-sum",
        "amount.limits",
        "a wallet's limits are in sum and compared with tiyin",
        kind="accumulating",
        within=lambda amount, least, most: least // 100 <= amount <= most,
    ),
    bug(
        "amount.limits-in-32-bits",
        "amount.limits",
        "a wallet's amounts are cut to 32 bits before they are compared",
        kind="accumulating",
        within=lambda amount, least, most: least <= amount % 2**32 <= most,
    ),
    bug(
        "amount.limits-excluded",
        "amount.within-limits",
        "a wallet's limits themselves are refused",
        kind="accumulating",
        within=lambda amount, least, most: least < amount < most,
    ),
)

ACCOUNTS = (
    bug(
        "account.unknown-is-no-op",
        "account.unknown official.account error.code-known",
        "an unknown bill is answered like an unknown transaction",
        only="account.unknown official.scenario-1",
        codes={"no-bill": -31003},
    ),
    bug(
        "account.unknown-is-broken",
        "account.unknown account.and-amount",
        "an unknown bill ends in the general error handler",
        codes={"no-bill": -32400},
    ),
    bug(
        "account.price-of-nothing",
        "account.and-amount",
        "the amount is compared with the price of a bill that was not found",
        balks={"CheckPerformTransaction": _crash_on_price_of_nothing},
    ),
    bug(
        "account.missing-matches-all",
        "account.missing-refused",
        "a search for an undefined number finds the latest bill",
        reads_bill=lambda value: value or "",
        bill_sql="SELECT * FROM bills WHERE bill_no = :bill OR :bill = '' ORDER BY row_no DESC",
    ),
    bug(
        "account.missing-is-bad-request",
        "account.missing-code",
        "an account that names no bill is a malformed request",
        reads_bill=_refusing("bad-request", lambda value: not value),
    ),
    bug(
        "account.missing-is-broken",
        "account.missing-refused account.missing-code",
        "an account that names no bill ends in the general error handler",
        reads_bill=_refusing("broken", lambda value: not value),
    ),
    bug("account.like", "account.strange-text", "bills are found by LIKE", bill_sql=_LIKE),
    bug(
        "account.beginning",
        "account.strange-text",
        "bills are found by the beginning of their number",
        only="account.strange-text-check-perform account.strange-text-create",
        bill_sql=_BEGINNING,
    ),
    bug(
        "account.injection",
        "account.strange-text",
        "the query is put together from texts",
        bill_sql="SELECT * FROM bills WHERE bill_no = '{bill}'",
    ),
    bug(
        "account.strange-is-bad-request",
        "account.strange-text-code",
        "a number with strange characters is a malformed request",
        reads_bill=_refusing("bad-request", lambda v: not str(v).replace("-", "").isalnum()),
    ),
    bug(
        "account.zero-matches-texts",
        "account.wrong-type-refused",
        "zero is equal to every number that begins with a letter",
        reads_bill=str,
        bill_sql=_BY_NUMBER,
    ),
    bug(
        "account.object-matches-all",
        "account.wrong-type-refused",
        "an object in place of the number is an operator of the database",
        reads_bill=lambda value: "" if isinstance(value, dict) else bill_number(value),
        bill_sql="SELECT * FROM bills WHERE bill_no = :bill OR :bill = '' ORDER BY row_no DESC",
    ),
    bug(
        "account.wrong-type-is-broken",
        "account.wrong-type-code",
        "a number of the wrong type ends in the general error handler",
        reads_bill=_refusing("broken", lambda value: not isinstance(value, str)),
    ),
    bug(
        "account.long-matches",
        "account.long-refused",
        "a number that is too long for its column finds another bill",
        bill_sql="SELECT * FROM bills WHERE bill_no = :bill OR length(:bill) > 255",
    ),
    bug(
        "account.beyond-64-bits",
        "account.oversized-code",
        "a number that the database cannot hold ends in the general error handler",
        reads_bill=_refusing("broken", lambda value: type(value) is int and value >= 2**63),
    ),
    bug(
        "account.long-is-broken",
        "account.oversized-code",
        "a number that is too long for its column ends in the general error handler",
        reads_bill=_refusing("broken", lambda value: isinstance(value, str) and len(value) > 255),
    ),
    bug(
        "account.trimmed",
        "account.look-alike",
        "blanks around the number are taken off",
        reads_bill=lambda value: bill_number(value.strip() if isinstance(value, str) else value),
    ),
    bug(
        "account.any-case",
        "account.look-alike",
        "numbers are compared without regard to case",
        bill_sql="SELECT * FROM bills WHERE bill_no = :bill COLLATE NOCASE",
    ),
    bug(
        "account.any-spelling",
        "account.look-alike",
        "+17, 0017, 17.0 and 17e0 are taken for bill 17",
        kind="digits",
        only="account.look-alike-number",
        reads_bill=_any_spelling,
    ),
    bug(
        "account.branch-and-amount",
        "account.unknown",
        "a bill is found by its branch and amount, whatever its number",
        only="account.unknown-beside-right",
        bill_sql="SELECT * FROM bills WHERE bill_no = :bill OR total = :amount",
    ),
    bug(
        "account.any-branch",
        "account.other-members",
        "only the bill's number is looked at, whatever branch comes with it",
        ignores={"branch"},
    ),
    bug(
        "account.branch-if-given",
        "account.other-members",
        "the branch is compared only if there is one",
        ignores={"branch-missing"},
    ),
    bug(
        "account.numbers-only",
        "account.text-accepted",
        "a number that is a JSON text is refused",
        kind="digits",
        only="account.as-text",
        reads_bill=lambda value: str(value) if type(value) is int else None,
    ),
    bug(
        "account.texts-only",
        "account.number-accepted",
        "a number that is a JSON number is refused",
        kind="digits",
        reads_bill=lambda value: value if isinstance(value, str) else None,
    ),
)

ASKED = (
    bug(
        "ask.never",
        "check-perform.allow official.check-perform",
        "no bill can be paid, because another status is looked for",
        only="check-perform.allow official.scenario-1",
        bill_sql="SELECT * FROM bills WHERE bill_no = :bill AND stage = 'waiting'",
    ),
    bug(
        "ask.reserves",
        "check-perform.changes-nothing",
        "the question reserves the bill",
        sql={"asked": "UPDATE bills SET stage = 'held' WHERE bill_no = :bill"},
    ),
    bug(
        "ask.leaves-row",
        "check-perform.changes-nothing",
        "the question leaves a row among the transactions",
        only="check-perform.allow check-perform.changes-nothing",
        sql={
            "asked": "INSERT OR IGNORE INTO payme_ops "
            "(ext_id, bill_no, tiyin, sent_account, sent_at, made_at, step) "
            "VALUES ('ask-' || :bill, :bill, :amount, '{}', 0, :now, 'void')"
        },
    ),
    bug(
        "ask.false",
        "check-perform.refuses-by-error",
        "a refusal is allow: false",
        envelope=_false_for_refusals,
    ),
    bug(
        "ask.busy-allowed",
        "check-perform.busy",
        "a bill that another transaction holds is allowed",
        ignores={"busy:CheckPerformTransaction"},
    ),
    bug(
        "ask.busy-as-impossible",
        "check-perform.busy-code",
        "a busy bill is answered -31008, which is not listed here",
        profile="docs",
        codes={"busy": -31008},
    ),
    bug(
        "ask.paid-allowed",
        "check-perform.paid",
        "a paid bill is allowed",
        ignores={"paid:CheckPerformTransaction"},
    ),
    bug(
        "ask.paid-is-broken",
        "check-perform.paid-code",
        "a paid bill ends in the general error handler",
        codes={"paid": -32400},
    ),
    bug(
        "ask.price-lost-by-cancel",
        "check-perform.after-cancel order.amount-stays",
        "cancelling sets the bill's total to nothing",
        sql={"cancelled": "UPDATE bills SET total = 0 WHERE bill_no = :bill"},
    ),
    bug(
        "ask.returned-allowed",
        "check-perform.after-refund",
        "a bill whose money was given back is allowed",
        ignores={"returned:CheckPerformTransaction"},
    ),
    bug(
        "ask.wallet-busy",
        "check-perform.accumulating",
        "a wallet is busy while a payment waits",
        kind="accumulating",
        ignores={"wallet:CheckPerformTransaction", "paid:CheckPerformTransaction"},
    ),
    bug(
        "ask.wallet-paid",
        "check-perform.accumulating",
        "a wallet can be paid once",
        kind="accumulating",
        ignores={"wallet:CheckPerformTransaction", "busy:CheckPerformTransaction"},
    ),
    bug(
        "ask.extras-as-text",
        "check-perform.extras",
        "`additional` is encoded twice and arrives as a text",
        says={"asked": {"additional": '{"customer": "demo"}'}},
    ),
)
