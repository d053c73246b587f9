"""A shop's CreateTransaction before and after it repaired `UNIQUE constraint failed`.

Both are run as they were written, to be looked at and to be checked; neither is right. They have
one table (`model`) and a database that is opened without precautions (`database`). Credentials,
envelope, orders, status page, health page and log are the reference merchant's, and the methods
that the shop did not write down (`methods`) are as right as one row an order and no locks allow:
what fails is the doing of `before_fix` and `after_fix`.
"""

from __future__ import annotations

from backend.variants.database import open_database, prepare
from backend.variants.model import Payment
from backend.variants.webhook import Webhook

__all__ = ["Payment", "Webhook", "open_database", "prepare"]
