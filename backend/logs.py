"""The shop's log: one line an event, written and flushed before the answer leaves.

Nothing that came from outside can end a line or start another one, and the kassa's key is replaced
wherever it might appear.
"""

from __future__ import annotations

import logging
import sys

from backend.settings import Settings, SettingsError

log = logging.getLogger("photobooth")

LONGEST = 300


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
