"""The pages of test.paycom.uz: invalid data, payment requests, and the two published sequences."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, abort, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from simulator.web.pages import chains, fields
from simulator.web.pages.chains import BY_SLUG, INVALID, PAGES, REQUESTS, Page
from simulator.web.pages.desk import Busy, Run
from simulator.web.pages.fields import Form
from simulator.web.pages.showing import context_of, to_running
from simulator.web.pages.site import merchant_of, the_kassa, the_memory, the_site
from simulator.web.pages.starting import run_page, run_sequence, sequences_of

blueprint = Blueprint("sandbox", __name__)
MENU = tuple((group, [p for p in PAGES if p.group == group]) for group in (INVALID, REQUESTS))


@blueprint.get("/")
def home() -> Response:
    return redirect(url_for("sandbox.overview"))


@blueprint.get("/sandbox")
def overview() -> str:
    names = list(sequences_of(the_kassa()))
    return render_template("sandbox.html", sequences=names, slug="", **_common())


@blueprint.get("/sandbox/<slug>")
def page(slug: str) -> str:
    wanted = _page(slug)
    run = _run(slug)
    merchant, memory = merchant_of(the_kassa()), the_memory()
    named = {**(run.plan.texts if run else {}), **request.args.to_dict()}
    return _shown(wanted, fields.first(wanted, merchant, memory, named), run)


@blueprint.post("/sandbox/<slug>")
def send(slug: str) -> Response | tuple[str, int]:
    """Run the page's chain with what the form says."""
    wanted, kassa = _page(slug), the_kassa()
    merchant, memory = merchant_of(kassa), the_memory()
    typed = request.form.to_dict()
    asked = fields.filled(wanted, merchant, memory, typed)
    if isinstance(asked, Form):
        return _shown(wanted, asked, None), 422
    try:
        run = run_page(kassa, wanted, asked, typed)
    except Busy as busy:
        return to_running(busy)
    return redirect(url_for("sandbox.page", slug=slug, run=run.id, _anchor="result"), 303)


@blueprint.post("/sandbox/order")
def order() -> Response:
    """Have the shop make a fresh order; the forms of all pages have it from now on."""
    made = the_site().fresh_order(the_kassa())
    back = request.form.get("back", "")
    if back in BY_SLUG:
        texts: dict[str, Any] = {**fields.texts_of(made)}
        if back == "invalid-amount":
            del texts["amount"]
        return redirect(url_for("sandbox.page", slug=back, **texts), 303)
    return redirect(url_for("sandbox.overview", _anchor="fresh"), 303)


@blueprint.post("/sandbox/sequence/<name>")
def sequence(name: str) -> Response:
    """Run one of the published scenarios, or both, in one go."""
    kassa = the_kassa()
    if name not in sequences_of(kassa):
        abort(404)
    try:
        run = run_sequence(kassa, name)
    except Busy as busy:
        return to_running(busy)
    return redirect(url_for("runs.one", run_id=run.id), 303)


def _page(slug: str) -> Page:
    if slug not in BY_SLUG:
        abort(404)
    return BY_SLUG[slug]


def _run(slug: str) -> Run | None:
    found = the_site().runs.get(request.args.get("run", ""))
    return found if found is not None and found.plan.name == slug else None


def _common() -> dict[str, Any]:
    memory = the_memory()
    texts = fields.texts_of(memory.order) if memory.order else {}
    merchant = merchant_of(the_kassa())
    return {"menu": MENU, "merchant": merchant, "memory": memory, "order_texts": texts}


def _shown(page: Page, form: Form, run: Run | None) -> str:
    amount = form.text("amount").replace(" ", "")
    whole = amount.isascii() and amount.isdigit() and len(amount) < 16
    return render_template(
        "sandbox_page.html",
        page=page,
        slug=page.slug,
        form=form,
        chains=chains,
        states=fields.states_of(page),
        amount=int(amount) if whole else None,
        **_common(),
        **(context_of(run) if run else {"run": None}),
    )
