"""The cabinet's pages without a browser, around a server whose time stands still."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests.simulator.web.conftest import Bench

_TOKEN = re.compile(r'name="csrf_token" value="([^"]+)"')


@dataclass
class Cabinet:
    """A browser without scripts, and what is behind the pages."""

    client: FlaskClient
    bench: Bench

    def get(self, path: str, lang: str = "en", status: int = 200) -> str:
        """A page's HTML."""
        asked = f"{path}{'&' if '?' in path else '?'}lang={lang}"
        answer = self.client.get(asked, follow_redirects=True)
        assert answer.status_code == status, answer.text
        return answer.text

    def post(self, path: str, **fields: str) -> TestResponse:
        """A form of ours, as it is answered."""
        token = _TOKEN.search(self.get("/settings"))
        assert token is not None
        return self.client.post(path, data={**fields, "csrf_token": token[1]})

    def done(self, path: str, **fields: str) -> str:
        """What the page says after a form was accepted."""
        answer = self.post(path, **fields)
        assert answer.status_code == 303, answer.text
        return self.get(answer.headers["Location"].partition("#")[0])


def texts(html: str) -> str:
    """The words of a page in one line, without its tags."""
    return " ".join(re.sub(r"<[^>]+>", " ", html).split())


def params(location: str) -> Mapping[str, str]:
    """The query of an address."""
    query = location.partition("#")[0].partition("?")[2]
    return dict(part.split("=", 1) for part in query.split("&") if part)


@pytest.fixture
def cabinet(client: FlaskClient, bench: Bench) -> Cabinet:
    return Cabinet(client, bench)
