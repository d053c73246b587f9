"""A file that is right: values, defaults, paths, precedence."""

from __future__ import annotations

from pathlib import Path

import pytest

from simulator.config import ConfigError, load, show
from tests.simulator.config.conftest import MERCHANT, Load

WHOLE = """\
[merchant]
url = "http://127.0.0.1:5000/payme"
login = "Paycom"
key = "${PAYME_TEST_KEY}"
account_type = "accumulating"
limits = { min = 100000, max = 100000000 }
refunds = true
allow_remote = false
timeout = "5s"

[process]
command = ["python", "app.py"]
cwd = "shop"
env = { PORT = "5000", DB_PASSWORD = "hunter22" }
ready_url = "http://127.0.0.1:5000/healthz"

[orders]
amount = 1000
account = { order_id = "{number}", kind = 1 }
[orders.http]
method = "POST"
url = "http://127.0.0.1:5000/api/generate-qr"
json = { order_id = "{number}", paymentType = "payme", amount = "{amount_sum}" }
capture = { id = "id" }

[database]
url = "sqlite:///photobooth.db"
age_rows = true
[database.orders]
table = "payments"
where = { order_id = "{number}" }
columns = { amount = "amount", status = "status" }
amount_unit = "sum"
status = { payable = "pending", reserved = ["pending"], paid = ["success"], refunded = ["x"] }
after_cancel = "payable"
[database.transactions]
table = "transactions"
columns = { payme_id = "payme_id", state = "state", payme_time = "payme_time" }
amount_unit = "tiyin"
time_unit = "ms"
[[database.invariants]]
name = "an order is credited once"
sql = "SELECT order_id FROM credits WHERE order_id = :number"

[log]
file = "photobooth.log"
forbid = ["PANIC"]
[log.expect]
create = "Updating payment: order_id={number} with transaction_id={payme_id}"
"""


def test_every_key_arrives_with_its_type(load_text: Load, folder: Path) -> None:
    config = load_text(WHOLE, environ={"PAYME_TEST_KEY": "se:cret"}).config
    assert config.merchant.key == "se:cret"
    assert config.merchant.timeout_ms == 5000
    assert (config.merchant.limits.min, config.merchant.limits.max) == (100_000, 100_000_000)
    assert config.process
    assert config.process.command == ("python", "app.py")
    assert config.process.cwd == folder / "shop"
    assert config.orders is not None
    assert config.orders.account == {"order_id": "{number}", "kind": 1}
    assert config.orders.http is not None
    assert config.orders.http.json_body["amount"] == "{amount_sum}"
    assert config.database
    assert config.database.url == f"sqlite:///{(folder / 'photobooth.db').as_posix()}"
    assert config.database.orders
    assert config.database.orders.status is not None
    assert config.database.orders.status.payable == ("pending",)
    assert config.database.transactions
    assert list(config.database.transactions.columns.mapped()) == [
        "payme_id",
        "state",
        "payme_time",
    ]
    assert [i.name for i in config.database.invariants] == ["an order is credited once"]
    assert config.log
    assert config.log.file == folder / "photobooth.log"
    assert config.log.forbidden[-1] == "PANIC"
    assert "Traceback" in config.log.forbidden
    assert list(config.log.expect.mapped()) == ["create"]


def test_nothing_said_is_the_default_and_not_false(load_text: Load) -> None:
    config = load_text(MERCHANT).config
    assert config.merchant.login == "Paycom"
    assert config.merchant.account_type == "one-time"
    assert config.merchant.refunds is True
    assert config.merchant.timeout_ms == 10_000
    assert (config.process, config.orders, config.database, config.log) == (None, None, None, None)


def test_false_says_that_there_is_none(load_text: Load) -> None:
    config = load_text("database = false\nlog = false\n" + MERCHANT).config
    assert config.database is False
    assert config.log is False


