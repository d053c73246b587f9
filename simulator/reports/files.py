"""Reports that are files: gathered while the run goes on, written at its end, whole or not."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterable
from pathlib import Path

from simulator.conformance.events import Event, Listener, RunFinished, RunStarted
from simulator.reports.collect import Collector, Run


class ReportError(Exception):
    """A report could not be written. The text says which, why, and what to do."""


class FileReport:
    """A listener that writes one file when the run is over; subclasses give the text."""

    name = "report"

    def __init__(self, path: str | Path) -> None:
        self.path = Path(path)
        self.written = False
        self._gather = Collector()

    def __call__(self, event: Event) -> None:
        """Take in one event; a place that cannot be written is told before the run, not after."""
        self._gather(event)
        if isinstance(event, RunStarted):
            prepare(self.path, self.name)
        elif isinstance(event, RunFinished):
            write_atomically(self.path, self.render(self._gather.run), self.name)
            self.written = True

    def render(self, run: Run) -> str:
        """The whole file as text."""
        raise NotImplementedError


class Broadcast:
    """One listener for many: all of them hear every event, even if one report cannot be written."""

    def __init__(self, listeners: Iterable[Listener]) -> None:
        self._listeners = list(listeners)

    def __call__(self, event: Event) -> None:
        """Pass the event on; what could not be written is raised when all have heard it."""
        complaints: list[str] = []
        for listener in self._listeners:
            try:
                listener(event)
            except ReportError as error:
                complaints.append(str(error))
        if complaints:
            raise ReportError("\n".join(complaints))


def prepare(path: Path, name: str) -> None:
    """Make the folder of `path` and see that a file can be written there, or say what to do."""
    try:
        if path.is_dir():
            raise IsADirectoryError(21, "is a folder")
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=path.parent):
            pass
    except OSError as error:
        raise _refused(path, name, error) from error


def write_atomically(path: Path, text: str, name: str) -> None:
    """Write beside `path`, then rename: a reader sees the old file or the whole new one."""
    temporary = ""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
        with os.fdopen(handle, "wb") as file:
            file.write(text.encode("utf-8", "backslashreplace"))
        os.chmod(temporary, 0o666 & ~_umask())
        os.replace(temporary, path)
    except OSError as error:
        if temporary:
            Path(temporary).unlink(missing_ok=True)
        raise _refused(path, name, error) from error


def _umask() -> int:
    """The process's mask; temporary files are private, a report is as readable as any file."""
    mask = os.umask(0)
    os.umask(mask)
    return mask


def _refused(path: Path, name: str, error: OSError) -> ReportError:
    why = error.strerror or str(error)
    return ReportError(
        f"cannot write the {name} to {path}: {why}. Name a file in a folder that you may write to."
    )
