"""Lists are read from an index, page by page: neither gone through nor sorted as a whole."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import event

from simulator.web.journal import Wanted
from simulator.web.payments.records import Filter
from simulator.web.server import Server
from tests.simulator.web.conftest import KASSA, Bench

_ASKED: dict[str, Callable[[Server], object]] = {
    "payments": lambda server: server.payments.records.search(Filter()),
    "of a kassa": lambda server: server.payments.records.search(Filter(kassa=KASSA)),
    "of a state": lambda server: server.payments.records.search(Filter(KASSA, states=(4,))),
    "found": lambda server: server.payments.records.search(Filter(KASSA, text="A-1")),
    "of a day": lambda server: server.payments.records.search(Filter(KASSA, created_from=1)),
    "due": lambda server: server.payments.records.due(1, 1),
    "soon due": lambda server: server.payments.records.next_due(),
    "calls": lambda server: server.journal.search(Wanted()),
    "calls of a kassa": lambda server: server.journal.search(Wanted(KASSA)),
    "calls of a payment": lambda server: server.journal.search(Wanted(KASSA, payment="1")),
    "calls of a method": lambda server: server.journal.search(Wanted(KASSA, method="x")),
    "calls of a day": lambda server: server.journal.search(Wanted(KASSA, sent_from=1)),
}
_BOOKS: dict[str, Callable[[Server], object]] = {
    "book": lambda server: server.payments.records.between(KASSA, 1, 2),
    "versions": lambda server: server.payments.records.versions(KASSA, 1, 2),
}


def _plans(server: Server, ask: Callable[[Server], object]) -> list[str]:
    """What SQLite does for each question, step by step."""
    asked: list[tuple[str, Any]] = []

    def note(_: Any, __: Any, statement: str, parameters: Any, *___: Any) -> None:
        if statement.startswith("SELECT"):
            asked.append((statement, parameters))

    engine = server.store.engine
    event.listen(engine, "before_cursor_execute", note)
    try:
        ask(server)
    finally:
        event.remove(engine, "before_cursor_execute", note)
    with engine.connect() as connection:
        return [
            row[3]
            for statement, parameters in asked
            for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters)
        ]


@pytest.mark.parametrize("name", [*_ASKED, *_BOOKS])
def test_an_index_gives_them_in_order(bench: Bench, name: str) -> None:
    plans = _plans(bench.server, (_ASKED | _BOOKS)[name])
    assert plans
    in_order = "SCAN exchanges" if name == "calls" else "SCAN payments USING INDEX payments_of_all"
    for step in plans:
        assert not step.startswith("SCAN") or step == in_order, plans
        assert step != "USE TEMP B-TREE FOR ORDER BY", plans


@pytest.mark.parametrize("name", _BOOKS)
def test_a_book_is_that_of_its_period_alone(bench: Bench, name: str) -> None:
    plans = _plans(bench.server, _BOOKS[name])
    assert plans[0].startswith("SEARCH payments USING INDEX ix_payments_payme_time"), plans
