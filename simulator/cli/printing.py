"""Stdout as the reports see it: what cannot be printed must not keep a run from its end."""

from __future__ import annotations

import errno
import os
import sys
from typing import TextIO, cast


class Printing:
    """A text stream that falls silent at the first error; `trouble` is then why.

    A reader that went away (`| head`) is no trouble: it has seen what it wanted.
    """

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self.trouble = ""
        self._silent = False

    @property
    def encoding(self) -> str:
        return self._stream.encoding

    def isatty(self) -> bool:
        """Whether somebody watches."""
        return self._stream.isatty()

    def fileno(self) -> int:
        """As of the stream."""
        return self._stream.fileno()

    def write(self, text: str) -> int:
        """Print, if that is still possible."""
        if not self._silent:
            try:
                return self._stream.write(text)
            except OSError as error:
                self._fall_silent(error)
        return len(text)

    def flush(self) -> None:
        """Print what has not been printed yet."""
        if not self._silent:
            try:
                self._stream.flush()
            except OSError as error:
                self._fall_silent(error)

    def as_text(self) -> TextIO:
        """This, as those take it who want a stream."""
        return cast(TextIO, self)

    def _fall_silent(self, error: OSError) -> None:
        self._silent = True
        # what is still in the stream's buffer has to go somewhere when the process ends
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, self._stream.fileno())
        os.close(nowhere)
        if error.errno == errno.EPIPE:
            return
        self.trouble = error.strerror or str(error)
        sys.stderr.write(
            f"stdout cannot be written: {self.trouble}. The run goes on and writes its reports.\n"
        )


def stdout() -> Printing:
    """The process's stdout, guarded."""
    return Printing(sys.stdout)
