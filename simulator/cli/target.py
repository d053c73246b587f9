"""The merchant under test, opened: process, transport, orders, database, log; and closed again."""

from __future__ import annotations

import random
import socket
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from urllib.parse import urlsplit

from simulator.caller.auth import Credentials
from simulator.caller.client import Caller
from simulator.caller.http import HttpTransport
from simulator.caller.masking import Masker
from simulator.caller.wire import Exchange
from simulator.cli import reference
from simulator.cli.clocks import open_clocks, open_faketime, why_no_ageing
from simulator.cli.masked import masker_of
from simulator.config import Config, Loaded
from simulator.conformance.events import Rule
from simulator.conformance.floor import Floor
from simulator.conformance.health import Health
from simulator.conformance.logwatch import EXCUSED_WHEN_SHARED, LogWatch
from simulator.conformance.session import Eyes, Terms, World
from simulator.conformance.values import Fresh
from simulator.interrupts import interrupts
from simulator.observers.database import Database, DatabaseError
from simulator.observers.groups import Spawn
from simulator.observers.log import LogError, LogReader, open_log
from simulator.observers.orders import (
    NoOrders,
    Numbers,
    OrdersError,
    OrderSource,
    open_orders,
)
from simulator.observers.process import MerchantProcess, ProcessError

_READY_S = 30
_GONE_MS = 2000


class TargetError(Exception):
    """The run cannot begin. The text says what to do; the exit code is the run's."""

    def __init__(self, text: str, exit_code: int) -> None:
        super().__init__(text)
        self.exit_code = exit_code


@dataclass(frozen=True, slots=True)
class Choices:
    """What of a run is not in the configuration."""

    profile: str
    strict: bool
    seed: int
    wait: int | None
    at_once: bool = False  # several scenarios
    everything: bool = False  # --all
    orderless: bool = False  # whether a run may begin although no order can be made
    numbers: Numbers | None = None  # for its orders, where not the clock alone picks them


@dataclass(frozen=True, slots=True)
class Opened:
    """All that a run needs of its target."""

    world: World
    log: LogReader | None
    orders: OrderSource


def start_process(
    loaded: Loaded, stack: ExitStack, environ: Mapping[str, str], spawn: Spawn = reference.spawn
) -> MerchantProcess | None:
    """Start the merchant if the configuration says how; it is stopped with the stack."""
    if not loaded.config.process:
        return None
    faketime = open_faketime(loaded.config, stack)
    url = loaded.config.merchant.url
    process = stack.enter_context(
        MerchantProcess(loaded.config.process, url, environ=environ, faketime=faketime, spawn=spawn)
    )
    try:
        process.start()
    except ProcessError as error:
        raise TargetError(str(error), 2) from error
    return process


@contextmanager
def open_target(
    loaded: Loaded,
    process: MerchantProcess | None,
    rules: Mapping[str, Rule],
    choices: Choices,
    journal: Callable[[Exchange], None],
    floor: Floor,
) -> Iterator[Opened]:
    """Everything opened and looked at once. Raises TargetError."""
    config = loaded.config
    with ExitStack() as stack:
        log = open_log_of(config, process, stack)
        wait_ready(config, process, choices.wait)
        database = _open_database(config, stack)
        transport = stack.enter_context(HttpTransport(config.merchant.timeout_ms))
        credentials = Credentials(config.merchant.login, config.merchant.key)
        masker = masker_of(loaded)
        orders = _open_orders(loaded, transport, database, choices)
        stack.callback(orders.close)
        caller = Caller(config.merchant.url, credentials, transport, masker, journal)
        seconds = _patience(choices.wait)
        clocks, no_clock = open_clocks(config, transport.client, process, seconds)
        world = World(
            caller=caller,
            fresh=Fresh(choices.seed, orders.unknown),
            make_order=lambda amount: orders.make(amount_sum=amount),
            members=frozenset(config.orders.account if config.orders else ()),
            terms=_terms(config, choices, process),
            eyes=_eyes(config, database, log, masker, choices.at_once),
            rules=rules,
            strict=choices.strict,
            health=Health(lambda: _gone(config.merchant.url, process)),
            pause=floor.pause,
            process=_Restarting(process, seconds) if process else None,
            clocks=clocks,
            no_clock=no_clock,
            retry=config.retry.policy,
        )
        yield Opened(world, log, orders)


def open_log_of(
    config: Config, process: MerchantProcess | None, stack: ExitStack
) -> LogReader | None:
    """The log that [log] describes, closed with the stack; None if there is none. TargetError."""
    if not config.log:
        return None
    try:
        with interrupts.held():
            log = open_log(config.log, process.output if process else None)
            stack.callback(log.close)
    except LogError as error:
        raise TargetError(str(error), 2) from error
    return log


@dataclass(frozen=True, slots=True)
class _Restarting:
    """The merchant's process, which has as long to start again as it had at first."""

    process: MerchantProcess
    seconds: int

    def kill(self) -> None:
        self.process.kill()

    def start_again(self) -> None:
        self.process.start_again(self.seconds)


def _patience(wait: int | None) -> int:
    return wait if wait is not None else _READY_S


