"""`init`: a file from flags, and a word to those who thought that they would be asked."""

from __future__ import annotations

import pytest

from tests.simulator.cli.command import Command

FILE = "payme-sandbox.toml"
UNASKED = "standard input is no terminal, so nothing was asked"


@pytest.mark.parametrize(("flags", "told"), [([], True), (["--yes"], False)])
def test_without_a_terminal_nobody_is_asked(command: Command, flags: list[str], told: bool) -> None:
    ran = command.within("init", *flags, "--url", "http://127.0.0.1:5000/mine")
    assert (ran.code, UNASKED in ran.err) == (0, told)
    text = (command.folder / FILE).read_text(encoding="utf-8")
    assert 'url = "http://127.0.0.1:5000/mine"' in text


def test_a_file_that_is_there_stays(command: Command) -> None:
    command.write(FILE, "# mine")
    ran = command.within("init", "--yes")
    assert (ran.code, "is there already; --force writes it anew" in ran.err) == (2, True)
    assert (command.folder / FILE).read_text(encoding="utf-8") == "# mine"
    assert command.within("init", "--yes", "--force").code == 0
