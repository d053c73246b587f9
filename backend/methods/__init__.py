"""The webhook's methods by the names that Payme calls them."""

from __future__ import annotations

from typing import Any

from backend.methods import (
    cancel,
    check,
    check_perform,
    create,
    fiscal_data,
    perform,
    statement,
)
from backend.methods.base import Method

METHODS: dict[str, Method[Any]] = {
    "CheckPerformTransaction": check_perform.METHOD,
    "CreateTransaction": create.METHOD,
    "PerformTransaction": perform.METHOD,
    "CancelTransaction": cancel.METHOD,
    "CheckTransaction": check.METHOD,
    "GetStatement": statement.METHOD,
    "SetFiscalData": fiscal_data.METHOD,
}
