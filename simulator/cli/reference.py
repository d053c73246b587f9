"""The reference merchant as a target: started as its own process, in a folder of its own."""

from __future__ import annotations

import os
import secrets
import socket
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

_TOML = Path(__file__).with_name("reference.toml")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def reference_config(profile: str) -> Iterator[tuple[Path, dict[str, str]]]:
    """A payme-sandbox.toml for a fresh reference merchant, and the variables it reads.

    The key has a colon and other punctuation, as Payme's own keys may.
    """
    port = _free_port()
    command = [sys.executable, "-m", "backend", "--port", str(port), "--profile", profile]
    shown = "[" + ", ".join(f"'{part}'" for part in command) + "]"
    with TemporaryDirectory(prefix="payme-sandbox-") as folder:
        path = Path(folder) / "payme-sandbox.toml"
        text = _TOML.read_text(encoding="utf-8")
        text = text.replace("@PORT@", str(port)).replace("@COMMAND@", shown)
        path.write_text(text, encoding="utf-8")
        yield path, {"PAYME_BACKEND_KEY": f"{secrets.token_hex(8)}:@#%&?^={secrets.token_hex(8)}"}


def run_backend(arguments: Sequence[str]) -> int:
    """`payme-sandbox backend …`: the merchant in its own process, its exit code ours."""
    process = subprocess.Popen([sys.executable, "-m", "backend", *arguments], env=os.environ)
    while True:
        try:
            return process.wait()
        except KeyboardInterrupt:
            continue  # the merchant got the same signal and is stopping
