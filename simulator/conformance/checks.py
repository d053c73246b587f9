"""What the schema cannot say of a scenario: that all it names exists, and that each step's
expectations can be held against what the step does. A slip here would pass unseen in a run."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from simulator.caller.auth import VARIANTS
from simulator.conformance import format as fmt
from simulator.conformance.arguments import WAYS, choices, complaint, did_you_mean
from simulator.conformance.faultchecks import fault_complaints
from simulator.conformance.loadable import unfit_scenario, unfit_step
from simulator.conformance.syntax import REFERENCE, is_reference, operator, walk
from simulator.conformance.yamlfile import Document, Fault, Path_

BUILT_IN = frozenset({"new", "unknown", "now", "matrix", "with", "config", "loop"})
_ORDER = frozenset({"number", "amount", "amount_sum", "account", "member"})
_CONFIG = frozenset({"refunds", "profile", "min", "max", "wrong_amount"})
_STEP = frozenset({"params", "result", "error"})
_OF_BURSTS = frozenset({"each", "same", "exactly", "rest", "serial"})

Complaint = tuple[Path_, str]
Verdicts = fmt.Step | fmt.StepChange | fmt.Also


@dataclass(frozen=True, slots=True)
class StepInPlace:
    """A step (a `use` too), where it stands, and what `$with` is in it."""

    step: fmt.Step
    document: Document
    path: Path_
    arguments: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Known:
    """What a reference in one step can reach: names with their members, orders, matrix rows."""

    roots: Mapping[str, frozenset[str]]
    orders: Mapping[str, fmt.Given]
    rows: Sequence[Mapping[str, object]]


def complaints(
    scenario: fmt.Scenario, steps: Sequence[StepInPlace], document: Document
) -> Iterator[Fault]:
    """Everything that is wrong, with its place."""
    for path, text in (*_given(scenario), *_labels(scenario.matrix, ("matrix",))):
        yield document, path, text
    every = [placed.step.id for placed in steps if placed.step.id]
    outer = _known(StepInPlace(scenario.steps[0], document, ()), scenario, every)
    for path, value in walk(scenario.matrix or []):
        if text := _value(value, path, outer):
            yield document, ("matrix", *path), text
    if scenario.load is not None:
        yield from _under_load(scenario, steps, document)
    seen: list[str] = []
    for placed in steps:
        for path, text in _step(placed, scenario, seen):
            yield placed.document, (*placed.path, *path), text
        seen += [placed.step.id] if placed.step.id else []


def _under_load(
    scenario: fmt.Scenario, steps: Sequence[StepInPlace], document: Document
) -> Iterator[Fault]:
    for path, text in unfit_scenario(scenario):
        yield document, path, text
    for placed in steps:
        for path, text in unfit_step(placed.step):
            yield placed.document, (*placed.path, *path), text


def _given(scenario: fmt.Scenario) -> Iterator[Complaint]:
    for name in scenario.given:
        if name in BUILT_IN or REFERENCE.fullmatch(f"${name}") is None or "." in name:
            yield ("given", name), f'an order cannot be called "{name}"'


def _labels(rows: Sequence[fmt.Row] | None, path: Path_) -> Iterator[Complaint]:
    labels: list[object] = []
    for index, row in enumerate(rows or []):
        label = row.get("label")
        if not isinstance(label, str) or not label:
            yield (*path, index), "a row of a matrix needs a `label`, a text"
        elif label in labels:
            yield (*path, index, "label"), f'two rows are labelled "{label}"'
        labels.append(label)


def _step(placed: StepInPlace, scenario: fmt.Scenario, seen: Sequence[str]) -> Iterator[Complaint]:
    step = placed.step
    if step.id in seen:
        yield ("id",), f'two steps are called "{step.id}"'
    if step.id in scenario.given:
        yield ("id",), f'"{step.id}" is the name of an order already'
    if step.when is not None and step.when.step not in seen:
        yield ("when", "step"), f'no earlier step is called "{step.when.step}"'
    if step.clock is not None:
        for text in _clock(step.clock, scenario):
            yield ("clock",), text
    for path, text in _restart(step, scenario):
        yield ("restart", *path), text
    for text in _trouble(step, scenario):
        yield ("trouble",), text
    yield from _labels(step.matrix, ("matrix",))
    known = _known(placed, scenario, seen)
    data = step.model_dump(by_alias=True, exclude_unset=True)
    for path, value in walk(data):
        text = "" if {"raw", "title"} & set(path) else _value(value, path, known)
        if text:
            yield path, text
    if not all(variant in VARIANTS for variant in choices(step.auth, known.rows)):
        yield ("auth",), f"the matrix names an `auth` that is not one of {', '.join(VARIANTS)}"
    yield from fault_complaints(step, known.rows)
    for path, verdicts in _verdicts(step):
        for inner, text in _expectations(verdicts, step.burst is not None, seen):
            yield (*path, *inner), text


def _clock(clock: fmt.Clock, scenario: fmt.Scenario) -> Iterator[str]:
    if clock.by == "rows" and "age-rows" not in scenario.requires:
        yield "a step that moves the clock by rows needs `requires: [age-rows]`"
    ways = choices(clock.by, scenario.matrix or [])
    if not ways or not all(way in fmt.CLOCK_WAYS for way in ways):
        yield f"`by` must be one of {', '.join(fmt.CLOCK_WAYS)} in every row of the matrix"


def _restart(step: fmt.Step, scenario: fmt.Scenario) -> Iterator[Complaint]:
    restart = step.restart
    if restart is None:
        return
    if "process" not in scenario.requires:
        yield (), "a step that restarts the merchant needs `requires: [process]`"
    if (restart.after is None) == (restart.during is None):
        yield (), "say either `after: answer` or `during: calls`"
    count = step.burst.count + sum(a.count for a in step.burst.against) if step.burst else 1
    if restart.during is not None and count < 2:
        yield ("during",), "calls are in flight in a `burst` of two or more"
    counted = {"exactly", "rest", "serial"} & (step.expect or fmt.Expect()).model_fields_set
    if restart.during is not None and counted:
        yield ("during",), f"`{min(counted)}` counts answers, and some will never come"
    if step.loop is not None or step.repeat is not None or step.wait is not None:
        yield (), "`loop`, `repeat` and `wait` have no meaning where the merchant is killed"


def _trouble(step: fmt.Step, scenario: fmt.Scenario) -> Iterator[str]:
    if step.trouble is None:
        return
    if "trouble" not in scenario.requires:
        yield "a step that troubles the database needs `requires: [trouble]`"
    if step.burst is None:
        yield "calls during trouble are a `burst`, be it of one"
    if step.restart is not None or step.loop is not None or step.repeat is not None:
        yield "`restart`, `loop` and `repeat` have no meaning while the database is in trouble"


def _known(placed: StepInPlace, scenario: fmt.Scenario, seen: Sequence[str]) -> _Known:
    rows = [
        {**outer, **inner}
        for outer in scenario.matrix or [{}]
        for inner in placed.step.matrix or [{}]
    ]
    roots: dict[str, frozenset[str]] = {
        "now": frozenset(),
        "loop": frozenset(),
        "new": _ORDER | {"transaction_id"},
        "unknown": _ORDER,
        "config": _CONFIG,
        "with": frozenset(placed.arguments),
        "matrix": frozenset.intersection(*(frozenset(row) for row in rows)),
    }
    own = dict.fromkeys((*seen, placed.step.id or ""), _STEP)
    roots = {**dict.fromkeys(scenario.given, _ORDER), **own, **roots}
    return _Known(roots, scenario.given, rows)


def _value(value: object, path: Path_, known: _Known) -> str:
    """What is wrong with one value: a reference, a maker or a matcher."""
    if is_reference(value):
        return _reference(str(value), path, known)
    name = operator(value)
    if name is None or not isinstance(value, dict):
        return ""
    texts = (complaint(name, argument) for argument in choices(value[name], known.rows))
    text = next(filter(None, texts), "")
    if not text and name == "$account":
        ways = choices(value[name]["how"], known.rows)
        wrong = [str(way) for way in ways if way not in WAYS]
        text = f"there is no way to change an account called {', '.join(wrong)}" if wrong else ""
    return text


def _reference(text: str, path: Path_, known: _Known) -> str:
    match = REFERENCE.fullmatch(text)
    if match is None:
        return f'"{text}" is not a reference; write $$ for a text with a $'
    root, parts = match[1], match[2].split(".")[1:]
    if root not in known.roots:
        names = known.roots
        return f'"${root}" is neither an order nor an earlier step{did_you_mean(root, names)}'
    count = known.orders[root].count if root in known.orders else None
    if count and (not parts or not _counts(parts.pop(0), count)):
        return f"${root} is {count} orders: ${root}.0 … or ${root}.$loop"
    members = known.roots[root]
    if parts:
        hint = did_you_mean(parts[0], members) or _there_are(members)
        return "" if parts[0] in members else f'"{text}": there is no {parts[0]}{hint}'
    if not members or (root in known.orders and _takes_order(path)):
        return ""
    return f'"{text}" is no value by itself{_there_are(members)}'


def _there_are(members: frozenset[str]) -> str:
    return f"; there are {', '.join(sorted(members))}" if members else ""


def _counts(part: str, count: int) -> bool:
    return part == "$loop" or (part.isdigit() and int(part) < count)


def _takes_order(path: Path_) -> bool:
    """A whole order may be handed to a fragment, or be what `of` speaks of."""
    return path[0] == "with" or (path[-1] == "of" and "params" not in path)


def _verdicts(step: fmt.Step) -> Iterator[tuple[Path_, Verdicts]]:
    yield (), step
    for index, also in enumerate(step.also):
        yield ("also", index), also
    for name, change in step.profiles.items():
        yield ("profiles", name), change
        for index, also in enumerate(change.also or []):
            yield ("profiles", name, "also", index), also


def rules_of(step: fmt.Step) -> Iterator[tuple[Path_, str]]:
    """Every rule that a step names, with its place."""
    for path, verdicts in _verdicts(step):
        if not isinstance(verdicts, fmt.StepChange) and verdicts.rule:
            yield (*path, "rule"), verdicts.rule
        if verdicts.database is not None and verdicts.database.rule:
            yield (*path, "database", "rule"), verdicts.database.rule
        if verdicts.log is not None and verdicts.log.rule:
            yield (*path, "log", "rule"), verdicts.log.rule


def _expectations(verdicts: Verdicts, burst: bool, seen: Sequence[str]) -> Iterator[Complaint]:
    if verdicts.expect is not None:
        for path, text in _expect(verdicts.expect, burst, seen):
            yield ("expect", *path), text
    database, log = verdicts.database, verdicts.log
    if database is not None and not database.model_fields_set - {"rule"}:
        yield ("database",), "this looks at nothing in the database"
    rows = database.transactions if database is not None else None
    if rows is not None and rows.count is None and not rows.row:
        yield ("database", "transactions"), "this needs a `count` or a `row`"
    if log is not None and log.event is None and not log.absent:
        yield ("log",), "this looks for nothing in the log: give an `event` or `absent`"


def _expect(expect: fmt.Expect, burst: bool, seen: Sequence[str]) -> Iterator[Complaint]:
    keys = expect.model_fields_set
    wrong = keys - _OF_BURSTS if burst else keys & _OF_BURSTS
    if not keys:
        yield (), "this expects nothing"
    for key in sorted(wrong):
        of = "one answer, not of a burst's" if burst else "a burst's answers"
        yield (key,), f"`{key}` speaks of {of}"
    if "rest" in keys and "exactly" not in keys:
        yield ("rest",), "`rest` needs an `exactly` to be the rest of"
    if expect.same_as is not None and expect.same_as not in seen:
        near = did_you_mean(expect.same_as, seen)
        yield ("same_as",), f'no earlier step is called "{expect.same_as}"{near}'
    inner: list[tuple[Path_, fmt.Expect | None]] = [
        (("each",), expect.each),
        (("rest",), expect.rest),
        (("exactly", "of"), expect.exactly.of if expect.exactly else None),
        *((("any_of", index), choice) for index, choice in enumerate(expect.any_of or [])),
    ]
    for path, part in inner:
        for deeper, text in _expect(part, False, seen) if part is not None else ():
            yield (*path, *deeper), text
