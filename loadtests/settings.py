"""The configuration as each process of a run reads it: from the file and the environment."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from loadtests.plan import Plan
from simulator.config import Loaded, load


def load_of(plan: Plan, environ: Mapping[str, str] = os.environ) -> Loaded:
    """Raises ConfigError. A key given as a flag is in the environment by now."""
    path = Path(plan.config) if plan.config else None
    return load(path, {"merchant.url": plan.url, **plan.overrides}, environ)
