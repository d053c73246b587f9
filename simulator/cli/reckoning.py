"""The reckoning after `load`: where to look, as the configuration says, and what came of it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from loadtests.ledger import LedgerError
from loadtests.reckoning import LogTally, Repeat, Sources, Statement, reckon
from loadtests.report import reconciled
from loadtests.results import LoadRun, Reckoning
from simulator.caller.auth import Credentials
from simulator.caller.client import Caller
from simulator.caller.http import HttpTransport
from simulator.caller.masking import Masker
from simulator.caller.wire import Exchange
from simulator.cli.masked import masker_of
from simulator.cli.target import open_log_of, unsaid
from simulator.config import Config, Loaded
from simulator.observers.database import Database, DatabaseError
from simulator.observers.process import MerchantProcess

_GONE = 3


@contextmanager
def counted_log(loaded: Loaded, process: MerchantProcess | None) -> Iterator[LogTally | None]:
    """Counts forbidden lines from now on, until `reckoned` stops it. TargetError.

    None if there is no log to look at.
    """
    with ExitStack() as stack:
        config = loaded.config
        log = open_log_of(config, process, stack)
        if log is None or not config.log:
            yield None
            return
        tally = LogTally(log, config.log.forbidden, masker_of(loaded), hang_ups=True)
        yield stack.enter_context(tally)


def reckoned(run: LoadRun, loaded: Loaded, folder: Path, log: LogTally | None) -> LoadRun:
    """The run with its reckoning; its exit code is 1 if the money does not add up."""
    masker = masker_of(loaded)
    if log is not None:
        log.stop()
    with ExitStack() as stack:
        try:
            return reconciled(run, reckon(folder, _sources(run, loaded.config, log, masker, stack)))
        except LedgerError as error:
            return reconciled(run, Reckoning(unable=(masker.text(str(error)),)))
        except OSError as error:  # it sorts the books in the run's folder
            why = f"{error.filename or folder}: {error.strerror}"
            return reconciled(run, Reckoning(unable=(why,)))


def _sources(
    run: LoadRun, config: Config, log: LogTally | None, masker: Masker, stack: ExitStack
) -> Sources:
    not_compared, unable = list(_left_out(config)), list(unsaid(config))
    statement, again = None, None
    if run.exit_code == _GONE:
        not_compared.append("GetStatement (the merchant is gone)")
    else:
        transport = stack.enter_context(HttpTransport(config.merchant.timeout_ms))
        credentials = Credentials(config.merchant.login, config.merchant.key)
        caller = Caller(config.merchant.url, credentials, transport, masker, _unheard)
        statement, again = Statement(caller), Repeat(caller)
    database = None
    if config.database:
        try:
            database = Database(config.database)
            stack.callback(database.close)
        except DatabaseError as error:
            unable.append(f"[database] {error}")
    return Sources(
        statement=statement,
        database=database,
        log=log,
        again=again,
        one_time=config.merchant.account_type == "one-time",
        not_compared=tuple(not_compared),
        unable=tuple(unable),
        mask=masker.text,
    )


def _left_out(config: Config) -> Iterator[str]:
    """What the configuration says there is nothing of, in words."""
    if config.database is False:
        yield "the database (database = false)"
    elif config.database:
        for name in ("orders", "transactions"):
            if getattr(config.database, name) is False:
                yield f"the {name} table (database.{name} = false)"
        if config.merchant.account_type != "one-time" and not config.database.invariants:
            yield (
                "the balances of accounts that are paid many times: only your own SQL under "
                "[[database.invariants]] can"
            )
    if config.log is False:
        yield "the log (log = false)"


def _unheard(exchange: Exchange) -> None:
    """The statement is judged, not shown."""
