"""What a server's process takes: memory, threads, open files; and how large its database is."""

from __future__ import annotations

import re
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path

_KB = re.compile(r"^(Pss|Rss):\s+(\d+) kB", re.MULTILINE)


@dataclass(frozen=True)
class Look:
    """At one moment. Memory and sizes in MB; pss shares out what several processes share."""

    at_s: float
    pss: float
    rss: float
    threads: int
    files: int
    database: float

    def told(self) -> str:
        return (
            f"{self.at_s:7.0f} s {self.pss:9.1f} {self.rss:8.1f} {self.threads:8d} "
            f"{self.files:6d} {self.database:9.1f}"
        )


HEAD = f"{'':>9} {'PSS MB':>9} {'RSS MB':>8} {'threads':>8} {'files':>6} {'database':>9}"


def look(pid: int, database: Path, began: float) -> Look:
    """The process must be running."""
    kb = dict(_KB.findall(Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="ascii")))
    written = [one for one in database.parent.glob(f"{database.name}*") if one.is_file()]
    return Look(
        at_s=time.monotonic() - began,
        pss=int(kb["Pss"]) / 1024,
        rss=int(kb["Rss"]) / 1024,
        threads=len(list(Path(f"/proc/{pid}/task").iterdir())),
        files=len(list(Path(f"/proc/{pid}/fd").iterdir())),
        database=sum(one.stat().st_size for one in written) / 1e6,
    )


@dataclass
class Watch:
    """Looks every so many seconds, and says what it saw."""

    pid: int
    database: Path
    every_s: float
    looks: list[Look] = field(default_factory=list)
    _over: threading.Event = field(default_factory=threading.Event)
    _began: float = field(default_factory=time.monotonic)

    def begin(self) -> threading.Thread:
        """In a thread, until `end`."""
        thread = threading.Thread(target=self._go, name="vitals", daemon=True)
        thread.start()
        return thread

    def end(self) -> None:
        self._over.set()

    def once(self) -> Look:
        seen = look(self.pid, self.database, self._began)
        self.looks.append(seen)
        print(seen.told(), flush=True)
        return seen

    def _go(self) -> None:
        while not self._over.wait(self.every_s):
            self.once()
