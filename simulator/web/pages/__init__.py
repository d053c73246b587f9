"""The site's frame, the sandbox's pages and the runs, in three languages."""

from __future__ import annotations

from flask import Flask

from simulator.web.pages import frame, runs, sandbox
from simulator.web.pages.site import PLACE, Site
from simulator.web.server import Server

ERROR_PAGE = "payme-sandbox.error-page"

BLUEPRINTS = (sandbox.blueprint, runs.blueprint)


def register(app: Flask, server: Server) -> None:
    """Add the pages to the application."""
    site = app.extensions[PLACE] = Site(server)
    server.closing.append(site.close)
    frame.dress(app)
    for blueprint in BLUEPRINTS:
        app.register_blueprint(blueprint)
    app.extensions[ERROR_PAGE] = frame.trouble_page
