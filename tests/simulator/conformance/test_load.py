"""Catalogues read from files: fragments unfolded, and every slip told with its place."""

from __future__ import annotations

from pathlib import Path

from simulator.conformance.events import Level
from tests.simulator.conformance.files import CREATED, RULES, Folder, rule

CALL = (
    "- {id: one, call: CheckTransaction, params: {id: $new.transaction_id}, expect: {error: any}}"
)


def test_a_scenario_with_a_fragment(folder: Folder) -> None:
    folder.scenario(
        """
        - use: created
        - {use: created, as: tx, with: {order: $other}}
        - id: last
          call: PerformTransaction
          params: {id: $tx-create.params.id}
          when: {step: tx-create, answered: result}
        """,
        "given: {order: {}, other: {}}",
    )
    steps = folder.loaded().steps
    assert [step.id for step in steps] == ["create", "tx-create", "last"]
    assert [step.own for step in steps] == [False, False, True]
    assert [step.arguments for step in steps] == [{"order": "$order"}, {"order": "$other"}, {}]
    assert [step.document.file for step in steps] == [
        "scenarios/fragments/created.yaml",
        "scenarios/fragments/created.yaml",
        "scenarios/a.yaml",
    ]


def test_references_inside_a_fragment_follow_its_prefix(folder: Folder) -> None:
    folder.write(
        "fragments/twice.yaml",
        """
        id: twice
        title: Sent twice
        steps:
          - {id: first, call: CheckTransaction, params: {id: $new.transaction_id}}
          - id: second
            call: CheckTransaction
            params: {id: $first.params.id, text: $$first}
            when: {step: first, answered: error}
            expect: {any_of: [{same_as: first}, {error: any}]}
        """,
    )
    folder.scenario("- {use: twice, as: tx}", head="")
    _, second = folder.loaded().steps
    assert second.step.params == {"id": "$tx-first.params.id", "text": "$$first"}
    assert second.step.when is not None
    assert second.step.when.step == "tx-first"
    assert second.step.expect is not None
    assert second.step.expect.any_of is not None
    assert second.step.expect.any_of[0].same_as == "tx-first"


def test_rules(folder: Folder) -> None:
    folder.write("rules-more.yaml", rule("PE-01", "perform.works", "may"))
    rules = folder.load().rules
    assert [(r.code, r.id, r.level) for r in rules.values()] == [
        ("PM-PE-01", "perform.works", Level.MAY),
        ("PM-CR-01", "create.works", Level.MUST),
        ("PM-CR-02", "create.busy", Level.SHOULD),
    ]


def test_codes_and_ids_of_rules_stand_once_over_all_files(folder: Folder) -> None:
    folder.write("rules.yaml", RULES + rule("CR-01", "create.works"))
    folder.write("rules-more.yaml", rule("CR-02", "create.other"))
    assert folder.refused() == (
        "scenarios/rules.yaml:8:3: PM-CR-02 stands in scenarios/rules-more.yaml already\n"
        "    8 | - code: PM-CR-02\n"
        "      |   ^^^^\n"
        "scenarios/rules.yaml:15:3: PM-CR-01 stands in scenarios/rules.yaml already\n"
        "   15 | - code: PM-CR-01\n"
        "      |   ^^^^\n"
        "scenarios/rules.yaml:16:3: create.works stands in scenarios/rules.yaml already\n"
        "   16 |   id: create.works\n"
        "      |   ^^"
    )


def test_every_fault_of_the_rules_is_told(folder: Folder) -> None:
    wrong = rule("cr-1", "create.works").replace("level: must", "levle: must")
    folder.write("rules.yaml", wrong)
    text = folder.refused()
    assert 'scenarios/rules.yaml:3:3: unknown key "levle"; did you mean "level"?' in text
    assert 'scenarios/rules.yaml:1:3: the key "level" is missing' in text
    assert 'scenarios/rules.yaml:1:3: code is "PM-cr-1" (text); it must be PM-, two capital' in text


def test_an_unknown_key_and_its_nearest(folder: Folder) -> None:
    folder.scenario("- {id: one, cal: X, expekt: {}, burst: {cuont: 5}}")
    assert folder.refused() == (
        'scenarios/a.yaml:6:15: unknown key "cal"; did you mean "call"?\n'
        "    6 |   - {id: one, cal: X, expekt: {}, burst: {cuont: 5}}\n"
        "      |               ^^^\n"
        'scenarios/a.yaml:6:23: unknown key "expekt"; did you mean "expect"?\n'
        "    6 |   - {id: one, cal: X, expekt: {}, burst: {cuont: 5}}\n"
        "      |                       ^^^^^^\n"
        'scenarios/a.yaml:6:35: the key "count" is missing\n'
        "    6 |   - {id: one, cal: X, expekt: {}, burst: {cuont: 5}}\n"
        "      |                                   ^^^^^\n"
        'scenarios/a.yaml:6:43: unknown key "cuont"; did you mean "count"?\n'
        "    6 |   - {id: one, cal: X, expekt: {}, burst: {cuont: 5}}\n"
        "      |                                           ^^^^^"
    )


