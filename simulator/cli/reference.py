"""The reference merchant as a target: started as its own process, in a folder of its own."""

from __future__ import annotations

import os
import secrets
import socket
import subprocess
import sys
import weakref
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from simulator.observers.groups import Child, popen

BACKEND = (sys.executable, "-m", "backend")
"""How the reference merchant is started. The words that follow are its own."""

_LIFELINE = "_PAYME_BACKEND_LIFELINE"
"""Names the end of a pipe of which we hold the other one; the merchant ends once that is closed."""
_TOML = Path(__file__).with_name("reference.toml")


def _free_port(wished: int = 0) -> int:
    """That port if it is free, or any other that is."""
    with socket.socket() as probe:
        if wished and sys.platform != "win32":
            # As servers do: connections that have just ended do not keep a port.
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", wished))
        except OSError:
            return _free_port()
        return int(probe.getsockname()[1])


@dataclass(frozen=True, slots=True)
class Variant:
    """One way to set the reference merchant up: its own flags, and what the file says of it."""

    flags: tuple[str, ...] = ()
    account_type: str = "one-time"
    refunds: bool = True
    numbers: str = "auto"
    single_table: bool = False


VARIANTS = {
    "one-time": Variant(),
    "accumulating": Variant(
        ("--account-type", "accumulating", "--min", "50000", "--max", "100000000"),
        account_type="accumulating",
        numbers="digits",
    ),
    "no-refunds": Variant(("--no-refunds",), refunds=False),
    "before-fix": Variant(("--variant", "before-fix"), single_table=True),
    "after-fix": Variant(("--variant", "after-fix"), single_table=True),
}
_TWO_TABLES = """\
table = "transactions"
columns = { payme_id = "payme_id", state = "state", reason = "reason", amount = "amount", \
payme_time = "payme_time", create_time = "create_time", perform_time = "perform_time", \
cancel_time = "cancel_time" }"""
_ONE_TABLE = """\
table = "payments"
amount_unit = "sum"
columns = { payme_id = "transaction_id", state = "state", reason = "reason", amount = "amount", \
payme_time = "time", create_time = "create_time", perform_time = "perform_time", \
cancel_time = "cancel_time" }"""


@contextmanager
def _folder(kept: Path | None) -> Iterator[Path]:
    if kept is not None:
        kept.mkdir(parents=True, exist_ok=True)
        yield kept
        return
    with TemporaryDirectory(prefix="payme-sandbox-") as made:
        yield Path(made)


@contextmanager
def reference_config(
    name: str,
    profile: str,
    bugs: Sequence[str] = (),
    flags: Sequence[str] = (),
    kept: Path | None = None,
    wished_port: int = 0,
) -> Iterator[tuple[Path, dict[str, str]]]:
    """A payme-sandbox.toml for a reference merchant, and the variables it reads.

    `bugs` are names of its bugs that shall be on, `flags` further words for it. `kept` is where its
    database and log stay; without it they are fresh, and gone afterwards.
    The key has a colon and other punctuation, as Payme's own keys may.
    """
    port = _free_port(wished_port)
    variant = VARIANTS[name]
    command = [*BACKEND, "--port", str(port), "--profile", profile, *flags]
    command += [*variant.flags, *(word for bug in bugs for word in ("--bug", bug))]
    accumulating = variant.account_type == "accumulating"
    shown = "[" + ", ".join(f"'{part}'" for part in command) + "]"
    with _folder(kept) as folder:
        path = folder / "payme-sandbox.toml"
        text = _TOML.read_text(encoding="utf-8")
        for place, value in (
            ("@PORT@", str(port)),
            ("@COMMAND@", shown),
            ("@ACCOUNT_TYPE@", variant.account_type),
            ("@REFUNDS@", str(variant.refunds).lower()),
            ("@NUMBERS@", variant.numbers),
            ("@BALANCE@", ', balance = "balance"' if accumulating else ""),
            ("@BALANCE_UNIT@\n", 'balance_unit = "tiyin"\n' if accumulating else ""),
            ("@TRANSACTIONS@", _ONE_TABLE if variant.single_table else _TWO_TABLES),
        ):
            text = text.replace(place, value)
        path.write_text(text, encoding="utf-8")
        yield path, {"PAYME_BACKEND_KEY": f"{secrets.token_hex(8)}:@#%&?^={secrets.token_hex(8)}"}


def spawn(command: Sequence[str], cwd: Path, env: Mapping[str, str], output: Path) -> Child:
    """Start the reference merchant so that it ends with us, also if we are killed; any other
    command as it is. OSError if it cannot be started."""
    if os.name != "posix" or tuple(command[: len(BACKEND)]) != BACKEND:
        return popen(command, cwd, env, output)
    theirs, ours = os.pipe()
    try:
        named = {**env, _LIFELINE: str(theirs)}
        process = popen(command, cwd, named, output, pass_fds=(theirs,))
    except OSError:
        os.close(ours)
        raise
    finally:
        os.close(theirs)
    weakref.finalize(process, os.close, ours)  # a merchant that was stopped needs it no more
    return process


def clean_environment() -> dict[str, str]:
    """Our environment without settings of a backend: the reference merchant gets its own."""
    return {k: v for k, v in os.environ.items() if not k.startswith("PAYME_BACKEND_")}


def run_backend(arguments: Sequence[str]) -> int:
    """`payme-sandbox backend …`: the merchant takes our place, or is our child on Windows."""
    command = [*BACKEND, *arguments]
    os.environ["_PAYME_BACKEND_CALLED"] = "payme-sandbox backend"  # what its help calls it
    if os.name == "posix":
        os.execv(sys.executable, command)
    process = subprocess.Popen(command)
    while True:
        try:
            return process.wait()
        except KeyboardInterrupt:
            continue  # the merchant got the same signal and is stopping
