"""Money, times and numbers as people in Uzbekistan write them, in the page's language.

Babel knows the separators, the months and the plurals of each language. Money is tiyin (int) from
end to end: its two parts are written as whole numbers, so no fraction is ever reckoned with.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from functools import cache

from babel import Locale
from babel.dates import format_datetime
from babel.numbers import format_decimal, get_decimal_symbol, get_group_symbol

from simulator.web.days import AHEAD_MS

TASHKENT = timezone(timedelta(milliseconds=AHEAD_MS), "UTC+5")
"""Payme's time of day."""

_CURRENCY = {"ru": "сум", "uz": "so'm", "en": "UZS"}
_MOMENTS = {"ru": "dd.MM.y, HH:mm:ss", "uz": "dd.MM.y, HH:mm:ss", "en": "d MMM y, HH:mm:ss"}
_UNITS = {
    "ru": ("мс", "с", "мин", "ч"),
    "uz": ("ms", "s", "daq", "soat"),
    "en": ("ms", "s", "min", "h"),
}
_NARROW = "\u00a0"  # a line never ends between a number and its unit


@cache
def locale_of(language: str) -> Locale:
    """Babel's locale: Uzbek is written in Latin letters here."""
    return Locale.parse("uz_Latn_UZ" if language == "uz" else language)


@dataclass(frozen=True, slots=True)
class Formats:
    """Everything that is written differently in each language."""

    language: str

    @property
    def _locale(self) -> Locale:
        return locale_of(self.language)

    def number(self, value: int) -> str:
        """A whole number with its thousands apart: 1 000."""
        return format_decimal(value, format="#,##0", locale=self._locale)

    def money(self, tiyin: int) -> str:
        """An amount in tiyin as sum: 100000 is `1 000,00 so'm`."""
        whole, part = divmod(abs(tiyin), 100)
        sign = "\u2212" if tiyin < 0 else ""
        return f"{sign}{self.number(whole)}{self.decimal}{part:02d}{_NARROW}{self.currency}"

    @property
    def currency(self) -> str:
        return _CURRENCY[self.language]

    @property
    def decimal(self) -> str:
        """What stands before the tiyin."""
        return get_decimal_symbol(self._locale)

    @property
    def group(self) -> str:
        """What stands between the thousands."""
        return get_group_symbol(self._locale)

    def moment(self, ms: int) -> str:
        """ms since 1970 as date and time of day in Tashkent."""
        when = datetime.fromtimestamp(ms // 1000, TASHKENT)
        return format_datetime(when, _MOMENTS[self.language], locale=self._locale)

    def clock(self, ms: int) -> str:
        """ms since 1970 as the time of day in Tashkent, to the millisecond."""
        when = datetime.fromtimestamp(ms // 1000, TASHKENT)
        return f"{when:%H:%M:%S}.{ms % 1000:03d}"

    def iso(self, ms: int) -> str:
        """ms since 1970 for machines."""
        when = datetime.fromtimestamp(ms // 1000, UTC)
        return f"{when:%Y-%m-%dT%H:%M:%S}.{ms % 1000:03d}Z"

    def lasting(self, ms: int) -> str:
        """A length of time: `14 ms`, `3,1 s`, `3 s`, `2 min 05 s`, `12 h 01 min`, `24 h`."""
        millis, seconds, minutes, hours = _UNITS[self.language]
        if ms < 1_000:
            return f"{ms}{_NARROW}{millis}"
        if ms < 60_000:
            tenths = f"{self.decimal}{ms % 1000 // 100}" if ms % 1000 else ""
            return f"{ms // 1000}{tenths}{_NARROW}{seconds}"
        if ms < 3_600_000:
            parts = (ms // 60_000, minutes, ms // 1000 % 60, seconds)
        else:
            parts = (ms // 3_600_000, hours, ms // 60_000 % 60, minutes)
        rest = f" {parts[2]:02d}{_NARROW}{parts[3]}" if parts[2] else ""
        return f"{parts[0]}{_NARROW}{parts[1]}{rest}"

    def code(self, code: int) -> str:
        """An error code or a state with a true minus, as people read it: −31050."""
        return f"\u2212{-code}" if code < 0 else str(code)

    def plural(self, count: int) -> str:
        """The category of the language's plural that this number takes: one, few, many, other."""
        return str(locale_of(self.language).plural_form(count))
