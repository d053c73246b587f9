"""Money, times and numbers as people there write them."""

from __future__ import annotations

import pytest

from simulator.web.pages.formats import Formats

NOON = 1_763_881_200_123  # 2025-11-23 07:00:00.123 UTC


def plain(text: str) -> str:
    return text.replace("\u00a0", " ")


@pytest.mark.parametrize(
    ("language", "tiyin", "shown"),
    [
        ("uz", 100_000, "1 000,00 so'm"),
        ("ru", 100_000, "1 000,00 сум"),
        ("en", 100_000, "1,000.00 UZS"),
        ("ru", 1, "0,01 сум"),
        ("uz", 0, "0,00 so'm"),
        ("ru", -250_050, "−2 500,50 сум"),
        ("ru", 9_007_199_254_740_993_07, "9 007 199 254 740 993,07 сум"),
    ],
)
def test_money_is_exact(language: str, tiyin: int, shown: str) -> None:
    assert plain(Formats(language).money(tiyin)) == shown


@pytest.mark.parametrize(
    ("language", "shown"),
    [
        ("ru", "23.11.2025, 12:00:00"),
        ("uz", "23.11.2025, 12:00:00"),
        ("en", "23 Nov 2025, 12:00:00"),
    ],
)
def test_a_moment_is_tashkents(language: str, shown: str) -> None:
    assert Formats(language).moment(NOON) == shown


def test_machines_and_journals_see_the_millisecond() -> None:
    assert Formats("ru").iso(NOON) == "2025-11-23T07:00:00.123Z"
    assert Formats("ru").clock(NOON) == "12:00:00.123"


@pytest.mark.parametrize(
    ("language", "ms", "shown"),
    [
        ("ru", 14, "14 мс"),
        ("en", 3_199, "3.1 s"),
        ("ru", 3_199, "3,1 с"),
        ("uz", 125_000, "2 daq 05 s"),
        ("en", 43_260_000, "12 h 01 min"),
        ("uz", 3_000, "3 s"),
        ("uz", 60_000, "1 daq"),
        ("ru", 86_400_000, "24 ч"),
    ],
)
def test_a_length_of_time(language: str, ms: int, shown: str) -> None:
    assert plain(Formats(language).lasting(ms)) == shown


@pytest.mark.parametrize(
    ("count", "category"), [(1, "one"), (2, "few"), (5, "many"), (11, "many"), (21, "one")]
)
def test_russian_counts(count: int, category: str) -> None:
    assert Formats("ru").plural(count) == category


def test_a_code_has_a_true_minus() -> None:
    assert Formats("en").code(-31050) == "\u221231050"
    assert Formats("en").code(2) == "2"
