"""What a shop sends a payer to the checkout page with: a link (GET) or a form (POST), both ways.

link  <host>/<base64 of "m=KASSA;ac.FIELD=VALUE;a=TIYIN;l=ru;c=URL;ct=MS">
form  merchant, amount, account[FIELD], lang, callback, callback_timeout, description, detail

Source: developer.help.paycom.uz, "Инициализация платежей", "GET" and "POST". Reading them is in
`checkout_reading`, the way back in `callback`.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from dataclasses import dataclass, field

LANGUAGES = ("ru", "uz", "en")
USUAL_TIMEOUT_MS = 15
"""What the documents name as the usual `callback_timeout`."""
LARGEST_AMOUNT = 2**53 - 1
LONGEST_VALUE = 255


@dataclass(frozen=True, slots=True)
class Checkout:
    """What is to be paid: amount in tiyin, timeout in ms before the payer is sent back.

    description: texts by language, `""` for one with none. detail: fiscal data, as JSON holds them.
    """

    kassa: str
    amount: int
    account: Mapping[str, str]
    language: str = "ru"
    callback: str = ""
    timeout_ms: int = USUAL_TIMEOUT_MS
    description: Mapping[str, str] = field(default_factory=dict)
    detail: object = None


@dataclass(frozen=True, slots=True)
class Wrong:
    """One parameter that cannot be used, named as the shop wrote it.

    kind is a word for what is wrong (`missing`, `fraction` …); seen what was found; amount, in
    tiyin, is what was probably meant, or the limit that is not kept; accepted lists names.
    """

    parameter: str
    kind: str
    seen: str = ""
    amount: int = 0
    accepted: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Reading:
    """checkout is None if anything is wrong. notes are of what is odd, and does no harm.

    language is the one that the shop asked for, also where the rest is wrong; empty without.
    """

    checkout: Checkout | None
    wrong: tuple[Wrong, ...] = ()
    notes: tuple[Wrong, ...] = ()
    language: str = ""


@dataclass(frozen=True, slots=True)
class Terms:
    """What a kassa takes: the account's members, and limits in tiyin."""

    members: tuple[str, ...]
    minimum: int = 1
    maximum: int = LARGEST_AMOUNT


@dataclass(frozen=True, slots=True)
class Names:
    """What the parameters are called: in a link, and in a form."""

    kassa: str
    amount: str
    language: str
    callback: str
    timeout: str
    account: str

    def member(self, name: str) -> str:
        """The parameter of one member of the account."""
        return self.account.format(name)


LINK = Names("m", "a", "l", "c", "ct", "ac.{}")
FORM = Names("merchant", "amount", "lang", "callback", "callback_timeout", "account[{}]")


def against(checkout: Checkout, terms: Terms, names: Names = LINK) -> tuple[Wrong, ...]:
    """What the kassa does not take."""
    wrong = [_amount(checkout.amount, terms, names)]
    for name in checkout.account:
        if name not in terms.members:
            wrong.append(Wrong(names.member(name), "unknown_member", accepted=terms.members))
    wrong += [
        Wrong(names.member(name), "missing")
        for name in terms.members
        if name not in checkout.account
    ]
    return tuple(one for one in wrong if one is not None)


def _amount(amount: int, terms: Terms, names: Names) -> Wrong | None:
    if amount < terms.minimum:
        meant = terms.minimum <= amount * 100 <= terms.maximum
        kind = "below_as_sum" if meant else "below"
        return Wrong(names.amount, kind, str(amount), amount * 100 if meant else terms.minimum)
    if amount > terms.maximum:
        return Wrong(names.amount, "above", str(amount), terms.maximum)
    return None


def code_of(checkout: Checkout) -> str:
    """The link's base64. Values are put in as they are: the documents know no escaping.

    A link has no place for `description` and `detail`. Raises ValueError for a value with `;`.
    """
    pairs = {"m": checkout.kassa}
    pairs |= {LINK.member(name): value for name, value in checkout.account.items()}
    pairs |= {"a": str(checkout.amount), "l": checkout.language}
    if checkout.callback:
        pairs |= {"c": checkout.callback, "ct": str(checkout.timeout_ms)}
    for name, value in pairs.items():
        if ";" in name + value or "=" in name:
            raise ValueError(f"{name}: a link cannot hold {value!r}")
    text = ";".join(f"{name}={value}" for name, value in pairs.items())
    return base64.b64encode(text.encode()).decode("ascii")


def fields_of(checkout: Checkout) -> list[tuple[str, str]]:
    """The form's fields."""
    fields = [("merchant", checkout.kassa), ("amount", str(checkout.amount))]
    fields += [(FORM.member(name), value) for name, value in checkout.account.items()]
    fields.append(("lang", checkout.language))
    if checkout.callback:
        fields.append(("callback", checkout.callback))
        fields.append(("callback_timeout", str(checkout.timeout_ms)))
    for language, text in checkout.description.items():
        fields.append((f"description[{language}]" if language else "description", text))
    if checkout.detail is not None:
        dumped = json.dumps(checkout.detail, ensure_ascii=False).encode()
        fields.append(("detail", base64.b64encode(dumped).decode("ascii")))
    return fields
