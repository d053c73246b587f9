"""The text of a new payme-sandbox.toml, commented, from what its author has said so far.

Asking is the command line's part. What was not said is written as a comment to fill in, so the
file always loads.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import Literal

OrdersKind = Literal["", "http", "sql", "command", "pool"]


@dataclass(frozen=True, slots=True)
class Answers:
    """What `init` knows. Empty texts and None mean: not said.

    key_variable: the environment's variable that holds the key; the key itself is never written.
    amount: sum. member: the account member that names the order.
    orders: how orders are made; orders_source is its address, statement, words or file.
    database, log: False if there is none to show.
    """

    url: str = "http://127.0.0.1:5000/payme"
    key_variable: str = "PAYME_TEST_KEY"
    login: str = "Paycom"
    account_type: Literal["one-time", "accumulating"] = "one-time"
    refunds: bool = True
    allow_remote: bool = False
    command: tuple[str, ...] = ()
    ready_url: str = ""
    member: str = "order_id"
    amount: int = 1000
    orders: OrdersKind = ""
    orders_source: str | tuple[str, ...] = ""
    database: str | Literal[False] | None = None
    orders_table: str = ""
    transactions_table: str = ""
    log: str | Literal[False] | None = None


def write_template(answers: Answers) -> str:
    """The whole file. It loads as it stands once the key's variable is set."""
    parts = [
        _top(answers),
        _merchant(answers),
        _process(answers),
        _orders(answers),
        _database(answers),
        _log(answers),
    ]
    return "\n".join(part for part in parts if part)


def quoted(value: str) -> str:
    """A TOML string."""
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")


def _key(name: str) -> str:
    return name if re.fullmatch(r"[A-Za-z0-9_-]+", name) else quoted(name)


def _words(words: str | tuple[str, ...]) -> str:
    return "[" + ", ".join(quoted(w) for w in ((words,) if isinstance(words, str) else words)) + "]"


def _commented(text: str) -> str:
    return "".join(f"# {line}\n" if line else "#\n" for line in text.splitlines())


def _top(answers: Answers) -> str:
    lines = [
        "# How payme-sandbox finds and checks this merchant: payme-sandbox check",
        "# payme-sandbox config show prints every value and where it came from.",
    ]
    if answers.database is False:
        lines.append("database = false        # there is no database to look at")
    if answers.log is False:
        lines.append("log = false             # there is no log to look at")
    return "\n".join(lines) + "\n"


def _merchant(answers: Answers) -> str:
    limits = "limits = { min = 100000, max = 100000000 }   # tiyin\n"
    return (
        "[merchant]\n"
        f"url = {quoted(answers.url)}    # the webhook\n"
        f"login = {quoted(answers.login)}\n"
        f"key = {quoted('${' + answers.key_variable + '}')}"
        "    # ${NAME} reads the environment; the key of the TEST kassa\n"
        f"account_type = {quoted(answers.account_type)}    # or "
        f"{'accumulating' if answers.account_type == 'one-time' else 'one-time'}\n"
        + (limits if answers.account_type == "accumulating" else "")
        + f"refunds = {str(answers.refunds).lower()}    # false: a paid order is never refunded\n"
        f"allow_remote = {str(answers.allow_remote).lower()}"
        "    # a run leaves orders and payments behind, so not by itself\n"
        '# timeout = "10s"    # how long one call may take\n'
    )


def _process(answers: Answers) -> str:
    about = "# Started before a run and stopped after it. Without it the merchant runs already.\n"
    body = (
        "[process]\n"
        f"command = {_words(answers.command or ('python', 'app.py'))}\n"
        'cwd = "."\n'
        'env = { PORT = "5000" }\n'
        f"ready_url = {quoted(answers.ready_url or 'http://127.0.0.1:5000/healthz')}\n"
    )
    if not answers.command:
        return about + _commented(body)
    lines = body.splitlines(keepends=True)
    lines[3] = "# " + lines[3]
    if not answers.ready_url:
        lines[4] = "# " + lines[4]
    return about + "".join(lines)


