"""What a run leaves in `.payme-sandbox`: a case for each failing scenario, and the names for
`--last-failed`. One writer, fed by events."""

from __future__ import annotations

import json
import os
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from simulator.caller.wire import Exchange, WireAnswer
from simulator.conformance.events import (
    Check,
    Event,
    ExchangeDone,
    Outcome,
    RunFinished,
    RunStarted,
    ScenarioFinished,
)
from simulator.reports import ReportError

FOLDER = Path(".payme-sandbox")
_LAST = "last-failed.json"
_SHOWN = (Outcome.FAILED, Outcome.NOT_TESTABLE, Outcome.WARNED)


class CaseError(Exception):
    """A case cannot be read; the text says what there is."""


class CaseWriter:
    """Writes cases as they come, so that they are there even if the run breaks off."""

    def __init__(self, options: Mapping[str, object], folder: Path = FOLDER) -> None:
        self._options = dict(options)
        self._folder = folder
        self._exchanges: defaultdict[str, list[Exchange]] = defaultdict(list)
        self._seed = 0
        self._ran: set[str] = set()
        self._failed: list[str] = []

    def __call__(self, event: Event) -> None:
        match event:
            case RunStarted():
                self._seed = event.seed
            case ExchangeDone(exchange):
                self._exchanges[exchange.scenario].append(exchange)
            case ScenarioFinished():
                self._finish(event)
            case RunFinished():
                self._remember()

    def _finish(self, event: ScenarioFinished) -> None:
        exchanges = self._exchanges.pop(event.name, [])
        self._ran.add(event.name)
        if not event.case:
            return
        if any(c.outcome is not Outcome.WARNED for c in event.checks if c.outcome in _SHOWN):
            self._failed.append(event.name)
        _write(
            self._folder / "cases" / f"{event.case}.json",
            {
                "version": 1,
                "scenario": event.name,
                "seed": self._seed,
                "options": self._options,
                "checks": [_check(c) for c in event.checks if c.outcome in _SHOWN],
                "exchanges": [_exchange(e) for e in exchanges],
            },
        )

    def _remember(self) -> None:
        """What failed now, and what failed before and was not run again: a replay of one case
        does not make the others forgotten."""
        try:
            before = _failed_before(self._folder)
        except (OSError, ValueError):
            before = []
        kept = [name for name in before if name not in self._ran]
        _write(self._folder / _LAST, {"scenarios": [*kept, *self._failed]})


def _check(check: Check) -> dict[str, object]:
    return {
        "code": check.code,
        "rule": check.rule,
        "step": check.step,
        "outcome": check.outcome.value,
        "message": check.message,
        "expected": check.expected,
        "actual": check.actual,
    }


def _exchange(exchange: Exchange) -> dict[str, object]:
    answer = exchange.answer
    if isinstance(answer, WireAnswer):
        seen: dict[str, object] = {
            "status": answer.status,
            "headers": list(answer.headers),
            "body": answer.body.decode("utf-8", "replace"),
        }
    else:
        seen = {"failure": answer.kind.value, "text": answer.text}
    return {
        "number": exchange.number,
        "step": exchange.step,
        "label": exchange.label,
        "sent_at": exchange.sent_at,
        "took": exchange.took,
        "request": {
            "method": exchange.request.method,
            "headers": list(exchange.request.headers),
            "body": exchange.request.body.decode("utf-8", "replace"),
        },
        "answer": seen,
    }


def _write(path: Path, data: Mapping[str, object]) -> None:
    part = path.with_suffix(".part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        text = json.dumps(data, ensure_ascii=False, indent=1)
        part.write_text(text, encoding="utf-8", errors="backslashreplace")
        os.replace(part, path)
    except OSError as error:
        text = (
            f"cannot write {path}: {error.strerror}. Failing cases are kept there. Run in a folder "
            "that you may write to."
        )
        raise ReportError(text) from error


@dataclass(frozen=True, slots=True)
class Case:
    """A recorded case: which scenario, with which seed and flags it was run."""

    scenario: str
    seed: int
    options: Mapping[str, object]


def read_case(case: str, folder: Path = FOLDER) -> Case:
    """One recorded case. Raises CaseError that names those there are."""
    path = folder / "cases" / f"{case}.json"
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
        return Case(str(data["scenario"]), int(data["seed"]), dict(data["options"]))
    except OSError:
        names = sorted(p.stem for p in (folder / "cases").glob("*.json"))
        there = f"recorded here: {', '.join(names)}" if names else "no case is recorded here"
        raise CaseError(f'there is no case "{case}" in {folder / "cases"}; {there}') from None
    except (ValueError, KeyError, TypeError) as error:
        raise CaseError(f"{path} is damaged ({error}); run check again") from error


def last_failed(folder: Path = FOLDER) -> set[str]:
    """Names of the scenarios that failed in the last run, without their rows."""
    try:
        return {name.partition("[")[0] for name in _failed_before(folder)}
    except OSError:
        text = "no run is recorded here yet; run check once without --last-failed"
        raise CaseError(text) from None
    except ValueError as error:
        raise CaseError(f"{folder / _LAST} is damaged ({error}); run check once more") from error


def _failed_before(folder: Path) -> list[str]:
    """The names as they were written. Raises OSError, and ValueError for what we did not write."""
    data = json.loads((folder / _LAST).read_text(encoding="utf-8"))
    names = data.get("scenarios") if isinstance(data, dict) else None
    if not isinstance(names, list):
        raise ValueError("no list of scenarios")
    return [str(name) for name in names]
