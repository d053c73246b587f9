"""An exchange as a curl command that anybody can run again; the key stays in the environment.

Events are masked, so the header that was sent is not known here, only which of the caller's ways
of writing it was taken: the exchange says so in a note `auth: NAME`. Without a note the header,
where there is one, is the right one.
"""

from __future__ import annotations

import base64
import shlex
from pathlib import Path
from urllib.parse import quote

from simulator.caller.wire import Exchange, WireRequest
from simulator.conformance.events import Event, RunStarted, ScenarioFinished
from simulator.reports.collect import Collector, ScenarioRecord
from simulator.reports.files import ReportError, prepare, write_atomically
from simulator.reports.text import hidden, printable
from simulator.reports.words import CASES, replay_command

AUTH_NOTE = "auth: "
_KEY, _LOGIN = "$PAYME_KEY", "${PAYME_LOGIN:-Paycom}"
_ENCODED = "$(printf %s {} | base64 | tr -d '\\n')"
_LARGEST_ARGUMENT = 60_000
_CURLS_OWN = frozenset({"authorization", "content-length", "host", "connection", "accept-encoding"})


def _user(password: str, login: str = _LOGIN) -> str:
    return f'-u "{login}:{password}"'


def _header(value: str) -> str:
    return f'-H "Authorization: {value}"'


# The caller's ways of writing the header, as the shell writes them.
_AUTHORIZATION = {
    "right": _user(_KEY),
    "none": "",
    "empty": "-H 'Authorization;'",
    "wrong-login": _user(_KEY, "Merchant"),
    "login-other-case": _user(_KEY, f"$(printf %s \"{_LOGIN}\" | tr 'a-zA-Z' 'A-Za-z')"),
    "wrong-key": _user(f'$(printf %s "{_KEY}" | rev)'),
    "wrong-key-cyrillic": _user("ключ"),
    "empty-password": _user(""),
    "key-prefix": _user(f"x{_KEY}"),
    "key-suffix": _user("${PAYME_KEY}x"),
    "key-blank": _user("${PAYME_KEY} "),
    "key-newline": _user("${PAYME_KEY}\n"),
    "key-truncated": _user("${PAYME_KEY%?}"),
    "key-other-case": _user(f"$(printf %s \"{_KEY}\" | tr 'a-zA-Z' 'A-Za-z')"),
    "base64-other-case": _header(
        f"Basic $(printf %s \"{_LOGIN}:{_KEY}\" | base64 | tr -d '\\n' | tr a-zA-Z A-Za-z)"
    ),
    "base64-strange": _header(
        f"Basic $(printf %s \"{_LOGIN}:{_KEY}\" | base64 | tr -d '\\n' | sed 's/..../&*/')"
    ),
    "key-within": _user(f"before {_KEY} after"),
    "key-no-login": _header("Basic " + _ENCODED.format(f'"{_KEY}"')),
    "key-to-colon": _user("${PAYME_KEY%%:*}"),
    "key-after-colon": _user(f"x:{_KEY}"),
    "bearer-basic": _header("Bearer " + _ENCODED.format(f'"{_LOGIN}:{_KEY}"')),
    "no-scheme": _header(_ENCODED.format(f'"{_LOGIN}:{_KEY}"')),
    "bearer": _header(f"Bearer {_KEY}"),
    "digest": _header(f'Digest username=\\"{_LOGIN}\\", response=\\"{_KEY}\\"'),
    "not-base64": _header("Basic %%%not-base64%%%"),
    "base64-no-colon": _header("Basic " + _ENCODED.format(f'"{_LOGIN}"')),
    "lower-scheme": _header("basic " + _ENCODED.format(f'"{_LOGIN}:{_KEY}"')),
    "padded-scheme": _header("Basic   " + _ENCODED.format(f'"{_LOGIN}:{_KEY}"')),
}


