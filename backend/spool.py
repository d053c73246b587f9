"""A long list on its way out: written to a file without a name while it is read from the database.

Neither the rows nor the answer are ever in memory together, the database is let go before a slow
caller has read the first item, and what breaks on the way is still answered as an error.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Iterator
from typing import IO, Any

import msgspec

CHUNK = 256 * 1024
_encode = msgspec.json.Encoder().encode


class Spool:
    """Items as JSON, one after the other."""

    def __init__(self, items: Iterable[object]) -> None:
        """Write them all. They must be encodable; texts that come from a database are."""
        self._file: IO[Any] = tempfile.TemporaryFile()  # noqa: SIM115 (it outlives this call)
        first = True
        for item in items:
            self._file.write(_encode(item) if first else b"," + _encode(item))
            first = False

    def within(self, before: bytes, after: bytes) -> tuple[int, Iterator[bytes]]:
        """The size and the pieces of a document in which the list stands between two texts."""
        size = len(before) + self._file.tell() + len(after)
        return size, self._pieces(before, after)

    def _pieces(self, before: bytes, after: bytes) -> Iterator[bytes]:
        with self._file:
            self._file.seek(0)
            yield before
            while piece := self._file.read(CHUNK):
                yield piece
            yield after
