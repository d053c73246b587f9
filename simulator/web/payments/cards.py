"""The published test cards and what becomes of each. All expire 03/99, the SMS code is 666666.

Source: developer.help.paycom.uz, "cards" of the Subscribe API and the sandbox for mobile apps.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from simulator.web.problems import Problem

EXPIRY = "0399"
SMS_CODE = "666666"
SLOW_MS = 10_000
CARD_PROBLEM = -31630


@dataclass(frozen=True, slots=True)
class Card:
    """A test card. outcome: `pays`; refused at once: `no-sms`, `expired`, `blocked`; refused when
    it is debited: `system-error`, `slow-error` (that after ten seconds)."""

    number: str
    outcome: str
    says: str

    @property
    def masked(self) -> str:
        return f"{self.number[:6]}******{self.number[-4:]}"

    @property
    def spaced(self) -> str:
        """In groups of four."""
        return " ".join(re.findall("....", self.number))


CARDS = (
    Card("8600069195406311", "pays", "works"),
    Card("8600495473316478", "pays", "works"),
    Card("8600060921090842", "no-sms", "SMS informing is not connected"),
    Card("3333336415804657", "expired", "the card has expired"),
    Card("4444445987459073", "blocked", "the card is blocked"),
    Card("8600143417770323", "system-error", "unknown system error"),
    Card("8600134301849596", "slow-error", "an error after ten seconds"),
)
_BY_NUMBER = {card.number: card for card in CARDS}
AT_ONCE = frozenset({"no-sms", "expired", "blocked"})
"""Outcomes that show before the SMS code is asked for."""


def accept(number: str, expiry: str = EXPIRY) -> Card:
    """The card of that number; blanks and slashes are ignored.

    Problem with Payme's code -31630 for one that no payment can be made with.
    """
    digits = re.sub(r"\D", "", number)
    card = _BY_NUMBER.get(digits)
    if card is None:
        raise Problem(
            409,
            "not a test card",
            f"a number ending in {digits[-4:] or 'nothing'}",
            "the published test cards are accepted, and no real one",
            "take 8600 0691 9540 6311, 03/99",
            code=CARD_PROBLEM,
            member="number",
        )
    if re.sub(r"\D", "", expiry) != EXPIRY:
        raise Problem(
            409,
            "wrong expiry",
            expiry,
            "03/99 is that of every test card",
            code=CARD_PROBLEM,
            member="expiry",
        )
    if card.outcome in AT_ONCE:
        raise Problem(409, "the card is refused", card.says, code=CARD_PROBLEM, member="number")
    return card


def check_code(code: str) -> None:
    """Problem if it is not the SMS code."""
    if code.strip() != SMS_CODE:
        raise Problem(
            409,
            "wrong SMS code",
            repr(code),
            f"{SMS_CODE} is the code of every test card",
            code=-31103,
            member="code",
        )
