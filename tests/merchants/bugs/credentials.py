"""Bugs in the reading of credentials."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable

from tests.merchants.bugs.row import bug
from tests.merchants.habits import Members, right_key
from tests.merchants.methods import METHODS

_ONE = "auth.check-transaction"


def _decoded(header: str | None) -> str:
    """What stands in a Basic header, or nothing."""
    scheme, _, rest = (header or "").partition(" ")
    if scheme.lower() != "basic":
        return ""
    try:
        return base64.b64decode(rest.strip(), validate=True).decode()
    except (binascii.Error, ValueError):
        return ""


def _password(holds: Callable[[str, str], bool]) -> Callable[[str | None, str, str], bool]:
    """A check of the password alone, by some comparison of what was given with the key."""

    def trusts(header: str | None, login: str, key: str) -> bool:
        name, colon, given = _decoded(header).partition(":")
        return bool(colon) and name == login and holds(given, key)

    return trusts


def _cut_at_colons(header: str | None, login: str, key: str) -> bool:
    return _decoded(header).split(":")[1:2] == [key]


def _no_header_is_fine(header: str | None, login: str, key: str) -> bool:
    return not header or right_key(header, login, key)


def _last_word(header: str | None, login: str, key: str) -> bool:
    return right_key(header, login, key) or (header or "").split(" ")[-1] == key


def _strict_decoder(header: str | None, login: str, key: str) -> bool:
    given = base64.b64decode((header or "").partition(" ")[2], validate=True).decode()
    name, password = given.split(":", 1)
    return (name, password) == (login, key)


def _lenient_decoder(header: str | None, login: str, key: str) -> bool:
    return right_key(header, login, key) or _decoded(header) == login


def _any_login(header: str | None, login: str, key: str) -> bool:
    return _decoded(header).partition(":")[2] == key


def _no_login(header: str | None, login: str, key: str) -> bool:
    return right_key(header, login, key) or _decoded(header) == key


def _capital_basic(header: str | None, login: str, key: str) -> bool:
    return (header or "").startswith("Basic ") and right_key(header, login, key)


def _ping(request: Members, answer: Members) -> Members:
    unknown = request.get("method") not in METHODS
    return {"id": answer["id"], "result": {"pong": True}} if unknown else answer


AUTH = (
    bug(
        "auth.cut-at-colons",
        "auth.right-key",
        "login:key is split at every colon, so a key with a colon is cut",
        trusts=_cut_at_colons,
    ),
    bug(
        "auth.strips",
        "auth.padded-key",
        "a line end behind the key is stripped",
        only="auth.check-transaction",
        trusts=_password(lambda given, key: given.rstrip() == key),
    ),
    bug(
        "auth.optional",
        "auth.no-header",
        "the key is only checked if there is a header",
        only=_ONE,
        trusts=_no_header_is_fine,
    ),
    bug(
        "auth.statement-unguarded",
        "auth.wrong-key auth.no-header",
        "GetStatement is routed around the check of the key",
        only="auth.get-statement",
        guards="method",
        ignores={"key:GetStatement"},
    ),
    bug(
        "auth.cancel-unguarded",
        "auth.wrong-key auth.part-of-key",
        "CancelTransaction is routed around the check of the key",
        only="auth.cancel-transaction",
        guards="method",
        ignores={"key:CancelTransaction"},
    ),
    bug(
        "auth.perform-unguarded",
        "auth.wrong-key auth.part-of-key",
        "PerformTransaction is routed around the check of the key",
        only="auth.perform-transaction",
        guards="method",
        ignores={"key:PerformTransaction"},
    ),
    bug(
        "auth.create-unguarded",
        "auth.wrong-key official.authorization",
        "CreateTransaction is routed around the check of the key",
        only="auth.create-transaction official.scenario-1",
        guards="method",
        ignores={"key:CreateTransaction"},
    ),
    bug(
        "auth.ask-unguarded",
        "auth.wrong-key official.authorization",
        "CheckPerformTransaction is routed around the check of the key",
        only="auth.check-perform-transaction official.scenario-1",
        guards="method",
        ignores={"key:CheckPerformTransaction"},
    ),
    bug(
        "auth.documents-unguarded",
        "auth.wrong-key auth.no-header",
        "SetFiscalData is routed around the check of the key",
        only="auth.set-fiscal-data",
        guards="method",
        ignores={"key:SetFiscalData"},
    ),
    bug(
        "auth.debug-mode",
        "auth.wrong-key auth.no-header auth.empty-password auth.other-scheme",
        "the check is switched off",
        only=_ONE,
        ignores={"key"},
    ),
    bug(
        "auth.key-unset",
        "auth.empty-password",
        "an empty password is right, because the test key was never set",
        only=_ONE,
        trusts=_password(lambda given, key: given in ("", key)),
    ),
    bug(
        "auth.ends-with-key",
        "auth.part-of-key",
        "anything before the key is overlooked",
        only=_ONE,
        trusts=_password(lambda given, key: given.endswith(key)),
    ),
    bug(
        "auth.starts-with-key",
        "auth.part-of-key",
        "anything behind the key is overlooked",
        only=_ONE,
        trusts=_password(lambda given, key: given.startswith(key)),
    ),
    bug(
        "auth.key-inside",
        "auth.part-of-key",
        "the key may stand anywhere in the password",
        only=_ONE,
        trusts=_password(lambda given, key: key in given),
    ),
    bug(
        "auth.start-of-key",
        "auth.part-of-key auth.empty-password",
        "the beginning of the key will do",
        only=_ONE,
        trusts=_password(lambda given, key: key.startswith(given)),
    ),
    bug(
        "auth.any-case",
        "auth.part-of-key",
        "the key is compared without regard to case",
        only=_ONE,
        trusts=_password(lambda given, key: given.lower() == key.lower()),
    ),
    bug(
        "auth.last-word",
        "auth.other-scheme",
        "the last word of the header is compared with the key, whatever the scheme",
        only=_ONE,
        trusts=_last_word,
    ),
    bug(
        "auth.decoder-raises",
        "auth.undecodable",
        "credentials that cannot be decoded end in the general error handler",
        only=_ONE,
        trusts=_strict_decoder,
    ),
    bug(
        "auth.login-alone",
        "auth.undecodable",
        "the login without a colon and a key is enough",
        only=_ONE,
        trusts=_lenient_decoder,
    ),
    bug("auth.any-login", "auth.wrong-login", "the login is ignored", only=_ONE, trusts=_any_login),
    bug("auth.no-login", "auth.no-login", "the key alone will do", only=_ONE, trusts=_no_login),
    bug("auth.capital-basic", "auth.scheme-case", 'only "Basic" is read', trusts=_capital_basic),
    bug(
        "auth.ping-before",
        "auth.before-refused",
        "whatever has no known method is answered as a ping, before the key is looked at",
        envelope=_ping,
    ),
    bug(
        "auth.after-method",
        "auth.before-method auth.before-body",
        "the key is checked inside each method",
        guards="method",
    ),
    bug(
        "auth.after-params",
        "auth.before-params",
        "the key is checked after everything else",
        guards="last",
    ),
    bug(
        "auth.no-id",
        "envelope.id-present",
        "a refusal of a wrong key has no id",
        only=_ONE,
        envelope=lambda request, answer: (
            {n: v for n, v in answer.items() if n != "id"}
            if answer.get("error", {}).get("code") == -32504
            else answer
        ),
    ),
)
