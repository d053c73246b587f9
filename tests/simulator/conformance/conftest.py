"""Fixtures of the engine's tests."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.simulator.conformance.files import Folder


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    """An empty catalogue to write scenarios into."""
    return Folder(tmp_path / "scenarios")
