"""A folder to run the command in, merchants to run it against, and outputs kept as files."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.merchants.calls import Terms
from tests.merchants.habits import Habits
from tests.merchants.server import serving
from tests.merchants.wire import Shop
from tests.simulator.cli.command import BLIND, KEY, Command, Ran, placed

_FAILURES = re.compile(r"\n\n FAIL .*?\n\n(?= target )", re.DOTALL)
SNAPSHOTS = Path(__file__).parent / "snapshots"
Compare = Callable[[str, Ran], None]
Open = Callable[..., Command]


@pytest.fixture
def command(tmp_path: Path) -> Command:
    """The command, in an empty folder."""
    return Command(tmp_path)


@pytest.fixture
def shop(command: Command) -> Iterator[Open]:
    """Opens a shop with those habits (a right one by default) and writes its configuration."""
    with ExitStack() as stack:

        def opened(habits: Habits | None = None, key: str = KEY) -> Command:
            place = command.folder / "shop"
            place.mkdir(exist_ok=True)
            (place / "shop.db").unlink(missing_ok=True)
            port = stack.enter_context(serving(Shop(place, key, Terms(), habits or Habits())))
            command.merchant(f"http://127.0.0.1:{port}/pay", top=BLIND)
            return command

        yield opened


@pytest.fixture
def whole(tmp_path: Path) -> Compare:
    """Compares both streams and the exit code with a file: `UPDATE_SNAPSHOTS=1` writes it anew.

    Failures in full, with their calls, are the console report's own matter and left out here.
    """

    def compare(name: str, ran: Ran) -> None:
        shown = f"{ran.out}{'--- stderr' + chr(10) + ran.err if ran.err else ''}exit {ran.code}"
        text = _FAILURES.sub("\n\n", placed(shown, tmp_path), count=1)
        path = SNAPSHOTS / f"{name}.txt"
        if os.environ.get("UPDATE_SNAPSHOTS"):
            path.write_text(text, encoding="utf-8", newline="\n")
        assert text == path.read_text(encoding="utf-8")

    return compare
