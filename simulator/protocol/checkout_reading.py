"""Reading a checkout link or form: what is to be paid, or all that is wrong, by parameter."""

from __future__ import annotations

import base64
import binascii
import json
import re
from collections.abc import Iterable

from simulator.protocol import callback
from simulator.protocol.checkout import (
    FORM,
    LANGUAGES,
    LARGEST_AMOUNT,
    LINK,
    LONGEST_VALUE,
    USUAL_TIMEOUT_MS,
    Checkout,
    Names,
    Reading,
    Wrong,
)

LONGEST_TIMEOUT_MS = 3_600_000
_SHOWN = 60
_CURRENCIES = ("UZS", "860")
_OF_THE_BUTTON = ("button", "qr")
_MEMBER = {LINK: re.compile(r"ac\.(.+)"), FORM: re.compile(r"account\[([^\]]+)\]")}
_DESCRIPTION = re.compile(r"description(?:\[(ru|uz|en)\])?")
_FRACTION = re.compile(r"([0-9]{1,13})[.,]([0-9]{1,2})")


def read_link(code: str) -> Reading:
    """What stands behind the host. Base64 for addresses, and without `=`, is taken with a note."""
    text, notes = _decoded(code)
    if isinstance(text, Wrong):
        return Reading(None, (text,))
    wrong, pairs = [], []
    for piece in text.split(";"):
        name, equals, value = piece.partition("=")
        if not equals and piece:
            wrong.append(Wrong(_short(piece), "no_value"))
        elif piece:
            pairs.append((name, value))
    known = {LINK.kassa, LINK.amount, LINK.language, LINK.callback, LINK.timeout, "cr"}
    reader = _Reader(LINK, pairs, known, wrong, notes)
    currency = reader.values.get("cr", "UZS")
    if currency.upper() not in _CURRENCIES:
        reader.refuse("cr", "currency", currency, accepted=_CURRENCIES)
    reader.language(strict=True)
    return reader.reading()


def read_form(fields: Iterable[tuple[str, str]], referer: str = "") -> Reading:
    """The form's fields. Without a `callback` the way back is to where the form stood."""
    known = {FORM.kassa, FORM.amount, FORM.language, FORM.callback, FORM.timeout, "detail"}
    reader = _Reader(FORM, list(fields), known | set(_OF_THE_BUTTON), [], [])
    reader.language(strict=False)
    if not callback.unfit(referer):
        reader.values.setdefault(FORM.callback, referer)
    return reader.reading()


def is_like_link(code: str) -> bool:
    """Whether it was meant as one, right or wrong."""
    text, _ = _decoded(code)
    return "=" in text if isinstance(text, str) else code.startswith("bT")


def _decoded(code: str) -> tuple[str | Wrong, list[Wrong]]:
    notes = []
    plain = code.replace("-", "+").replace("_", "/")
    if plain != code:
        notes.append(Wrong("base64", "alphabet"))
    if len(plain) % 4 and not plain.endswith("="):
        notes.append(Wrong("base64", "padding"))
        plain += "=" * (-len(plain) % 4)
    try:
        data = base64.b64decode(plain.encode("ascii"), validate=True)
    except (UnicodeEncodeError, binascii.Error):
        return Wrong("base64", "not_base64", _short(code)), []
    try:
        text = data.decode()
    except UnicodeDecodeError:
        return Wrong("base64", "not_text", _short(code)), []
    if text.isprintable():
        return text, notes
    kind = "line_break" if text.replace("\n", "").replace("\r", "").isprintable() else "not_text"
    return Wrong("base64", kind, _short(code)), []


