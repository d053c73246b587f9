"""Scenarios run as load: what is sent, what is judged, what becomes of the payer."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from random import Random
from shutil import copy, copytree

import pytest

from loadtests.calls import Call, Reply
from loadtests.payment import Given
from loadtests.playing import Playing
from loadtests.plays import Play, plays_of, share_of
from loadtests.pool import PoolOrder
from simulator.caller.retry import Flaw, RetryPolicy
from simulator.config import Config, Merchant
from simulator.config.load import LoadConfig, Mix
from simulator.conformance.load import FOLDER, load_catalogue
from simulator.conformance.yamlfile import ScenarioError
from simulator.protocol.oracle import Terms
from simulator.protocol.vocabulary import Method
from tests.loadtests.shop import BUSY, Line, Shop

_HEAD = """\
id: mine.pay
title: A payment
rules: [create.works]
"""
_PAY = (
    _HEAD
    + """\
given: {order: {}}
load: {weight: 40}
steps:
  - use: created
  - id: perform
    call: PerformTransaction
    params: {id: $create.params.id}
    repeat: 2
    expect: {result: {state: 2, transaction: $create.result.transaction}}
"""
)
_REFUSED = (
    _HEAD
    + """\
given: {other: {}, order: {}}
load: {}
steps:
  - use: created
  - id: second
    call: CreateTransaction
    params: {id: $new.transaction_id, time: $now, amount: $order.amount, account: $order.account}
    expect: {error: [-31008, account]}
  - id: ask
    call: CheckPerformTransaction
    params: {amount: $other.amount, account: $other.account}
    expect: {result: {allow: true}}
"""
)
_ORDERS = [PoolOrder(f"A-{n}", 100_000, {"order_id": f"A-{n}"}, "order_id") for n in (1, 2)]


@pytest.fixture(autouse=True)
def small(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A part of the built-in catalogue, since all of it takes long to read."""
    small = tmp_path_factory.mktemp("small") / "scenarios"
    copytree(FOLDER / "fragments", small / "fragments")
    for name in ("rules.yaml", "create/second-on-live.yaml", "create/stored.yaml"):
        (small / name).parent.mkdir(exist_ok=True)
        copy(FOLDER / name, small / name)
    monkeypatch.setattr("loadtests.plays.load_catalogue", partial(load_catalogue, folder=small))
    return small


def _config(folder: Path, *globs: str, **merchant: object) -> Config:
    load = LoadConfig(scenarios=globs or ("mine.*",), scenarios_folder=folder)
    return Config(merchant=Merchant(**merchant), load=load)  # type: ignore[arg-type]


def _play(folder: Path, text: str) -> Play:
    (folder / "mine.yaml").write_text(text, encoding="utf-8")
    ((play,), _) = plays_of(_config(folder))
    return play


def _run(play: Play, line: Line) -> list[str]:
    mix = Mix(**dict.fromkeys(Mix.model_fields, 0))
    given = Given(mix, Terms(), RetryPolicy(), 10)
    return Playing(play, _ORDERS[: play.orders], given, line, Random(1)).run()


def test_its_calls_are_made_in_order_and_judged(tmp_path: Path) -> None:
    play, line = _play(tmp_path, _PAY), Line(Shop())
    assert (play.name, play.weight, play.orders) == ("mine.pay", 40, 1)
    assert _run(play, line) == ["performed", "scenario mine.pay"]
    assert line.methods == ["CREATE", "PERFORM", "PERFORM"]
    create, perform, again = line.sent
    assert create.params["account"] == {"order_id": "A-1"}
    assert {call.id for call in line.sent} == {create.params["id"]}
    assert {call.order for call in line.sent} == {"A-1"}
    assert (create.amount, create.time) == (100_000, create.params["time"])
    assert (perform.why, again.why) == ("scenario", "double")
    assert not line.wrongs


def test_a_failed_expectation_is_counted_once_and_ends_it_if_the_kind_is_wrong(
    tmp_path: Path,
) -> None:
    line = Line(Shop(one_time=False))
    assert _run(_play(tmp_path, _REFUSED), line) == [
        *("left open", "left open", "scenario mine.pay, failed")
    ]
    assert line.wrongs == ["mine.pay, step second: answer is not as expected"]
    assert line.details[0].startswith("expected error -31008 or -31050")
    assert len(line.sent) == len(line.counted) == 2


def test_deserved_refusals_are_as_expected(tmp_path: Path) -> None:
    line = Line(Shop())
    assert _run(_play(tmp_path, _REFUSED), line) == ["left open", "scenario mine.pay"]
    assert [reply.code for _, reply, _ in line.counted] == [None, BUSY, None]
    assert [call.order for call in line.sent] == ["A-2", "A-2", "A-1"]
    assert not line.wrongs


def test_a_repeat_that_is_answered_differently(tmp_path: Path) -> None:
    def spoil(_call: Call, number: int, reply: Reply) -> Reply:
        return reply if number < 2 else Reply("result", {**(reply.result or {}), "create_time": 6})

    line = Line(Shop(), spoil)
    assert _run(_play(tmp_path, _PAY), line)[-1] == "scenario mine.pay, failed"
    assert line.wrongs == ["mine.pay, step perform: result.create_time is not as expected"]


