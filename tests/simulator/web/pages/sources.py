"""The sentences that stand in the source of what can reach a page, with `\\0` for each value."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from pydantic_core._pydantic_core import list_all_errors
from werkzeug.exceptions import default_exceptions

import simulator

HOME = Path(simulator.__file__).parent
HOLE = "\0"

PLACES = (
    *("protocol", "caller", "conformance", "observers", "web"),
    *("cli/target.py", "cli/clocks.py", "cli/runs.py", "reports/body.py"),
)
ELSEWHERE = {
    "conformance/arguments.py": "of a scenario file that is written wrongly: told when it is read",
    "conformance/baseline.py": "the command line's",
    "conformance/checks.py": "of a scenario file that is written wrongly",
    "conformance/durations.py": "of a scenario file that is written wrongly",
    "conformance/faultchecks.py": "of a scenario file that is written wrongly",
    "conformance/format.py": "of a scenario file that is written wrongly",
    "conformance/load.py": "of a scenario file that is written wrongly",
    "conformance/loadable.py": "of a scenario that `payme-sandbox load` cannot run",
    "conformance/rulebook.py": "of a rulebook that is written wrongly",
    "conformance/validation.py": "of a scenario file that is written wrongly",
    "conformance/yamlfile.py": "of a scenario file that is written wrongly",
    "caller/auth.py": "credentials, which are sent",
    "protocol/checkout.py": "of a program that makes a link wrongly",
    "protocol/checkout_reading.py": "says what is wrong by keys of the checkout's words",
    "web/control": "the API's, which is English",
    "web/payments/states.py": "the API's names; the pages have words of their own for the states",
    "web/pages/commands.py": "command lines",
    "web/store/database.py": "ends the command before there is a page",
    "web/hosts.py": "ends the command before there is a page",
    "web/exports/scenario.py": "of an English file",
}
"""Modules whose sentences are on no page, and why."""

_NO_SENTENCE = re.compile(
    r"[A-Z]+ [A-Z]+\b.*|PRAGMA .*|SET .*|SELECT .*|.* IS NOT NULL|fault (<>|=) ''|.* = :\w+"
    r"|(id|retry|event): .*|: still here.*|.*\\[dw].*|.*'(self|none)'.*"
    r"|[a-z]+/[a-z]+; charset=.*|attachment; .*|%.*"
    r"|sandbox allow.*|camera=.*|name = 'exchange_texts'|<input .*|exchange_texts MATCH .*",
    re.DOTALL,
)
"""SQL, headers, patterns, events and formats of dates."""

LITERALS = {
    *("UNIQUE constraint", "duplicate key value", "Broken pipe", "Connection reset", "ERROR in"),
    *("' OR '1'='1' -- \0", "application/json, text/json", " AND ", "WITH ALLOW_CONNECTIONS false"),
    *("WITH ALLOW_CONNECTIONS true", "RESET default_transaction_read_only"),
    *("dd.MM.y, HH:mm:ss", "d MMM y, HH:mm:ss", "payme-sandbox check ", "--only \0"),
    *("asking \0", "payment \0", "/<payment_id>/<any(card, pay, cancel, again, age):button>"),
    *('<span lang="">{}</span>', "payme-sandbox serve: \0\n"),
    "the \0 table (database.\0 = false)",
    "lines with \0 in the log (--jobs: nobody knows whose call they are of)",
    "transaction columns that are not mapped: \0",
    *("the database (database = false)", "the log (log = false)"),
    "what accounts hold ([database.orders] columns.balance is not mapped)",
    "expiry by the merchant's own clock (age_rows = false)",
    *("\0: also in another file: \0", 'Basic realm="payme-sandbox", charset="UTF-8"'),
    "The password of this server is needed (any user name).",
    "Bu serverning paroli kerak (foydalanuvchi nomi istalgan).",
    *("… (cut)", "\0… (\0 characters)"),
}
"""What is no sentence, and what only the command line says that it did not look at."""

_JUDGING = {"Finding", "Mismatch", "Difference", "_finding", "_wrong"}
_UNSEEN = {"AssertionError", "RuntimeError", "compile", "debug", "warning", "error", "exception"}


def sentences() -> Iterator[tuple[str, str]]:
    """Module and sentence, each once."""
    for place in PLACES:
        root = HOME / place
        for path in sorted(root.rglob("*.py")) if root.is_dir() else [root]:
            module = path.relative_to(HOME).as_posix()
            if not {module, Path(module).parent.as_posix()} & set(ELSEWHERE):
                yield from ((module, text) for text in dict.fromkeys(_of(path)))


def _of(path: Path) -> Iterator[str]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    skipped = set(_skipped(tree))
    for node in ast.walk(tree):
        text = _text(node)
        if text is None or id(node) in skipped or text in LITERALS or _NO_SENTENCE.fullmatch(text):
            continue
        if re.search(r"[A-Za-z]{2,}.* |\S+ .*[A-Za-z]{2,}", text):
            yield text
    for node in ast.walk(tree):
        yield from _words(node)


def _text(node: ast.AST) -> str | None:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return re.sub(r"\{\w+\}", HOLE, node.value)  # of a format
    if isinstance(node, ast.JoinedStr):
        parts = (v.value if isinstance(v, ast.Constant) else HOLE for v in node.values)
        return "".join(map(str, parts))
    return None


def _skipped(tree: ast.AST) -> Iterator[int]:
    """Docstrings, the parts of a sentence with holes, and what no merchant's user ever reads."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            yield id(node.value)
        inner: list[ast.AST] = []
        if isinstance(node, ast.JoinedStr):
            inner = list(node.values)
        elif isinstance(node, ast.Assert):
            inner = [node.msg] if node.msg else []
        elif isinstance(node, ast.Call) and _called(node) in _UNSEEN:
            inner = list(node.args)
        elif isinstance(node, ast.Call) and _called(node) == "Problem":
            inner = list(node.args[1:2])  # its title is the API's
        for one in inner:
            yield from (id(deeper) for deeper in ast.walk(one))


def _called(node: ast.Call) -> str:
    called = node.func
    return called.attr if isinstance(called, ast.Attribute) else getattr(called, "id", "")


def _words(node: ast.AST) -> Iterator[str]:
    """Single words that say what was expected or seen."""
    if isinstance(node, ast.Call) and _called(node) in _JUDGING:
        for one in node.args[1:]:
            text = _text(one)
            if text and re.fullmatch(r"[a-z]+", text):
                yield text


def words() -> set[str]:
    """Every text of the source as it stands there, single words too."""
    return {
        text
        for path in HOME.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if (text := _text(node)) is not None
    }


def framework() -> Iterator[str]:
    """What the web framework and the check of forms say by themselves."""
    yield from (one.description or "" for one in default_exceptions.values())
    for one in list_all_errors():
        yield re.sub(r"\{\w+\}", HOLE, one["message_template_python"])