def test_tables_of_a_database_may_be_false_one_by_one(load_text: Load) -> None:
    text = MERCHANT + '[database]\nurl = "sqlite:///a.db"\norders = false\n'
    database = load_text(text).config.database
    assert database
    assert database.orders is False
    assert database.transactions is None


@pytest.mark.parametrize("written", ['timeout = "1m30s"', "timeout = 90000", "timeout_ms = 90000"])
def test_a_time_limit_is_written_in_words_or_in_ms(load_text: Load, written: str) -> None:
    assert load_text(MERCHANT + written).config.merchant.timeout_ms == 90_000


def test_a_flag_beats_a_variable_beats_the_file_beats_the_default(load_text: Load) -> None:
    loaded = load_text(
        MERCHANT + 'login = "File"\nrefunds = false\n',
        {"merchant.url": "http://127.0.0.1:1/flag"},
        {
            "PAYME_SANDBOX_URL": "http://127.0.0.1:2/variable",
            "PAYME_SANDBOX_MERCHANT_LOGIN": "Variable",
        },
    )
    merchant = loaded.config.merchant
    assert merchant.url == "http://127.0.0.1:1/flag"
    assert merchant.login == "Variable"
    assert merchant.refunds is False
    assert loaded.origins["merchant.url"] == "flag --url"
    assert loaded.origins["merchant.login"] == "environment PAYME_SANDBOX_MERCHANT_LOGIN"
    assert loaded.origins["merchant.refunds"] == "payme-sandbox.toml:5"
    assert loaded.origins["merchant.timeout"] == "default"


def test_variables_set_values_of_every_type(load_text: Load) -> None:
    config = load_text(
        MERCHANT + '[log]\nfile = "a.log"\n',
        environ={
            "PAYME_SANDBOX_ACCOUNT_TYPE": "accumulating",
            "PAYME_SANDBOX_REFUNDS": "false",
            "PAYME_SANDBOX_TIMEOUT": "2s",
            "PAYME_SANDBOX_MERCHANT_LIMITS_MIN": "500",
            "PAYME_SANDBOX_DATABASE_URL": "sqlite:///b.db",
            "PAYME_SANDBOX_LOG_FORBID": '["PANIC"]',
            "PAYME_SANDBOX_SEED": "7",
        },
    ).config
    assert config.merchant.account_type == "accumulating"
    assert config.merchant.refunds is False
    assert config.merchant.timeout_ms == 2000
    assert config.merchant.limits.min == 500
    assert config.database
    assert config.database.url.endswith("/b.db")
    assert config.log
    assert config.log.forbid == ("PANIC",)


def test_a_variable_can_switch_a_table_off(load_text: Load) -> None:
    text = MERCHANT + '[log]\nfile = "a.log"\n'
    assert load_text(text, environ={"PAYME_SANDBOX_LOG": "false"}).config.log is False


def test_a_key_that_is_all_digits_stays_text_in_a_variable(load_text: Load) -> None:
    loaded = load_text(MERCHANT, environ={"PAYME_SANDBOX_KEY": "12345678"})
    assert loaded.config.merchant.key == "12345678"


def test_without_a_file_flags_are_enough() -> None:
    loaded = load(None, {"merchant.url": "http://localhost:9/x", "merchant.key": "abcd"}, {})
    assert loaded.config.merchant.url == "http://localhost:9/x"
    assert loaded.path is None


def test_without_anything_no_merchant_is_named() -> None:
    assert load(None, {}, {}).config.merchant.url == ""


def test_the_file_of_a_windows_editor_is_read(folder: Path) -> None:
    (folder / "a.toml").write_bytes(b"\xef\xbb\xbf" + MERCHANT.replace("\n", "\r\n").encode())
    assert load(folder / "a.toml", {}, {}).origins["merchant.key"] == "a.toml:3"


