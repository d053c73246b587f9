"""Shifting the times of the run's own transactions."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import Engine, text

from simulator.observers.database import DatabaseError
from simulator.observers.database.ageing import shifted
from simulator.observers.database.times import TimeUnit
from tests.simulator.observers.conftest import ENGINES, NOW, OTHER_ID, PAYME_ID, OpenDatabase, run

BY = 12 * 3_600_000 + 60_000
THIRD_ID = "694e00000000000000000003"


@pytest.mark.parametrize(
    ("raw", "unit", "aged"),
    [
        (NOW, "ms", NOW - BY),
        (str(NOW), "ms", str(NOW - BY)),
        (Decimal(NOW), "ms", Decimal(NOW - BY)),
        (float(NOW), "ms", float(NOW - BY)),
        (1_763_881_200, "s", 1_763_881_200 - BY // 1000),
        (Decimal("1763881200.5"), "s", Decimal("1763881200.5") - BY // 1000),
        (datetime(2025, 11, 23, 12, 1), "datetime", datetime(2025, 11, 23)),
        (
            datetime(2025, 11, 23, 12, 1, tzinfo=UTC),
            "datetime",
            datetime(2025, 11, 23, tzinfo=UTC),
        ),
        ("2025-11-23 12:01:00", "datetime", "2025-11-23 00:00:00"),
        ("2025-11-23T12:01:07.1234Z", "datetime", "2025-11-23T00:00:07.1234Z"),
        ("2025-11-23 12:01:00.5+05:00", "datetime", "2025-11-23 00:00:00.5+05:00"),
        (NOW, "datetime", NOW - BY),
    ],
)
def test_a_time_stays_written_as_it_was(raw: Any, unit: TimeUnit, aged: Any) -> None:
    new = shifted(raw, BY, unit)
    assert new == aged
    assert type(new) is type(aged)


def test_what_is_no_time_cannot_be_aged() -> None:
    with pytest.raises(DatabaseError, match=r'"soon" \(not a time in datetime\)'):
        shifted("soon", BY, "datetime")
    with pytest.raises(DatabaseError, match="not a time in ms"):
        shifted("2025-11-23 12:01:00", BY, "ms")


def _table(kind: str) -> str:
    return f"CREATE TABLE tx (pid VARCHAR(24), sys VARCHAR(9), a {kind}, b {kind}, c {kind})"


def _mapped(unit: str, **more: Any) -> dict[str, Any]:
    columns = {"payme_id": "pid", "payme_time": "a", "create_time": "b", "cancel_time": "c"}
    return {"table": "tx", "columns": columns, "time_unit": unit, **more}


@pytest.mark.parametrize("name", ENGINES.values())
@pytest.mark.parametrize(
    ("kind", "unit", "value", "unset", "aged"),
    [
        ("BIGINT", "ms", str(NOW), "0", str(NOW - BY)),
        ("INTEGER", "s", "1763881200", "NULL", str(1_763_881_200 - BY // 1000)),
        ("VARCHAR(20)", "ms", f"'{NOW}'", "''", str(NOW - BY)),
        (
            "TIMESTAMP(6)",
            "datetime",
            "'2025-11-23 12:01:00.250000'",
            "NULL",
            "2025-11-23 00:00:00.250000",
        ),
    ],
)
def test_only_set_times_of_these_transactions_move(
    request: pytest.FixtureRequest,
    open_database: OpenDatabase,
    name: str,
    kind: str,
    unit: str,
    value: str,
    unset: str,
    aged: str,
) -> None:
    engine = request.getfixturevalue(name)
    rows = ", ".join(
        f"('{pid}', '{system}', {value}, {value}, {unset})"
        for pid, system in ((PAYME_ID, "payme"), (OTHER_ID, "payme"), (THIRD_ID, "click"))
    )
    run(engine, _table(kind), f"INSERT INTO tx VALUES {rows}")
    mapped = _mapped(unit, where={"sys": "payme"})
    database = open_database(engine, age_rows=True, transactions=mapped)
    database.age([PAYME_ID, THIRD_ID], BY)
    found = _read(engine)
    plain = value.strip("'")
    assert found[PAYME_ID][:2] == (aged, aged)
    assert found[PAYME_ID][2] in ("None", "0", "")
    assert found[OTHER_ID][:2] == (plain, plain)
    assert found[THIRD_ID][:2] == (plain, plain)


def _read(engine: Engine) -> dict[str, tuple[str, ...]]:
    with engine.connect() as connection:
        rows = connection.execute(text("SELECT pid, a, b, c FROM tx")).all()
    return {row[0]: tuple(str(value) for value in row[1:]) for row in rows}


def test_rows_stored_twice_both_move(sqlite_engine: Engine, open_database: OpenDatabase) -> None:
    run(
        sqlite_engine,
        "CREATE TABLE tx (pid TEXT, a INTEGER, b INTEGER, c INTEGER)",
        f"INSERT INTO tx VALUES ('{PAYME_ID}', 100000, 0, 0), ('{PAYME_ID}', 200000, 0, 0)",
    )
    open_database(sqlite_engine, age_rows=True, transactions=_mapped("ms")).age([PAYME_ID], 1000)
    with sqlite_engine.connect() as connection:
        assert connection.execute(text("SELECT a FROM tx ORDER BY a")).scalars().all() == [
            99_000,
            199_000,
        ]


def test_ageing_needs_leave(sqlite_engine: Engine, open_database: OpenDatabase) -> None:
    database = open_database(sqlite_engine, transactions=_mapped("ms"))
    with pytest.raises(DatabaseError, match="write age_rows = true under"):
        database.age([PAYME_ID], BY)


def test_a_database_that_refuses_is_told(
    sqlite_engine: Engine, open_database: OpenDatabase
) -> None:
    run(
        sqlite_engine,
        "CREATE TABLE tx (pid TEXT, a INTEGER, b INTEGER, c INTEGER)",
        f"INSERT INTO tx VALUES ('{PAYME_ID}', {NOW}, {NOW}, 0)",
        "CREATE TRIGGER no BEFORE UPDATE ON tx BEGIN SELECT RAISE(ABORT, 'no updates'); END",
    )
    database = open_database(sqlite_engine, age_rows=True, transactions=_mapped("ms"))
    with pytest.raises(DatabaseError, match="rows cannot be aged: no updates") as caught:
        database.age([PAYME_ID], BY)
    assert "must be allowed to write" in str(caught.value)
