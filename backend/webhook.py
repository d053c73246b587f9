"""`POST /payme`: authorise, parse, dispatch, decide in one database transaction, answer.

Every answer is HTTP 200 and leaves after its decision is committed. What nobody foresaw is -32400
with the traceback in the log, so that Payme tries again.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy.exc import DBAPIError, IntegrityError

from backend.auth import authorise
from backend.clock import Clock, now_ms
from backend.db import Database
from backend.envelope import Answer, called, encode, lengthy, parse
from backend.errors import Code, Refusal
from backend.logs import log, shown
from backend.methods import METHODS
from backend.methods.base import Call, Method, Result
from backend.settings import Settings

TRIES = 3
"""A unique violation means that another call won meanwhile; the next try sees what it left. With a
lost connection nobody knows whether the try was committed; the next one finds out, as a repeat."""


class Webhook:
    """The merchant's endpoint, without HTTP: a header and a body in, a body out."""

    def __init__(self, settings: Settings, database: Database, clock: Clock = now_ms) -> None:
        """`clock` is the merchant's own, in ms."""
        self._settings = settings
        self._database = database
        self._clock = clock

    def answer(self, authorization: str | None, body: bytes) -> Answer:
        """The answer to one POST, long ones as size and pieces; never raises."""
        request = parse(body)
        id = None if isinstance(request, Refusal) else request.id
        subject = "call"
        try:
            authorise(authorization, self._settings)
            if isinstance(request, Refusal):
                raise request
            name, params = called(request)
            subject = shown(name)
            method = _method(name)
            asked = method.read(params)
            subject = method.line(asked)
            log.debug("%s", subject)
            result = self._result(method, asked)
            return lengthy(id, result) or encode(id, result)
        except Refusal as refusal:
            log.debug("Refused %s: code=%d %s", subject, refusal.code, refusal.text)
            return encode(id, refusal)
        except Exception:
            log.exception("Undecided: %s", subject)
            return encode(id, Refusal(Code.SYSTEM, "System error."))

    def refuse_verb(self) -> bytes:
        """The answer to a request that is not POST."""
        log.debug("Refused a request that is not POST: code=%d", Code.NOT_POST)
        return encode(None, Refusal(Code.NOT_POST, "The request must be POST."))

    def _result(self, method: Method[Any], asked: object) -> Result:
        for _ in range(TRIES - 1):
            try:
                return self._decide(method, asked)
            except DBAPIError as error:
                if not (isinstance(error, IntegrityError) or error.connection_invalidated):
                    raise
        return self._decide(method, asked)

    def _decide(self, method: Method[Any], asked: object) -> Result:
        sessions = self._database.deciding if method.writes else self._database.looking
        with sessions() as session:
            call = Call(self._settings, session, self._clock)
            try:
                result = method.decide(call, asked)
            except Refusal:
                # A refusal is a decision too: an expiry noticed on the way is kept.
                self._commit(call)
                raise
            self._commit(call)
            return result

    def _commit(self, call: Call) -> None:
        call.session.commit()
        for line in call.done:
            log.debug("%s", line)


def _method(name: str) -> Method[Any]:
    method = METHODS.get(name)
    if method is None:
        raise Refusal(Code.NO_METHOD, "There is no such method.", name)
    return method
