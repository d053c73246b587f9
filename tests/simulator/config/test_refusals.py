"""A file that is wrong: where, what was seen, what is accepted, what to do."""

from __future__ import annotations

import pytest

from simulator.config.schema import known_keys
from tests.simulator.config.conftest import MERCHANT, Load, Refused


def test_a_typo_shows_its_line_a_caret_and_the_key_that_was_meant(refused: Refused) -> None:
    text = MERCHANT + '\n[process]\ncomand = ["python", "app.py"]\n'
    assert refused(text).split("\n\n")[1] == (
        "payme-sandbox.toml:6:1: process.comand is not a known key\n"
        '    6 | comand = ["python", "app.py"]\n'
        "      | ^^^^^^\n"
        "    did you mean `command`?"
    )


def test_a_typo_inside_an_inline_table_has_its_own_caret(refused: Refused) -> None:
    text = MERCHANT + "limits = { min = 1, maximum = 2 }\n"
    message = refused(text)
    assert "payme-sandbox.toml:4:21: merchant.limits.maximum is not a known key" in message
    assert "      |                     ^^^^^^^" in message


def test_a_key_of_another_table_is_sent_home(refused: Refused) -> None:
    assert "`age_rows` belongs to [database]" in refused(MERCHANT + "age_rows = true\n")


def test_an_unlike_key_gets_the_list_of_known_ones(refused: Refused) -> None:
    assert "known keys of [merchant]: url, login, key" in refused(MERCHANT + "zzz = 1\n")


def test_all_problems_are_told_in_the_files_order(refused: Refused) -> None:
    text = (
        '[merchant]\nurl = "ftp://127.0.0.1"\nlogin = "a:b"\nkey = 5\nrefunds = "yes"\n'
        "[orders]\namount = 10.5\naccount = {}\n[log]\nfile = 1\n"
    )
    places = [line.split(": ")[0] for line in refused(text).splitlines() if line[:5] == "payme"]
    assert places == [
        "payme-sandbox.toml:2:7",
        "payme-sandbox.toml:3:9",
        "payme-sandbox.toml:4:7",
        "payme-sandbox.toml:5:11",
        "payme-sandbox.toml:7:10",
        "payme-sandbox.toml:8:11",
        "payme-sandbox.toml:10:8",
    ]


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ('refunds = "yes"', 'merchant.refunds is "yes" (text); it must be true or false'),
        ("login = 5", "merchant.login is 5 (whole number); it must be text in quotes"),
        ("login = ''", "not empty"),
        ('account_type = "one_time"', 'did you mean "one-time"?'),
        ('timeout = "fast"', 'a duration is written like "500ms"'),
        ("timeout = 0", "merchant.timeout is 0 (whole number)"),
        ("timeout = true", 'a duration is written like "10s"'),
        ('timeout = "2h"', "it must be 1ms or more and 1h at most"),
        ("limits = 5", "merchant.limits is 5 (whole number); it must be a table"),
        ("limits = { min = 5, max = 5 }", "min (5) must be less than max (5)"),
    ],
)
def test_wrong_values_of_the_merchant(refused: Refused, line: str, words: str) -> None:
    assert words in refused(MERCHANT + line)


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("127.0.0.1:5000/payme", 'an address starts with "http://" or "https://"'),
        ("http://", "names a host"),
        ("http://127.0.0.1:99999/", "this is no address"),
        ("http://u:secretpw@127.0.0.1/", "must not hold a user name"),
        ("http://127.0.0.1/a b", "no blanks"),
    ],
)
def test_wrong_addresses(refused: Refused, url: str, words: str) -> None:
    message = refused(MERCHANT.replace("http://127.0.0.1:5000/payme", url))
    assert words in message
    assert "secretpw" not in message


