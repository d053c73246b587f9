"""Where the server keeps its state: one SQLite file, or none."""

from simulator.web.store.database import Store, StoreError
from simulator.web.store.kept import Kept
from simulator.web.store.models import Base, Exchange, Fault, Kassa, Payment, Setting, Snapshot

__all__ = [
    "Base",
    "Exchange",
    "Fault",
    "Kassa",
    "Kept",
    "Payment",
    "Setting",
    "Snapshot",
    "Store",
    "StoreError",
]
