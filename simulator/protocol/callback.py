"""The way back to the shop: which addresses are taken, and their placeholders.

`:transaction` is Payme's transaction id, or the word null; `:account.FIELD` is what was paid for.
Source: developer.help.paycom.uz, "Инициализация платежей", "POST", `callback`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from urllib.parse import quote, urlsplit

LONGEST = 2000
_PLACE = re.compile(r":account\.([A-Za-z0-9_-]+)|:transaction(?![A-Za-z0-9_])")
_UNFIT = re.compile(r"[\x00-\x1f\x7f\\\"<>]|\s\Z")


def unfit(callback: str) -> str:
    """Why a browser is not sent there: `scheme`, `address`, `long`; empty if it is."""
    if len(callback) > LONGEST:
        return "long"
    if not re.match(r"https?://", callback, re.IGNORECASE):
        return "scheme"
    try:
        parts = urlsplit(callback)
        usable = (
            bool(parts.hostname)
            and " " not in parts.netloc
            and (parts.port is None or parts.port > 0)
        )
    except ValueError:
        usable = False
    return "" if usable and not _UNFIT.search(callback) else "address"


def filled(callback: str, transaction: str | None, account: Mapping[str, str]) -> str:
    """The address with its placeholders filled in; what is filled in cannot lead elsewhere.

    A blank is written as browsers write it. A placeholder for a member that the account has not
    stays as it is.
    """

    def value(found: re.Match[str]) -> str:
        name = found[1]
        if name is None:
            return quote(transaction or "null", safe="")
        return quote(account[name], safe="") if name in account else found[0]

    return _PLACE.sub(value, callback.replace(" ", "%20"))
