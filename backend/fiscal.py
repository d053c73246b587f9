"""The `detail` that CheckPerformTransaction may answer: what is sold, for the tax receipt."""

from __future__ import annotations

from collections.abc import Mapping


def detail(item: Mapping[str, object], amount: int) -> dict[str, object]:
    """One line of the shop's only thing, priced so that the lines sum to `amount` tiyin."""
    line = {"title": "Photo", "vat_percent": 0} | dict(item) | {"price": amount, "count": 1}
    return {"receipt_type": 0, "items": [line]}
