"""Orders made by the merchant's own API."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import httpx

from simulator.config.orders import OrdersHttp
from simulator.config.placeholders import render, render_text
from simulator.observers.orders.captures import capture, truncated
from simulator.observers.orders.order import OrdersError, OrdersUnreachable


class HttpMaker:
    """Sends one request an order."""

    def __init__(self, config: OrdersHttp, client: httpx.Client) -> None:
        self._config = config
        self._client = client

    def make(self, values: Mapping[str, Any]) -> dict[str, Any]:
        """What was captured. OrdersError for no answer, a status other than 2xx, no such member."""
        request = self._request(values)
        what = f"[orders.http] {request.method} {request.url}"
        try:
            response = self._client.send(request)
        except httpx.TimeoutException as error:
            raise OrdersUnreachable(
                f"{what}: no answer within {self._config.timeout_ms} ms (orders.http.timeout)",
                _body(request),
            ) from error
        except httpx.HTTPError as error:
            text = f"{what}: {error}; is the merchant running?"
            raise OrdersUnreachable(text, _body(request)) from error
        if not response.is_success:
            raise OrdersError(
                f"{what}: HTTP {response.status_code}, wanted 2xx\n"
                f"the answer was: {truncated(response.text) or '(empty)'}",
                _body(request),
            )
        return self._captured(response, what) if self._config.capture else {}

    def close(self) -> None:
        """The client is shared and stays open."""

    def _request(self, values: Mapping[str, Any]) -> httpx.Request:
        config = self._config
        options: dict[str, Any] = {}
        if config.json_body is not None:
            options["json"] = render(config.json_body, values)
        if config.form is not None:
            options["data"] = {k: render_text(v, values) for k, v in config.form.items()}
        return self._client.build_request(
            config.method.upper(),
            render_text(config.url, values),
            headers={k: render_text(v, values) for k, v in config.headers.items()},
            timeout=httpx.Timeout(config.timeout_ms / 1000),
            **options,
        )

    def _captured(self, response: httpx.Response, what: str) -> dict[str, Any]:
        try:
            answer = response.json()
        except ValueError as error:
            raise OrdersError(
                f"{what}: the answer is not JSON, so nothing can be captured from it\n"
                f"the answer was: {truncated(response.text) or '(empty)'}",
                _body(response.request),
            ) from error
        try:
            return capture(answer, self._config.capture, response.text)
        except OrdersError as error:
            raise OrdersError(f"{what}: {error}", _body(response.request)) from error


def _body(request: httpx.Request) -> str:
    return truncated(request.content.decode("utf-8", "replace"))