def wait_ready(config: Config, process: MerchantProcess | None, wait: int | None) -> None:
    """Until the merchant answers, or its time is over. Raises TargetError."""
    if process is not None:
        try:
            process.wait_ready(_patience(wait))
        except ProcessError as error:
            raise TargetError(str(error), 3) from error
        return
    deadline = time.monotonic() + (wait or 0)
    while (why := no_connection(config.merchant.url)) and time.monotonic() < deadline:
        time.sleep(0.2)
    if why:
        text = (
            f"The merchant cannot be reached at {config.merchant.url}: {why}.\n"
            "Start it and check merchant.url; or let the harness start it with a [process] table; "
            "or give it time with --wait 30."
        )
        raise TargetError(text, 3)


def no_connection(url: str) -> str:
    """Why nobody answers at that address, or an empty text."""
    parts = urlsplit(url)
    port = parts.port or (443 if parts.scheme == "https" else 80)
    try:
        socket.create_connection((parts.hostname or "", port), 3).close()
    except OSError as error:
        return error.strerror or str(error)
    return ""


def _gone(url: str, process: MerchantProcess | None) -> str:
    """Why the merchant is not there any more, or an empty text. Gives a dying process a moment."""
    deadline = time.monotonic() + _GONE_MS / 1000
    time.sleep(0.05)
    while True:
        died = process.died() if process is not None else None
        if died is not None:
            return f"The merchant died during the run.\n{died}"
        why = no_connection(url)
        if not why:
            return ""
        if time.monotonic() > deadline:
            return f"The merchant cannot be reached any more at {url}: {why}"
        time.sleep(0.1)


def _open_database(config: Config, stack: ExitStack) -> Database | None:
    if not config.database:
        return None
    try:
        database = Database(config.database)
        stack.callback(database.close)
        database.probe()
    except DatabaseError as error:
        raise TargetError(f"[database] {error}", 2) from error
    return database


def _open_orders(
    loaded: Loaded, transport: HttpTransport, database: Database | None, choices: Choices
) -> OrderSource:
    if choices.orderless and loaded.config.orders is None:
        return NoOrders((), random.Random(choices.seed))
    payable = database.is_payable if database is not None and database.maps_orders else None
    folder = loaded.path.absolute().parent if loaded.path else None
    try:
        return open_orders(
            loaded.config,
            choices.numbers or Numbers(),
            transport.client,
            is_payable=payable,
            folder=folder,
            rng=random.Random(choices.seed),
        )
    except OrdersError as error:
        raise TargetError(str(error), 2) from error


def _terms(config: Config, choices: Choices, process: MerchantProcess | None) -> Terms:
    merchant = config.merchant
    one_time = merchant.account_type == "one-time"
    limits = None if one_time else (merchant.limits.min, merchant.limits.max)
    age = bool(config.database and config.database.age_rows and config.database.transactions)
    ours = True if process is not None else False if config.process is False else None
    return Terms(
        one_time,
        merchant.refunds,
        choices.profile,
        age_rows=age,
        no_ageing=why_no_ageing(config),
        limits=limits,
        process=ours,
        everything=choices.everything,
        others=config.orders.other_members if config.orders else (),
    )


def _eyes(
    config: Config, database: Database | None, log: LogReader | None, masker: Masker, shared: bool
) -> Eyes:
    watch = None
    if log is not None and config.log:
        expected = config.log.expect.mapped()
        watch = LogWatch(log, masker, config.log.forbidden, expected, shared=shared)
    no_database = None if config.database is not None else _UNSAID.format("database")
    no_log = None if config.log is not None else _UNSAID.format("log")
    unsaid = _unsaid_tables(config)
    return Eyes(database, watch, no_database, no_log, unsaid, alone=not shared)


def unsaid(config: Config) -> list[str]:
    """Why places that nobody said anything of cannot be looked at, and what to write."""
    found = [_UNSAID.format(name) for name in ("database", "log") if getattr(config, name) is None]
    return [*found, *_unsaid_tables(config).values()]


def _unsaid_tables(config: Config) -> dict[str, str]:
    if not config.database:
        return {}
    return {
        name: _UNSAID_TABLE.format(name)
        for name in ("orders", "transactions")
        if getattr(config.database, name) is None
    }


_UNSAID = (
    "the configuration says nothing of the merchant's {0}: map it in [{0}], or write {0} = false "
    "at the top of payme-sandbox.toml if there is none to look at"
)
_UNSAID_TABLE = (
    "the configuration says nothing of the merchant's {0} table: map it in [database.{0}], or "
    "write {0} = false under [database] if there is none to look at"
)


def not_looked_at(config: Config, at_once: bool = False) -> tuple[str, ...]:
    """What the configuration, or several scenarios at once, keep from the run, in words."""
    found = []
    if config.database is False:
        found.append("the database (database = false)")
    elif config.database:
        found += [
            f"the {name} table (database.{name} = false)"
            for name in ("orders", "transactions")
            if getattr(config.database, name) is False
        ]
        orders = config.database.orders
        if config.merchant.account_type == "accumulating" and orders and not orders.columns.balance:
            found.append("what accounts hold ([database.orders] columns.balance is not mapped)")
        if config.database.transactions:
            mapped = config.database.transactions.columns.mapped()
            missing = [
                n
                for n in type(config.database.transactions.columns).model_fields
                if n not in mapped
            ]
            if missing:
                found.append(f"transaction columns that are not mapped: {', '.join(missing)}")
            if not config.database.age_rows:
                found.append("expiry by the merchant's own clock (age_rows = false)")
    if config.log is False:
        found.append("the log (log = false)")
    elif config.log and at_once:
        words = " and ".join(EXCUSED_WHEN_SHARED)
        found.append(f"lines with {words} in the log (--jobs: nobody knows whose call they are of)")
    return tuple(found)
