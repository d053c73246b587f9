"""What goes over the wire and what comes back, before anybody has an opinion about it.

Every exchange that leaves this package has been masked: neither the kassa's key nor its base64
form is in it (see `simulator.caller.masking`).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

Header = tuple[str, str]


@dataclass(frozen=True, slots=True)
class WireRequest:
    """One HTTP request, whole. `body` is exactly what is sent."""

    url: str
    method: str = "POST"
    headers: tuple[Header, ...] = ()
    body: bytes = b""


@dataclass(frozen=True, slots=True)
class WireAnswer:
    """One HTTP answer, whole: status, headers in order of arrival, body with no decoding."""

    status: int
    headers: tuple[Header, ...] = ()
    body: bytes = b""

    def header(self, name: str) -> str:
        """The first header of that name, or an empty text."""
        return next((v for k, v in self.headers if k.lower() == name.lower()), "")


class FailureKind(StrEnum):
    """Why there is no answer. Enumerated, because what follows differs."""

    TIMEOUT = "timeout"
    REFUSED = "refused"
    CLOSED = "closed"
    TOO_LARGE = "too_large"
    NOT_HTTP = "not_http"
    INJECTED = "injected"  # a fault of our own, which is nothing against the merchant


@dataclass(frozen=True, slots=True)
class WireFailure:
    """A call that got no answer. `text` is a sentence for the user, with no address in it."""

    kind: FailureKind
    text: str


@dataclass(frozen=True, slots=True)
class Exchange:
    """One call and its answer as the journal keeps them: masked, numbered within the run.

    `sent_at` is ms since the epoch on our clock, `took` is ms until the answer was whole.
    `label` is the JSON-RPC method, or what was sent instead of one ("GET", "raw body").
    """

    number: int
    scenario: str
    step: str
    label: str
    sent_at: int
    took: int
    request: WireRequest
    answer: WireAnswer | WireFailure
    notes: tuple[str, ...] = field(default=())
