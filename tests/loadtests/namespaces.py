"""Machines of our own on one machine: network namespaces that are joined by a bridge in the first.

Needs root and `ip`. Nothing outside of them is touched, and nothing of them is left.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path


class NoNamespaces(Exception):
    """They cannot be made here. The text says why."""


@dataclass(frozen=True)
class Machine:
    """One of them."""

    name: str
    address: str

    def start(
        self, words: list[str], folder: Path, environ: dict[str, str]
    ) -> subprocess.Popen[bytes]:
        """Start a program in it, in `folder`; what it prints is in the file `told`."""
        with (folder / "told").open("ab") as told:
            return subprocess.Popen(
                ["ip", "netns", "exec", self.name, *words],
                cwd=folder,
                env=environ,
                stdin=subprocess.DEVNULL,
                stdout=told,
                stderr=told,
                start_new_session=True,
            )


@contextmanager
def machines(count: int) -> Iterator[list[Machine]]:
    """So many, 10.77.0.1 and so on. NoNamespaces."""
    if os.name != "posix" or os.geteuid() != 0 or shutil.which("ip") is None:
        raise NoNamespaces("network namespaces are made by root, with the program `ip`")
    made = [Machine(f"psb-{os.getpid()}-{n}", f"10.77.0.{n + 1}") for n in range(count)]
    with ExitStack() as stack:
        for one in made:
            _ip("netns", "add", one.name)
            stack.callback(_ip, "netns", "del", one.name)
            _ip("-n", one.name, "link", "set", "lo", "up")
        first, *others = made
        _ip("-n", first.name, "link", "add", "bridge0", "type", "bridge")
        _ip("-n", first.name, "addr", "add", f"{first.address}/24", "dev", "bridge0")
        _ip("-n", first.name, "link", "set", "bridge0", "up")
        for number, one in enumerate(others):
            near, far = f"port{number}", "eth0"
            peer = ["peer", "name", far, "netns", one.name]
            _ip("-n", first.name, "link", "add", near, "type", "veth", *peer)
            _ip("-n", first.name, "link", "set", near, "master", "bridge0", "up")
            _ip("-n", one.name, "addr", "add", f"{one.address}/24", "dev", far)
            _ip("-n", one.name, "link", "set", far, "up")
        yield made


def _ip(*words: str) -> None:
    ran = subprocess.run(["ip", *words], capture_output=True, text=True, check=False)
    if ran.returncode != 0:
        raise NoNamespaces(f"ip {' '.join(words)}: {ran.stderr.strip()}")
