"""payme-sandbox as a user runs it: a process of its own, in a folder of its own."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from collections.abc import Callable
from contextlib import chdir
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from click.testing import CliRunner

from simulator.cli import cli

ROOT = Path(__file__).parents[3]
KEY = "kassa:key-of-36@#%&?^=-characters-1"
_OURS = re.compile(r"PAYME_|SHOP_|GITHUB_|NO_COLOR|COLUMNS|FORCE_COLOR|PYTEST_")


def _others() -> list[str]:
    """The variables of this machine that would change what is shown."""
    return [name for name in os.environ if _OURS.match(name)]


@dataclass(frozen=True)
class Ran:
    """What a run came to."""

    code: int
    out: str
    err: str

    @property
    def text(self) -> str:
        """Both streams."""
        return self.out + self.err


@dataclass
class Command:
    """Runs payme-sandbox in `folder`; no setting of this machine reaches it."""

    folder: Path
    variables: dict[str, str] = field(default_factory=dict)

    def _environment(self) -> dict[str, str]:
        clean = {name: os.environ[name] for name in os.environ.keys() - _others()}
        own = {"PYTHONPATH": str(ROOT), "COLUMNS": "100", "TEST_KEY": KEY}
        return {**clean, **own, **self.variables}

    def start(
        self, *arguments: str, stdout: int | IO[str] = subprocess.PIPE
    ) -> subprocess.Popen[str]:
        """Start it and leave it running."""
        return subprocess.Popen(
            [sys.executable, "-W", "error", "-m", "simulator", *arguments],
            cwd=self.folder,
            env=self._environment(),
            stdin=subprocess.DEVNULL,
            stdout=stdout,
            stderr=subprocess.PIPE,
            text=True,
            encoding="utf-8",
        )

    def __call__(
        self,
        *arguments: str,
        interrupt: Callable[[], object] | None = None,
        stdout: int | IO[str] = subprocess.PIPE,
        patience: int = 100,
    ) -> Ran:
        """Run it to its end, for `patience` seconds at most; `interrupt` waits for the moment at
        which Ctrl-C is pressed."""
        with self.start(*arguments, stdout=stdout) as process:
            if interrupt is not None:
                interrupt()
                process.send_signal(signal.SIGINT)
            out, err = process.communicate(timeout=patience)
        ran = Ran(process.returncode, out or "", err)
        assert "Traceback (most recent call last)" not in ran.text, ran.text
        assert KEY not in ran.text, "the key is shown"
        return ran

    def write(self, name: str, text: str) -> Path:
        """A file in the folder of the run."""
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        return path

    def within(self, *arguments: str) -> Ran:
        """The same within this process: quicker, for what needs no merchant."""
        with chdir(self.folder):
            settings = {**dict.fromkeys(_others()), **self._environment()}
            runner = CliRunner(env=settings)
            ran = runner.invoke(cli, arguments, prog_name="payme-sandbox", terminal_width=80)
        assert ran.exception is None or isinstance(ran.exception, SystemExit)
        return Ran(ran.exit_code, ran.stdout, ran.stderr)

    def merchant(self, url: str, more: str = "", top: str = "") -> None:
        """payme-sandbox.toml for a merchant at that address, whose orders are made at /bills, and
        a scenario of our own, so that the catalogue may grow."""
        self.write("mine/pay.yaml", PAY)
        place = url.rpartition("/")[0]
        self.write("payme-sandbox.toml", CONFIG.format(url=url, place=place, more=more, top=top))


PAY = """\
id: mine.pay
title: A payment
rules: [create.works]
given: {order: {}}
steps:
  - id: create
    call: CreateTransaction
    params: {id: $new.transaction_id, time: $now, amount: $order.amount, account: $order.account}
    expect: {result: {state: 1}}
  - id: perform
    call: PerformTransaction
    params: {id: $create.params.id}
    rule: perform.works
    repeat: 1
    expect: {result: {state: 2}}
"""
MINE = ("--scenarios", "mine", "--only", "mine.pay")
CONFIG = """\
{top}
[merchant]
url = "{url}"
key = "${{TEST_KEY}}"
{more}
[orders]
amount = 1000
account = {{ branch = "samarkand", bill = "{{number}}" }}
[orders.http]
url = "{place}/bills"
json = {{ bill = "{{number}}", tiyin = "{{amount_tiyin}}" }}
"""
BLIND = "database = false\nlog = false"

_ROW = re.compile(r"^ [a-z-]+ +\d+  .*$", re.MULTILINE)
_PLACES = (
    (re.compile(r"127\.0\.0\.1:\d+"), "127.0.0.1:PORT"),
    (re.compile(r"Psb-\d{10}"), "ORDER"),
    (re.compile(r"\b[0-9a-f]{24}\b"), "TRANSACTION"),
    (re.compile(r"\b1[67]\d{11}\b"), "TIME"),
    (re.compile(r"\b\d+(\.\d)? (ms|s)\b"), "SOME TIME"),
    (re.compile(r"\bseed \d+"), "seed SEED"),
    (re.compile(r"\b\d+ (of \d+ )?(scenarios?|rules?)\b"), "SOME \\2"),
    (re.compile(r"^ \d+ checks?: .*$", re.MULTILINE), " SOME checks"),
)


def placed(text: str, folder: Path) -> str:
    """The text with placeholders for all that differs from run to run."""
    text = text.replace(str(folder), "FOLDER")
    for case in (folder / ".payme-sandbox" / "cases").glob("*.json"):
        text = re.sub(rf"\b{case.stem}\b", "CASE", text)
    # how many rules and scenarios there are changes with every addition to the catalogue
    text = _ROW.sub(lambda row: re.sub(r"\d+", "N", row[0]), text)
    for pattern, place in _PLACES:
        text = pattern.sub(place, text)
    return "\n".join(line.rstrip() for line in text.splitlines()) + "\n"
