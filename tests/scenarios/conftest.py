"""The catalogue, read once a worker: reading it takes longer than most runs."""

from __future__ import annotations

import pytest

from simulator.conformance.load import Catalogue, load_catalogue


@pytest.fixture(scope="session")
def catalogue() -> Catalogue:
    """All rules and scenarios."""
    return load_catalogue()
