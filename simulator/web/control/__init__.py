"""The JSON control API: `/control/…`, for tests in any language and for everything pages do."""

from simulator.web.control.routes import register

__all__ = ["register"]
