"""The merchant's log: what it wrote during a step.

Reading goes on where it stopped; nothing is ever read twice. Every reader is safe for threads.
"""

from __future__ import annotations

import os
import subprocess
import threading
from pathlib import Path
from typing import IO, Protocol

from simulator.config.log import LogConfig
from simulator.observers.groups import group_options, shown_command, stop_group
from simulator.observers.log_lines import LineStore, LogLine, Mark

__all__ = ["CommandLog", "FileLog", "LogError", "LogLine", "LogReader", "Mark", "open_log"]

_CHUNK = 1024 * 1024
_LAST_WORDS_S = 2.0


class LogError(Exception):
    """The log cannot be read at all. The text says what to do."""


class LogReader(Protocol):
    """A log that is being written while it is read."""

    def mark(self) -> Mark:
        """Remember this moment."""

    def since(self, mark: Mark) -> list[LogLine]:
        """Lines written after the mark, a last one without its line end among them."""

    def read(self, mark: Mark) -> tuple[list[LogLine], Mark]:
        """Whole lines after the mark, and the mark to go on from: each line comes once."""

    def flush(self) -> None:
        """Count an unfinished line as finished: nothing more is expected of it."""

    def problem(self) -> str:
        """Why nothing can be seen at the moment, or "" if all is well."""

    def close(self) -> None:
        """Stop reading."""


def open_log(config: LogConfig, output: Path | None = None) -> LogReader:
    """The reader that [log] describes. `output` is where a started process's own output goes."""
    if config.file is not None:
        return FileLog(config.file)
    if config.command is not None:
        return CommandLog(config.command)
    if output is None:
        raise LogError("[log] output = true needs the process of [process] to be started first")
    return FileLog(output, name="output", from_start=True)


class FileLog:
    """A file, followed by inode and offset through rotation and truncation.

    What it held before is not shown, only counted, so that line numbers are right.
    """

    def __init__(self, path: Path, *, name: str = "", from_start: bool = False) -> None:
        self._path = path
        self._lock = threading.Lock()
        self._file: IO[bytes] | None = None
        self._inode: tuple[int, int] = (0, 0)
        self._offset = 0
        self._problem = ""
        self._store = LineStore(name or path.name)
        with self._lock:
            if self._open() and not from_start:
                self._store = LineStore(name or path.name, self._skip_to_end() + 1)

    def mark(self) -> Mark:
        """Remember this moment."""
        with self._lock:
            self._read()
            return self._store.mark()

    def since(self, mark: Mark) -> list[LogLine]:
        """Lines written after the mark, an unfinished one last."""
        with self._lock:
            self._read()
            return self._store.since(mark)

    def read(self, mark: Mark) -> tuple[list[LogLine], Mark]:
        """Whole lines after the mark, and the mark to go on from."""
        with self._lock:
            self._read()
            return self._store.whole_since(mark), self._store.mark()

    def flush(self) -> None:
        """Count an unfinished line as finished."""
        with self._lock:
            self._read()
            self._store.flush()

    def problem(self) -> str:
        """ "there is no file …" until there is one, or why it cannot be read."""
        with self._lock:
            self._read()
            return self._problem

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            self._close()

    def _read(self) -> None:
        if self._file is None and not self._open():
            return
        self._drain()
        if self._moved():
            self._close()
            self._store.restart()
            if self._open():
                self._drain()

    def _drain(self) -> None:
        assert self._file is not None
        if self._size() < self._offset:
            self._store.restart()  # truncated in place, as logrotate's copytruncate does
            self._offset = 0
        self._file.seek(self._offset)
        while data := self._file.read(_CHUNK):
            self._offset += len(data)
            self._store.feed(data)

    def _size(self) -> int:
        """Size of the file that is open, which may have another name by now."""
        assert self._file is not None
        return self._file.seek(0, 2)

    def _moved(self) -> bool:
        """Whether another file stands under the path. While none does, the old one goes on."""
        try:
            now = self._path.stat()
        except OSError:
            return False
        return (now.st_dev, now.st_ino) != self._inode

    def _open(self) -> bool:
        try:
            self._file = self._path.open("rb", buffering=0)
        except FileNotFoundError:
            self._problem = (
                f"there is no file {self._path}; does the merchant write its log there, and has "
                "it written anything yet?"
            )
            return False
        except OSError as error:
            self._problem = f"{self._path} cannot be read: {error.strerror}"
            return False
        status = os.fstat(self._file.fileno())  # another may stand under the path by now
        self._inode = (status.st_dev, status.st_ino)
        self._offset = 0
        self._problem = ""
        return True

    def _skip_to_end(self) -> int:
        """Go behind what is there already; how many line ends it has."""
        assert self._file is not None
        ends = 0
        while data := self._file.read(_CHUNK):
            ends += data.count(b"\n")
            self._offset += len(data)
        return ends

    def _close(self) -> None:
        if self._file is not None:
            self._file.close()
            self._file = None


class CommandLog:
    """A program whose output is the log, as in `journalctl -fu shop`."""

    def __init__(self, command: tuple[str, ...]) -> None:
        """LogError if it cannot be started."""
        self._command = shown_command(command)
        self._lock = threading.Lock()
        self._store = LineStore(command[0].rpartition("/")[2])
        try:
            self._process = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                bufsize=0,
                **group_options(),
            )
        except OSError as error:
            raise LogError(
                f"[log] command {self._command}: cannot be started: {error.strerror}; is "
                f"{command[0]} installed?"
            ) from error
        self._thread = threading.Thread(target=self._follow, daemon=True)
        self._thread.start()

    def mark(self) -> Mark:
        """Remember this moment."""
        with self._lock:
            return self._store.mark()

    def since(self, mark: Mark) -> list[LogLine]:
        """Lines that have arrived after the mark, an unfinished one last."""
        with self._lock:
            return self._store.since(mark)

    def read(self, mark: Mark) -> tuple[list[LogLine], Mark]:
        """Whole lines after the mark, and the mark to go on from."""
        with self._lock:
            return self._store.whole_since(mark), self._store.mark()

    def flush(self) -> None:
        """Count an unfinished line as finished."""
        with self._lock:
            self._store.flush()

    def problem(self) -> str:
        """Why no more lines can come, with the last ones that did."""
        code = self._process.poll()
        if code is None:
            return ""
        # a child that it left behind may hold the pipe: its last words are waited for, not it
        self._thread.join(_LAST_WORDS_S)
        with self._lock:
            last = [line.text for line in self._store.since(Mark(0))[-5:]]
        said = "\n".join(last) or "(nothing printed)"
        return f"[log] command {self._command} ended with exit code {code}\n{said}"

    def close(self) -> None:
        """Stop the program and what it has started; one that left its group is not waited for."""
        stop_group(self._process, grace=1)
        self._thread.join(_LAST_WORDS_S)

    def _follow(self) -> None:
        assert self._process.stdout is not None
        with self._process.stdout:
            while data := self._process.stdout.read(64 * 1024):
                with self._lock:
                    self._store.feed(data)
