"""Runs as the runner would tell them: merchants, good and bad, without any network."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import replace

from simulator.caller.wire import Exchange, FailureKind, WireAnswer, WireFailure, WireRequest
from simulator.conformance.events import (
    Check,
    Difference,
    Event,
    ExchangeDone,
    Level,
    Listener,
    Outcome,
    Place,
    RunFinished,
    RunStarted,
    ScenarioFinished,
    ScenarioStarted,
    Target,
    Totals,
    Verdict,
)
from tests.simulator.reports.catalogue import RULES as RULES

START = 1_763_881_200_000
URL = "http://127.0.0.1:5000/payme"
PAYME_ID = "65f0c0ffee00000000000abc"


def request(method: str, number: int, **params: object) -> WireRequest:
    """A masked Merchant API call."""
    body = {"jsonrpc": "2.0", "id": number, "method": method, "params": params}
    headers = (
        ("Content-Type", "application/json"),
        ("Authorization", "Basic ••••"),
        ("Content-Length", str(len(json.dumps(body)))),
    )
    return WireRequest(URL, "POST", headers, _bytes(json.dumps(body, ensure_ascii=False)))


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")


def answer(number: int, status: int = 200, **members: object) -> WireAnswer:
    """A JSON answer; `members` are `result` or `error`."""
    body = json.dumps({"jsonrpc": "2.0", "id": number, **members}, ensure_ascii=False)
    return WireAnswer(status, (("Content-Type", "application/json"),), _bytes(body))


def create(number: int, scenario: str, step: str, create_time: int, took: int = 14) -> Exchange:
    """A CreateTransaction that went well."""
    sent = request(
        "CreateTransaction",
        number,
        id=PAYME_ID,
        time=START - 500,
        amount=100_000,
        account={"order_id": "test-123"},
    )
    result = {"create_time": create_time, "transaction": "17", "state": 1}
    return Exchange(
        number,
        scenario,
        step,
        "CreateTransaction",
        START + 40 * number,
        took,
        sent,
        answer(number, result=result),
    )


def call(number: int, scenario: str, step: str, method: str, **result: object) -> Exchange:
    """Any other call that went well."""
    sent = request(method, number, id=PAYME_ID)
    return Exchange(
        number, scenario, step, method, START + 40 * number, 9, sent, answer(number, result=result)
    )


def check(
    rule: str,
    scenario: str,
    step: str,
    outcome: Outcome = Outcome.PASSED,
    verdict: Verdict = Verdict.ANSWER,
    message: str = "",
    **more: object,
) -> Check:
    """A check of a catalogued rule."""
    row = RULES[rule]
    base = Check(
        row.code,
        rule,
        row.level,
        scenario,
        step,
        verdict,
        outcome,
        message or f"{rule} holds",
        row.source,
    )
    return replace(base, **more)  # type: ignore[arg-type]


REPEAT_PLACE = Place(
    "scenarios/create/repeat.yaml",
    19,
    13,
    40,
    "      same: [result.transaction, result.create_time]",
)


def scenario(
    name: str, title: str, exchanges: Sequence[Exchange], checks: Sequence[Check], case: str = ""
) -> list[Event]:
    """One scenario from its start to its end."""
    took = sum(e.took for e in exchanges)
    return [
        ScenarioStarted(name, title, tuple(name.split(".")[:1])),
        *(ExchangeDone(e) for e in exchanges),
        ScenarioFinished(name, tuple(checks), took, case),
    ]


def good(name: str, first: int, rules: Iterable[str]) -> list[Event]:
    """A scenario in which everything holds: answer, database and log looked at."""
    ids = list(rules)
    exchanges = [call(first, name, "first", "CheckTransaction", state=1, reason=None)]
    checks = [check(rule, name, "first", exchanges=(first,)) for rule in ids]
    checks.append(check("database.matches-answers", name, "first", verdict=Verdict.DATABASE))
    checks.append(check("log.nothing-forbidden", name, "first", verdict=Verdict.LOG))
    return scenario(name, f"Everything about {name} holds", exchanges, checks)


def broken_repeat(name: str = "create.repeat", first: int = 1, case: str = "x7Kp2") -> list[Event]:
    """The bug of the bug report: the second Create inserts again and answers another time."""
    calls = [
        create(first, name, "create", START + 123),
        create(first + 1, name, "create", START + 391, took=22),
    ]
    checks = [
        check("create.new", name, "create", exchanges=(first,)),
        check("transport.http-200", name, "create", exchanges=(first, first + 1)),
        check(
            "create.repeat-same-answer",
            name,
            "create",
            Outcome.FAILED,
            message="the second answer differs from the first in create_time",
            expected=str(START + 123),
            actual=str(START + 391),
            case=case,
            place=REPEAT_PLACE,
            differences=(
                Difference("result.create_time", str(START + 123), f"{START + 391} (+268)"),
            ),
            exchanges=(first, first + 1),
        ),
        check(
            "create.one-row",
            name,
            "create",
            verdict=Verdict.DATABASE,
            message="1 row, state 1",
            rows=(f"transactions: payme_id={PAYME_ID} state=1 amount=100000 reason=NULL",),
        ),
        check(
            "log.nothing-forbidden",
            name,
            "create",
            Outcome.FAILED,
            Verdict.LOG,
            message="the log holds IntegrityError",
            expected="no line with IntegrityError",
            actual="1 line",
            case=case,
            exchanges=(first + 1,),
            log_lines=(
                "app.log:5512  sqlite3.IntegrityError: UNIQUE constraint failed: "
                "transactions.payme_id",
            ),
        ),
    ]
    title = "A repeated CreateTransaction is answered as the first one was"
    return scenario(name, title, calls, checks, case)


def dead(name: str, first: int, case: str = "") -> list[Event]:
    """A scenario in which the merchant is gone."""
    gone = WireFailure(FailureKind.REFUSED, "the merchant refused the connection")
    sent = request("CreateTransaction", first, id=PAYME_ID)
    exchange = Exchange(
        first, name, "create", "CreateTransaction", START + 40 * first, 2, sent, gone
    )
    failed = check(
        "transport.http-200",
        name,
        "create",
        Outcome.FAILED,
        message="there was no answer: the merchant refused the connection",
        expected="an HTTP answer with status 200",
        actual="connection refused",
        case=case,
        exchanges=(first,),
    )
    return scenario(name, "The merchant has died", [exchange], [failed], case)


def run(
    scenarios: Iterable[Sequence[Event]],
    exit_code: int | None = None,
    strict: bool = False,
    stopped: str = "",
    stale: tuple[str, ...] = (),
    not_looked_at: tuple[str, ...] = (),
    total: int | None = None,
    baseline: str = "",
    finish: bool = True,
) -> list[Event]:
    """A whole run around its scenarios; totals are counted, the exit code follows from them."""
    parts = [list(part) for part in scenarios]
    middle = [event for part in parts for event in part]
    checks = [c for e in middle if isinstance(e, ScenarioFinished) for c in e.checks]
    totals = Totals(**{str(o): sum(1 for c in checks if c.outcome is o) for o in Outcome})
    bad = bool(totals.failed or totals.not_testable or stale)
    started = RunStarted(
        "0.1.0",
        Target(URL, "default", "one-time"),
        4218,
        strict,
        f"payme-sandbox check --url {URL} --seed 4218",
        START,
        total if total is not None else len(parts),
        RULES,
        not_looked_at,
        baseline,
    )
    code = int(bad) if exit_code is None else exit_code
    end = [RunFinished(totals, code, 6_234, stopped, stale)] if finish else []
    return [started, *middle, *end]


def all_green() -> list[Event]:
    """Every rule of the catalogue holds."""
    ids = [r for r in RULES if not r.startswith(("database.", "log.nothing"))]
    chunks = [ids[n : n + 5] for n in range(0, len(ids), 5)]
    return run(good(f"{c[0]}-flow", 10 * n + 1, c) for n, c in enumerate(chunks))


def one_failing() -> list[Event]:
    """Two musts broken by the same bug, seen in the answer and in the log."""
    return run([*_green_parts(), broken_repeat(first=71)], not_looked_at=())


def _green_parts() -> list[list[Event]]:
    return [
        good("transport.every-error", 1, ["transport.http-200", "envelope.id-same"]),
        good("auth.each-method", 11, ["auth.none", "auth.wrong-key", "auth.key-prefix"]),
        good("perform.flow", 21, ["perform.new", "perform.repeat-same-answer"]),
        good("cancel.flow", 31, ["cancel.created", "cancel.performed"]),
    ]


def many_failing() -> list[Event]:
    """Twelve rules broken, one of them in forty scenarios; one known, one warning."""
    parts = _green_parts()
    parts += [broken_repeat(f"create.repeat[{n}]", 100 + 2 * n, f"c{n:03d}") for n in range(40)]
    ids = [r for r in RULES if r.startswith(("check-perform.", "perform.", "cancel.", "statement"))]
    for n, rule in enumerate(ids):
        name = f"{rule}-case"
        number = 300 + n
        exchange = call(number, name, "act", "PerformTransaction", state=1)
        level_ok = RULES[rule].level is Level.MUST
        failed = check(
            rule,
            name,
            "act",
            Outcome.FAILED if level_ok else Outcome.WARNED,
            message="state is 1 where 2 was expected",
            expected="2",
            actual="1",
            case=f"m{n:02d}",
            place=Place(
                f"scenarios/{rule.replace('.', '/')}.yaml", 12, 22, 1, "  expect: {state: 2}"
            ),
            differences=(Difference("result.state", "2 (integer)", "1 (integer)"),),
            exchanges=(number,),
        )
        parts.append(scenario(name, f"About {rule}", [exchange], [failed], f"m{n:02d}"))
    parts.append(known())
    return run(parts, baseline="payme-baseline.toml (1 entry)")


def known() -> list[Event]:
    """A failure that the baseline knows about."""
    name = "check.unset-times"
    exchange = call(400, name, "look", "CheckTransaction", state=1, perform_time=None)
    found = check(
        "types.unset-times-zero",
        name,
        "look",
        Outcome.KNOWN,
        message="perform_time is null where 0 is wanted",
        expected="0",
        actual="null",
        exchanges=(400,),
        reason="until 2027-01-15, payments team: waits for the new ORM",
    )
    return scenario(name, "Unset times are 0", [exchange], [found])


def not_testable() -> list[Event]:
    """Two rules that could not be tried for the same reason, one for another."""
    name = "create.log"
    why = "no log is configured: say where it is, or write log = false"
    exchange = create(500, name, "create", START)
    checks = [
        check("create.new", name, "create", exchanges=(500,)),
        check("log.no-key", name, "create", Outcome.NOT_TESTABLE, Verdict.LOG, reason=why),
        check(
            "log.nothing-forbidden", name, "create", Outcome.NOT_TESTABLE, Verdict.LOG, reason=why
        ),
        check(
            "perform.expired",
            name,
            "expire",
            Outcome.NOT_TESTABLE,
            reason="time travel needs database.age_rows = true",
        ),
    ]
    parts = [scenario(name, "What the log says", [exchange], checks, "n0tst")]
    return run(parts, not_looked_at=("the database (database = false)",))


def merchant_died() -> list[Event]:
    """The merchant went away after the second scenario."""
    parts = [
        good("transport.every-error", 1, ["transport.http-200"]),
        broken_repeat(first=71),
        dead("create.race", 91, "d3aD1"),
    ]
    why = "the merchant stopped (exit code 137); its last words are above"
    return run(parts, 3, stopped=why, total=182)


def interrupted() -> list[Event]:
    """Ctrl-C after the first scenario; the second was under way."""
    under_way = call(92, "perform.flow", "perform", "PerformTransaction", state=2)
    parts: list[list[Event]] = [
        good("transport.every-error", 1, ["transport.http-200"]),
        [ScenarioStarted("perform.flow", "Perform"), ExchangeDone(under_way)],
    ]
    return run(parts, 130, stopped="interrupted from the keyboard", total=182)


def nothing_selected() -> list[Event]:
    """No scenario fits the filter."""
    return run([], 4, stopped="no scenario fits --only 'crate.*'; nearest: create.*")


def strict_and_stale() -> list[Event]:
    """A should that fails because the run is strict, and a baseline that is out of date."""
    exchange = call(1, "create.busy", "second", "CreateTransaction", state=1)
    failed = check(
        "create.busy-code",
        "create.busy",
        "second",
        Outcome.FAILED,
        message="the code is -31050 where -31008 is documented",
        expected="-31008",
        actual="-31050",
        case="s7r1c",
        exchanges=(1,),
    )
    part = scenario("create.busy", "A busy order", [exchange], [failed], "s7r1c")
    stale = ("PM-CR-04 create.repeat* does not fail any more: take it out",)
    return run([part], strict=True, stale=stale, baseline="payme-baseline.toml (1 entry)")


def race(count: int = 10) -> list[Event]:
    """The same call many times at once: sent together, answered in another order."""
    name, step = "create.race", "create"
    calls = [
        replace(create(n, name, step, START + n, took=5 + 7 * (n * 3 % count)), sent_at=START + 1)
        for n in range(1, count + 1)
    ]
    failed = check(
        "create.repeat-same-answer",
        name,
        step,
        Outcome.FAILED,
        message="the answers differ in create_time",
        case="r4c3",
        exchanges=tuple(e.number for e in calls),
        differences=(Difference("result.create_time", "one value", f"{count} values"),),
    )
    return run([scenario(name, "Ten identical calls", calls, [failed], "r4c3")])


def feed(listener: Listener, events: Iterable[Event]) -> None:
    """Let a listener hear a run."""
    for event in events:
        listener(event)
