"""Settings come from the environment; a wrong one is told in a sentence."""

from __future__ import annotations

import sys

import pytest

from backend.db import make_engine
from backend.environment import READERS, settings_from
from backend.settings import AccountType, Profile, Settings, SettingsError


def read(**variables: str) -> Settings:
    return settings_from({f"PAYME_BACKEND_{name}": text for name, text in variables.items()})


def test_only_the_key_is_needed() -> None:
    assert read(KEY="k") == Settings(key="k")


def test_every_setting_has_a_variable() -> None:
    assert {member for member, _ in READERS.values()} == set(Settings.__slots__)


def test_every_variable_is_read() -> None:
    settings = read(
        KEY="k",
        LOGIN="Shop",
        KASSA="587f72c72cac0d162c722ae2",
        DATABASE="postgresql://u@h/d",
        ACCOUNT_TYPE="accumulating",
        MIN="100",
        MAX="200",
        REFUNDS="false",
        PROFILE="docs",
        CHECKOUT_HOST="https://test.paycom.uz",
        FISCAL_ITEM='{"title": "Фото"}',
        LOG="-",
        LOG_LEVEL="info",
        THREADS="4",
        BUSY_MS="500",
    )
    assert settings == Settings(
        key="k",
        login="Shop",
        kassa="587f72c72cac0d162c722ae2",
        database="postgresql://u@h/d",
        account_type=AccountType.ACCUMULATING,
        min_amount=100,
        max_amount=200,
        refunds=False,
        profile=Profile.DOCS,
        checkout_host="https://test.paycom.uz",
        fiscal_item={"title": "Фото"},
        log_file="-",
        log_level="INFO",
        threads=4,
        busy_ms=500,
    )


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("KEY", "", "no kassa key"),
        ("LOGIN", "a:b", "colon"),
        ("DATABASE", "", "is empty"),
        ("ACCOUNT_TYPE", "onetime", "one-time, accumulating"),
        ("PROFILE", "live", "default, docs, sandbox"),
        ("REFUNDS", "maybe", "true, false"),
        ("LOG_LEVEL", "chatty", "DEBUG, INFO"),
        ("MIN", "0", "above 0"),
        ("MIN", "1.5", "above 0"),
        ("MAX", "-5", "above 0"),
        ("MAX", str(2**53), "impossible"),
        ("THREADS", "٣", "above 0"),
        ("FISCAL_ITEM", "{", "not JSON"),
        ("FISCAL_ITEM", "[]", "not a JSON object"),
        ("DATABSE", "sqlite:///x.db", "PAYME_BACKEND_DATABASE"),
    ],
)
def test_a_wrong_value_is_told(name: str, value: str, said: str) -> None:
    with pytest.raises(SettingsError, match=said):
        read(**({"KEY": "k"} | {name: value}))


def test_limits_must_leave_room() -> None:
    with pytest.raises(SettingsError, match=r"200\.\.100"):
        read(KEY="k", MIN="200", MAX="100")


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("photobooth.db", "not a URL"),
        ("sqlite://", "name a file"),
        ("sqlite:///:memory:", "name a file"),
        ("mysql://root@127.0.0.1/shop", "use sqlite or postgresql"),
        ("nosuch://x", "use sqlite or postgresql"),
    ],
)
def test_a_database_that_cannot_be_used_is_told(url: str, said: str) -> None:
    with pytest.raises(SettingsError, match=said):
        make_engine(url)


def test_a_missing_driver_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "psycopg", None)
    with pytest.raises(SettingsError, match=r"payme-sandbox\[postgres\]"):
        make_engine("postgresql://127.0.0.1/shop")


@pytest.mark.parametrize("scheme", ["postgres", "postgresql", "postgresql+psycopg"])
def test_postgresql_has_several_names(scheme: str) -> None:
    engine = make_engine(f"{scheme}://user:secret@127.0.0.1/shop")
    assert engine.url.drivername == "postgresql+psycopg"
    assert "secret" not in repr(engine)
