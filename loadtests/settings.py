"""The configuration as each process of a run reads it: from the file and the environment."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

from loadtests.plan import Plan
from simulator.config import Config, Loaded, load


def load_of(plan: Plan, environ: Mapping[str, str] = os.environ) -> Loaded:
    """Raises ConfigError. A key given as a flag is in the environment by now."""
    path = Path(plan.config) if plan.config else None
    return load(path, {"merchant.url": plan.url, **plan.overrides}, environ)


def target(host: str | None, config: Config) -> str:
    """Where the calls go: --host, with the path of merchant.url if it has none of its own."""
    ours = urlsplit(config.merchant.url)
    if not host:
        return config.merchant.url
    given = urlsplit(host)
    path = given.path if given.path.strip("/") else ours.path
    return urlunsplit((given.scheme, given.netloc, path, ours.query, ""))
