"""Faults of a kassa's calls: switched on, watched, switched off."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from simulator.protocol.vocabulary import Method
from simulator.web.cabinet.commands import for_fault
from simulator.web.cabinet.typed import Typed
from simulator.web.current import the_server
from simulator.web.faults import KINDS, LONGEST_DELAY_MS, MOST_AT_ONCE, NewFault
from simulator.web.pages.site import the_kassa
from simulator.web.problems import Problem, not_found

blueprint = Blueprint("faults", __name__, url_prefix="/faults")
_USUAL = {"percent": "100", "seed": "0", "delay_ms": "5000", "count": "2", "kind": "drop-reply"}
_ONLY = {"delay_ms": "delay", "count": "burst"}
"""What belongs to one kind alone; the form shows it for no other."""
_LIMITS = {
    "nth": (1, 10**9),
    "amount": (1, 2**53 - 1),
    "percent": (1, 100),
    "seed": (0, 2**53 - 1),
    "delay_ms": (1, LONGEST_DELAY_MS),
    "count": (2, MOST_AT_ONCE),
    "times": (1, 10**9),
}


@blueprint.get("")
def listed() -> str:
    return _page(Typed(_USUAL))


@blueprint.post("")
def add() -> Response | tuple[str, int]:
    """Spoil some of the kassa's calls from now on."""
    typed = Typed(request.form.to_dict())
    new = _read(typed)
    if typed.errors:
        return _page(typed), 422
    try:
        the_server().faults.add(new)
    except Problem as problem:
        return _page(typed, problem), problem.status
    return redirect(url_for("faults.listed", _anchor="rules"), 303)


@blueprint.post("/<fault_id>/switch")
def switch(fault_id: str) -> Response:
    """On or off."""
    _own(fault_id)
    the_server().faults.switch(fault_id, request.form.get("active") == "yes")
    return redirect(url_for("faults.listed", _anchor="rules"), 303)


@blueprint.post("/<fault_id>/remove")
def remove(fault_id: str) -> Response:
    _own(fault_id)
    the_server().faults.remove(fault_id)
    return redirect(url_for("faults.listed", _anchor="rules"), 303)


def _own(fault_id: str) -> None:
    """Only rules of the kassa that the page shows."""
    if the_server().faults.get(fault_id).kassa_id != the_kassa().id:
        raise not_found("fault", fault_id)


def _read(typed: Typed) -> NewFault:
    told: dict[str, Any] = {}
    kind = typed.one_of("kind", KINDS) or _USUAL["kind"]
    for name, (least, most) in _LIMITS.items():
        if _ONLY.get(name, kind) != kind:
            continue
        value = typed.whole(name)
        if value is not None and not least <= value <= most:
            typed.errors[name] = "faults.out_of_range"
        elif value is not None:
            told[name] = value
    return NewFault(
        the_kassa().id,
        kind,
        method=typed.one_of("method", {method.value for method in Method}),
        account_glob=typed.text("account_glob") or None,
        **told,
    )


def _page(typed: Typed, problem: Problem | None = None) -> str:
    return render_template(
        "cabinet/faults.html",
        typed=typed,
        problem=problem,
        limits=_LIMITS,
        kinds=KINDS,
        methods=[method.value for method in Method if method is not Method.STATEMENT],
        command=for_fault,
        rules=the_server().faults.all(the_kassa().id),
    )
