"""A tab of a browser: pages with the files that they name, forms with their hidden fields."""

from __future__ import annotations

import asyncio
import html
import re
import ssl
import time
from collections import defaultdict
from dataclasses import dataclass, field
from typing import Self

import httpx

PATIENCE_S = 60.0
_FILES = re.compile(r'(?:href|src)="(/static/[^"]+)"')
_TOKEN = re.compile(r'name="csrf_token" value="([^"]+)"')
_MAX_AGE = re.compile(r"max-age=(\d+)")
_NOT_CHANGED = 304
_CONNECTIONS = 6
_NO_TLS = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)  # to make one takes longer than a page


class WentWrong(Exception):
    """A page did not come, or is not what it should be."""


@dataclass
class Times:
    """How long everything took, ms, by what it was; and what went wrong."""

    took: defaultdict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    errors: list[str] = field(default_factory=list)

    def add(self, kind: str, began: float) -> None:
        """`began` is of time.perf_counter()."""
        self.took[kind].append((time.perf_counter() - began) * 1000)


def client(base: str) -> httpx.AsyncClient:
    """With six connections of its own at most, as a browser has to a host."""
    limits = httpx.Limits(max_connections=_CONNECTIONS, max_keepalive_connections=_CONNECTIONS)
    return httpx.AsyncClient(
        base_url=base, timeout=PATIENCE_S, limits=limits, verify=_NO_TLS, trust_env=False
    )


class Tab:
    """A page that is open, in a browser of its own. `text` is its HTML, `address` where it is."""

    def __init__(self, base: str, times: Times) -> None:
        self._client = client(base)
        self._times = times
        self._files: dict[str, str] = {}
        self._kept: dict[str, float] = {}
        self.text = self.address = ""

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._client.aclose()

    async def open(self, path: str, kind: str) -> None:
        """Follow a link. Raises WentWrong."""
        await self._load(self._client.build_request("GET", path), kind)

    async def press(self, path: str, kind: str, **fields: str) -> None:
        """A button of the page that is open: its form is sent."""
        token = _TOKEN.search(self.text)
        if token is None:
            raise WentWrong(f"{kind}: the page has no form")
        data = {**fields, "csrf_token": html.unescape(token[1])}
        origin = {"Origin": str(self._client.base_url).rstrip("/")}
        await self._load(self._client.build_request("POST", path, data=data, headers=origin), kind)

    async def ask(self, path: str, kind: str) -> httpx.Response:
        """What a script of the page asks for; redirects are not followed."""
        began = time.perf_counter()
        answer = await self._send(self._client.build_request("GET", path), kind)
        self._times.add(kind, began)
        return answer

    async def listen(self, path: str, most_s: float, woken: asyncio.Event | None = None) -> None:
        """Hold a stream of events as EventSource does; `woken` is set by each event."""
        headers = {"Accept": "text/event-stream"}
        try:
            async with (
                asyncio.timeout(most_s),
                self._client.stream("GET", path, headers=headers) as s,
            ):
                async for line in s.aiter_lines():
                    if woken is not None and line.startswith("event:"):
                        woken.set()
        except TimeoutError:
            return

    async def _load(self, request: httpx.Request, kind: str) -> None:
        """The page to which it leads, then its files."""
        began = time.perf_counter()
        answer = await self._send(request, kind)
        while answer.next_request is not None:
            answer = await self._send(answer.next_request, kind)
        if answer.status_code != 200:
            raise WentWrong(f"{kind}: HTTP {answer.status_code} of {answer.url.path}")
        self._times.add(kind, began)
        self.text, self.address = answer.text, answer.url.path
        names = dict.fromkeys(_FILES.findall(self.text))
        await asyncio.gather(*(self._file(html.unescape(name)) for name in names))

    async def _file(self, name: str) -> None:
        """What the browser has is used as long as the server allows, then asked about."""
        began = time.perf_counter()
        if self._kept.get(name, began) > began:
            return
        known = self._files.get(name)
        headers = {"If-None-Match": known} if known else {}
        answer = await self._send(self._client.build_request("GET", name, headers=headers), "file")
        if answer.status_code not in (200, _NOT_CHANGED):
            raise WentWrong(f"file: HTTP {answer.status_code} of {name}")
        self._times.add("a file of a page", began)
        kept = _MAX_AGE.search(answer.headers.get("Cache-Control", ""))
        self._kept[name] = began + int(kept[1]) if kept else began
        self._files[name] = answer.headers.get("ETag", known or "")

    async def _send(self, request: httpx.Request, kind: str) -> httpx.Response:
        try:
            return await self._client.send(request)
        except httpx.HTTPError as error:
            raise WentWrong(f"{kind}: {type(error).__name__} {error}") from error
