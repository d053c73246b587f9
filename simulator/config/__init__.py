"""payme-sandbox.toml: reading, checking, showing and writing it."""

from simulator.config.database import (
    DatabaseConfig,
    Invariant,
    OrdersTable,
    OrderStatus,
    TransactionsTable,
)
from simulator.config.loading import Loaded, load
from simulator.config.log import LogConfig
from simulator.config.models import Config, Limits, Merchant, ProcessConfig
from simulator.config.orders import OrdersConfig
from simulator.config.problems import ConfigError
from simulator.config.show import Row, show

__all__ = [
    "Config",
    "ConfigError",
    "DatabaseConfig",
    "Invariant",
    "Limits",
    "Loaded",
    "LogConfig",
    "Merchant",
    "OrderStatus",
    "OrdersConfig",
    "OrdersTable",
    "ProcessConfig",
    "Row",
    "TransactionsTable",
    "load",
    "show",
]
