"""How the merchant is configured. Every amount is in tiyin, every time in ms.

`backend.environment` reads these from `PAYME_BACKEND_*`; tests build them directly.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from backend.processors import can_stay

DEFAULT_DATABASE = "sqlite:///photobooth.db"
"""A file in the directory where the merchant was started."""

MAX_TIYIN = 2**53 - 1
"""The largest amount that every JSON reader keeps exact."""

DEFAULT_THREADS = 16
DEFAULT_BUSY_MS = 10_000


class SettingsError(ValueError):
    """A setting that cannot be used: what was seen, what is accepted, what to change."""


class Profile(StrEnum):
    """Which reading of the sources to follow where they disagree.

    They disagree on the code for a second CreateTransaction on an order whose first transaction is
    live: the documents' test page says -31008, the live sandbox accepts the account range only.
    """

    DEFAULT = "default"
    DOCS = "docs"
    SANDBOX = "sandbox"


class AccountType(StrEnum):
    """One-time: a shop order, paid once. Accumulating: a balance, topped up any number of times."""

    ONE_TIME = "one-time"
    ACCUMULATING = "accumulating"


class Variant(StrEnum):
    """Whose code answers the webhook: one of the two of `backend.variants`, or ours."""

    REFERENCE = "reference"
    BEFORE_FIX = "before-fix"
    AFTER_FIX = "after-fix"


@dataclass(frozen=True, slots=True)
class Settings:
    """The whole configuration. `key` is the kassa's key and is never shown, not even by repr.

    `fiscal_item` holds the tax data of the one thing this shop sells (title, code, package_code,
    vat_percent, units); with it CheckPerformTransaction answers `detail`. `busy_ms` is how long a
    call waits for the database before it is answered as a system error. `bugs` are names of
    `backend.bugs`: what this merchant shall get wrong, to see whether it is noticed. `clock_hook`
    lets a test move the merchant's clock. `pinned` keeps each process on one processor.
    """

    key: str = field(repr=False)
    login: str = "Paycom"
    kassa: str = "65a000000000000000000001"
    database: str = DEFAULT_DATABASE
    account_type: AccountType = AccountType.ONE_TIME
    min_amount: int = 1
    max_amount: int = MAX_TIYIN
    refunds: bool = True
    profile: Profile = Profile.DEFAULT
    checkout_host: str = "https://checkout.paycom.uz"
    fiscal_item: Mapping[str, object] | None = None
    log_file: str = "photobooth.log"
    log_level: str = "DEBUG"
    threads: int = DEFAULT_THREADS
    busy_ms: int = DEFAULT_BUSY_MS
    bugs: tuple[str, ...] = ()
    clock_hook: bool = False
    variant: Variant = Variant.REFERENCE
    pinned: bool = False

    def __post_init__(self) -> None:
        """Refuse what would make the merchant unsafe or its orders unpayable."""
        if not self.key:
            raise SettingsError(
                "there is no kassa key: set PAYME_BACKEND_KEY to the key of your kassa "
                "(with an empty one anybody could mark orders as paid)"
            )
        if ":" in self.login:
            raise SettingsError(f"the login {self.login!r} has a colon; Basic auth allows none")
        if not 1 <= self.min_amount <= self.max_amount <= MAX_TIYIN:
            raise SettingsError(
                f"the limits {self.min_amount}..{self.max_amount} tiyin are impossible: "
                f"1 <= minimum <= maximum <= {MAX_TIYIN} is needed"
            )
        if self.pinned and not can_stay():
            raise SettingsError("only Linux lets a process choose its processor; leave out --pin")
        if self.variant != Variant.REFERENCE:
            self._check_variant()

    def _check_variant(self) -> None:
        unknown = {
            "accumulating accounts": not self.one_time,
            "PAYME_BACKEND_FISCAL_ITEM": self.fiscal_item is not None,
            "--bug": bool(self.bugs),
        }
        for what, asked in unknown.items():
            if asked:
                raise SettingsError(
                    f"the variant {self.variant} knows nothing of {what}; leave that out, or "
                    "choose --variant reference"
                )

    @property
    def one_time(self) -> bool:
        """Whether an order may be paid only once."""
        return self.account_type == AccountType.ONE_TIME
