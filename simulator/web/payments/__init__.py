"""A payment's life, from the payer's link to a receipt that both sides agree on.

`service` is what pages and the control API use, `life` decides, `worker` calls.
"""

from simulator.web.payments.cards import CARDS, Card, accept, check_code
from simulator.web.payments.records import Filter, Records
from simulator.web.payments.service import NewPayment, Payments, settled
from simulator.web.payments.states import Doing, Receipt
from simulator.web.payments.worker import Worker

__all__ = [
    "CARDS",
    "Card",
    "Doing",
    "Filter",
    "NewPayment",
    "Payments",
    "Receipt",
    "Records",
    "Worker",
    "accept",
    "check_code",
    "settled",
]
