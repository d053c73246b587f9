"""The story of the UNIQUE error: told as it is, and not told when it is not so."""

from __future__ import annotations

import importlib
import re
from collections.abc import Callable
from dataclasses import replace

import pytest
from rich.cells import cell_len

from simulator.cli.reference import reference_config
from simulator.cli.reproduce import ERROR, FIRST, FORGOTTEN, run_reproduce
from tests.simulator.cli.command import ROOT, Command, placed
from tests.simulator.cli.conftest import SNAPSHOTS, Compare

_PLACES = (
    (re.compile(r"photobooth\.log:\d+ +"), "photobooth.log:N    "),
    (re.compile(r"\d+ checks ok"), "SOME checks ok"),
    (re.compile(r"\d+ skipped"), "SOME skipped"),
    (re.compile(r"got \d+ of 10"), "got SOME of 10"),
    (re.compile(r"got \d+ different: .*"), "got SOME different: …"),
    (re.compile(r'"create_time": 1\d{12}'), '"create_time": TIME'),
    (re.compile(r"transaction_id=[0-9a-f]+…"), "transaction_id=…"),
)


def test_the_whole_screen(command: Command, whole: Compare) -> None:
    ran = command("reproduce")
    assert max(cell_len(line) for line in ran.out.splitlines()) <= 100
    assert len(ran.out.splitlines()) <= 48
    assert ERROR in ran.out
    text = ran.out
    for pattern, place in _PLACES:
        text = pattern.sub(place, text)
    whole("reproduce", replace(ran, out=text))
    assert ran.code == 0
    assert not list(command.folder.iterdir())


def test_the_page_shows_the_screen_as_it_is() -> None:
    page = (ROOT / "docs" / "reproduce-unique-bug.md").read_text(encoding="utf-8")
    shown = " 1  before-fix" + page.partition(" 1  before-fix")[2].partition("```")[0]
    for pattern, place in _PLACES:
        shown = pattern.sub(place, shown)
    screen = (SNAPSHOTS / "reproduce.txt").read_text(encoding="utf-8")
    assert placed(shown, ROOT) in screen


def cast_otherwise(cast: dict[str, str]) -> Callable[..., object]:
    return lambda name, profile: reference_config(cast[name], profile)


def test_it_is_not_told_of_shops_that_are_otherwise(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    module = importlib.import_module("simulator.cli.reproduce")
    cast = {"before-fix": "one-time", "after-fix": "one-time", "one-time": "after-fix"}
    monkeypatch.setattr(module, "reference_config", cast_otherwise(cast))
    monkeypatch.setattr(module, "RIGHT", (FIRST, "create.second-*"))
    assert run_reproduce() == 1
    words = " ".join(capsys.readouterr().out.split())
    assert "as told " not in words.replace("not as told ", "")
    for missing in (
        "before-fix: the log has no line sqlite3.IntegrityError",
        "before-fix: the payment was taken",
        f"before-fix: {FIRST} did not fail",
        "reference: a check is not as it should be",
        *(f"after-fix: {bug.scenario} did not find" for bug in FORGOTTEN),
    ):
        assert f"not as told {missing}" in words