def test_what_is_not_answered_is_repeated_and_counted(tmp_path: Path) -> None:
    def spoil(_call: Call, number: int, reply: Reply) -> Reply:
        return Reply("none", text="silence", flaw=Flaw.NO_ANSWER) if number == 1 else reply

    line = Line(Shop(), spoil)
    assert _run(_play(tmp_path, _PAY), line) == ["performed", "scenario mine.pay"]
    assert [call.why for call in line.sent] == ["scenario", "scenario", "retry", "double"]
    assert len(line.retries) == 1
    assert len(line.counted) == 4


def test_a_merchant_that_is_silent_for_good_is_left(tmp_path: Path) -> None:
    line = Line(Shop(), lambda *_: Reply("none", text="silence", flaw=Flaw.NO_ANSWER))
    assert _run(_play(tmp_path, _PAY), line) == ["scenario mine.pay"]
    assert len(line.counted) == len(line.sent) == RetryPolicy().attempts


def test_the_rows_of_a_matrix_share_the_weight(tmp_path: Path) -> None:
    rows = (
        "matrix:\n  - {label: a, reason: 3}\n  - {label: b, reason: 5}\n  - {label: c, reason: 1}\n"
    )
    (tmp_path / "mine.yaml").write_text(_PAY.replace("load:", rows + "load:"), encoding="utf-8")
    plays, _ = plays_of(_config(tmp_path))
    assert share_of(plays) == (140, 140)
    assert [(play.name, play.weight) for play in plays] == [
        *(("mine.pay[a]", 14), ("mine.pay[b]", 13), ("mine.pay[c]", 13))
    ]


_ROWS = """\
  - id: ask
    matrix:
      - {label: more, amount: {$plus: [$order.amount, 1]}}
      - {label: none, amount: {$above: [1, $order.amount]}}
      - {label: less, amount: {$plus: [$order.amount, -1]}}
    call: CheckPerformTransaction
    params: {amount: $matrix.amount, account: $order.account}
    expect: {error: -31001}
"""


def test_the_rows_of_a_step_go_one_after_another(tmp_path: Path) -> None:
    def spoil(call: Call, number: int, reply: Reply) -> Reply:
        refused = call.method is Method.CHECK_PERFORM and number > 3
        return Reply("error", code=-31001, error={"code": -31001}) if refused else reply

    line = Line(Shop(), spoil)
    assert _run(_play(tmp_path, _PAY + _ROWS), line) == ["performed", "scenario mine.pay, failed"]
    assert [call.params["amount"] for call in line.sent[3:]] == [100_001, 99_999]
    assert line.wrongs == ["mine.pay, step ask[more]: answer is not as expected"]


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("repeat: 2", "burst: {count: 2}", "there is no `burst` under load"),
        ("repeat: 2", "auth: none", "there is no `auth` under load"),
        ("repeat: 2", "retry: at-once", "retries keep to the policy"),
        ("PerformTransaction", "Perform", "under load only Payme's own methods are called"),
        ("id: $create.params.id", "id: $new.number", "under load there is no `$new.number`"),
        ("id: $create.params.id", "id: {$account: {how: unknown}}", "there is no `$account`"),
        ("{order: {}}", "{order: {sum: 5}}", "so no `sum`"),
        ("given:", "requires: [process]\ngiven:", "there is no `process` under load"),
        ("weight: 40", "weight: 0", "weight is 0"),
        ("weight: 40", "wait: 40", 'unknown key "wait"'),
    ],
)
def test_what_there_is_not_under_load_is_refused_with_its_place(
    tmp_path: Path, small: Path, old: str, new: str, told: str
) -> None:
    (tmp_path / "mine.yaml").write_text(_PAY.replace(old, new), encoding="utf-8")
    with pytest.raises(ScenarioError) as raised:
        load_catalogue(tmp_path, small)
    assert told in str(raised.value)
    assert "mine.yaml:" in str(raised.value)


@pytest.mark.parametrize(
    ("globs", "merchant", "told"),
    [
        (("mine.pya",), {}, 'did you mean "mine.pay"?'),
        (("create.stored",), {}, "add `load: {weight: 10}`"),
        (("create.second-on-live",), {"account_type": "accumulating"}, "accounts are accumulating"),
    ],
)
def test_scenarios_that_cannot_be_run_as_load(
    tmp_path: Path, globs: tuple[str, ...], merchant: dict[str, object], told: str
) -> None:
    (tmp_path / "mine.yaml").write_text(_PAY, encoding="utf-8")
    with pytest.raises(ScenarioError) as raised:
        plays_of(_config(tmp_path, *globs, **merchant))
    assert told in str(raised.value)


def test_what_does_not_apply_is_left_out_and_told(tmp_path: Path) -> None:
    (tmp_path / "mine.yaml").write_text(_PAY, encoding="utf-8")
    config = _config(tmp_path, "mine.*", "create.second-on-live", account_type="accumulating")
    plays, notes = plays_of(config)
    assert [play.name for play in plays] == ["mine.pay"]
    assert notes == ("create.second-on-live is left out: the merchant's accounts are accumulating",)