class _Reader:
    """Takes the parameters one by one, and keeps what is wrong with each."""

    def __init__(
        self,
        names: Names,
        pairs: list[tuple[str, str]],
        known: set[str],
        wrong: list[Wrong],
        notes: list[Wrong],
    ) -> None:
        self.names = names
        self.asked = ""
        self.values: dict[str, str] = {}
        self.account: dict[str, str] = {}
        self.description: dict[str, str] = {}
        self._wrong, self._notes = wrong, notes
        for name, value in pairs:
            self._sort(name, value, known)

    def refuse(
        self,
        parameter: str,
        kind: str,
        seen: str = "",
        amount: int = 0,
        accepted: tuple[str, ...] = (),
    ) -> None:
        """It cannot be used."""
        self._wrong.append(Wrong(parameter, kind, _short(seen), amount, accepted))

    def language(self, strict: bool) -> None:
        """A form's other values are ignored, as the documents say; a link's are told of."""
        name = self.names.language
        said = self.values.get(name, LANGUAGES[0])
        if said in LANGUAGES:
            self.asked = self.values.get(name, "")
            return
        self.values[name] = LANGUAGES[0]
        told = Wrong(name, "language", _short(said), accepted=LANGUAGES)
        (self._wrong if strict else self._notes).append(told)

    def reading(self) -> Reading:
        """All of it."""
        kassa = self._kassa()
        self._check_account()
        amount = self._amount()
        way_back, timeout_ms = self._callback(), self._timeout()
        detail = self._detail()
        if self._wrong:
            return Reading(None, tuple(self._wrong), tuple(self._notes), self.asked)
        language = self.values.get(self.names.language, LANGUAGES[0])
        made = Checkout(
            kassa,
            amount,
            self.account,
            language,
            way_back,
            timeout_ms,
            self.description,
            detail,
        )
        return Reading(made, (), tuple(self._notes), self.asked)

    def _sort(self, name: str, value: str, known: set[str]) -> None:
        member = _MEMBER[self.names].fullmatch(name)
        described = _DESCRIPTION.fullmatch(name) if self.names is FORM else None
        if member:
            place, key = self.account, member[1]
        elif described:
            place, key = self.description, described[1] or ""
        elif name in known:
            place, key = self.values, name
        else:
            self._notes.append(Wrong(_short(name), "unknown", accepted=tuple(sorted(known))))
            return
        if key in place:
            self.refuse(name, "twice", value)
        place[key] = value

    def _kassa(self) -> str:
        kassa = self.values.get(self.names.kassa, "")
        if not kassa:
            self.refuse(self.names.kassa, "missing")
        return kassa

    def _check_account(self) -> None:
        if not self.account:
            self.refuse(self.names.member("order_id"), "no_account")
        for name, value in self.account.items():
            if not value:
                self.refuse(self.names.member(name), "empty")
            elif len(value) > LONGEST_VALUE:
                self.refuse(self.names.member(name), "long", value)

    def _amount(self) -> int:
        name = self.names.amount
        said = self.values.get(name)
        fraction = _FRACTION.fullmatch(said or "")
        if not said:
            self.refuse(name, "missing")
        elif fraction:
            meant = int(fraction[1]) * 100 + int(fraction[2].ljust(2, "0"))
            self.refuse(name, "fraction", said, amount=meant)
        elif not re.fullmatch(r"-?[0-9]{1,30}", said):
            self.refuse(name, "not_a_number", said)
        elif int(said) <= 0:
            self.refuse(name, "not_positive", said)
        elif int(said) > LARGEST_AMOUNT:
            self.refuse(name, "above", said, amount=LARGEST_AMOUNT)
        else:
            return int(said)
        return 0

    def _callback(self) -> str:
        address = self.values.get(self.names.callback, "")
        why = callback.unfit(address) if address else ""
        if why:
            self.refuse(self.names.callback, f"callback_{why}", address)
        elif " " in address:
            self._notes.append(Wrong(self.names.callback, "callback_blank"))
        return address

    def _timeout(self) -> int:
        name = self.names.timeout
        said = self.values.get(name) or str(USUAL_TIMEOUT_MS)
        if re.fullmatch(r"[0-9]{1,9}", said) and int(said) <= LONGEST_TIMEOUT_MS:
            return int(said)
        self.refuse(name, "timeout", said)
        return 0

    def _detail(self) -> object:
        said = self.values.get("detail", "")
        if not said:
            return None
        try:
            found = json.loads(base64.b64decode("".join(said.split()), validate=True))
        except (ValueError, RecursionError):
            self.refuse("detail", "detail", said)
            return None
        if not isinstance(found, dict):
            self.refuse("detail", "detail_object", said)
        return found


def _short(text: str) -> str:
    """So much of it as a page can show."""
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…"
