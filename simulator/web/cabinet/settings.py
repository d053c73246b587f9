"""Settings: the kassas, the server's clock, snapshots, and back to nothing."""

from __future__ import annotations

import re

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from simulator.web.cabinet.kassa import changes_of, new_kassa, texts_of
from simulator.web.cabinet.payments import STEPS_MS
from simulator.web.cabinet.typed import Typed
from simulator.web.current import the_server
from simulator.web.pages.chains import ACCOUNT_TYPES
from simulator.web.pages.commands import control_curl
from simulator.web.pages.starting import refuse_while_running
from simulator.web.problems import Problem, conflict
from simulator.web.store import Kassa

blueprint = Blueprint("settings", __name__, url_prefix="/settings")
DONE = ("taken", "restored", "forgotten", "reset", "passed", "added", "changed", "removed")
_NAME = re.compile(r"[A-Za-z0-9_-]{1,60}")
Answer = Response | tuple[str, int]


@blueprint.get("")
def shown() -> str:
    return _page()


@blueprint.get("/<path:rest>")
def back(rest: str) -> Response:
    """The address of a form, loaded anew, is the page."""
    return redirect(url_for("settings.shown"))


@blueprint.post("/kassas")
def add() -> Answer:
    """A further kassa, with a merchant of its own."""
    typed = Typed(request.form.to_dict())
    try:
        the_server().kassas.add(new_kassa(typed))
    except Problem as problem:
        return _page(typed, problem), problem.status
    return _back("added", "kassas")


@blueprint.post("/kassas/<kassa_id>/reveal")
def reveal(kassa_id: str) -> str:
    """The page once more, with that kassa's key on it."""
    kassas = the_server().kassas
    return _page(revealed={kassa_id: kassas.key(kassas.get(kassa_id))})


@blueprint.get("/kassas/<kassa_id>")
def kassa(kassa_id: str) -> str:
    """One kassa's form."""
    found = the_server().kassas.get(kassa_id)
    return _form(found, texts_of(found))


@blueprint.post("/kassas/<kassa_id>")
def change(kassa_id: str) -> Answer:
    """Make it another one; what is under way goes on by the new terms."""
    typed = Typed(request.form.to_dict())
    try:
        the_server().kassas.change(kassa_id, changes_of(typed))
    except Problem as problem:
        if problem.status == 404:
            raise
        return _form(the_server().kassas.get(kassa_id), typed, problem), problem.status
    return _back("changed", "kassas")


@blueprint.post("/kassas/<kassa_id>/remove")
def remove(kassa_id: str) -> Answer:
    try:
        refuse_while_running(kassa_id)
        the_server().kassas.remove(kassa_id, request.form.get("payments") == "yes")
    except Problem as problem:
        return _page(problem=problem), problem.status
    return _back("removed", "kassas")


@blueprint.post("/clock")
def clock() -> Answer:
    """Let time pass for everybody."""
    chosen = Typed(request.form.to_dict()).one_of("by_ms", {str(one) for one in STEPS_MS})
    try:
        if chosen is None:
            raise conflict("no length of time was chosen", "one of those that the page offers")
        the_server().let_time_pass(int(chosen))
    except Problem as problem:
        return _page(problem=problem), problem.status
    return _back("passed", "clock")


@blueprint.post("/snapshots")
def take() -> Answer:
    """Keep the present state under a name."""
    typed = Typed(request.form.to_dict())
    name = typed.text("name")
    try:
        if not _NAME.fullmatch(name):
            raise conflict(repr(name), "1 to 60 letters (A-Z, a-z), digits, - and _")
        the_server().snapshots.take(name)
    except Problem as problem:
        return _page(typed, problem), problem.status
    return _back("taken", "snapshots")


@blueprint.post("/snapshots/<name>/restore")
def restore(name: str) -> Answer:
    try:
        the_server().snapshots.restore(name)
    except Problem as problem:
        return _page(problem=problem), problem.status
    return _back("restored", "snapshots")


@blueprint.post("/snapshots/<name>/forget")
def forget(name: str) -> Answer:
    the_server().snapshots.forget(name)
    return _back("forgotten", "snapshots")


@blueprint.post("/reset")
def reset() -> Answer:
    """No payments, no faults, the configuration's kassa alone, the true time."""
    try:
        the_server().snapshots.reset(request.form.get("journal") == "yes")
    except Problem as problem:
        return _page(problem=problem), problem.status
    return _back("reset", "reset")


def _form(kassa: Kassa, typed: Typed, problem: Problem | None = None) -> str:
    return render_template(
        "cabinet/kassa.html",
        one=kassa,
        typed=typed,
        problem=problem,
        account_types=ACCOUNT_TYPES,
    )


def _page(
    typed: Typed | None = None,
    problem: Problem | None = None,
    revealed: dict[str, str] | None = None,
) -> str:
    server = the_server()
    return render_template(
        "cabinet/settings.html",
        typed=typed or Typed({"refunds": "yes"}),
        problem=problem,
        revealed=revealed or {},
        command=control_curl,
        masked=server.kassas.masked_key,
        account_types=ACCOUNT_TYPES,
        snapshots=server.snapshots.all(),
        now=server.clock.now(),
        shift_ms=server.clock.shift_ms,
        steps=STEPS_MS,
        done=Typed(request.args.to_dict()).one_of("done", DONE),
    )


def _back(done: str, anchor: str) -> Response:
    return redirect(url_for("settings.shown", done=done, _anchor=anchor), 303)