@pytest.mark.parametrize(
    "url",
    [
        "https://shop.uz/payme",
        "http://10.0.0.1/payme",
        "http://0.0.0.0/payme",
        "http://127.0.0.1.nip.io/payme",
        "http://localhost.evil.uz/payme",
        "http://[2001:db8::1]/payme",
    ],
)
def test_a_merchant_elsewhere_needs_a_permission(refused: Refused, url: str) -> None:
    text = MERCHANT.replace("http://127.0.0.1:5000/payme", url)
    message = refused(text)
    assert message.startswith(f"payme-sandbox.toml:2:7: {url} is not on this machine")
    assert "write allow_remote = true under [merchant]" in message


@pytest.mark.parametrize(
    "url",
    ["http://127.9.9.9/p", "http://[::1]:80/p", "http://LOCALHOST/p", "http://[::ffff:127.0.0.1]/"],
)
def test_a_merchant_here_needs_none(load_text: object, url: str) -> None:
    assert callable(load_text)
    text = MERCHANT.replace("http://127.0.0.1:5000/payme", url)
    assert load_text(text).config.merchant.url == url
    remote = MERCHANT.replace("http://127.0.0.1:5000/payme", "https://shop.uz/payme")
    assert load_text(remote + "allow_remote = true").config.merchant.allow_remote


def test_orders_made_elsewhere_need_it_too(refused: Refused) -> None:
    text = MERCHANT + (
        '[orders]\naccount = { a = "{number}" }\n[orders.http]\nurl = "https://shop.uz/orders"\n'
    )
    assert "payme-sandbox.toml:7:7: https://shop.uz/orders is not on this machine" in refused(text)


@pytest.mark.parametrize(
    ("kinds", "seen"),
    [
        ("", "none of them"),
        (
            '[orders.pool]\nfile = "a"\n[orders.command]\nrun = ["a"]\n',
            "[orders.command] and [orders.pool]",
        ),
    ],
)
def test_orders_come_from_exactly_one_source(refused: Refused, kinds: str, seen: str) -> None:
    message = refused(MERCHANT + '[orders]\naccount = { a = "{number}" }\n' + kinds)
    assert message.startswith("payme-sandbox.toml:4:1: orders: exactly one of [orders.http]")
    assert f"here: {seen}" in message


def test_a_placeholder_that_nothing_fills_in(refused: Refused) -> None:
    text = MERCHANT + (
        '[orders]\naccount = { order_id = "{numbr}" }\n'
        '[orders.http]\nurl = "http://127.0.0.1/{id}"\ncapture = { id = "id" }\n'
    )
    message = refused(text)
    assert "payme-sandbox.toml:5:24: nothing fills in {numbr}" in message
    assert "did you mean {number}?" in message
    assert "payme-sandbox.toml:7:7: nothing fills in {id}" in message


_TIME = """\
[database]
url = 'sqlite:///a'
[database.transactions]
table = "t"
columns = {{ payme_id = "p", payme_time = {} }}
"""


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('[log]\nfile = "a"\noutput = true\n', "log: exactly one of file, command, output = true"),
        ("[log]\nforbid = []\n", "here: none of them"),
        ("[log]\noutput = true\n", "there is no [process]"),
        ("[log]\nforbid = 'x'\n", 'log.forbid is "x" (text); it must be a list'),
        ("[log]\nfile = 'a'\n[log.expect]\ncreat = 'x'\n", "did you mean `create`?"),
        ("[process]\ncommand = 'python app.py'\n", 'it must be a list, like ["a", "b"]'),
        ("[process]\ncommand = []\n", 'a command is a list of words, like ["python", "app.py"]'),
        ("[process]\ncommand = ['a']\nenv = { PORT = 5000 }\n", "process.env.PORT is 5000"),
        ("[database]\nurl = 'shop.db'\n", 'like "sqlite:///shop.db"'),
        ("[database]\nurl = 'sqlite://'\n", "a database in memory belongs to one process"),
        ("[database]\n", "database.url is missing"),
        ("[database]\nurl = 'sqlite:///a'\nage_rows = true\n", "needs [database.transactions]"),
        ("[database]\nurl = 'sqlite:///a'\norders = true\n", "must be a table, or false"),
        (_TIME.format("true"), "payme_time is true; it must be text in quotes"),
        (_TIME.format("5"), "payme_time is 5 (whole number); it must be text in quotes"),
    ],
)
def test_wrong_tables(refused: Refused, text: str, words: str) -> None:
    assert words in refused(MERCHANT + text)


