"""Names for orders."""

from __future__ import annotations

import threading

from simulator.observers.orders import Numbers


def test_a_number_has_letters_a_dash_and_ten_digits() -> None:
    numbers = Numbers(clock=lambda: 0)
    assert numbers.take() == "Psb-1000000000"
    assert numbers.take() == "Psb-1000000001"
    numbers.style = "digits"
    assert numbers.take() == "1000000002"
    assert numbers.take_int() == 1_000_000_003


def test_each_two_seconds_have_a_thousand_numbers_of_their_own() -> None:
    first = Numbers(clock=lambda: 1_763_881_200.9, style="digits")
    same = Numbers(clock=lambda: 1_763_881_201.9, style="digits")
    later = Numbers(clock=lambda: 1_763_881_202.0, style="digits")
    start = first.take_int()
    assert same.take_int() == start
    assert later.take_int() == start + 1000


def test_those_after_others_share_none_with_them() -> None:
    made = [Numbers(clock=lambda: 0)]
    for _ in range(3):
        made.append(Numbers(clock=lambda: 0, after=made[-1]))
    taken = [one.take_int() for one in made for _ in range(5)]
    assert len(set(taken)) == len(taken)
    busy = Numbers(clock=lambda: 0)
    used = {busy.take_int() for _ in range(2_500)}
    assert Numbers(clock=lambda: 2, after=busy).take_int() not in used
    assert Numbers(clock=lambda: 100, after=busy).take_int() == 1_000_050_000


def test_numbers_fit_into_32_bits_and_begin_again() -> None:
    blocks = 1_147_483
    last = Numbers(clock=lambda: 2 * (blocks - 1))
    taken = [last.take_int() for _ in range(1001)]
    assert taken[0] == 2_147_482_000
    assert max(taken) == 2_147_482_999 < 2**31
    assert taken[-1] == 1_000_000_000
    assert Numbers(clock=lambda: 2 * blocks).take_int() == 1_000_000_000


def test_threads_never_share_a_number() -> None:
    numbers = Numbers(clock=lambda: 5)
    taken: list[str] = []

    def take() -> None:
        taken.extend(numbers.take() for _ in range(500))

    threads = [threading.Thread(target=take) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(taken)) == 4000
