"""What the server's pages run: its merchant, opened as `check` opens it, once for each run."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING

from simulator.caller.wire import Exchange
from simulator.cli.masked import masker_of
from simulator.cli.target import Choices, Opened, TargetError, open_target
from simulator.config import Config, Loaded
from simulator.config.models import Limits, Merchant
from simulator.conformance.events import Rule
from simulator.conformance.floor import Floor
from simulator.observers.orders import NoOrders
from simulator.observers.process import MerchantProcess

if TYPE_CHECKING:
    from simulator.web.pages.running import Opener, Terms
    from simulator.web.server import Server
    from simulator.web.store import Kassa


def opener_of(server: Server, process: MerchantProcess | None) -> Opener:
    """Opens a kassa's merchant for a run of the pages."""

    @contextmanager
    def opened(
        kassa_id: str,
        terms: Terms,
        rules: Mapping[str, Rule],
        journal: Callable[[Exchange], None],
        floor: Floor,
    ) -> Iterator[Opened]:
        from simulator.web.pages.running import CannotRun

        kassa = server.kassas.get(kassa_id)
        ours = kassa.source == "config" and server.loaded is not None
        loaded = server.loaded if ours and server.loaded else _alone(kassa, server)
        numbers = server.fresh_numbers()
        choices = Choices(
            terms.profile, terms.strict, terms.seed, wait=None, orderless=True, numbers=numbers
        )
        started = process if ours else None
        try:
            with open_target(loaded, started, rules, choices, journal, floor) as target:
                yield _with_members(target, tuple(kassa.account))
        except TargetError as error:
            raise CannotRun(masker_of(loaded).text(str(error))) from error

    return opened


def _with_members(target: Opened, members: tuple[str, ...]) -> Opened:
    """Where no [orders] names them, the kassa does."""
    if not isinstance(target.orders, NoOrders):
        return target
    orders = NoOrders(members, random.Random())
    fresh = replace(target.world.fresh, unknown_account=orders.unknown)
    world = replace(target.world, members=frozenset(members), fresh=fresh)
    return replace(target, world=world, orders=orders)


def _alone(kassa: Kassa, server: Server) -> Loaded:
    """A kassa that no file describes: its merchant is seen by its answers only."""
    low, high = kassa.min_amount, kassa.max_amount
    merchant = Merchant(
        url=kassa.url,
        login=kassa.login,
        key=server.kassas.key(kassa),
        account_type="one-time" if kassa.account_type == "one-time" else "accumulating",
        limits=Limits(min=low, max=max(high, low + 1)),
        refunds=kassa.refunds,
        timeout_ms=kassa.timeout_ms,
    )
    config = Config(merchant=merchant, process=False, database=False, log=False)
    return Loaded(config, {}, None, (), {})
