"""The ordinary way to the merchant: an httpx client, keep-alive, one time limit for a call."""

from __future__ import annotations

from collections.abc import Callable
from http.cookiejar import DefaultCookiePolicy
from types import TracebackType
from typing import Self

import httpx

from simulator.caller.connections import Connections, monotonic_ms
from simulator.caller.wire import FailureKind, WireAnswer, WireFailure, WireRequest

LARGEST_ANSWER = 1024 * 1024


class HttpTransport:
    """Sends through httpx; never follows a redirect, never reads more than a mebibyte."""

    def __init__(self, timeout_ms: int, clock: Callable[[], int] = monotonic_ms) -> None:
        self.timeout_ms = timeout_ms
        self._connections = Connections(clock)
        self.client = httpx.Client(
            transport=self._connections,
            timeout=timeout_ms / 1000,
            follow_redirects=False,
            trust_env=False,
            headers={"Accept": "application/json, text/json", "User-Agent": "payme-sandbox"},
        )
        # Payme keeps no cookies; a session's would make a PHP merchant take our calls in turn
        self.client.cookies.jar.set_policy(DefaultCookiePolicy(allowed_domains=[]))
        self._headers = self.client.headers.raw
        self._timeout = self.client.timeout.as_dict()
        self._urls: dict[str, httpx.URL] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        tb: TracebackType | None,
    ) -> None:
        self.client.close()

    def drop_connections(self) -> None:
        """Close idle connections: a server that serves one at a time must be free for others.

        While other calls are under way nothing is closed: one of them could be using it.
        """
        self._connections.drop()

    def send(self, request: WireRequest) -> WireAnswer | WireFailure:
        """One call. A slow answer, a refused or broken connection and garbage are failures."""
        try:
            built = self._built(request)
            # Past the client: redirects and cookies, its business, are none of Payme's, and
            # what it does about them takes half as long again as the call.
            response = self._connections.handle_request(built)
            try:
                return _read(response)
            finally:
                response.close()
        except httpx.TimeoutException:
            return self._too_slow()
        except httpx.ConnectError as error:
            return WireFailure(FailureKind.REFUSED, f"no connection: {_words(error)}")
        except (httpx.RemoteProtocolError, httpx.DecodingError) as error:
            return _protocol_failure(error)
        except (httpx.InvalidURL, httpx.UnsupportedProtocol, httpx.LocalProtocolError) as error:
            return WireFailure(FailureKind.REFUSED, f"the call cannot be sent: {_words(error)}")
        except httpx.TransportError as error:
            return WireFailure(
                FailureKind.CLOSED, f"the connection broke before an answer came: {_words(error)}"
            )

    def _built(self, request: WireRequest) -> httpx.Request:
        url = self._urls.get(request.url)
        if url is None:
            url = self._urls[request.url] = httpx.URL(request.url)
        own = [(name.encode(), value.encode()) for name, value in request.headers]
        return httpx.Request(
            request.method,
            url,
            headers=[*self._headers, *own],
            content=request.body or None,
            extensions={"timeout": self._timeout},
        )

    def _too_slow(self) -> WireFailure:
        return WireFailure(FailureKind.TIMEOUT, f"no whole answer within {self.timeout_ms} ms")


def _read(response: httpx.Response) -> WireAnswer | WireFailure:
    body = bytearray()
    for chunk in response.iter_bytes():
        body += chunk
        if len(body) > LARGEST_ANSWER:
            return WireFailure(
                FailureKind.TOO_LARGE, f"the answer is larger than {LARGEST_ANSWER:,} bytes"
            )
    headers = tuple((k, v) for k, v in response.headers.multi_items())
    return WireAnswer(response.status_code, headers, bytes(body))


def _words(error: Exception) -> str:
    return str(error) or type(error).__name__


def _protocol_failure(error: Exception) -> WireFailure:
    text = _words(error)
    if "disconnected" in text or "closed" in text:
        return WireFailure(FailureKind.CLOSED, "the merchant closed the connection with no answer")
    return WireFailure(FailureKind.NOT_HTTP, f"the answer is not HTTP: {text}")