def test_true_is_no_database(refused: Refused) -> None:
    message = refused("database = true\n" + MERCHANT)
    assert "database is true; it must be a table, or false" in message


ORDERS_TABLE = '[database]\nurl = "sqlite:///a"\n[database.orders]\ntable = "t"\n'


@pytest.mark.parametrize(
    ("rest", "words"),
    [
        ("where = {}\n", "database.orders.where is a table"),
        ("where = { a = 1.5 }\n", "or a whole number, like 1000, or true or false"),
        ('where = { a = "{number}" }\ncolumns = { status = "s" }\n', "must say what its values"),
        (
            'where = { a = "x" }\nstatus = { payable = 1, reserved = 1, paid = 2 }\n',
            "names no column",
        ),
        (
            'where = { a = "x" }\ncolumns = { status = "s" }\n'
            "status = { payable = 1, reserved = 1, paid = 2 }\n",
            "status.refunded is missing",
        ),
        (
            'where = { a = "x" }\ncolumns = { status = "s" }\nafter_cancel = "cancelled"\n'
            "status = { payable = 1, reserved = 1, paid = 2, refunded = 3 }\n",
            "needs status.cancelled",
        ),
        (
            'where = { a = "x" }\ncolumns = { status = "s" }\n'
            "status = { payable = [], reserved = 1, paid = 2, refunded = 3 }\n",
            "database.orders.status.payable is a list",
        ),
    ],
)
def test_wrong_order_tables(refused: Refused, rest: str, words: str) -> None:
    assert words in refused(MERCHANT + ORDERS_TABLE + rest)


STATES = """
[database]
url = "sqlite:///shop.db"
[database.transactions]
table = "t"
columns = { payme_id = "p", state = "s" }
states = { created = 1, performed = 2, cancelled = 3 }
"""


def test_only_who_never_refunds_need_not_say_what_that_looks_like(
    refused: Refused, load_text: Load
) -> None:
    assert "states.refunded is missing" in refused(MERCHANT + STATES)
    loaded = load_text(MERCHANT + "refunds = false\n" + STATES).config
    assert loaded.database
    assert loaded.database.transactions
    assert loaded.database.transactions.states is not None
    assert loaded.database.transactions.states.refunded is None


def test_a_file_must_name_the_merchant_and_its_key(refused: Refused) -> None:
    message = refused("log = false\n")
    assert "merchant.url is missing" in message
    assert "merchant.key is missing" in message
    assert "give --url" in message


def test_a_missing_variable_is_named_once(refused: Refused) -> None:
    message = refused(MERCHANT.replace("kassa:key-1", "${PAYME_TEST_KEY}"))
    assert message == (
        "payme-sandbox.toml:3:7: the environment has no variable PAYME_TEST_KEY\n"
        '    3 | key = "${PAYME_TEST_KEY}"\n'
        "      |       ^^^^^^^^^^^^^^^^^^^\n"
        "    set it, as in: export PAYME_TEST_KEY=…"
    )


def test_a_variable_with_a_default_is_not_shell(refused: Refused) -> None:
    message = refused(MERCHANT.replace("kassa:key-1", "${KEY:-abc}"))
    assert "must be followed by a variable's name and `}`" in message


def test_a_key_with_a_line_end_is_told(refused: Refused) -> None:
    message = refused(MERCHANT.replace("kassa:key-1", "${KEY}"), environ={"KEY": "very-secret\n"})
    assert "blanks or a line end" in message
    assert "very-secret" not in message


