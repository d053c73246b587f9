"""The pages of the rules: in step with the catalogue, and truthful about it."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from simulator.caller.client import Call, body_of
from simulator.cli.pages import pages, write_pages
from simulator.conformance.load import load_catalogue
from simulator.protocol.vocabulary import Method

ROOT = Path(__file__).parents[3]


@pytest.fixture(scope="module")
def written() -> dict[str, str]:
    return pages(load_catalogue())


def test_the_committed_pages_are_in_step(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(ROOT)
    code = write_pages(Path("docs/checks"), only_check=True)
    assert (code, capsys.readouterr().err) == (0, ""), "a rule or a scenario changed: run make docs"


def test_every_rule_has_a_page_and_a_line_in_the_index(written: dict[str, str]) -> None:
    rules = load_catalogue().rules.values()
    assert written.keys() == {"README.md", *(f"{rule.code}.md" for rule in rules)}
    for rule in rules:
        assert f"[{rule.code}]({rule.code}.md) | {rule.level} | `{rule.id}`" in written["README.md"]


def test_a_page_says_all_that_the_catalogue_does(written: dict[str, str]) -> None:
    rule = load_catalogue().rules["create.repeat-same-answer"]
    page = written[f"{rule.code}.md"]
    for words in (rule.text, rule.why, rule.usual_cause, rule.fix, rule.source):
        assert words in page
    assert "Level **must**" in page
    assert f"payme-sandbox check --only {rule.code}" in page


def test_links_lead_to_files_that_are_there(written: dict[str, str]) -> None:
    folder = ROOT / "docs" / "checks"
    for name, page in written.items():
        for link in re.findall(r"\]\(([^)#]+)", page):
            assert link in written or (folder / link).resolve().is_file(), (name, link)


def test_the_wire_example_is_what_would_be_sent(written: dict[str, str]) -> None:
    page = written[load_catalogue().rules["create.works"].code + ".md"]
    shown = page.partition("```http\n")[2].partition("\n```")[0]
    head, _, body = shown.partition("\n\n")
    sent = json.loads(body)
    assert head == "POST /payme"
    assert sent["method"] == "CreateTransaction"
    assert sent["params"]["amount"] == 100_000
    assert body_of(Call(Method.CREATE, sent["params"]), sent["id"])[1] == body.encode()


def test_a_rule_that_nothing_looks_at_does_not_claim_otherwise(written: dict[str, str]) -> None:
    rules = load_catalogue().rules
    assert "No scenario looks at it." in written[rules["envelope.batch"].code + ".md"]
    everywhere = written[rules["transport.unsent-answer"].code + ".md"]
    assert "Every scenario looks at it" in everywhere


def test_pages_that_are_not_in_step_are_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "checks"
    assert write_pages(folder, only_check=False) == 0
    assert write_pages(folder, only_check=True) == 0
    page = folder / "PM-TR-01.md"
    page.write_text(page.read_text(encoding="utf-8") + "more\n", encoding="utf-8")
    (folder / "PM-TR-02.md").unlink()
    (folder / "PM-ZZ-01.md").write_text(page.read_text(encoding="utf-8"), encoding="utf-8")
    assert write_pages(folder, only_check=True) == 1
    told = capsys.readouterr().err.splitlines()
    assert [line.partition(" is not")[0] for line in told] == [
        str(folder / name) for name in ("PM-TR-01.md", "PM-TR-02.md", "PM-ZZ-01.md")
    ]
    assert write_pages(folder, only_check=False) == 0
    assert not (folder / "PM-ZZ-01.md").exists()
    assert write_pages(folder, only_check=True) == 0


def test_files_of_somebody_else_are_left_alone(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    readme, note = tmp_path / "README.md", tmp_path / "note.md"
    note.write_text("mine\n", encoding="utf-8")
    assert write_pages(tmp_path, only_check=False) == 0
    assert note.read_text(encoding="utf-8") == "mine\n"
    readme.write_text("# My project\n", encoding="utf-8")
    assert write_pages(tmp_path, only_check=False) == 2
    assert readme.read_text(encoding="utf-8") == "# My project\n"
    assert "name a folder of its own" in capsys.readouterr().err