_SOURCES: dict[str, tuple[str, str | tuple[str, ...]]] = {
    "http": ("url", "http://127.0.0.1:5000/api/orders"),
    "sql": ("statement", "INSERT INTO orders (number, total) VALUES (:number, :amount_sum)"),
    "command": ("run", ("php", "artisan", "order:make", "{number}", "{amount_sum}")),
    "pool": ("file", "orders.csv"),
}


def _orders(answers: Answers) -> str:
    about = (
        "# How a scenario gets a fresh payable order: exactly one of http, sql, command, pool.\n"
        "# {number} is a new name for it, {amount_sum} and {amount_tiyin} what it costs.\n"
    )
    head = (
        "[orders]\n"
        f"amount = {answers.amount}    # sum\n"
        f'account = {{ {_key(answers.member)} = "{{number}}" }}    # what Payme sends\n'
        '# free = ["comment"]    # members of account that may have any value\n'
    )
    chosen = "".join(_source(answers, kind) for kind in _SOURCES)
    return about + (head if answers.orders else _commented(head)) + chosen


def _source(answers: Answers, kind: str) -> str:
    key, example = _SOURCES[kind]
    source = answers.orders_source if kind == answers.orders else ""
    value = source or example
    body = (
        f"[orders.{kind}]\n{key} = {_words(value) if kind == 'command' else quoted(str(value))}\n"
    )
    if kind == "http":
        body += f'json = {{ {_key(answers.member)} = "{{number}}", amount = "{{amount_sum}}" }}\n'
        body += '# capture = { id = "data.id" }    # then "{id}" can stand in account\n'
    if kind == "pool":
        body = body.rstrip("\n") + "    # number,amount_tiyin\n"
    return body if kind == answers.orders else _commented(body)


def _database(answers: Answers) -> str:
    if answers.database is False:
        return ""
    about = "# Where to look after each call. Columns that are not mapped are not looked at.\n"
    head = (
        "[database]\n"
        f"url = {quoted(answers.database or 'sqlite:///shop.db')}    # read-only where it can be\n"
        "age_rows = false    # true: expiry is tested by shifting the run's own rows back\n"
        "trouble = false     # true: check --all locks it and takes it away for some seconds\n"
    )
    orders = _orders_table(answers)
    transactions = _transactions_table(answers)
    if answers.database is None:
        return about + _commented(head + orders + transactions)
    return (
        about
        + head
        + (orders if answers.orders_table else _commented(orders))
        + (transactions if answers.transactions_table else _commented(transactions))
    )


def _orders_table(answers: Answers) -> str:
    if answers.account_type == "accumulating":
        return (
            "[database.orders]\n"
            f"table = {quoted(answers.orders_table or 'accounts')}\n"
            'where = { number = "{number}" }\n'
            'columns = { balance = "balance" }    # must move by exactly what was paid\n'
            'balance_unit = "tiyin"    # or sum\n'
        )
    refunded = ', refunded = ["refunded"]' if answers.refunds else ""
    return (
        "[database.orders]\n"
        f"table = {quoted(answers.orders_table or 'orders')}\n"
        'where = { number = "{number}" }\n'
        'columns = { amount = "total", status = "status" }\n'
        'amount_unit = "sum"    # or tiyin\n'
        'status = { payable = ["new"], reserved = ["new"], paid = ["paid"]' + refunded + " }\n"
        'after_cancel = "payable"    # or cancelled, then status.cancelled too\n'
    )


def _transactions_table(answers: Answers) -> str:
    return (
        "[database.transactions]\n"
        f"table = {quoted(answers.transactions_table or 'transactions')}\n"
        'columns = { payme_id = "payme_id", state = "state", reason = "reason", amount = "amount",'
        ' payme_time = "payme_time", create_time = "create_time",'
        ' perform_time = "perform_time", cancel_time = "cancel_time" }\n'
        'amount_unit = "tiyin"    # or sum\n'
        'time_unit = "ms"    # or s, datetime\n'
    )


def _log(answers: Answers) -> str:
    if answers.log is False:
        return ""
    body = (
        "[log]\n"
        f"file = {quoted(answers.log or 'shop.log')}"
        '    # or command = ["journalctl", "-fu", "shop"], or output = true\n'
        "forbid = []    # texts that no line may hold, beside Traceback and the like\n"
    )
    return body if answers.log else _commented(body)
