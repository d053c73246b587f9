"""Which scenarios a run takes; a selection that finds nothing names what is near."""

from __future__ import annotations

import pytest

from simulator.conformance.load import Catalogue
from simulator.conformance.selection import NothingSelected, Selection, select, why_not
from simulator.conformance.session import Eyes, Terms
from tests.simulator.conformance.fakes import FakeDatabase
from tests.simulator.conformance.files import Folder
from tests.simulator.conformance.test_logwatch import Watched

STEP = "- {id: one, call: CheckTransaction, params: {id: $new.transaction_id}}"


@pytest.fixture
def catalogue(folder: Folder) -> Catalogue:
    """Three scenarios: an ordinary one, one of a should, and a slow one."""
    head = "id: {0}\ntitle: x\nrules: [{1}]\ntags: [{2}]\nsteps:\n  {3}\n"
    folder.write("a.yaml", head.format("create.works", "create.works", "create, retry", STEP))
    folder.write("b.yaml", head.format("create.busy", "create.busy", "create, second", STEP))
    folder.write("c.yaml", head.format("create.many", "create.works", "slow", STEP))
    return folder.load()


def chosen(catalogue: Catalogue, **wanted: object) -> list[str]:
    selection = Selection(**wanted)  # type: ignore[arg-type]
    return [s.id for s in select(catalogue.scenarios, catalogue.rules, selection)]


@pytest.mark.parametrize(
    ("wanted", "ids"),
    [
        ({}, ["create.works", "create.busy"]),
        ({"everything": True}, ["create.works", "create.busy", "create.many"]),
        ({"only": ["create.busy"]}, ["create.busy"]),
        ({"only": ["create.*"]}, ["create.works", "create.busy", "create.many"]),
        ({"only": ["PM-CR-01"]}, ["create.works", "create.many"]),
        ({"only": ["PM-CR-0?"]}, ["create.works", "create.busy", "create.many"]),
        ({"only": ["create.busy", "create.many"]}, ["create.busy", "create.many"]),
        ({"tags": ["second"]}, ["create.busy"]),
        ({"tags": ["slow"]}, ["create.many"]),
        ({"tags": ["retry", "second"]}, ["create.works", "create.busy"]),
        ({"levels": ["should"]}, ["create.busy"]),
        ({"levels": ["must"]}, ["create.works"]),
        ({"only": ["create.*"], "tags": ["retry"]}, ["create.works"]),
        ({"failed_before": {"create.busy", "create.gone"}}, ["create.busy"]),
    ],
)
def test_what_is_chosen(catalogue: Catalogue, wanted: dict[str, object], ids: list[str]) -> None:
    assert chosen(catalogue, **wanted) == ids


@pytest.mark.parametrize(
    ("wanted", "rounds"),
    [
        ({}, 3),
        ({"only": ["create.race"]}, 3),
        ({"everything": True}, 50),
        ({"tags": ["slow"]}, 50),
        ({"tags": ["race"]}, 3),
        ({"tags": ["race", "slow"]}, 50),
    ],
)
def test_many_rounds_are_slow(folder: Folder, wanted: dict[str, object], rounds: int) -> None:
    head = "id: create.race\ntitle: x\nrules: [create.works]\ntags: [race]\n"
    folder.write("a.yaml", f"{head}rounds: 3\nslow_rounds: 50\nsteps:\n  {STEP}\n")
    catalogue = folder.load()
    chosen = select(catalogue.scenarios, catalogue.rules, Selection(**wanted))  # type: ignore[arg-type]
    assert [s.scenario.rounds for s in chosen] == [rounds]


@pytest.mark.parametrize(
    ("wanted", "text"),
    [
        (
            {"only": ["create.bussy"]},
            "no scenario fits create.bussy; near: create.busy, create.many. See: ",
        ),
        ({"tags": ["retri"]}, "no scenario fits retri; near: retry. See: payme-sandbox list"),
        ({"only": ["PM-CR-99"]}, "no scenario fits PM-CR-99; near: PM-CR-02, PM-CR-01. See: "),
        ({"only": ["zzz"]}, "no scenario fits zzz. See: payme-sandbox list"),
        ({"levels": ["may"]}, "no scenario fits this selection. See: payme-sandbox list"),
        (
            {"failed_before": set()},
            "no scenario failed in the last run, so --last-failed selects nothing",
        ),
    ],
)
def test_nothing_is_chosen(catalogue: Catalogue, wanted: dict[str, object], text: str) -> None:
    with pytest.raises(NothingSelected) as caught:
        chosen(catalogue, **wanted)
    assert str(caught.value).startswith(text)


DATABASE = Eyes(FakeDatabase(), no_log=None)
CLOSED = Eyes(FakeDatabase(after_cancel="cancelled"))
UNSAID = Eyes(no_database="map it", no_log="name it")


@pytest.mark.parametrize(
    ("needs", "terms", "eyes", "reason"),
    [
        ("[refunds]", Terms(), Eyes(), ""),
        ("[refunds]", Terms(refunds=False), Eyes(), "refunds = false"),
        ("[no-refunds]", Terms(refunds=False), Eyes(), ""),
        ("[no-refunds]", Terms(), Eyes(), "refunds = true"),
        ("[age-rows]", Terms(age_rows=True), DATABASE, ""),
        ("[age-rows]", Terms(), DATABASE, "age_rows = false"),
        ("[age-rows]", Terms(age_rows=True, no_ageing="map it"), DATABASE, "map it"),
        ("[age-rows]", Terms(no_ageing="map it"), DATABASE, "age_rows = false"),
        ("[age-rows]", Terms(), Eyes(), "there is no database whose rows could be aged"),
        ("[database]", Terms(), DATABASE, ""),
        ("[database]", Terms(), UNSAID, ""),
        ("[database]", Terms(), Eyes(), "database = false"),
        ("[log]", Terms(), Eyes(log=Watched().watch), ""),
        ("[log]", Terms(), UNSAID, ""),
        ("[log]", Terms(), Eyes(), "log = false"),
        ("[payable-after-cancel]", Terms(), DATABASE, ""),
        ("[payable-after-cancel]", Terms(), CLOSED, 'after_cancel = "cancelled"'),
        ("[refunds, log]", Terms(refunds=False), Eyes(), "refunds = false"),
        ("[]", Terms(), Eyes(), ""),
    ],
)
def test_why_a_scenario_does_not_apply(
    folder: Folder, needs: str, terms: Terms, eyes: Eyes, reason: str
) -> None:
    folder.scenario(STEP, f"requires: {needs}")
    assert why_not(folder.loaded(), terms, eyes) == reason


@pytest.mark.parametrize(
    ("kinds", "one_time", "reason"),
    [
        ("[one-time]", True, ""),
        ("[one-time]", False, "the merchant's accounts are accumulating"),
        ("[accumulating]", True, "the merchant's accounts are one-time"),
        ("[one-time, accumulating]", False, ""),
    ],
)
def test_kinds_of_accounts(folder: Folder, kinds: str, one_time: bool, reason: str) -> None:
    folder.scenario(STEP, f"account_types: {kinds}")
    assert why_not(folder.loaded(), Terms(one_time=one_time), Eyes()) == reason
