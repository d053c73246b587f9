"""The shop's log: one line an event, written and flushed before the answer leaves.

Nothing that came from outside can end a line or start another one, and the kassa's key is replaced
wherever it might appear.
"""

from __future__ import annotations

import logging
import sys
import time
from typing import Any

from backend.settings import Settings, SettingsError

LOGGER = "photobooth"
LONGEST = 300


_UNTOLD = logging.makeLogRecord({"filename": "shop", "module": "shop"}).__dict__


class _Line(logging.LogRecord):
    """A record without what no line of the shop tells: where in the code, by which thread."""

    def __init__(self, level: int, msg: object, args: Any, exc_info: Any) -> None:
        """Much cheaper than what it inherits from."""
        now = time.time()
        self.__dict__.update(_UNTOLD)
        self.name, self.msg, self.args, self.exc_info = LOGGER, msg, args, exc_info
        self.levelno, self.levelname = level, logging.getLevelName(level)
        self.created, self.msecs = now, int(now * 1000) % 1000


class _ShopLogger(logging.Logger):
    def _log(
        self, level: int, msg: object, args: Any, exc_info: Any = None, *more: Any, **others: Any
    ) -> None:
        if exc_info is True:
            exc_info = sys.exc_info()
        elif isinstance(exc_info, BaseException):
            exc_info = type(exc_info), exc_info, exc_info.__traceback__
        self.handle(_Line(level, msg, args, exc_info))


def _shop_logger(name: str) -> logging.Logger:
    usual = logging.getLoggerClass()
    logging.setLoggerClass(_ShopLogger)
    try:
        return logging.getLogger(name)
    finally:
        logging.setLoggerClass(usual)


log = _shop_logger(LOGGER)


def shown(value: object) -> str:
    """Text from outside, safe within one line: control characters escaped, at most 300 long."""
    text = value if isinstance(value, str) else repr(value)
    if len(text) > LONGEST:
        text = text[:LONGEST] + "…"
    return text if text.isprintable() else text.encode("unicode_escape").decode("ascii")


class _KeyHider(logging.Formatter):
    def __init__(self, key: str) -> None:
        super().__init__("%(asctime)s %(levelname)s: %(message)s")
        self._key = key
        self._second = 0, ""

    def formatTime(self, record: logging.LogRecord, datefmt: str | None = None) -> str:
        """As usual, with the date put into words once a second."""
        at = int(record.created)
        second, words = self._second
        if second != at:
            words = time.strftime("%Y-%m-%d %H:%M:%S", time.localtime(at))
            self._second = at, words
        return f"{words},{int(record.msecs):03d}"

    def format(self, record: logging.LogRecord) -> str:
        if record.exc_info:
            text = super().format(record)
        else:  # what that comes to, without the detours
            text = f"{self.formatTime(record)} {record.levelname}: {record.getMessage()}"
        return text.replace(self._key, "****")


class _File(logging.Handler):
    """Each line is in the file once it is told, with one call of the system's."""

    def __init__(self, path: str) -> None:
        """Raises OSError."""
        super().__init__()
        self._file = open(path, "ab", buffering=0)  # noqa: SIM115 - closed by `close`

    def emit(self, record: logging.LogRecord) -> None:
        """Write one line."""
        try:
            self._file.write(f"{self.format(record)}\n".encode("utf-8", "backslashreplace"))
        except Exception:
            self.handleError(record)

    def close(self) -> None:
        """The file is closed with it."""
        self._file.close()
        super().close()


def set_up(settings: Settings) -> None:
    """Send the shop's lines to the configured file (`-` is standard error).

    Raises SettingsError if the file cannot be written.
    """
    handler = _handler(settings.log_file)
    handler.setFormatter(_KeyHider(settings.key))
    for old in list(log.handlers):
        log.removeHandler(old)
        old.close()
    log.addHandler(handler)
    log.setLevel(settings.log_level)
    log.propagate = False


def _handler(path: str) -> logging.Handler:
    if path == "-":
        return logging.StreamHandler(sys.stderr)
    try:
        return _File(path)
    except OSError as error:
        raise SettingsError(
            f"the log {path!r} cannot be written ({error.strerror}); name another file with "
            "PAYME_BACKEND_LOG, or - for standard error"
        ) from None
