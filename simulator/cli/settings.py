"""From flags to a checked configuration; `config show`."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

import click

from simulator.config import ConfigError, Loaded, load, show

DEFAULT_FILE = Path("payme-sandbox.toml")


def load_settings(
    path: Path | None,
    url: str | None,
    key: str | None,
    environ: Mapping[str, str] | None = None,
    further: Mapping[str, str] | None = None,
) -> Loaded:
    """The configuration of a run; `further` are texts by dotted key. Raises ConfigError."""
    if path is None and DEFAULT_FILE.exists():
        path = DEFAULT_FILE
    overrides = dict(further or {})
    if url is not None:
        overrides["merchant.url"] = url
    if key is not None:
        overrides["merchant.key"] = key
    return load(path, overrides, os.environ if environ is None else environ)


def show_config(path: Path | None, url: str | None, key: str | None) -> int:
    """Print each value with its origin. Exit code 2 if the configuration is wrong."""
    try:
        loaded = load_settings(path, url, key)
    except ConfigError as error:
        click.echo(str(error), err=True)
        return 2
    rows = show(loaded)
    widest = max(len(row.key) for row in rows)
    for row in rows:
        click.echo(f"{row.key:<{widest}}  {row.value}  ({row.origin})")
    return 0
