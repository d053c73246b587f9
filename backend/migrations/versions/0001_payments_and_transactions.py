"""The payments of the shop, and the Payme transactions each of them has seen."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

LIVE = sa.text("one_time AND state IN (1, 2)")


def upgrade() -> None:
    """Make both tables."""
    _create_payments()
    _create_transactions()


def downgrade() -> None:
    """Drop both, with everything in them."""
    op.drop_table("transactions")
    op.drop_table("payments")


def _create_payments() -> None:
    op.create_table(
        "payments",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("order_id", sa.String, nullable=False),
        sa.Column("transaction_id", sa.String),
        sa.Column("payment_type", sa.String, nullable=False, server_default="payme"),
        sa.Column("amount", sa.BigInteger, nullable=False),
        sa.Column("status", sa.String, nullable=False, server_default="pending"),
        sa.Column("state", sa.Integer),
        sa.Column("created_at", sa.BigInteger, nullable=False),
        sa.Column("create_time", sa.BigInteger),
        sa.Column("perform_time", sa.BigInteger),
        sa.Column("cancel_time", sa.BigInteger),
    )
    op.create_index("idx_payment_order_id", "payments", ["order_id"], unique=True)
    op.create_index("idx_payment_transaction_id", "payments", ["transaction_id"], unique=True)
    op.create_index("idx_payment_status", "payments", ["status"])


def _create_transactions() -> None:
    op.create_table(
        "transactions",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("payme_id", sa.String(64), nullable=False),
        sa.Column("order_id", sa.String, sa.ForeignKey("payments.order_id"), nullable=False),
        sa.Column("payme_time", sa.BigInteger, nullable=False),
        sa.Column("amount", sa.BigInteger, nullable=False),
        sa.Column("account", sa.JSON, nullable=False),
        sa.Column("one_time", sa.Boolean, nullable=False),
        sa.Column("state", sa.Integer, nullable=False),
        sa.Column("reason", sa.Integer),
        sa.Column("create_time", sa.BigInteger, nullable=False),
        sa.Column("perform_time", sa.BigInteger),
        sa.Column("cancel_time", sa.BigInteger),
        sa.Column("fiscal_perform", sa.JSON),
        sa.Column("fiscal_cancel", sa.JSON),
    )
    op.create_index("idx_transaction_payme_id", "transactions", ["payme_id"], unique=True)
    op.create_index("idx_transaction_order_id", "transactions", ["order_id"])
    op.create_index("idx_transaction_payme_time", "transactions", ["payme_time"])
    op.create_index(
        "idx_transaction_one_live",
        "transactions",
        ["order_id"],
        unique=True,
        sqlite_where=LIVE,
        postgresql_where=LIVE,
    )