def test_an_unknown_key_near_nothing_lists_what_there_is(folder: Folder) -> None:
    folder.scenario("- {id: one, call: X, when: {zzz: 1, step: one, answered: error}}")
    assert 'unknown key "zzz"; known here: answered, step' in folder.refused()


def test_values_of_a_wrong_kind(folder: Folder) -> None:
    folder.scenario("- {id: One, call: X, wait: 12 minutes, auth: bearers, repeat: '2'}")
    text = folder.refused()
    assert '6:6: id is "One" (text); it must be small letters, digits and dashes' in text
    assert '"12 minutes" is not a duration; write for example 1100ms' in text
    assert '"bearers" is not one of right, none, ' in text
    assert "it must be a whole number, like 1000" in text


def test_a_step_calls_or_uses(folder: Folder) -> None:
    folder.scenario("- {id: one, expect: {error: any}}\n- {use: created, call: X}\n- {call: X}")
    text = folder.refused()
    message = "a step either calls a method (`call`, `raw`) or uses a fragment (`use`)"
    assert text.count(message) == 2
    assert "scenarios/a.yaml:8:5: a step that calls needs an `id`" in text


def test_an_unknown_fragment(folder: Folder) -> None:
    folder.scenario("- {use: creatd}\n- {use: xyz}")
    text = folder.refused()
    assert 'a.yaml:6:6: no fragment "creatd"; did you mean "created"?' in text
    assert 'a.yaml:7:6: no fragment "xyz"; there are created' in text


def test_unknown_rules_wherever_they_are_named(folder: Folder) -> None:
    folder.scenario(
        """
        - id: one
          call: X
          rule: create.work
          also: [{rule: create.bussy, expect: {error: any}, log: {absent: [x], rule: a.b}}]
          database: {unchanged: true, rule: c.d}
          profiles: {docs: {also: [{rule: e.f, expect: {error: any}}]}}
        """
    )
    text = folder.refused()
    assert (
        'a.yaml:8:5: there is no rule "create.work" in rules.yaml; did you mean "create.works"?'
        in (text)
    )
    for place, name in (
        ("9:13", "create.bussy"),
        ("9:74", "a.b"),
        ("10:33", "c.d"),
        ("11:31", "e.f"),
    ):
        assert f'a.yaml:{place}: there is no rule "{name}" in rules.yaml' in text


def test_a_rule_in_the_head(folder: Folder) -> None:
    folder.write("a.yaml", f"id: a.b\ntitle: x\nrules: [create.wrks]\nsteps:\n  {CALL}\n")
    assert 'scenarios/a.yaml:3:9: there is no rule "create.wrks"' in folder.refused()


def test_two_files_with_one_id(folder: Folder) -> None:
    folder.scenario(CALL, head="")
    folder.write("more/b.yaml", (folder.path / "a.yaml").read_text(encoding="utf-8"))
    assert (
        'scenarios/more/b.yaml:1:1: the id "some.a" is already that of scenarios/a.yaml'
        in folder.refused()
    )


def test_errors_of_all_files_at_once_but_not_without_end(folder: Folder) -> None:
    for number in range(12):
        folder.write(f"f{number:02}.yaml", "id: x\n")
    text = folder.refused()
    assert text.count("scenarios/f") > 10
    assert "scenarios/f09.yaml" in text
    assert "scenarios/f10.yaml" not in text
    assert text.endswith("\n\n… and 2 more")


def test_own_scenarios_beside_the_built_in_ones(folder: Folder, tmp_path: Path) -> None:
    folder.scenario(CALL, head="")
    own = Folder(tmp_path / "own")
    own.write("rules.yaml", rule("OW-01", "own.rule"))
    own.write("fragments/created.yaml", CREATED.replace("id: created", "id: mine"))
    own.write("b.yaml", f"id: own.b\ntitle: x\nrules: [own.rule]\nsteps:\n  {CALL}\n")
    catalogue = folder.load(own.path)
    assert [s.id for s in catalogue.scenarios] == ["some.a", "own.b"]
    assert catalogue.rules["own.rule"].code == "PM-OW-01"
    assert catalogue.scenarios[1].document.file == (own.path / "b.yaml").as_posix()


def test_faults_in_own_files_are_told_with_their_own_names(folder: Folder, tmp_path: Path) -> None:
    own = Folder(tmp_path / "own")
    own.write("rules.yaml", rule("OW-01", "create.works"))
    place = (own.path / "rules.yaml").as_posix()
    assert folder.refused(own.path).startswith(
        f"{place}:2:3: create.works stands in scenarios/rules.yaml already"
    )
    own.write("rules.yaml", "[]")
    own.write("fragments/created.yaml", "id: created\n")
    place = (own.path / "fragments/created.yaml").as_posix()
    assert f'{place}:1:1: the key "title" is missing' in folder.refused(own.path)


def test_a_folder_that_is_not_there(folder: Folder, tmp_path: Path) -> None:
    assert folder.refused(tmp_path / "none") == (
        f"{tmp_path / 'none'}: there is no such folder of scenarios"
    )
