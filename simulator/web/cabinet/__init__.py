"""The kassa's cabinet: payments, both books, the journal, faults and settings, as pages.

Everything here uses what the control API uses. A form answers by a redirect to the page that shows
what became of it, so that loading that page again does nothing twice.
"""

from __future__ import annotations

from flask import Flask

from simulator.web.cabinet import actions, faults, journal, settings
from simulator.web.server import Server

BLUEPRINTS = (
    actions.blueprint,
    journal.blueprint,
    faults.blueprint,
    settings.blueprint,
)


def register(app: Flask, server: Server) -> None:
    """Add the cabinet to the application, whose frame the pages have made."""
    for blueprint in BLUEPRINTS:
        app.register_blueprint(blueprint)
