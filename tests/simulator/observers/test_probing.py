"""A database that is not there or not as the configuration says."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import Engine, make_url
from sqlalchemy.dialects import mysql

from simulator.config.database import DatabaseConfig
from simulator.observers.database import Database, DatabaseError
from simulator.observers.database.reading import select_where, spellings
from simulator.observers.engines import driver_url, open_engine, read_only_statements
from tests.simulator.observers.conftest import OpenDatabase, run


def _probe(url: str, **tables: object) -> str:
    database = Database(DatabaseConfig.model_validate({"url": url, **tables}))
    with pytest.raises(DatabaseError) as caught:
        database.probe()
    database.close()
    return str(caught.value)


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    message = _probe(f"sqlite:///{tmp_path}/none.db")
    assert "unable to open database file" in message
    assert "has the merchant made it yet, and is database.url right?" in message
    assert not (tmp_path / "none.db").exists()


def test_a_file_that_is_no_database(tmp_path: Path) -> None:
    (tmp_path / "a.db").write_text("this is a text of some length, and no database at all")
    assert "file is not a database" in _probe(f"sqlite:///{tmp_path}/a.db")


def test_a_server_that_does_not_answer() -> None:
    message = _probe("postgresql://u:secretpw@127.0.0.1:1/x")
    assert "refused" in message
    assert "secretpw" not in message


def test_missing_tables_and_columns_are_all_told(
    sqlite_engine: Engine, open_database: OpenDatabase
) -> None:
    run(
        sqlite_engine,
        "CREATE TABLE Payments (order_id TEXT, summa INTEGER, status TEXT)",
        "CREATE VIEW transaction_view AS SELECT 1 AS id",
    )
    database = open_database(
        sqlite_engine,
        orders={
            "table": "Payments",
            "where": {"orderid": "{number}"},
            "columns": {"amount": "total"},
        },
        transactions={"table": "transactions", "columns": {"payme_id": "id"}},
    )
    with pytest.raises(DatabaseError) as caught:
        database.probe()
    text = str(caught.value)
    assert "[database.orders] table Payments has no column orderid; did you mean order_id?" in text
    assert "table Payments has no column total; there are order_id, status, summa" in text
    assert (
        "[database.transactions] there is no table transactions; did you mean transaction_view?"
        in text
    )


def test_other_case_is_the_nearest_name(postgres: Engine, open_database: OpenDatabase) -> None:
    run(postgres, 'CREATE TABLE "Orders" (id INTEGER)')
    database = open_database(postgres, orders={"table": "orders", "where": {"id": 1}})
    with pytest.raises(DatabaseError, match=r"there is no table orders; did you mean Orders\?"):
        database.probe()


def test_case_of_names_matters_only_where_it_does(
    sqlite_engine: Engine, open_database: OpenDatabase
) -> None:
    run(sqlite_engine, "CREATE TABLE Payments (OrderID TEXT)")
    database = open_database(
        sqlite_engine, orders={"table": "payments", "where": {"orderid": "{number}"}}
    )
    database.probe()


def test_an_empty_database(sqlite_engine: Engine, open_database: OpenDatabase) -> None:
    run(sqlite_engine, "DROP TABLE other")
    database = open_database(sqlite_engine, orders={"table": "o", "where": {"id": 1}})
    with pytest.raises(DatabaseError, match="there is no table o; there is none at all"):
        database.probe()


def test_a_table_that_may_not_be_read(
    postgres: Engine, postgres_url: str, open_database: OpenDatabase
) -> None:
    run(
        postgres,
        "DROP ROLE IF EXISTS looker",
        "CREATE ROLE looker LOGIN PASSWORD 'looking'",
        "GRANT USAGE ON SCHEMA public TO looker",
        "CREATE TABLE o (id INTEGER)",
    )
    url = make_url(postgres_url).set(username="looker", password="looking")
    shown = url.render_as_string(hide_password=False)
    message = _probe(shown, orders={"table": "o", "where": {"id": 1}})
    run(postgres, "DROP OWNED BY looker", "DROP ROLE looker")
    assert "permission denied for table o" in message


@pytest.mark.parametrize(
    ("written", "driver"),
    [
        ("postgres://h/x", "postgresql+psycopg"),
        ("postgresql://h/x", "postgresql+psycopg"),
        ("postgresql+asyncpg://h/x", "postgresql+psycopg"),
        ("postgresql+psycopg2://h/x", "postgresql+psycopg"),
        ("postgresql+psycopg://h/x", "postgresql+psycopg"),
        ("mysql://h/x", "mysql+pymysql"),
        ("mysql+aiomysql://h/x", "mysql+pymysql"),
        ("mariadb://h/x", "mariadb+pymysql"),
        ("sqlite+aiosqlite:///a.db", "sqlite+pysqlite"),
    ],
)
def test_a_driver_that_is_at_hand_is_taken(written: str, driver: str) -> None:
    assert driver_url(written).drivername == driver


@pytest.mark.parametrize(
    ("url", "package", "extra"),
    [("mysql://h/x", "pymysql", "mysql"), ("postgresql://h/x", "psycopg", "postgres")],
)
def test_a_missing_driver_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch, url: str, package: str, extra: str
) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(DatabaseError) as caught:
        driver_url(url)
    assert f"needs the Python package {package}" in str(caught.value)
    assert f"pip install payme-sandbox[{extra}]" in str(caught.value)


def test_an_unknown_kind_of_database() -> None:
    with pytest.raises(DatabaseError, match="knows no database of this kind"):
        open_engine("mongo://127.0.0.1/x", read_only=True)
    with pytest.raises(DatabaseError, match="no database address"):
        open_engine("nothing", read_only=True)


def test_mysql_is_asked_in_its_own_words() -> None:
    statement = select_where("shop.Order", {"amount": "total", "status": "select"}, ["order id"])
    text = str(statement.compile(dialect=mysql.dialect()))
    assert " ".join(text.split()) == (
        "SELECT shop.`Order`.total AS amount, shop.`Order`.`select` AS status "
        "FROM shop.`Order` WHERE shop.`Order`.`order id` IN (__[POSTCOMPILE_w0])"
    )
    dashed = "0b6f9a1e-51c5-4ad5-9d0e-0d3a2f0c9a11"
    assert spellings("mysql", dashed) == [dashed, dashed.replace("-", "")]
    assert spellings("mysql", 17) == ["17"]  # a number beside a text column compares as a float
    assert spellings("mysql", True) == ["1"]


def test_mysql_sessions_are_read_only_and_not_waited_for_long() -> None:
    assert read_only_statements("mysql") == ("SET SESSION TRANSACTION READ ONLY",)
    assert read_only_statements("oracle") == ()
    engine = open_engine("mysql://u@127.0.0.1/x", read_only=True)
    assert engine.dialect.name == "mysql"
    assert engine.driver == "pymysql"
    engine.dispose()