@pytest.mark.parametrize(
    ("written", "opened"),
    [
        ("sqlite:///shop.db", "sqlite:///{folder}/shop.db"),
        ("sqlite:///data/shop.db", "sqlite:///{folder}/data/shop.db"),
        ("sqlite:////abs/shop.db", "sqlite:////abs/shop.db"),
        ("sqlite+pysqlite:///shop.db?a=b", "sqlite+pysqlite:///{folder}/shop.db?a=b"),
        ("sqlite:///file:shop.db?cache=shared", "sqlite:///file:shop.db?cache=shared"),
        ("postgresql://u:p@127.0.0.1/shop", "postgresql://u:p@127.0.0.1/shop"),
    ],
)
def test_a_relative_database_starts_at_the_files_folder(
    load_text: Load, folder: Path, written: str, opened: str
) -> None:
    database = load_text(MERCHANT + f'[database]\nurl = "{written}"\n').config.database
    assert database
    assert database.url == opened.format(folder=folder.as_posix())


def test_dollars_that_are_no_variable_stay(load_text: Load) -> None:
    text = MERCHANT.replace("kassa:key-1", "a$b$${NAME}c")
    assert load_text(text).config.merchant.key == "a$b${NAME}c"


def test_a_missing_file_says_how_to_get_one(folder: Path) -> None:
    with pytest.raises(ConfigError, match=r"nowhere\.toml: there is no such file\n.*init"):
        load(Path("nowhere.toml"), {}, {})


def test_a_folder_or_bytes_are_not_read_as_text(folder: Path) -> None:
    (folder / "bytes.toml").write_bytes(b"a = '\xff'")
    with pytest.raises(ConfigError, match="not UTF-8"):
        load(Path("bytes.toml"), {}, {})
    with pytest.raises(ConfigError, match="cannot be read"):
        load(folder, {}, {})


def test_show_masks_every_secret(load_text: Load) -> None:
    text = WHOLE.replace("sqlite:///photobooth.db", "postgresql://shop:p%40ss99@127.0.0.1/shop")
    loaded = load_text(text, environ={"PAYME_TEST_KEY": "kassa-key-77"})
    rows = {row.key: row for row in show(loaded)}
    everything = "\n".join(str(row) for row in rows.values())
    for secret in ("kassa-key-77", "p%40ss99", "p@ss99", "hunter22"):
        assert secret not in everything
        assert secret in loaded.secrets
    assert rows["merchant.key"].value == "••••"
    assert rows["merchant.key"].origin == "payme-sandbox.toml:4, reads PAYME_TEST_KEY"
    assert rows["process.env.DB_PASSWORD"].value == "••••"
    assert rows["process.env.PORT"].value == "5000"
    assert rows["database.url"].value == "postgresql://shop:••••@127.0.0.1/shop"
    assert rows["database.orders.status.cancelled"].value == "not said"
    assert rows["log.forbid"].value == '["PANIC"]'
    assert "kassa-key-77" not in repr(loaded.config)


def test_short_passwords_and_secret_variables_are_hidden_too(load_text: Load) -> None:
    text = MERCHANT + (
        '[orders]\naccount = { a = "{number}" }\n[orders.http]\nurl = "http://127.0.0.1/"\n'
        'json = { t = "${SHOP_TOKEN}", p = "${SHOP_PORT}" }\n'
        '[database]\nurl = "postgresql://u:pw@127.0.0.1/x"\n'
    )
    loaded = load_text(text, environ={"SHOP_TOKEN": "tok-123", "SHOP_PORT": "80803"})
    rows = {row.key: row.value for row in show(loaded)}
    assert rows["database.url"] == "postgresql://u:••••@127.0.0.1/x"
    assert rows["orders.http.json.t"] == "••••"
    assert rows["orders.http.json.p"] == "80803"
    assert loaded.variables["orders.http.json.t"] == ("SHOP_TOKEN",)


def test_every_value_has_an_origin(load_text: Load) -> None:
    loaded = load_text(WHOLE, environ={"PAYME_TEST_KEY": "k"})
    assert {row.key for row in show(loaded)} == set(loaded.origins)
    assert all(row.origin for row in show(loaded))
