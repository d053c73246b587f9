"""The checkout page: a shop's link or form, a test card, the SMS code, and the way back.

links    a shop's GET link and POST form        views    the pages of one payment
asking   CheckPerformTransaction, repeated      showing  what a merchant said, as plain text
"""

from __future__ import annotations

from flask import Flask

from simulator.web.checkout import links, views
from simulator.web.checkout.asking import PLACE, Asking
from simulator.web.checkout.words import Words
from simulator.web.server import Server

__all__ = ["Words", "register"]


def register(app: Flask, server: Server) -> None:
    """Add the pages. All other parts are there already: what is theirs is not taken for a link."""
    asking = app.extensions[PLACE] = Asking(server)
    server.closing.append(asking.close)
    app.register_blueprint(views.blueprint)
    app.register_blueprint(links.made(app))
