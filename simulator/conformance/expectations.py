"""The answer verdict of a step: what was expected against what came."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from simulator.conformance import format as fmt
from simulator.conformance.matchers import Matching, Mismatch, Where, same
from simulator.conformance.syntax import operator
from simulator.conformance.values import Scope
from simulator.protocol.answer import Answer
from simulator.protocol.finding import MISSING, show
from simulator.protocol.vocabulary import is_account_code


@dataclass(slots=True)
class AnswerVerdict:
    """The differences; `wrong_kind` if a result came for an error or the other way round."""

    mismatches: list[Mismatch] = field(default_factory=list)
    wrong_kind: bool = False


def describe(answer: Answer) -> str:
    """An answer in one line."""
    if answer.kind == "result":
        return f"result {show(answer.result)}"
    if answer.kind == "error":
        return f"error {show(answer.error)}"
    return f"no JSON-RPC answer (HTTP {answer.http})" if answer.http else "no answer"


def judge_answer(
    expect: fmt.Expect, answer: Answer, scope: Scope, matching: Matching, where: Where
) -> AnswerVerdict:
    """Hold one answer against an expectation."""
    verdict = AnswerVerdict()
    given = expect.model_fields_set
    if "result" in given:
        _result(expect.result, answer, scope, matching, (*where, "result"), verdict)
    if "error" in given:
        _error(expect.error, answer, scope, matching, (*where, "error"), verdict)
    if expect.any_of is not None:
        _any_of(expect.any_of, answer, scope, matching, (*where, "any_of"), verdict)
    if expect.http is not None and expect.http != answer.http:
        seen = str(answer.http or "no answer")
        place = (*where, "http")
        verdict.mismatches.append(Mismatch("HTTP status", str(expect.http), seen, place))
    if expect.same_as is not None:
        _same_as(expect.same_as, answer, scope, (*where, "same_as"), verdict)
    if expect.answered and answer.kind == "nothing":
        place = (*where, "answered")
        verdict.mismatches.append(Mismatch("answer", "an answer", describe(answer), place))
    return verdict


def _wrong(verdict: AnswerVerdict, expected: str, answer: Answer, where: Where) -> None:
    verdict.wrong_kind = True
    verdict.mismatches.append(Mismatch("answer", expected, describe(answer), where))


def _result(
    wanted: object,
    answer: Answer,
    scope: Scope,
    matching: Matching,
    where: Where,
    verdict: AnswerVerdict,
) -> None:
    if wanted == {"$absent": True}:
        if answer.kind == "result":
            _wrong(verdict, "a refusal", answer, where)
    elif answer.kind != "result":
        _wrong(verdict, "a result", answer, where)
    elif wanted != "any":
        expected = scope.resolve(wanted)
        verdict.mismatches += matching.match(expected, answer.result, "result", where)


def _error(
    wanted: object,
    answer: Answer,
    scope: Scope,
    matching: Matching,
    where: Where,
    verdict: AnswerVerdict,
) -> None:
    if wanted == "any":
        if answer.kind == "result":
            _wrong(verdict, "an error", answer, where)
        return
    wanted = scope.resolve(wanted)
    if answer.kind != "error":
        _wrong(verdict, f"error {code_words(wanted)}", answer, where)
    elif isinstance(wanted, Mapping):
        code = wanted.get("code")
        if code is not None and operator(code) is None and not code_fits(code, answer.code):
            seen = show(answer.code)
            verdict.mismatches.append(Mismatch("error.code", code_words(code), seen, where))
        rest = {k: v for k, v in wanted.items() if k != "code" or operator(v) is not None}
        verdict.mismatches += matching.match(rest, answer.error, "error", where)
    elif not code_fits(wanted, answer.code):
        seen = show(answer.code)
        verdict.mismatches.append(Mismatch("error.code", code_words(wanted), seen, where))


def code_fits(wanted: object, code: object) -> bool:
    """`account`, `any`, a code, or a list of these."""
    if isinstance(wanted, list):
        return any(code_fits(one, code) for one in wanted)
    if wanted == "any":
        return code is not MISSING
    return is_account_code(code) if wanted == "account" else same(wanted, code)


def code_words(wanted: object) -> str:
    """A wanted code in words."""
    if isinstance(wanted, list):
        return " or ".join(code_words(one) for one in wanted)
    if isinstance(wanted, Mapping):
        return code_words(wanted.get("code", "any"))
    words = {"account": "-31050 … -31099", "any": "any code"}
    return words.get(str(wanted), str(wanted))


def _any_of(
    choices: Sequence[fmt.Expect],
    answer: Answer,
    scope: Scope,
    matching: Matching,
    where: Where,
    verdict: AnswerVerdict,
) -> None:
    verdicts = [
        judge_answer(choice, answer, scope, matching, (*where, index))
        for index, choice in enumerate(choices)
    ]
    if any(not v.mismatches for v in verdicts):
        return
    verdict.wrong_kind = all(v.wrong_kind for v in verdicts)
    closest = next((v for v in verdicts if not v.wrong_kind), None)
    if closest is not None:
        verdict.mismatches += closest.mismatches
        return
    words = " or ".join(expect_words(choice) for choice in choices)
    verdict.mismatches.append(Mismatch("answer", words, describe(answer), where))


def expect_words(expect: fmt.Expect) -> str:
    """An expectation in a few words."""
    if "error" in expect.model_fields_set:
        return f"error {code_words(expect.error)}"
    if "result" in expect.model_fields_set:
        return "a result" if expect.result == "any" else f"a result like {show(expect.result)}"
    return "an answer"


def _same_as(step: str, answer: Answer, scope: Scope, where: Where, verdict: AnswerVerdict) -> None:
    before = scope.steps.get(step, {}).get("result", MISSING)
    if answer.kind != "result":
        _wrong(verdict, f"the result of {step} again", answer, where)
    else:
        verdict.mismatches += compare_results(before, answer.result, where)


def compare_results(first: object, second: object, where: Where = ()) -> list[Mismatch]:
    """What differs between the answers to a call and to its repetition."""
    if not isinstance(first, Mapping) or not isinstance(second, Mapping):
        if same(first, second):
            return []
        return [Mismatch("result", f"first {show(first)}", f"second {show(second)}", where)]
    found: list[Mismatch] = []
    for name in sorted(set(first) | set(second)):
        one, two = first.get(name, MISSING), second.get(name, MISSING)
        if not same(one, two):
            gap = f" ({two - one:+d})" if type(one) is int and type(two) is int else ""
            seen = f"second {show(two)}{gap}"
            found.append(Mismatch(f"result.{name}", f"first {show(one)}", seen, where))
    return found
