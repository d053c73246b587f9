"""Whom a run's masker is to hide."""

from __future__ import annotations

from simulator.caller.auth import Credentials
from simulator.caller.masking import Masker
from simulator.config import Loaded


def masker_of(loaded: Loaded) -> Masker:
    """Knows the kassa's key and every `${VARIABLE}` of the configuration."""
    merchant = loaded.config.merchant
    return Masker(Credentials(merchant.login, merchant.key), tuple(loaded.secrets))
