"""The pages around a merchant of the tests, whose orders need not be made: it takes any number."""

from __future__ import annotations

import re
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from simulator.cli.runs import opener_of
from simulator.config import Config, Loaded
from simulator.config.models import Merchant as MerchantConfig
from simulator.config.orders import OrdersConfig
from simulator.web.app import create_app
from simulator.web.pages.desk import Run
from simulator.web.pages.site import PLACE, Site
from simulator.web.server import Server
from tests.simulator.web.merchant import KEY, PRICE, Answer, Merchant, result, serving

_LIMIT_S = 90
_TOKEN = re.compile(r'name="csrf_token" value="([^"]+)"')


class Plain(Merchant):
    """It says no more than it must."""

    def CheckPerformTransaction(self, params: dict[str, Any]) -> Answer:
        answer = super().CheckPerformTransaction(params)
        return answer if "error" in answer else result(allow=True)


@dataclass
class Pages:
    """The application, a browser without scripts, and what is behind."""

    app: Flask
    client: FlaskClient
    merchant: Merchant

    @property
    def site(self) -> Site:
        site = self.app.extensions[PLACE]
        assert isinstance(site, Site)
        return site

    def get(self, path: str, lang: str = "en") -> str:
        """A page's HTML."""
        asked = f"{path}{'&' if '?' in path else '?'}lang={lang}"
        answer = self.client.get(asked, follow_redirects=True)
        assert answer.status_code == 200, answer.text
        return answer.text

    def post(self, path: str, **fields: str) -> Any:
        """A form of ours, sent from the page that has it."""
        token = _TOKEN.search(self.get("/sandbox"))
        assert token is not None
        return self.client.post(path, data={**fields, "csrf_token": token[1]})

    def run(self, path: str, **fields: str) -> Run:
        """What a form has started, when it is over."""
        answer = self.post(path, **fields)
        assert answer.status_code == 303, answer.text
        found = re.search(r"run=(\w+)|/runs/(\w+)", answer.headers["Location"])
        assert found is not None
        run = self.site.runs.get(found[1] or found[2])
        assert run is not None
        ended = time.monotonic() + _LIMIT_S
        while not run.progress.over and time.monotonic() < ended:
            run.progress.wait(run.progress.version, 1)
        assert run.progress.over
        return run


def loaded_for(merchant: Merchant, orders: bool = True) -> Loaded:
    """A configuration that says how to call the merchant, and how to make an order."""
    made = OrdersConfig.model_validate(
        {
            "amount": PRICE // 100,
            "account": {"order_id": "{number}"},
            "command": {"run": [sys.executable, "-c", ""]},
        }
    )
    called = MerchantConfig(url=merchant.url, key=KEY)
    config = Config(
        merchant=called,
        process=False,
        database=False,
        log=False,
        orders=made if orders else None,
    )
    return Loaded(config, {}, None, (KEY,), {})


def pages_of(loaded: Loaded, merchant: Merchant) -> Iterator[Pages]:
    server = Server(loaded)
    server.open_run = opener_of(server, None)
    app = create_app(server)
    app.testing = True
    yield Pages(app, app.test_client(), merchant)
    server.close()


@pytest.fixture
def merchant() -> Iterator[Merchant]:
    with serving(Plain()) as made:
        yield made


@pytest.fixture
def pages(merchant: Merchant) -> Iterator[Pages]:
    yield from pages_of(loaded_for(merchant), merchant)


@pytest.fixture
def orderless(merchant: Merchant) -> Iterator[Pages]:
    """Nobody has said how this merchant makes orders."""
    yield from pages_of(loaded_for(merchant, orders=False), merchant)
