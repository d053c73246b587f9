"""The whole of payme-sandbox.toml as types. Unknown keys are errors; nothing is converted."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import AliasChoices, Discriminator, Field, Tag, field_validator, model_validator

from simulator.caller.retry import Flaw, RetryPolicy
from simulator.config.database import DatabaseConfig
from simulator.config.load import LoadConfig
from simulator.config.log import LogConfig
from simulator.config.orders import OrdersConfig
from simulator.config.values import (
    Command,
    DurationMs,
    HttpUrl,
    LocalPath,
    Model,
    PauseMs,
    http_url,
    is_loopback,
)

FlawName = Literal["no-answer", "not-200", "unreadable", "system-error"]


class Limits(Model):
    """What an accumulating account may be paid at once, in tiyin.

    min: smallest allowed amount; max: largest allowed amount.
    """

    min: int = Field(default=100_000, gt=0)
    max: int = Field(default=100_000_000, gt=0)

    @model_validator(mode="after")
    def _in_order(self) -> Limits:
        if self.min >= self.max:
            raise ValueError(f"min ({self.min}) must be less than max ({self.max})")
        return self


class Merchant(Model):
    """[merchant]: whom to call, and what it promises.

    url: the webhook's address, http or https. Empty when no merchant is named at all.
    login: the Basic login, "Paycom".
    key: the kassa's test key; write "${PAYME_TEST_KEY}" to read it from the environment.
    account_type: "one-time" (an order is paid once) or "accumulating" (a balance).
    limits: { min, max } in tiyin, for an accumulating account.
    refunds: false if a performed transaction cannot be cancelled (-31007 is then right).
    allow_remote: true allows a merchant that is not on this machine.
    timeout: how long one call may take, "10s" or a number of ms.
    """

    url: str = ""
    login: str = "Paycom"
    key: str = Field(default="", repr=False)
    account_type: Literal["one-time", "accumulating"] = "one-time"
    limits: Limits = Limits()
    refunds: bool = True
    allow_remote: bool = False
    timeout_ms: DurationMs = Field(
        default=10_000, validation_alias=AliasChoices("timeout", "timeout_ms")
    )

    @field_validator("url")
    @classmethod
    def _url(cls, value: str) -> str:
        return http_url(value) if value else value

    @field_validator("login")
    @classmethod
    def _login(cls, value: str) -> str:
        if ":" in value or not value:
            raise ValueError("the login of Basic authentication has no colon and is not empty")
        return value

    @field_validator("key")
    @classmethod
    def _key(cls, value: str) -> str:
        if value != value.strip():
            raise ValueError("the key has blanks or a line end around it, which Payme's never has")
        return value


class RetryConfig(Model):
    """[retry]: how Payme repeats a call that got no usable answer. Payme publishes no numbers.

    attempts: how often a call is sent at most, the first time included.
    pauses: before the second attempt, the third and so on; the last stands for all further ones.
    new_id: each attempt has a JSON-RPC id of its own.
    on: what is repeated: "no-answer" (silence, a broken connection), "not-200" (another HTTP
    status), "unreadable" (no JSON-RPC answer), "system-error" (-32400).
    """

    attempts: int = Field(default=3, ge=1, le=20)
    pauses: Annotated[tuple[PauseMs, ...], Field(strict=False)] = (1_000, 5_000, 15_000)
    new_id: bool = True
    on: Annotated[tuple[FlawName, ...], Field(strict=False)] = (
        "no-answer",
        "not-200",
        "unreadable",
        "system-error",
    )

    @property
    def policy(self) -> RetryPolicy:
        """As the caller takes it."""
        flaws = frozenset(Flaw(name) for name in self.on)
        return RetryPolicy(self.attempts, self.pauses, self.new_id, flaws)


class ProcessConfig(Model):
    """[process]: how to start the merchant. Without this table it must be running already.

    command: a list of words, no shell. cwd: where to run it. env: variables added to ours.
    ready_url: an address that answers 2xx once it is up; by default its port answering will do.
    """

    command: Command
    cwd: LocalPath = Path(".")
    env: dict[str, str] = Field(default_factory=dict)
    ready_url: HttpUrl | None = None


class ClockConfig(Model):
    """[clock]: what may move the merchant's clock, so that 12 hours pass at once.

    hook: an address of the merchant's that takes POST {"shift_ms": 43260000}.
    faketime: true starts the merchant with libfaketime around it (Linux).
    """

    hook: HttpUrl | None = None
    faketime: bool = False


def _kind(value: Any) -> str:
    """Tags start with @ so that the loader can tell them from keys."""
    return "@off" if value is False else "@unsaid" if value is None else "@table"


class Config(Model):
    """The file. `process`, `database`, `log`: a table, False (there is none), None (not said)."""

    merchant: Merchant = Merchant()
    process: Annotated[
        Annotated[ProcessConfig, Tag("@table")]
        | Annotated[Literal[False], Tag("@off")]
        | Annotated[None, Tag("@unsaid")],
        Discriminator(_kind),
    ] = None
    retry: RetryConfig = RetryConfig()
    load: LoadConfig = LoadConfig()
    orders: OrdersConfig | None = None
    clock: ClockConfig | None = None
    database: Annotated[
        Annotated[DatabaseConfig, Tag("@table")]
        | Annotated[Literal[False], Tag("@off")]
        | Annotated[None, Tag("@unsaid")],
        Discriminator(_kind),
    ] = None
    log: Annotated[
        Annotated[LogConfig, Tag("@table")]
        | Annotated[Literal[False], Tag("@off")]
        | Annotated[None, Tag("@unsaid")],
        Discriminator(_kind),
    ] = None

    def remote_urls(self) -> list[tuple[tuple[str, ...], str]]:
        """Every address that a run writes to and that is not on this machine, with its key."""
        found: list[tuple[tuple[str, ...], str]] = [(("merchant", "url"), self.merchant.url)]
        if self.orders is not None and self.orders.http is not None:
            found.append((("orders", "http", "url"), self.orders.http.url))
        if self.clock is not None and self.clock.hook:
            found.append((("clock", "hook"), self.clock.hook))
        return [(key, url) for key, url in found if url and not is_loopback(url)]
