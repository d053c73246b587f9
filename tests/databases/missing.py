"""What a test says that could not have its database."""

from __future__ import annotations


class Missing(Exception):
    """There is no such server here; the text says why and what would help."""
