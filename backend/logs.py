"""The shop's log: one line an event, written and flushed before the answer leaves.

Nothing that came from outside can end a line or start another one, and the kassa's key is replaced
wherever it might appear.
"""

from __future__ import annotations

import logging
import sys
import time

from backend.settings import Settings, SettingsError

LONGEST = 300


class _ShopLogger(logging.Logger):
    """No line tells where in the code it was written, so nobody need look for that."""

    def findCaller(
        self, stack_info: bool = False, stacklevel: int = 1
    ) -> tuple[str, int, str, str | None]:
        return "(the shop)", 0, "(the shop)", None


def _shop_logger(name: str) -> logging.Logger:
    usual = logging.getLoggerClass()
    logging.setLoggerClass(_ShopLogger)
    try:
        return logging.getLogger(name)
    finally:
        logging.setLoggerClass(usual)


log = _shop_logger("photobooth")


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
        return super().format(record).replace(self._key, "****")


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
        return logging.FileHandler(path, encoding="utf-8", errors="backslashreplace")
    except OSError as error:
        raise SettingsError(
            f"the log {path!r} cannot be written ({error.strerror}); name another file with "
            "PAYME_BACKEND_LOG, or - for standard error"
        ) from None
