"""`POST /payme` with the shop's own CreateTransaction."""

from __future__ import annotations

from collections.abc import Callable

from backend.auth import authorise
from backend.clock import Clock, now_ms
from backend.db import Sessions
from backend.envelope import Request, called, encode, parse
from backend.errors import Code, Refusal
from backend.logs import log, shown
from backend.methods.base import Result
from backend.params import Params
from backend.settings import Settings, Variant
from backend.variants import after_fix, before_fix, methods
from backend.variants.call import Call
from backend.webhook import Webhook as ReferenceWebhook

Handler = Callable[[Call, Params], Result | Refusal]

CREATE: dict[Variant, Handler] = {
    Variant.BEFORE_FIX: before_fix.create,
    Variant.AFTER_FIX: after_fix.create,
}


class Webhook(ReferenceWebhook):
    """Authorised and parsed as the reference merchant does it; decided by the shop's code.

    An exception that a handler does not catch goes on to Flask, which writes it into the log and
    answers with HTTP 500 and a page of HTML.
    """

    def __init__(self, settings: Settings, database: Sessions, clock: Clock = now_ms) -> None:
        """`clock` is the merchant's own, in ms."""
        self._settings = settings
        self._sessions = database
        self._clock = clock
        self._handlers = methods.METHODS | {"CreateTransaction": CREATE[settings.variant]}

    def answer(self, authorization: str | None, body: bytes) -> bytes:
        """The answer to one POST. Raises whatever the handlers raise but refusals."""
        request = parse(body)
        id = None if isinstance(request, Refusal) else request.id
        outcome: Result | Refusal
        try:
            authorise(authorization, self._settings)
            outcome = self._decided(request)
        except Refusal as refusal:
            outcome = refusal
        if isinstance(outcome, Refusal):
            log.debug("Refused %s: code=%d %s", _named(request), outcome.code, outcome.text)
        return encode(id, outcome)

    def _decided(self, request: Request | Refusal) -> Result | Refusal:
        if isinstance(request, Refusal):
            return request
        name, given = called(request)
        handler = self._handlers.get(name)
        if handler is None:
            return Refusal(Code.NO_METHOD, "There is no such method.", name)
        with self._sessions.write() as session:
            return handler(Call(self._settings, session, self._clock), given)


def _named(request: Request | Refusal) -> str:
    return "call" if isinstance(request, Refusal) else shown(request.method)
