"""The floor: one scenario calls at a time, and while it waits another one may."""

from __future__ import annotations

import threading
from collections.abc import Callable
from functools import partial

import pytest

from simulator.conformance.floor import Floor, Interrupted

PATIENCE = 30  # seconds until a test that hangs is given up; no test waits so long


class Crew:
    """Threads whose failures are the test's."""

    def __init__(self) -> None:
        self._threads: list[threading.Thread] = []
        self._errors: list[BaseException] = []

    def send(self, work: Callable[[], object]) -> None:
        thread = threading.Thread(target=self._guarded, args=(work,), daemon=True)
        self._threads.append(thread)
        thread.start()

    def _guarded(self, work: Callable[[], object]) -> None:
        try:
            work()
        except BaseException as error:
            self._errors.append(error)

    def home(self) -> list[type[BaseException]]:
        for thread in self._threads:
            thread.join(PATIENCE)
            assert not thread.is_alive()
        return [type(error) for error in self._errors]


def test_one_at_a_time() -> None:
    floor, crew = Floor(), Crew()
    inside, most = 0, 0

    def call() -> None:
        nonlocal inside, most
        for _ in range(50):
            with floor.held():
                inside += 1
                most = max(most, inside)
                inside -= 1

    for _ in range(4):
        crew.send(call)
    assert crew.home() == []
    assert most == 1


def test_as_many_at_once_as_there_are_places() -> None:
    floor, crew = Floor(places=3), Crew()
    together = threading.Barrier(3)

    def call() -> None:
        with floor.held():
            together.wait(PATIENCE)

    for _ in range(3):
        crew.send(call)
    assert crew.home() == []


def test_waits_pass_side_by_side() -> None:
    together = threading.Barrier(5)
    crew = Crew()

    def sleep(seconds: float) -> None:
        together.wait(PATIENCE)

    floor = Floor(sleep=sleep)

    def scenario() -> None:
        with floor.held():
            floor.pause(1100)

    for _ in range(5):
        crew.send(scenario)
    assert crew.home() == []


def test_a_wait_is_as_long_as_it_was_asked_to_be() -> None:
    slept: list[float] = []
    floor = Floor(sleep=slept.append)
    with floor.held():
        floor.pause(1100)
    assert slept == [1.1]


def test_after_a_wait_the_floor_is_queued_for_again() -> None:
    others = threading.Event()
    crew, order = Crew(), []

    def sleep(seconds: float) -> None:
        others.wait(PATIENCE)

    floor = Floor(sleep=sleep)

    def waiting() -> None:
        with floor.held():
            order.append("before")
            started.set()
            floor.pause(1)
            order.append("after")

    started = threading.Event()
    crew.send(waiting)
    started.wait(PATIENCE)
    with floor.held():
        order.append("other")
        others.set()
    assert crew.home() == []
    assert order == ["before", "other", "after"]


def test_when_the_run_has_ended_nobody_comes_on() -> None:
    floor = Floor()
    floor.end()
    with pytest.raises(Interrupted), floor.held():
        pytest.fail("the floor was given away")
    floor2 = Floor(places=1)
    with floor2.held():
        floor2.end()
    with pytest.raises(Interrupted), floor2.held():
        pytest.fail("the floor was given away")


def test_the_end_wakes_those_who_wait() -> None:
    floor, crew = Floor(), Crew()
    begun = threading.Event()

    def waiting() -> None:
        with floor.held():
            begun.set()
            floor.pause(PATIENCE * 1000 * 10)

    crew.send(waiting)
    begun.wait(PATIENCE)
    floor.end()
    assert crew.home() == [Interrupted]


def test_a_scenario_that_breaks_leaves_the_floor_free() -> None:
    floor = Floor()
    with pytest.raises(ZeroDivisionError), floor.held():
        _ = 1 / 0
    with floor.held():
        pass


def test_who_queues_first_is_first() -> None:
    floor, crew, order = Floor(), Crew(), list[int]()
    gates = [floor.queue() for _ in range(5)]

    def scenario(number: int) -> None:
        with floor.held(gates[number]):
            order.append(number)

    for number in reversed(range(5)):
        crew.send(partial(scenario, number))
    assert crew.home() == []
    assert order == [0, 1, 2, 3, 4]


def test_a_place_that_nobody_comes_for_keeps_no_one_waiting_at_the_end() -> None:
    floor, crew = Floor(), Crew()
    floor.queue()
    gate = floor.queue()

    def scenario() -> None:
        with floor.held(gate):
            pass

    crew.send(scenario)
    floor.end()
    assert crew.home() == [Interrupted]
