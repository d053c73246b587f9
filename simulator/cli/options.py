"""The flags of `check`, as one value."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class CheckOptions:
    """The flags of `check`, as design and help describe them."""

    config: Path | None = None
    url: str | None = None
    key: str | None = None
    profile: str = "default"
    reference: str | None = None
    wait: int | None = None
    scenarios: Path | None = None
    only: tuple[str, ...] = ()
    tag: tuple[str, ...] = ()
    level: tuple[str, ...] = ()
    everything: bool = False
    strict: bool = False
    baseline: Path | None = None
    json_file: Path | None = None
    junit_file: Path | None = None
    html_file: Path | None = None
    github: bool = False
    seed: int | None = None
    jobs: int = 1
    fail_fast: bool = False
    last_failed: bool = False
    exit_zero: bool = False
    dry_run: bool = False
    verbose: bool = False
