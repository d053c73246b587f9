"""How a view reaches the server that it is part of."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from flask import current_app

if TYPE_CHECKING:
    from simulator.web.server import Server

PLACE = "payme-sandbox"
"""Its name among the application's extensions."""


def the_server() -> Server:
    """The server behind the request that is being answered."""
    return cast("Server", current_app.extensions[PLACE])
