"""`init`: a payme-sandbox.toml for one's own merchant, from flags or by asking."""

from __future__ import annotations

import shlex
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, cast

import click

from simulator.cli.settings import DEFAULT_FILE
from simulator.config import ConfigError, load
from simulator.config.template import Answers, OrdersKind, write_template

_KINDS = ("http", "sql", "command", "pool")
_DEFAULT = Answers()
_NOT_ASKED = (
    "note: standard input is no terminal, so nothing was asked and nothing was read from it; the "
    "flags and the defaults were taken (see: payme-sandbox init --help; --yes leaves this out)"
)


@dataclass(frozen=True, slots=True)
class InitOptions:
    """The flags of `init`; None means: ask, or leave to be filled in."""

    path: Path = DEFAULT_FILE
    force: bool = False
    yes: bool = False
    url: str | None = None
    key_variable: str | None = None
    accumulating: bool | None = None
    refunds: bool | None = None
    member: str | None = None
    amount: int | None = None
    orders: str | None = None
    orders_source: str | None = None
    database: str | None = None
    log: str | None = None
    command: str | None = None


def run_init(options: InitOptions) -> int:
    """Write the file. Exit code 2 if it is there already or cannot be written."""
    if options.path.exists() and not options.force:
        text = f"{options.path} is there already; --force writes it anew, or name another file"
        click.echo(text, err=True)
        return 2
    ask = sys.stdin.isatty() and not options.yes
    if not ask and not options.yes:
        click.echo(_NOT_ASKED, err=True)
    text = write_template(_answers(options, _Asker(ask)))
    try:
        options.path.write_text(text, encoding="utf-8")
    except OSError as error:
        click.echo(f"{options.path} cannot be written: {error.strerror}", err=True)
        return 2
    _say_what_next(options.path, options.key_variable or _DEFAULT.key_variable)
    return 0


class _Asker:
    """Asks what no flag has said, or takes the default if nobody is there to ask."""

    def __init__(self, ask: bool) -> None:
        self._ask = ask

    def text(self, given: str | None, question: str, default: str) -> str:
        if given is not None or not self._ask:
            return default if given is None else given
        return str(click.prompt(question, default=default, show_default=bool(default)))

    def yes(self, given: bool | None, question: str, default: bool) -> bool:
        if given is not None or not self._ask:
            return default if given is None else given
        return click.confirm(question, default=default)


def _answers(options: InitOptions, ask: _Asker) -> Answers:
    url = ask.text(options.url, "The webhook's address", _DEFAULT.url)
    variable = ask.text(
        options.key_variable, "The variable that holds the test key", _DEFAULT.key_variable
    )
    command = ask.text(
        options.command, "The command that starts the merchant (empty: it runs already)", ""
    )
    kind = ask.text(options.orders, f"How is an order made ({', '.join(_KINDS)})", "http")
    if kind not in _KINDS:
        raise click.BadParameter(f"{kind} is not one of {', '.join(_KINDS)}")
    source = ask.text(options.orders_source, _source_question(kind), "")
    database = ask.text(
        options.database, "The database's SQLAlchemy address (no: there is none to show)", ""
    )
    log = ask.text(options.log, "The log file (no: there is none to show)", "")
    accumulating = ask.yes(options.accumulating, "Are its accounts balances, paid often?", False)
    return Answers(
        url=url,
        key_variable=variable,
        account_type="accumulating" if accumulating else "one-time",
        refunds=ask.yes(options.refunds, "Can a paid order be refunded through Payme?", True),
        command=tuple(shlex.split(command)),
        member=ask.text(options.member, "The account member that names the order", _DEFAULT.member),
        amount=options.amount or _DEFAULT.amount,
        orders=cast(OrdersKind, kind if source or kind == "http" else ""),
        orders_source=tuple(shlex.split(source)) if kind == "command" else source,
        database=_or_none(database),
        log=_or_none(log),
    )


def _source_question(kind: str) -> str:
    return {
        "http": "The address that makes an order (POST, JSON)",
        "sql": "The INSERT statement, with :number and :amount_sum",
        "command": "The command, with {number} and {amount_sum}",
        "pool": "The CSV file, number,amount_tiyin",
    }[kind]


def _or_none(text: str) -> str | Literal[False] | None:
    if text.lower() in ("no", "none", "false"):
        return False
    return text or None


def _say_what_next(path: Path, variable: str) -> None:
    click.echo(f"Wrote {path}. What is still to be said stands in it as comments.")
    try:
        load(path, {}, {variable: "unset"})
    except ConfigError as error:
        click.echo(str(error), err=True)
    click.echo(f"Next: export {variable}=…   then   payme-sandbox check --config {path}")
