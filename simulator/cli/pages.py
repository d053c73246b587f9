"""`docs`: one Markdown page a rule and an index, written from the catalogue."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import click

from simulator.cli.rule_page import INDEX, LEVELS, MADE, as_markdown, rule_page
from simulator.conformance.events import Rule
from simulator.conformance.load import Catalogue, load_catalogue
from simulator.conformance.yamlfile import ScenarioError


def write_pages(folder: Path, only_check: bool) -> int:
    """Write every page, or say which are not in step. Exit code 1 if any is not, 2 for the rest.

    A page of a rule that is gone is removed; files that are not ours are neither removed nor
    written over.
    """
    try:
        wanted = pages(load_catalogue())
    except ScenarioError as error:
        click.echo(str(error), err=True)
        return 2
    there = {path.name: _text(path) for path in folder.glob("*.md")}
    ours = {name for name, text in there.items() if text.startswith(MADE)}
    foreign = sorted((there.keys() - ours) & wanted.keys())
    if foreign:
        text = f"{folder / foreign[0]} is not a page of this command; name a folder of its own"
        click.echo(text, err=True)
        return 2
    gone = sorted(ours - wanted.keys())
    changed = [name for name, text in wanted.items() if there.get(name) != text]
    return _tell(folder, [*changed, *gone]) if only_check else _write(folder, wanted, changed, gone)


def _tell(folder: Path, wrong: Sequence[str]) -> int:
    for name in sorted(wrong):
        text = f"{folder / name} is not in step with the catalogue; run: make docs"
        click.echo(text, err=True)
    return 1 if wrong else 0


def _write(
    folder: Path, wanted: Mapping[str, str], changed: Sequence[str], gone: Sequence[str]
) -> int:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name in changed:
            (folder / name).write_text(wanted[name], encoding="utf-8", newline="\n")
        for name in gone:
            (folder / name).unlink()
    except OSError as error:
        click.echo(f"{folder} cannot be written: {error.strerror}", err=True)
        return 2
    return 0


def _text(path: Path) -> str:
    return path.read_text(encoding="utf-8", errors="replace")


def pages(catalogue: Catalogue) -> dict[str, str]:
    """File name -> text: a page a rule, and the index."""
    rules = list(catalogue.rules.values())
    texts = {f"{rule.code}.md": rule_page(rule, catalogue.scenarios) for rule in rules}
    return {INDEX: _index(rules), **texts}


def _index(rules: Sequence[Rule]) -> str:
    lines = [
        MADE,
        "",
        "# The checks",
        "",
        "A page for each rule that `payme-sandbox check` knows: what a merchant does, why, what "
        "usually goes wrong, how to mend it, and what goes over the wire. "
        "`payme-sandbox explain CODE` shows the same on the terminal.",
        "",
        *(f"* **{level}**: {words}." for level, words in LEVELS.items()),
    ]
    group = ""
    for rule in rules:
        if rule.group != group:
            group = rule.group
            lines += ["", f"## {group}", "", "| code | level | rule | |", "|---|---|---|---|"]
        link, text = f"[{rule.code}]({rule.code}.md)", as_markdown(rule.text).replace("|", "\\|")
        lines.append(f"| {link} | {rule.level} | `{rule.id}` | {text} |")
    return "\n".join(lines) + "\n"
