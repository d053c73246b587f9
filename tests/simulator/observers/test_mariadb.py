"""What only MariaDB and MySQL do: names in backticks, zero dates, days with a zone of their own.

The other tests of the observers run on it as well, where it is installed.
"""

from __future__ import annotations

import pytest
from sqlalchemy import Engine, text

from simulator.observers.database import DatabaseError
from simulator.observers.orders import Numbers
from tests.databases.mariadb import why_missing
from tests.simulator.observers.conftest import NOW, PAYME_ID, OpenDatabase, order, run
from tests.simulator.observers.test_orders_sql import orders_of

MISSING = why_missing()


@pytest.mark.skipif(bool(MISSING), reason=MISSING or "it is there")
def test_a_mariadb_was_looked_into(mariadb: Engine) -> None:
    with mariadb.connect() as connection:
        assert "MariaDB" in str(connection.execute(text("SELECT version()")).scalar())


if not MISSING:

    def test_names_that_need_backticks(mariadb: Engine, open_database: OpenDatabase) -> None:
        run(
            mariadb,
            "CREATE TABLE `order` (`key` INTEGER, `Total Sum` DECIMAL(12, 2))",
            "INSERT INTO `order` VALUES (7, 1000.50)",
        )
        found = {"table": "order", "where": {"key": "{id}"}, "columns": {"amount": "Total Sum"}}
        database = open_database(mariadb, orders=found)
        database.probe()
        assert database.order_row(order(id=7)) == {"amount": 100_050}

    def test_zero_dates_and_fractions_of_seconds(
        mariadb: Engine, open_database: OpenDatabase
    ) -> None:
        run(
            mariadb,
            "SET sql_mode = ''",
            "CREATE TABLE tx (pid CHAR(24), a DATETIME(3), b DATETIME, c DATETIME)",
            f"INSERT INTO tx VALUES ('{PAYME_ID}', '2025-11-23 07:00:00.123', "
            "'2025-11-23 12:00:00', '0000-00-00 00:00:00')",
        )
        columns = {"payme_id": "pid", "payme_time": "a", "create_time": "b", "cancel_time": "c"}
        table = {"table": "tx", "columns": columns, "time_unit": "datetime"}
        [row] = open_database(mariadb, transactions=table).transactions([PAYME_ID])
        assert row["payme_time"].matches(NOW)
        assert row["create_time"].matches(NOW)
        assert row["cancel_time"].unset

    def test_numbers_and_texts_in_columns_of_the_other_kind(
        mariadb: Engine, open_database: OpenDatabase
    ) -> None:
        run(
            mariadb,
            "CREATE TABLE tx (pid VARCHAR(40), state VARCHAR(4), made VARCHAR(20), "
            "sum DECIMAL(9, 2))",
            f"INSERT INTO tx VALUES ('{PAYME_ID}', '-1', '{NOW}', 1000.00)",
        )
        columns = {"payme_id": "pid", "state": "state", "create_time": "made", "amount": "sum"}
        table = {"table": "tx", "columns": columns, "amount_unit": "sum"}
        [row] = open_database(mariadb, transactions=table).transactions([PAYME_ID])
        assert (row["state"], row["amount"]) == (-1, 100_000)
        assert row["create_time"].matches(NOW)

    def test_the_new_rows_id_is_told_by_the_driver(mariadb: Engine) -> None:
        run(mariadb, "CREATE TABLE o (id INTEGER AUTO_INCREMENT PRIMARY KEY, n VARCHAR(40))")
        insert = "INSERT INTO o (n) VALUES (:number)"
        orders = orders_of(mariadb, {"order": "{id}"}, Numbers(), statement=insert)
        assert [orders.make().account for _ in range(2)] == [{"order": "1"}, {"order": "2"}]
        orders.close()

    def test_a_column_that_is_not_there_is_told(
        mariadb: Engine, open_database: OpenDatabase
    ) -> None:
        run(mariadb, "CREATE TABLE payments (order_id VARCHAR(40), amount BIGINT)")
        wrong = {
            "table": "payments",
            "where": {"order_id": "{number}"},
            "columns": {"amount": "amnt"},
        }
        with pytest.raises(DatabaseError, match="no column amnt; did you mean amount"):
            open_database(mariadb, orders=wrong).probe()
