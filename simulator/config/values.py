"""Small typed values of the configuration: durations, local paths, addresses, lists of words.

Every check here raises ValueError with a sentence that says what is accepted; the loader adds
where in the file it was seen.
"""

from __future__ import annotations

import ipaddress
import re
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, ValidationInfo

_DURATION = re.compile(r"(\d+)(ms|s|m|h|d)")
_UNIT_MS = {"ms": 1, "s": 1000, "m": 60_000, "h": 3_600_000, "d": 86_400_000}
_SQLITE = re.compile(r"(sqlite(?:\+\w+)?):///?(.*)", re.DOTALL)
_DATABASE_URL = re.compile(r"[A-Za-z][\w.]*(\+\w+)?://.*", re.DOTALL)


class Model(BaseModel):
    """A table of the file: closed, immutable, no silent conversion between types."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True, validate_default=True)


def parse_duration(text: str) -> int:
    """`500ms`, `10s`, `11h50m`, `2d` in ms. Anything else is a ValueError."""
    parts = _DURATION.findall(text)
    if not parts or "".join(n + u for n, u in parts) != text:
        raise ValueError('a duration is written like "500ms", "10s" or "1m30s"')
    return sum(int(number) * _UNIT_MS[unit] for number, unit in parts)


def duration_ms(value: Any) -> Any:
    """A text as ms; a whole number is that already."""
    if isinstance(value, str):
        return parse_duration(value)
    if isinstance(value, bool) or not isinstance(value, int):
        raise ValueError('a duration is written like "10s", or as a whole number of ms')
    return value


def lasting(least: int, most: int) -> AfterValidator:
    """Refuses what is shorter or longer, both in ms, and says so in the words of the file."""

    def check(value: int) -> int:
        if not least <= value <= most:
            raise ValueError(f"it must be {_written(least)} or more and {_written(most)} at most")
        return value

    return AfterValidator(check)


def _written(ms: int) -> str:
    """As a duration is written, in the largest unit that fits."""
    unit = max((u for u, n in _UNIT_MS.items() if ms % n == 0), key=lambda u: _UNIT_MS[u])
    return f"{ms // _UNIT_MS[unit]}{unit}" if ms else "0ms"


def _folder(info: ValidationInfo) -> Path:
    context = info.context or {}
    return Path(context.get("folder", Path.cwd()))


def _local_path(value: Any, info: ValidationInfo) -> Path:
    if isinstance(value, Path):
        value = str(value)
    if not isinstance(value, str) or not value.strip():
        raise ValueError("a path is written as text")
    return _folder(info) / Path(value).expanduser()


def _as_list(value: Any) -> Any:
    return value if isinstance(value, list | tuple) else [value]


def http_url(value: str) -> str:
    """An absolute http or https address without a user name in it."""
    try:
        parts = urlsplit(value)
        host, _port = parts.hostname, parts.port
    except ValueError as error:
        raise ValueError(f"this is no address: {error}") from error
    if parts.scheme not in ("http", "https") or not host:
        raise ValueError('an address starts with "http://" or "https://" and names a host')
    if re.search(r"\s", value):
        raise ValueError("an address has no blanks in it")
    if parts.username is not None:
        raise ValueError("an address must not hold a user name or a password")
    return value


def is_loopback(url: str) -> bool:
    """Whether the address is on this machine by its text alone; no name is looked up."""
    host = (urlsplit(url).hostname or "").rstrip(".").lower()
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return False
    mapped = getattr(address, "ipv4_mapped", None)
    return address.is_loopback or (mapped is not None and mapped.is_loopback)


def _database_url(value: str, info: ValidationInfo) -> str:
    if not _DATABASE_URL.fullmatch(value):
        raise ValueError(
            'a database address is written like "sqlite:///shop.db" or '
            '"postgresql://user:password@127.0.0.1/shop"'
        )
    sqlite = _SQLITE.fullmatch(value)
    return value if sqlite is None else _sqlite_url(sqlite[1], sqlite[2], _folder(info))


def _sqlite_url(scheme: str, rest: str, folder: Path) -> str:
    name, mark, query = rest.partition("?")
    if name.startswith("file:"):
        return f"{scheme}:///{rest}"
    if name in ("", "/", ":memory:", "/:memory:"):
        raise ValueError("a database in memory belongs to one process and cannot be looked at")
    return f"{scheme}:///{(folder / Path(name).expanduser()).as_posix()}{mark}{query}"


def _words(value: tuple[str, ...]) -> tuple[str, ...]:
    if not value or not value[0].strip():
        raise ValueError('a command is a list of words, like ["python", "app.py"]')
    return value


DurationMs = Annotated[int, BeforeValidator(duration_ms), lasting(1, 3_600_000)]
PauseMs = Annotated[int, BeforeValidator(duration_ms), lasting(0, 3_600_000)]
LocalPath = Annotated[Path, BeforeValidator(_local_path)]
HttpUrl = Annotated[str, AfterValidator(http_url)]
DatabaseUrl = Annotated[str, AfterValidator(_database_url)]
Texts = Annotated[tuple[str, ...], Field(strict=False)]
Statements = Annotated[
    tuple[str, ...], Field(strict=False, min_length=1), BeforeValidator(_as_list)
]
Command = Annotated[tuple[str, ...], Field(strict=False), AfterValidator(_words)]
Raw = str | int | bool
RawValues = Annotated[tuple[Raw, ...], Field(strict=False, min_length=1), BeforeValidator(_as_list)]
