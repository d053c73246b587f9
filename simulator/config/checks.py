"""What must hold between the tables of a configuration, beyond each table's own rules."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from simulator.config.models import Config
from simulator.config.placeholders import names_in
from simulator.config.problems import nearest


@dataclass(frozen=True, slots=True)
class Complaint:
    """A problem at a path of the file."""

    path: tuple[str, ...]
    message: str
    hint: str = ""


def complaints(config: Config, *, from_file: bool) -> Iterator[Complaint]:
    """Everything that does not fit together. With a file, the merchant must be named in full."""
    yield from _merchant(config, from_file)
    yield from _remote(config)
    yield from _orders(config)
    yield from _database(config)
    yield from _states(config)
    yield from _clock(config)
    if config.log and config.log.output and not config.process:
        yield Complaint(
            ("log", "output"),
            "output = true shows what a started process prints, and there is no [process]",
            "add [process], or name the log by file or command",
        )


def _clock(config: Config) -> Iterator[Complaint]:
    if config.clock is not None and config.clock.faketime and not config.process:
        yield Complaint(
            ("clock", "faketime"),
            "faketime = true goes around a started process, and there is no [process]",
            "add [process], or leave it out",
        )


def _merchant(config: Config, from_file: bool) -> Iterator[Complaint]:
    merchant = config.merchant
    others = (config.process, config.orders, config.database, config.log)
    if not merchant.url and (from_file or any(other is not None for other in others)):
        yield Complaint(
            ("merchant", "url"),
            "merchant.url is missing",
            'write url = "http://127.0.0.1:5000/payme" under [merchant], or give --url',
        )
    if not merchant.key and (merchant.url or from_file):
        yield Complaint(
            ("merchant", "key"),
            "merchant.key is missing: without the kassa's test key every call is refused",
            'write key = "${PAYME_TEST_KEY}" under [merchant], or give --key',
        )


def _remote(config: Config) -> Iterator[Complaint]:
    if config.merchant.allow_remote:
        return
    for path, url in config.remote_urls():
        yield Complaint(
            path,
            f"{url} is not on this machine, and a run leaves orders and payments behind",
            "if it is a test installation, write allow_remote = true under [merchant]",
        )


def _orders(config: Config) -> Iterator[Complaint]:
    orders = config.orders
    if orders is None:
        return
    for path, name in orders.unknown_names():
        known = orders.known_names() or set()
        meant = nearest(name, known)
        yield Complaint(
            path,
            f"nothing fills in {{{name}}}",
            f"did you mean {{{meant}}}?"
            if meant
            else "capture it, or write {{…}} for plain braces",
        )
    if orders.sql is not None and orders.sql.url is None and not config.database:
        yield Complaint(
            ("orders", "sql"),
            "[orders.sql] does not say which database to write to",
            "give orders.sql.url, or [database] with its url",
        )
    limits = config.merchant.limits
    limited = config.merchant.account_type == "accumulating" and orders.pool is None
    if limited and not limits.min <= orders.amount * 100 <= limits.max:
        yield Complaint(
            ("orders", "amount"),
            f"{orders.amount} sum is {orders.amount * 100} tiyin, outside merchant.limits "
            f"({limits.min} to {limits.max} tiyin)",
        )


def _states(config: Config) -> Iterator[Complaint]:
    table = config.database.transactions if config.database else None
    if table and table.states and table.states.refunded is None and config.merchant.refunds:
        yield Complaint(
            ("database", "transactions", "states"),
            "states.refunded is missing: what is a transaction after it was refunded?",
            "if the merchant never refunds, write refunds = false under [merchant]",
        )


def _database(config: Config) -> Iterator[Complaint]:
    table = config.database.orders if config.database else None
    if not table:
        return
    if table.status and table.status.refunded is None and config.merchant.refunds:
        yield Complaint(
            ("database", "orders", "status"),
            "status.refunded is missing: what is an order after its payment was refunded?",
            "if the merchant never refunds, write refunds = false under [merchant]",
        )
    if table.columns.balance is not None and config.merchant.account_type == "one-time":
        yield Complaint(
            ("database", "orders", "columns", "balance"),
            "columns.balance is what an accumulating account holds, and this merchant's orders are "
            "paid once",
            'write account_type = "accumulating" under [merchant], or leave it out',
        )
    known = config.orders.known_names() if config.orders else None
    for column, value in table.where.items():
        for name in names_in(value):
            if known is not None and name not in known:
                yield Complaint(
                    ("database", "orders", "where", column),
                    f"nothing fills in {{{name}}}",
                    "orders know " + ", ".join(f"{{{n}}}" for n in sorted(known)),
                )
