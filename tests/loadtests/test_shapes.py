"""Shapes of a load, arrivals of the open model, names that never meet."""

from __future__ import annotations

from random import Random

import pytest

from loadtests.arrivals import Arrivals
from loadtests.identity import BlockNumbers, TransactionIds
from loadtests.plan import orders_needed
from loadtests.shapes import SHAPES, level, users_at
from simulator.config.load import LoadConfig

_MINUTE = 60_000


@pytest.mark.parametrize("shape", SHAPES)
def test_levels_stay_within_bounds(shape: str) -> None:
    levels = [level(shape, at, _MINUTE) for at in range(-1000, 70_000, 500)]
    assert min(levels) >= 1
    assert max(levels) == 1000


def test_a_ramp_rises_for_three_quarters() -> None:
    assert [users_at("ramp", 100, at, _MINUTE) for at in (0, 22_500, 45_000, 60_000)] == [
        *(1, 50, 100, 100)
    ]


def test_a_sale_at_midnight() -> None:
    levels = [level("spike", at, _MINUTE) for at in (0, 19_999, 20_600, 39_999, 50_000, 60_000)]
    assert levels == [100, 100, 1000, 1000, 550, 100]


def test_arrivals_keep_their_rate_whatever_the_merchant_does() -> None:
    arrivals = Arrivals(200, "steady", _MINUTE, Random(1), lambda: (1, 2))
    moments = [arrivals.take() for _ in range(3000)]
    assert moments[0] == 0
    assert moments == sorted(moments)
    assert 28_000_000 < moments[-1] < 32_000_000  # 3000 at 100 a second


def test_arrivals_follow_the_shape() -> None:
    arrivals = Arrivals(100, "spike", _MINUTE, Random(1), lambda: (1, 1))
    moments: list[int] = []
    while not moments or moments[-1] < 60_000_000:
        moments.append(arrivals.take())
    thirds = [sum(n * 20 <= m / 1_000_000 < n * 20 + 20 for m in moments) for n in range(3)]
    assert thirds[0] * 5 < thirds[2] < thirds[1]


def test_ids_of_workers_and_seeds_never_meet() -> None:
    makers = [TransactionIds(seed, worker, lambda: 1_795_426_777) for seed, worker in
              ((1, 0), (1, 1), (2, 0), (2, 255))]  # fmt: skip
    ids = [maker.take() for maker in makers for _ in range(50)]
    assert len(set(ids)) == 200
    assert all(len(one) == 24 and int(one, 16) for one in ids)
    assert TransactionIds(4218, 2, lambda: 0x6B0409D9).take() == "6b0409d900107a0200000001"


def test_numbers_of_workers_never_meet_and_fit_into_32_bits() -> None:
    makers = [BlockNumbers(7, 1_795_426_777_000, worker) for worker in range(4)]
    numbers = [maker.take_int() for maker in makers for _ in range(2500)]
    assert len(set(numbers)) == 10_000
    assert all(1_000_000_000 <= one < 2**31 for one in numbers)
    assert makers[0].take().startswith("Psb-")


def test_orders_suffice_for_what_is_planned() -> None:
    assert orders_needed(LoadConfig(orders=5)) == orders_needed(LoadConfig(orders=5), (3, 2)) == 5
    plain, more = (orders_needed(LoadConfig(rate=100), share) for share in ((1, 1), (120, 110)))
    held = 3 * LoadConfig(rate=100).payers
    assert more - held == (plain - held) * 120 // 110
    assert plain - held > 100 * 30
    assert orders_needed(LoadConfig(users=50)) > 50 * 30_000 // (3 * 210)
    assert orders_needed(LoadConfig(users=50, pause_ms=0, duration_ms=3_600_000)) == 20_000


def test_a_rate_has_the_payers_that_it_takes() -> None:
    assert LoadConfig().payers == 10
    assert LoadConfig(users=7, rate=40).payers == 7
    for rate in (1, 40, 1_000):
        config = LoadConfig(rate=rate, pause_ms=200)
        assert config.payers * 1_000 >= 2 * rate * config.payment_ms, "twice what it needs"
    assert LoadConfig(rate=100_000).payers == 100_000
