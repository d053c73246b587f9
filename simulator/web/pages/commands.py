"""What a page does, as a command for a terminal."""

from __future__ import annotations

import json
import shlex
from collections.abc import Mapping

from flask import request

from simulator.web.current import the_server


def control_curl(path: str, body: Mapping[str, object] | None = None, verb: str = "") -> str:
    """A call of the control API at the address at which the page was asked for.

    `path` is below /control. `verb` is POST where there is a body, else GET, unless it is said.
    The password is read from the variable that `payme-sandbox serve` reads it from.
    """
    words = ["curl -s"]
    if verb not in ("", "GET" if body is None else "POST"):
        words.append(f"-X {verb}")
    if the_server().options.password:
        words.append('-u "me:$PAYME_SANDBOX_PASSWORD"')
    if body is not None:
        words.append("-H 'Content-Type: application/json'")
    words.append(shlex.quote(f"{request.host_url}control{path}"))
    data = "" if body is None else f" \\\n  -d {shlex.quote(json.dumps(body, ensure_ascii=False))}"
    return " ".join(words) + data