@pytest.mark.parametrize(
    "text",
    ['[merchant]\nkey = "abcd-secret\n', '[merchant]\nkey = "abcd-secret" url\n', "a ="],
)
def test_wrong_toml_has_a_place_and_no_key(refused: Refused, text: str) -> None:
    message = refused(text)
    assert "this is not valid TOML" in message
    assert message.startswith("payme-sandbox.toml:")
    assert "^" in message
    assert "abcd-secret" not in message


def test_a_wrong_flag_or_variable_is_blamed_by_its_name(refused: Refused) -> None:
    message = refused(
        MERCHANT,
        {"merchant.url": "nothing", "merchant.timeot": "1s"},
        {
            "PAYME_SANDBOX_REFUNDS": "maybe",
            "PAYME_SANDBOX_MERCHANT_LOGINN": "x",
            "PAYME_SANDBOX_LOG_FORBID": "[",
        },
    )
    assert 'flag --url: merchant.url is "nothing" (text)' in message
    assert "flag --timeot: merchant.timeot is not a known key\n    did you mean" in message
    assert 'environment PAYME_SANDBOX_REFUNDS: merchant.refunds is "maybe"' in message
    assert "did you mean PAYME_SANDBOX_MERCHANT_LOGIN?" in message
    assert "environment PAYME_SANDBOX_LOG_FORBID: log.forbid is written as in TOML" in message


@pytest.mark.parametrize("table", known_keys(()))
def test_an_unknown_variable_of_any_table_is_told(refused: Refused, table: str) -> None:
    name = f"PAYME_SANDBOX_{table.upper()}_NO_SUCH_KEY"
    assert f"environment {name}: this variable is not known" in refused(MERCHANT, {}, {name: "1"})


def test_a_price_outside_the_limits(refused: Refused) -> None:
    text = (
        MERCHANT
        + 'account_type = "accumulating"\nlimits = { min = 1000, max = 2000 }\n'
        + '[orders]\namount = 21\naccount = { a = "{number}" }\n[orders.pool]\nfile = "a"\n'
    )
    pool_is_fine = text  # a pool has prices of its own
    from_command = text.replace('[orders.pool]\nfile = "a"', '[orders.command]\nrun = ["a"]')
    assert "21 sum is 2100 tiyin, outside merchant.limits" in refused(from_command)
    with pytest.raises(pytest.fail.Exception):
        refused(pool_is_fine)


def test_long_secrets_are_not_half_shown(refused: Refused) -> None:
    password = "p" * 80
    message = refused(
        MERCHANT.replace("kassa:key-1", "${LONG}"),
        {"database.url": f"x:postgresql://u:{password}@h/x"},
        {"LONG": "k" * 80 + " "},
    )
    assert "merchant.key is ••••: the key has blanks" in message
    assert "kkk" not in message
    assert "ppp" not in message
    assert "database.url is" in message


def test_secrets_written_into_the_file_are_not_printed(refused: Refused) -> None:
    text = (
        '[merchant]\nurl = "http://127.0.0.1/"\nkey = "abcd-secret"\nlogin = "abcd-secret:x"\n'
        '[database]\nurl = "postgresql://u:pw12345@h/x"\nurll = "postgresql://u:pw12345@h/x"\n'
        'age_rows = "abcd-secret"\n'
    )
    message = refused(text)
    assert "abcd-secret" not in message
    assert "pw12345" not in message
    assert "postgresql://u:••••@h/x" in message


def test_libfaketime_needs_a_process_to_go_around(refused: Refused) -> None:
    message = refused(MERCHANT + "[clock]\nfaketime = true\n")
    assert "goes around a started process, and there is no [process]" in message


def test_a_hook_elsewhere_needs_to_be_allowed(refused: Refused) -> None:
    message = refused(MERCHANT + '[clock]\nhook = "https://shop.example.uz/clock"\n')
    assert "https://shop.example.uz/clock is not on this machine" in message
