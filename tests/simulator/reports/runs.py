"""The runs that every report is tried with: each way a run may end, and a hostile merchant's."""

from __future__ import annotations

from collections.abc import Callable

from simulator.conformance.events import Event
from tests.simulator.reports import hostile, stream

Run = Callable[[], list[Event]]

RUNS: tuple[Run, ...] = (
    stream.all_green,
    stream.one_failing,
    stream.many_failing,
    stream.not_testable,
    stream.merchant_died,
    stream.interrupted,
    stream.nothing_selected,
    stream.strict_and_stale,
    stream.race,
)
EVERY_RUN: tuple[Run, ...] = (*RUNS, hostile.hostile)
