"""A shop's two tables, and how its payme-sandbox.toml describes them."""

from __future__ import annotations

from tests.simulator.observers.conftest import NOW, OTHER_ID, PAYME_ID

COLUMNS = {
    name: name
    for name in (
        "payme_id",
        "state",
        "reason",
        "amount",
        "payme_time",
        "create_time",
        "perform_time",
        "cancel_time",
    )
}
TRANSACTIONS = {"table": "transactions", "columns": COLUMNS}
ORDERS = {
    "table": "payments",
    "where": {"order_id": "{number}"},
    "columns": {"amount": "amount", "status": "status"},
    "status": {
        "payable": ["pending"],
        "reserved": ["waiting"],
        "paid": ["success"],
        "refunded": ["cancelled"],
    },
}
TABLES = (
    "CREATE TABLE payments (order_id VARCHAR(40), amount BIGINT, status VARCHAR(20))",
    "CREATE TABLE transactions (payme_id VARCHAR(24), state INTEGER, reason INTEGER, "
    "amount BIGINT, payme_time BIGINT, create_time BIGINT, perform_time BIGINT, "
    "cancel_time BIGINT)",
    "INSERT INTO payments VALUES ('Psb-1', 1000, 'pending')",
    f"INSERT INTO transactions VALUES ('{OTHER_ID}', -1, 4, 100000, {NOW}, {NOW}, 0, {NOW})",
    f"INSERT INTO transactions VALUES ('{PAYME_ID}', 1, NULL, 100000, {NOW}, {NOW}, NULL, 0)",
)
