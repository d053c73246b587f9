"""The two pages, and what they are shown with."""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable

from flask import Blueprint, Flask, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from backend.pages.words import LANGUAGES, NAMES, money, say
from backend.settings import Settings
from backend.shop import BadInput, Shop

COPY_SUM = 1_000
MOST_COPIES = 20
COOKIE = "photobooth_lang"

_HOST = re.compile(r"[A-Za-z0-9.:\[\]-]+")


def new_number() -> str:
    """An order's number that nobody guesses."""
    return f"{secrets.randbelow(10**12):012}"


def register(
    app: Flask, shop: Shop, settings: Settings, number: Callable[[], str] = new_number
) -> None:
    """Add the pages to the merchant."""
    pages = Blueprint("pages", __name__, static_folder="static", template_folder="templates")
    pages.context_processor(_frame)
    pages.after_request(lambda response: _dressed(response, settings))

    @pages.get("/")
    def choose() -> str:
        return _choose(number())

    @pages.post("/orders")
    def order() -> Response | tuple[str, int]:
        copies = request.form.get("copies", "")
        wished = request.form.get("order_id", "") or number()
        if not re.fullmatch(r"[0-9]{1,3}", copies) or not 1 <= int(copies) <= MOST_COPIES:
            return _choose(wished, wrong=True), 400
        made = _made(shop, wished, number(), int(copies) * COPY_SUM)
        return redirect(url_for("pages.show", order_id=made), 303)

    @pages.get("/orders/<order_id>")
    def show(order_id: str) -> str | tuple[str, int]:
        try:
            found = shop.checkout(order_id, _language(), _way_back(order_id))
        except BadInput as error:
            if error.status != 404:
                raise
            return render_template("shop/missing.html"), 404
        standing = _standing(found)
        return render_template("shop/order.html", order=found, standing=standing)

    app.register_blueprint(pages)


def _made(shop: Shop, wished: str, other: str, amount: int) -> str:
    """The order's number. Sent twice it is one order; with other copies, another one."""
    data = {"order_id": wished, "paymentType": "payme", "amount": amount}
    try:
        made = shop.generate_qr(data)
    except BadInput as error:
        if error.status != 409:
            raise
        made = shop.generate_qr(data | {"order_id": other})
    return str(made["order_id"])


def _choose(number: str, wrong: bool = False) -> str:
    return render_template(
        "shop/choose.html", number=number, wrong=wrong, most=MOST_COPIES, price=COPY_SUM
    )


def _standing(order: dict[str, object]) -> str:
    """What the page says of an order: a word of the texts."""
    if order["status"] == "success":
        return "paid"
    if order["status"] == "cancelled":
        return "refunded" if order["state"] == -2 else "cancelled"
    return "started" if order["state"] == 1 else "waiting"


def _way_back(order_id: str) -> str:
    """The order's page. Nothing of a Host header that could become another parameter gets in."""
    if not _HOST.fullmatch(request.host):
        return ""
    return request.host_url.rstrip("/") + url_for("pages.show", order_id=order_id)


def _language() -> str:
    """?lang, the cookie that it left, what the browser asks for, Russian."""
    for named in (request.args.get("lang"), request.cookies.get(COOKIE)):
        if named in LANGUAGES:
            return str(named)
    return request.accept_languages.best_match(LANGUAGES) or LANGUAGES[0]


def _frame() -> dict[str, object]:
    language = _language()
    return {
        "language": language,
        "languages": NAMES,
        "say": lambda name, **values: say(language, name, **values),
        "money": lambda amount: money(language, amount),
    }


def _dressed(response: Response, settings: Settings) -> Response:
    chosen = request.args.get("lang")
    if chosen in LANGUAGES:
        response.set_cookie(COOKIE, str(chosen), samesite="Lax", httponly=True)
    pays_at = settings.checkout_host.rstrip("/") + "/"
    response.headers["Content-Security-Policy"] = (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src data:; "
        f"connect-src 'self'; form-action 'self' {pays_at}; base-uri 'none'; "
        "frame-ancestors 'none'"
    )
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Cache-Control"] = "no-store"
    return response
