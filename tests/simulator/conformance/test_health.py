"""When a run ends because the merchant is not there any more."""

from __future__ import annotations

import pytest

from simulator.caller.wire import FailureKind, WireFailure
from simulator.conformance.health import HANGS_IN_A_ROW, Health, MerchantGone

HANG = WireFailure(FailureKind.TIMEOUT, "no whole answer within 50 ms")


def test_a_merchant_that_hangs_again_and_again() -> None:
    health = Health(lambda: "")
    for _ in range(HANGS_IN_A_ROW - 1):
        health.note(HANG)
    with pytest.raises(MerchantGone, match="the merchant hangs: 3 calls in a row got no whole"):
        health.note(HANG)


def test_an_answer_between_starts_the_count_anew() -> None:
    health = Health(lambda: "")
    for _ in range(5):
        for _ in range(HANGS_IN_A_ROW - 1):
            health.note(HANG)
        health.note(None)


@pytest.mark.parametrize("kind", [FailureKind.REFUSED, FailureKind.CLOSED])
def test_a_broken_connection_is_looked_into(kind: FailureKind) -> None:
    Health(lambda: "").note(WireFailure(kind, "broke"))
    with pytest.raises(MerchantGone, match="it died with code 1"):
        Health(lambda: "it died with code 1").note(WireFailure(kind, "broke"))


@pytest.mark.parametrize("kind", [FailureKind.NOT_HTTP, FailureKind.TOO_LARGE])
def test_odd_answers_are_answers(kind: FailureKind) -> None:
    Health(lambda: "gone").note(WireFailure(kind, "odd"))
