"""Thresholds against what was measured."""

from __future__ import annotations

from dataclasses import dataclass

from loadtests.results import Met
from loadtests.results import Threshold as Told
from loadtests.tally import Measured, Totals
from simulator.config.thresholds import Threshold

_PAID = ("performed", "refunded")


@dataclass(frozen=True, slots=True)
class Judged:
    """A threshold and what was seen. observed: in the threshold's unit."""

    threshold: Threshold
    observed: int
    samples: int
    met: Met

    @property
    def told(self) -> Told:
        """As reports take it."""
        return Told(self.threshold.text, self.shown, self.met, self.samples)

    @property
    def shown(self) -> str:
        """The observed value in the words of the threshold."""
        return shown(self.threshold, self.observed)


def shown(threshold: Threshold, value: int) -> str:
    """A value in the threshold's unit, as people read it."""
    if threshold.unit == "us":
        return f"{value / 1000:.1f} ms" if value < 100_000 else f"{value // 1000} ms"
    if threshold.unit == "ppm":
        return f"{value / 10_000:.2f} %"
    if threshold.unit == "per-1000s":
        return f"{value / 1000:.1f}/s"
    return str(value)


def judge(threshold: Threshold, totals: Totals, elapsed_ms: int) -> Judged:
    """What holds now, after so many ms of load. Too few samples is no better than a breach."""
    observed, samples = _observed(threshold, totals, elapsed_ms)
    if samples < threshold.minimum:
        return Judged(threshold, observed, samples, Met.TOO_FEW)
    met = Met.BREACHED if threshold.broken_by(observed) else Met.OK
    return Judged(threshold, observed, samples, met)


def _observed(threshold: Threshold, totals: Totals, elapsed_ms: int) -> tuple[int, int]:
    if threshold.subject == "payments":
        count = sum(totals.payments[name] for name in _PAID)
        return (_rate(count, elapsed_ms) if threshold.measure == "rate" else count), count
    measured = _measured(threshold, totals)
    if threshold.measure == "rate":
        return _rate(measured.calls, elapsed_ms), measured.calls
    if threshold.measure == "count":
        return measured.calls, measured.calls
    if threshold.unit == "us":
        return _latency(threshold, measured), measured.answered
    bad = measured.errors[threshold.measure]
    if threshold.measure == "errors":
        bad = measured.bad
    there = measured.calls - measured.errors["down"]
    if threshold.unit == "ppm":
        bad = bad * 1_000_000 // there if there else 0
    return bad, there


def _measured(threshold: Threshold, totals: Totals) -> Measured:
    if not threshold.subject:
        return totals.everything
    return totals.methods.get(threshold.subject) or Measured()


def _latency(threshold: Threshold, measured: Measured) -> int:
    percentile = threshold.percentile
    if percentile is not None:
        return measured.at(percentile)
    return measured.highest if threshold.measure == "max" else measured.mean


def _rate(count: int, elapsed_ms: int) -> int:
    """Thousandths a second."""
    return count * 1_000_000 // max(1, elapsed_ms)
