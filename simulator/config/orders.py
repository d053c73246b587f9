"""[orders]: how a scenario gets a fresh payable order."""

from __future__ import annotations

from datetime import date, datetime, time
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import Field, field_validator, model_validator

from simulator.config.placeholders import ORDER_NAMES, names_in, names_order, naming_member
from simulator.config.values import (
    Command,
    DatabaseUrl,
    DurationMs,
    HttpUrl,
    LocalPath,
    Model,
    Statements,
)

KINDS = ("http", "sql", "command", "pool")


class OrdersHttp(Model):
    """[orders.http]: the merchant's own API makes the order.

    method, url, headers: the request; {number}, {digits} (its digits, an integer), {amount_sum}
      and {amount_tiyin} are filled in.
    json or form: the body; "{amount_sum}" alone stays a number in JSON.
    capture: name = "dotted.path.0.into" the JSON answer; usable as {name} in `account`.
    timeout: "10s" or ms.
    """

    method: str = "POST"
    url: HttpUrl
    headers: dict[str, str] = Field(default_factory=dict)
    json_body: Any = Field(default=None, alias="json")
    form: dict[str, str] | None = None
    capture: dict[str, str] = Field(default_factory=dict)
    timeout_ms: DurationMs = Field(default=10_000, validation_alias="timeout")

    @model_validator(mode="after")
    def _one_body(self) -> OrdersHttp:
        if self.json_body is not None and self.form is not None:
            raise ValueError("a request has one body: json or form, not both")
        return self

    def names(self) -> set[str]:
        """What `account` may use beyond an order's own names."""
        return set(self.capture)


class OrdersSql(Model):
    """[orders.sql]: a row in the merchant's own table makes the order.

    statement: one SQL statement or a list, run in one transaction; parameters :number,
      :digits, :amount_sum, :amount_tiyin, those of `params`, and what earlier statements returned.
    params: further parameters, constant or with placeholders.
    capture: name = "column" of the row that RETURNING or SELECT gave; without it every column
      is known by its own name, and {id} is the new row's id where the database tells.
    url: the database to write to; by default the one of [database].
    """

    statement: Statements
    params: dict[str, Any] = Field(default_factory=dict)
    capture: dict[str, str] = Field(default_factory=dict)
    url: DatabaseUrl | None = None


class OrdersCommand(Model):
    """[orders.command]: a program of the merchant's makes the order.

    run: a list of words, no shell; placeholders are filled in. cwd, timeout: of that program.
    capture: name = "dotted.path" into the JSON that it prints. {output} is its last line.
    """

    run: Command
    cwd: LocalPath = Path(".")
    timeout_ms: DurationMs = Field(default=30_000, validation_alias="timeout")
    capture: dict[str, str] = Field(default_factory=dict)

    def names(self) -> set[str]:
        """What `account` may use beyond an order's own names."""
        return {*self.capture, "output"}


class OrdersPool(Model):
    """[orders.pool]: orders that exist already.

    file: CSV with number,amount_tiyin and further columns, which are captured by their heading.
    """

    file: LocalPath


class OrdersConfig(Model):
    """[orders]: exactly one of http, sql, command, pool.

    amount: what an order costs, in sum (1 sum = 100 tiyin).
    account: what Payme sends as params.account; texts may hold {number} and captured names.
    free: members of `account` that the merchant does not look at, or takes with any value.
    numbers: "auto" (letters and digits; digits alone if the merchant refuses those), "digits".
    """

    amount: int = Field(default=1000, gt=0, le=10_000_000)
    account: dict[str, Any] = Field(min_length=1)
    free: Annotated[tuple[str, ...], Field(strict=False)] = ()
    numbers: Literal["auto", "digits"] = "auto"
    http: OrdersHttp | None = None
    sql: OrdersSql | None = None
    command: OrdersCommand | None = None
    pool: OrdersPool | None = None

    @field_validator("account")
    @classmethod
    def _account(cls, value: dict[str, Any]) -> dict[str, Any]:
        for name, member in value.items():
            if isinstance(member, datetime | date | time):
                raise ValueError(f"{name} is a date; JSON has none, so write it as text")
        return value

    @model_validator(mode="after")
    def _free_members(self) -> OrdersConfig:
        strange = [name for name in self.free if name not in self.account]
        if strange:
            known = ", ".join(self.account)
            raise ValueError(f"free names {', '.join(strange)}; the members of account are {known}")
        return self

    @model_validator(mode="after")
    def _one_kind(self) -> OrdersConfig:
        given = [kind for kind in KINDS if getattr(self, kind) is not None]
        if len(given) != 1:
            seen = " and ".join(f"[orders.{kind}]" for kind in given) or "none of them"
            raise ValueError(
                f"exactly one of [orders.http], [orders.sql], [orders.command], [orders.pool] "
                f"says how an order is made; here: {seen}"
            )
        return self

    @property
    def other_members(self) -> tuple[str, ...]:
        """Members beside the naming one that must fit as well, in their order.

        Not those that are free, nor what tells the amount alone.
        """
        naming = naming_member(self.account)
        beside = {n: v for n, v in self.account.items() if naming not in ("", n)}
        constant = {n for n, v in beside.items() if not any(names_in(v))}
        fitting = constant | {n for n, v in beside.items() if names_order(v)}
        return tuple(name for name in beside if name in fitting and name not in self.free)

    def captured_names(self) -> set[str]:
        """Names that `capture` gives, whichever table has it."""
        source = self.http or self.sql or self.command
        return set(source.capture) if source is not None else set()

    def known_names(self) -> set[str] | None:
        """What placeholders `account` may use; None when only a run can tell."""
        source = self.http or self.command
        return None if source is None else {*ORDER_NAMES, *source.names()}

    def unknown_names(self) -> list[tuple[tuple[str, ...], str]]:
        """Placeholders that nothing will ever fill in, each with the key that uses it."""
        known = self.known_names()
        found = [
            (("orders", "account", member), name)
            for member, value in self.account.items()
            for name in names_in(value)
            if known is not None and name not in known
        ]
        return found + [
            (key, name) for key, name in self._request_names() if name not in ORDER_NAMES
        ]

    def _request_names(self) -> list[tuple[tuple[str, ...], str]]:
        parts: dict[tuple[str, ...], Any] = {}
        if self.http is not None:
            parts = {
                ("orders", "http", "url"): self.http.url,
                ("orders", "http", "headers"): self.http.headers,
                ("orders", "http", "json"): self.http.json_body,
                ("orders", "http", "form"): self.http.form,
            }
        if self.command is not None:
            parts = {("orders", "command", "run"): self.command.run}
        if self.sql is not None:
            parts = {("orders", "sql", "params"): self.sql.params}
        return [(key, name) for key, value in parts.items() for name in names_in(value)]
