"""What the pages keep in mind: the desk of runs, and each kassa's last order."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import cast

from flask import current_app, g, request, session

from simulator.caller.wire import Exchange, WireAnswer
from simulator.observers.orders.order import Order
from simulator.protocol.answer import read_answer
from simulator.protocol.finding import Report
from simulator.web.journal import Context
from simulator.web.pages.chains import catalogue
from simulator.web.pages.desk import Desk as Runs
from simulator.web.pages.desk import Run
from simulator.web.pages.fields import Desk, Merchant
from simulator.web.pages.running import shut
from simulator.web.pages.shelf import Shelf
from simulator.web.server import Server
from simulator.web.store import Kassa

PLACE = "payme-sandbox-pages"
ORIGIN = "sandbox"


class Site:
    """The pages' own memory beside the server."""

    def __init__(self, server: Server) -> None:
        self.server = server
        self.memory: dict[str, Desk] = defaultdict(Desk)
        database = server.options.database
        self._passing = TemporaryDirectory(prefix="payme-sandbox-runs-") if not database else None
        keep = server.options.keep_reports
        kept = database.with_name(f"{database.name}-runs") if database else None
        self.runs = Runs(
            server.open_run or shut,
            catalogue,
            lambda kassa: server.kassas.masker(server.kassas.get(kassa)),
            Shelf(kept or Path(self._passing.name if self._passing else ""), keep),
            self._journal,
            self._moved,
            lambda run: remember(self.memory[run.kassa], run),
        )

    def _journal(self, kassa_id: str, exchange: Exchange) -> None:
        sent = _json(exchange.request.body)
        params = sent.get("params")
        payme_id = params.get("id") if isinstance(params, Mapping) else None
        known = payme_id if isinstance(payme_id, str) else None
        journal = self.server.journal
        with journal.within(Context(kassa_id, ORIGIN, transaction_id=known)):
            journal.take(exchange)

    def _moved(self, run: Run) -> None:
        """A run has begun or ended."""
        self.server.events.publish("run", id=run.id, kassa=run.kassa, over=run.progress.over)

    def fresh_order(self, kassa: Kassa, amount: int | None = None) -> Order:
        """An order of the shop's, remembered for the forms. Problem if there can be none."""
        whole = amount is not None and amount > 0 and amount % 100 == 0
        order = self.server.new_order(amount // 100 if whole and amount else None)
        self.memory[kassa.id].keep(order)
        return order

    def close(self) -> None:
        """Stop the runs; what nobody wanted kept is gone."""
        self.runs.close()
        if self._passing is not None:
            self._passing.cleanup()


def the_site() -> Site:
    """The site of the request that is being answered."""
    return cast(Site, current_app.extensions[PLACE])


def the_kassa() -> Kassa:
    """The kassa that was chosen: ?kassa, then the one of the session, then the first."""
    if "kassa" not in g:
        g.kassa = _kassa()
    return cast(Kassa, g.kassa)


def _kassa() -> Kassa:
    every = {kassa.id: kassa for kassa in the_site().server.kassas.all()}
    named = request.args.get("kassa")
    if named in every:
        session["kassa"] = named
    chosen = named or session.get("kassa")
    return every.get(str(chosen)) or next(iter(every.values()), _NOBODY)


_NOBODY = Kassa(
    id="",
    name="",
    url="",
    login="",
    account={},
    account_type="one-time",
    min_amount=1,
    max_amount=1,
    refunds=True,
    timeout_ms=0,
    retry={},
    source="none",
    created_at=0,
)


def merchant_of(kassa: Kassa) -> Merchant:
    """What the forms need to know of a kassa."""
    loaded = the_site().server.loaded
    ours = kassa.source == "config" and loaded is not None and loaded.config.orders is not None
    usual = loaded.config.orders.amount * 100 if ours and loaded and loaded.config.orders else 0
    return Merchant(
        tuple(kassa.account),
        kassa.account_type == "one-time",
        kassa.refunds,
        ours,
        (kassa.min_amount, kassa.max_amount),
        usual or 100_000,
    )


def the_memory() -> Desk:
    """What was used last with the kassa."""
    return the_site().memory[the_kassa().id]


_MOVES = {"CreateTransaction": 1, "PerformTransaction": 2, "CancelTransaction": -1}


def remember(memory: Desk, run: Run) -> None:
    """The transaction that a run has left behind, for the forms of the next pages."""
    for scenario in list(run.progress.scenarios.values()):
        for step in scenario.steps:
            for exchange in step.exchanges:
                _remember(memory, exchange)


def _remember(memory: Desk, exchange: Exchange) -> None:
    if exchange.label not in _MOVES or not isinstance(exchange.answer, WireAnswer):
        return
    read = read_answer(exchange.answer.status, exchange.answer.body, Report())
    params = _json(exchange.request.body).get("params")
    if read.kind != "result" or not isinstance(params, Mapping):
        return
    state = read.member("state")
    memory.transaction = str(params.get("id", ""))
    memory.state = state if type(state) is int else _MOVES[exchange.label]


def _json(body: bytes) -> Mapping[str, object]:
    try:
        found = json.loads(body)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}
