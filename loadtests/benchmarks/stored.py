"""Databases that have seen much: so many performed payments, spread over days of 100,000 each."""

from __future__ import annotations

from loadtests.benchmarks.databases import opened
from loadtests.benchmarks.payments import AMOUNT_SUM, AMOUNT_TIYIN

A_DAY = 100_000
DAY_MS = 86_400_000
FIRST_DAY_MS = 1_600_000_000_000
_STEP_MS = DAY_MS // A_DAY

_ORDERS = (
    "INSERT INTO payments (order_id, transaction_id, payment_type, amount, status, state, "
    "created_at, create_time, perform_time) "
    f"SELECT 'old-' || n, {{id}}, 'payme', {AMOUNT_SUM}, 'success', 2, "
    "{time}, {time}, {time} FROM {numbers}"
)
_TRANSACTIONS = (
    "INSERT INTO transactions (payme_id, order_id, payme_time, amount, account, one_time, state, "
    f"create_time, perform_time) SELECT {{id}}, 'old-' || n, {{time}}, {AMOUNT_TIYIN}, "
    "{account}, {yes}, 2, {time}, {time} FROM {numbers}"
)
_TIME = f"(CAST({FIRST_DAY_MS} AS BIGINT) + CAST(n AS BIGINT) * {_STEP_MS})"
_SQLITE = {
    "numbers": "(WITH RECURSIVE c(n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM c LIMIT {count}) "
    "SELECT n FROM c)",
    "id": "printf('f%023d', n)",
    "account": "'{{\"order_id\": \"old-' || n || '\"}}'",
    "yes": "1",
}
_POSTGRES = {
    "numbers": "generate_series(0, {count} - 1) AS n",
    "id": "'f' || lpad(n::text, 23, '0')",
    "account": "json_build_object('order_id', 'old-' || n)",
    "yes": "true",
}


def fill(url: str, count: int) -> None:
    """Add so many performed payments to the tables of the reference merchant."""
    words = _SQLITE if url.startswith("sqlite") else _POSTGRES
    numbers = words["numbers"].format(count=count)
    account = words["account"].replace("{{", "{").replace("}}", "}")
    with opened(url) as connection:
        for statement in (_ORDERS, _TRANSACTIONS):
            made = statement.format(
                numbers=numbers, id=words["id"], account=account, yes=words["yes"], time=_TIME
            )
            connection.cursor().execute(made)
    if not url.startswith("sqlite"):
        _analyse(url)


def _analyse(url: str) -> None:
    import psycopg

    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("VACUUM ANALYZE")


def day(number: int) -> dict[str, int]:
    """The bounds of a whole day of them, as GetStatement takes them."""
    begin = FIRST_DAY_MS + number * DAY_MS
    return {"from": begin, "to": begin + DAY_MS - 1}
