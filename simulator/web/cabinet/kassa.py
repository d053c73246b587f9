"""A kassa's form: what was typed, checked as the control API checks it."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, ValidationError

from simulator.caller.retry import RetryPolicy
from simulator.web.cabinet.typed import Typed
from simulator.web.control.schemas import KassaBody, KassaChange
from simulator.web.kassas import NewKassa
from simulator.web.pages.chains import ACCOUNT_TYPES
from simulator.web.problems import conflict
from simulator.web.store import Kassa

_TEXTS = ("name", "url", "key", "login")
_NUMBERS = ("min_amount", "max_amount", "timeout_ms", "attempts")


def texts_of(kassa: Kassa) -> Typed:
    """What the form holds of a kassa; its key is not sent to the page."""
    texts = {name: getattr(kassa, name) for name in ("name", "url", "login", "account_type")}
    texts |= {name: str(getattr(kassa, name)) for name in _NUMBERS if name != "attempts"}
    texts |= {
        "account": " ".join(kassa.account),
        "refunds": "yes" if kassa.refunds else "",
        "attempts": str(kassa.retry["attempts"]),
        "pauses_ms": " ".join(map(str, kassa.retry["pauses_ms"])),
    }
    return Typed(texts)


def new_kassa(typed: Typed) -> NewKassa:
    """A kassa to be made. What was left empty is as usual. Problem 409 for the first fault."""
    told = {"key": "", "name": "", "url": ""} | _told(typed)
    body = _checked(KassaBody, told)
    assert isinstance(body, KassaBody)
    retry = RetryPolicy(body.attempts, tuple(body.pauses_ms))
    values = body.model_dump(exclude={"attempts", "pauses_ms", "account"})
    return NewKassa(**values, account=tuple(body.account), retry=retry)


def changes_of(typed: Typed) -> dict[str, Any]:
    """What becomes different. What was left empty stays. Problem 409 for the first fault."""
    changes = _checked(KassaChange, _told(typed)).model_dump(exclude_none=True)
    if "account" in changes:
        changes["account"] = tuple(changes["account"])
    return changes


def _told(typed: Typed) -> dict[str, Any]:
    """The members that were typed; a number that is none is refused."""
    told: dict[str, Any] = {name: typed.text(name, 500) for name in _TEXTS if typed.text(name)}
    told |= {name: typed.whole(name) for name in _NUMBERS if typed.text(name)}
    if members := typed.text("account").replace(",", " ").split():
        told["account"] = members
    if pauses := typed.text("pauses_ms").replace(",", " ").split():
        told["pauses_ms"] = pauses
    told["account_type"] = typed.one_of("account_type", ACCOUNT_TYPES) or ACCOUNT_TYPES[0]
    told["refunds"] = typed.text("refunds") == "yes"
    for name in typed.errors:
        raise conflict(f"{name} is {typed.text(name)!r}", "a whole number")
    return told


def _checked(model: type[BaseModel], told: dict[str, Any]) -> BaseModel:
    try:
        return model(**told)
    except ValidationError as error:
        first = error.errors(include_url=False, include_context=False, include_input=False)[0]
        raise conflict(str(first["loc"][0]), str(first["msg"])) from None
