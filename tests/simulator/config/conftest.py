"""Writing a configuration into a folder of its own and loading it."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import pytest

from simulator.config import ConfigError, Loaded, load

Load = Callable[..., Loaded]
Refused = Callable[..., str]

MERCHANT = """\
[merchant]
url = "http://127.0.0.1:5000/payme"
key = "kassa:key-1"
"""


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    """The current folder for one test, so that messages name files as a user sees them."""
    before = Path.cwd()
    os.chdir(tmp_path)
    yield tmp_path
    os.chdir(before)


@pytest.fixture
def load_text(folder: Path) -> Load:
    """Load a text as payme-sandbox.toml."""

    def loaded(
        text: str,
        overrides: Mapping[str, str] | None = None,
        environ: Mapping[str, str] | None = None,
    ) -> Loaded:
        (folder / "payme-sandbox.toml").write_text(text, encoding="utf-8")
        return load(Path("payme-sandbox.toml"), overrides or {}, environ or {})

    return loaded


@pytest.fixture
def refused(load_text: Load) -> Refused:
    """The message with which a text is refused."""

    def message(
        text: str,
        overrides: Mapping[str, str] | None = None,
        environ: Mapping[str, str] | None = None,
    ) -> str:
        with pytest.raises(ConfigError) as caught:
            load_text(text, overrides, environ)
        return str(caught.value)

    return message
