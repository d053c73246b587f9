"""The commands that pages show, run against the application instead of a shell."""

from __future__ import annotations

import html
import re
import shlex

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

_COPIED = re.compile(r'data-copy="(curl -s [^"]*)"')


def commands_of(page: str) -> list[str]:
    """What a page offers to be copied, of the control API."""
    return [html.unescape(one) for one in _COPIED.findall(page)]


def run(client: FlaskClient, command: str) -> TestResponse:
    """What curl would be answered."""
    words = iter(shlex.split(command.replace("\\\n", "")))
    verb, data, url, headers = "", None, "", {}
    for word in words:
        match word:
            case "curl" | "-s":
                continue
            case "-X":
                verb = next(words)
            case "-d":
                data = next(words)
            case "-H":
                name, _, value = next(words).partition(": ")
                headers[name] = value
            case _:
                url = word
    verb = verb or ("GET" if data is None else "POST")
    return client.open(url, method=verb, data=data, headers=headers)