def curl(exchange: Exchange) -> str:
    """The call as one shell command; the body is exactly what was sent."""
    request = exchange.request
    parts = ["curl -sS -i -g --max-time 30"]
    if request.method != ("POST" if request.body else "GET"):
        parts.append(f"-X {shlex.quote(request.method)}")
    parts.append(_authorization(exchange))
    parts += [
        f"-H {shlex.quote(printable(f'{name}: {value}' if value else f'{name};'))}"
        for name, value in request.headers
        if name.lower() not in _CURLS_OWN
    ]
    piped, data = _data(request)
    command = " \\\n  ".join(p for p in [*parts, data, shlex.quote(_url(request.url))] if p)
    return piped + command


def variant(exchange: Exchange) -> str:
    """Which way of writing the Authorization header the call took."""
    for note in exchange.notes:
        if note.startswith(AUTH_NOTE):
            return note.removeprefix(AUTH_NOTE)
    sent = [v for k, v in exchange.request.headers if k.lower() == "authorization"]
    if not sent:
        return "none"
    return "right" if sent[0] else "empty"


def _authorization(exchange: Exchange) -> str:
    return _AUTHORIZATION.get(variant(exchange), _AUTHORIZATION["right"])


def _url(url: str) -> str:
    """The URL with what does not show written as a client sends it, in percents."""
    return "".join(
        quote(c, safe="", encoding="utf-8", errors="surrogatepass") if hidden(c) else c for c in url
    )


def _data(request: WireRequest) -> tuple[str, str]:
    """What comes before the command, and its data option. Bytes that do not show go as base64."""
    if not request.body:
        return "", ""
    if _shows(request.body):
        return "", f"--data-raw {shlex.quote(request.body.decode())}"
    encoded = base64.encodebytes(request.body).decode("ascii")
    return f"base64 -d <<'BODY' |\n{encoded}BODY\n", "--data-binary @-"


def _shows(body: bytes) -> bool:
    if len(body) > _LARGEST_ARGUMENT:
        return False
    try:
        text = body.decode()
    except UnicodeDecodeError:
        return False
    return not any(hidden(c) for c in text if c not in "\n\t")


def script(record: ScenarioRecord) -> str:
    """All calls of a scenario as a shell script, each under a line that says what it is."""
    lines = [
        "#!/bin/sh",
        f"# {printable(record.name)}: {printable(record.title)}",
        f"# Case {record.case}: its calls in their order, with the ids and times of that run.",
        f"# The merchant has seen them; {replay_command(record.case)} makes new ones.",
        ': "${PAYME_KEY:?put the key of the kassa into PAYME_KEY}"',
    ]
    for exchange in record.exchanges:
        wrong = " FAIL" if exchange.number in _failing(record) else ""
        lines += [
            "",
            f"# {exchange.number} {printable(exchange.step)}: {printable(exchange.label)}{wrong}",
            curl(exchange),
            "echo",
        ]
    return "\n".join(lines) + "\n"


def _failing(record: ScenarioRecord) -> set[int]:
    bad = {"failed", "warned", "known"}
    return {n for check in record.checks if check.outcome in bad for n in check.exchanges}


class CaseScripts:
    """A listener that leaves `CASE.sh` in `folder` for every scenario with a recorded case."""

    def __init__(self, folder: str | Path = CASES) -> None:
        self._folder = Path(folder)
        self._gather = Collector()

    def __call__(self, event: Event) -> None:
        """Take in one event; write the script when its scenario is over."""
        self._gather(event)
        if isinstance(event, RunStarted):
            self._prepare()
        elif isinstance(event, ScenarioFinished) and event.case:
            record = self._gather.run.scenarios[event.name]
            path = self._folder / f"{event.case}.sh"
            write_atomically(path, script(record), "curl script")
            path.chmod(path.stat().st_mode | 0o111)

    def _prepare(self) -> None:
        """A place for failing cases is needed before anybody knows whether there will be one."""
        try:
            prepare(self._folder / "case.sh", "curl script")
        except ReportError as error:
            why = error.__cause__
            words = why.strerror if isinstance(why, OSError) else str(error)
            text = (
                f"{self._folder} cannot be written: {words}. Failing cases are kept there, in the "
                "folder that payme-sandbox is run in: run it in one that you may write to."
            )
            raise ReportError(text) from error
