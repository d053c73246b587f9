"""Bugs in the reading of credentials: anybody may mark orders as paid, or Payme may not."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable

from backend import auth, envelope
from backend.bugs.row import bug
from backend.bugs.seams import Switch, around
from backend.bugs.ways import asking
from backend.envelope import Answer
from backend.errors import Code, Refusal
from backend.methods import METHODS
from backend.settings import Settings
from backend.webhook import Webhook

Inner = Callable[[str | None, Settings], None]


def _decoded(header: str | None) -> str:
    """What stands in a Basic header, or nothing."""
    scheme, _, rest = (header or "").strip().partition(" ")
    if scheme.lower() != "basic":
        return ""
    try:
        return base64.b64decode(rest.strip(), validate=True).decode()
    except (binascii.Error, ValueError):
        return ""


def _also(trusts: Callable[[str, Settings], bool]) -> Switch:
    """Let in whoever has this in the header, too."""

    def authorise(inner: Inner, header: str | None, settings: Settings) -> None:
        if not trusts(header or "", settings):
            inner(header, settings)

    return around(auth.authorise, authorise)


def _password(holds: Callable[[str, str], bool]) -> Switch:
    """Let in whose password, under the right login, is that like the key."""

    def trusts(header: str, settings: Settings) -> bool:
        login, colon, given = _decoded(header).partition(":")
        return bool(colon) and login == settings.login and holds(given, settings.key)

    return _also(trusts)


def _pair(settings: Settings) -> str:
    return f"{settings.login}:{settings.key}"


def _right_header(settings: Settings) -> str:
    return "Basic " + base64.b64encode(_pair(settings).encode()).decode("ascii")


def _unguarded(names: Callable[[str], bool]) -> Switch:
    """Calls of these methods are routed around the check."""
    return _checked_later(lambda request: names(asking(request)))


def _cut_at_colons(inner: Callable[[str], tuple[bytes, bytes]], header: str) -> tuple[bytes, bytes]:
    login, key = inner(header)
    return login, key.split(b":")[0]


def _trusting_decoder(inner: Inner, header: str | None, settings: Settings) -> None:
    """A header that cannot be decoded ends in an exception."""
    if header and header.lower().startswith("basic"):
        _, _ = base64.b64decode(header.partition(" ")[2], validate=True).decode().split(":", 1)
    inner(header, settings)


def _capital_basic(inner: Inner, header: str | None, settings: Settings) -> None:
    inner(header if header and header.startswith("Basic ") else None, settings)


def _tells_key(inner: Inner, header: str | None, settings: Settings) -> None:
    try:
        inner(header, settings)
    except Refusal:
        raise Refusal(Code.NO_ACCESS, f"Expected {settings.login}:{settings.key}") from None


def _checked_later(late: Callable[[envelope.Request | Refusal], bool]) -> Switch:
    """Such requests get their answer, or are told what is wrong with them, with any credentials."""

    def answer(
        inner: Callable[[Webhook, str | None, bytes], Answer],
        self: Webhook,
        header: str | None,
        body: bytes,
    ) -> Answer:
        trusted = late(envelope.parse(body))
        return inner(self, _right_header(self._settings) if trusted else header, body)

    return around(Webhook.answer, answer)


def _known_to_anybody() -> Switch:
    """Whose calls name a transaction that was made before need no credentials to make it."""
    made: set[str] = set()

    def repeats(request: envelope.Request | Refusal) -> bool:
        if asking(request) != "CreateTransaction":
            return False
        _, params = envelope.called(request)  # type: ignore[arg-type]
        payme_id = str(params.get("id"))
        known = payme_id in made
        made.add(payme_id)
        return known

    return _checked_later(repeats)


def _bad_params(request: envelope.Request | Refusal) -> bool:
    try:
        name, params = envelope.called(request)  # type: ignore[arg-type]
        METHODS[name].read(params)
    except (Refusal, KeyError, AttributeError):
        return not isinstance(request, Refusal) and asking(request) in METHODS
    return False


def _unknown(request: envelope.Request | Refusal) -> bool:
    return bool(asking(request)) and asking(request) not in METHODS


def _ping(
    inner: Callable[[Webhook, str | None, bytes], Answer],
    self: Webhook,
    header: str | None,
    body: bytes,
) -> Answer:
    request = envelope.parse(body)
    if isinstance(request, Refusal) or not _unknown(request):
        return inner(self, header, body)
    return envelope.encode(request.id, {"pong": True})


BUGS = (
    bug(
        "auth.key-cut-at-colon",
        "login:key is split at every colon, so a key with a colon is never right",
        "auth.right-key",
        around(auth._credentials, _cut_at_colons),
    ),
    bug(
        "auth.header-optional",
        "the key is only checked if there is an Authorization header",
        "auth.no-header",
        _also(lambda header, settings: not header),
    ),
    bug(
        "auth.switched-off",
        "the check is switched off, as in development",
        "auth.wrong-key official.authorization auth.no-header",
        _also(lambda header, settings: True),
    ),
    bug(
        "auth.statement-unguarded",
        "GetStatement is routed around the check",
        "auth.wrong-key auth.no-header",
        _unguarded(lambda name: name == "GetStatement"),
    ),
    bug(
        "auth.cancel-unguarded",
        "CancelTransaction is routed around the check",
        "auth.wrong-key auth.part-of-key",
        _unguarded(lambda name: name == "CancelTransaction"),
    ),
    bug(
        "auth.check-unguarded",
        "the methods that only look are routed around the check",
        "auth.wrong-key official.authorization",
        _unguarded(lambda name: name.startswith("Check")),
    ),
    bug(
        "auth.test-key-unset",
        "an empty password is right, because the test key was never set and is empty too",
        "auth.empty-password",
        _password(lambda given, key: given == ""),
    ),
    bug(
        "auth.key-inside",
        "the key may stand anywhere in the password: includes(key)",
        "auth.part-of-key",
        _password(lambda given, key: key in given),
    ),
    bug(
        "auth.start-of-key",
        "a beginning of the key will do: key.startsWith(password)",
        "auth.part-of-key auth.empty-password",
        _password(lambda given, key: key.startswith(given)),
    ),
    bug(
        "auth.any-case",
        "the key is compared without regard to letter case",
        "auth.part-of-key",
        _password(lambda given, key: given.lower() == key.lower()),
    ),
    bug(
        "auth.base64-any-case",
        "the header is compared as it came, without regard to letter case",
        "auth.part-of-key",
        _also(lambda header, settings: header.lower() == _right_header(settings).lower()),
    ),
    bug(
        "auth.login-any-case",
        "the login is compared without regard to letter case",
        "auth.wrong-login",
        _also(lambda header, settings: _decoded(header).lower() == _pair(settings).lower()),
        level="should",
    ),
    bug(
        "auth.open-to-repeats",
        "a transaction that is known is answered again to anybody",
        "auth.wrong-key",
        _known_to_anybody(),
    ),
    bug(
        "auth.strips-key",
        "blanks and line ends around the key are stripped",
        "auth.padded-key",
        _password(lambda given, key: given.strip() == key),
        level="should",
    ),
    bug(
        "auth.any-scheme",
        "the last word of the header is compared with the key, whatever the scheme",
        "auth.other-scheme",
        _also(lambda header, settings: header.split(" ")[-1] == settings.key),
    ),
    bug(
        "auth.decoder-raises",
        "credentials that cannot be decoded end in the general error handler (-32400)",
        "auth.undecodable",
        around(auth.authorise, _trusting_decoder),
    ),
    bug(
        "auth.login-alone",
        "the login is enough, if nothing follows it",
        "auth.undecodable",
        _also(lambda header, settings: _decoded(header) == settings.login),
    ),
    bug(
        "auth.any-login",
        "the login is ignored",
        "auth.wrong-login",
        _also(lambda header, settings: _decoded(header).partition(":")[2] == settings.key),
        level="should",
    ),
    bug(
        "auth.key-alone",
        "the last part after a colon is the key, so that no login is needed",
        "auth.no-login",
        _also(lambda header, settings: _decoded(header) == settings.key),
        level="should",
    ),
    bug(
        "auth.capital-basic",
        "only the scheme Basic with a capital letter is read",
        "auth.scheme-case",
        around(auth.authorise, _capital_basic),
        level="should",
    ),
    bug(
        "auth.ping",
        "what has no known method is answered as a ping, before the key is looked at",
        "auth.before-refused",
        around(Webhook.answer, _ping),
    ),
    bug(
        "auth.after-method",
        "an unknown method is told before the key is looked at",
        "auth.before-method",
        _checked_later(_unknown),
        level="should",
    ),
    bug(
        "auth.after-params",
        "bad params are told before the key is looked at",
        "auth.before-params",
        _checked_later(_bad_params),
        level="should",
    ),
    bug(
        "auth.after-body",
        "a body that is not JSON is told before the key is looked at",
        "auth.before-body",
        _checked_later(lambda request: isinstance(request, Refusal)),
        level="should",
    ),
    bug(
        "auth.tells-key",
        "the refusal of a wrong key tells the right one",
        "answer.no-key",
        around(auth.authorise, _tells_key),
    ),
)
