"""What an accumulating account holds."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

_HELD = sa.text(
    "UPDATE payments SET balance = (SELECT coalesce(sum(amount), 0) FROM transactions "
    "WHERE order_id = payments.order_id AND state = 2 AND NOT one_time)"
)


def upgrade() -> None:
    """Add the column; accounts hold what was paid into them so far."""
    op.add_column(
        "payments", sa.Column("balance", sa.BigInteger, nullable=False, server_default="0")
    )
    op.execute(_HELD)


def downgrade() -> None:
    """The payments know it as well."""
    op.drop_column("payments", "balance")
