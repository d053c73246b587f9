"""For Locust's own command: `locust -f loadtests/locustfile.py --host http://127.0.0.1:5000/payme`.

The merchant is described by PAYME_SANDBOX_CONFIG, or by payme-sandbox.toml in the current folder.
"""

from __future__ import annotations

from locust import events

from loadtests.payer import Payer
from loadtests.standalone import Standalone, settings

__all__ = ["Payer"]

_listening = Standalone(settings())
_listening.listen()
events.init.add_listener(_listening.init)
