"""Sorting more than fits in memory: lines of the same key lie in the same file on disk."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from zlib import crc32

Put = Callable[[str, bytes], object]

_BUFFER = 128 * 1024


class Buckets:
    """Files `<name>-<n>` in a folder, `count` of them; a key is always in the same one."""

    def __init__(self, folder: Path, name: str, count: int) -> None:
        self._paths = [folder / f"{name}-{n}" for n in range(count)]

    @contextmanager
    def filling(self) -> Iterator[Put]:
        """Gives `put(key, line)`, the line without its end; all is there when the block ends."""
        count = len(self._paths)
        with ExitStack() as stack:
            files = [stack.enter_context(path.open("ab", _BUFFER)) for path in self._paths]
            write = [file.write for file in files]

            def put(key: str, line: bytes) -> None:
                write[crc32(key.encode("utf-8", "surrogatepass")) % count](line + b"\n")

            yield put

    def __len__(self) -> int:
        return len(self._paths)

    def lines(self, number: int) -> Iterator[bytes]:
        """Everything in one bucket, with line ends, in the order in which it was put there."""
        path = self._paths[number]
        if path.exists():
            with path.open("rb", _BUFFER) as file:
                yield from file

    def drop(self, number: int) -> None:
        """Remove a bucket that is not needed any more."""
        self._paths[number].unlink(missing_ok=True)


def buckets_for(size: int) -> int:
    """How many buckets so many bytes need, so that one of them fits well into memory."""
    return max(1, min(64, size // (8 * 1024 * 1024)))
