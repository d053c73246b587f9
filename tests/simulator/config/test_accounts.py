"""Which members of an account name the order, and which must fit beside that one."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from simulator.config.orders import OrdersConfig
from simulator.config.placeholders import naming_member


def _orders(account: dict[str, Any], *free: str) -> OrdersConfig:
    return OrdersConfig.model_validate(
        {"account": account, "free": list(free), "pool": {"file": "orders.csv"}}
    )


@pytest.mark.parametrize(
    ("account", "naming", "others"),
    [
        ({"order": "{number}"}, "order", ()),
        ({"branch": "tashkent", "order": "{id}"}, "order", ("branch",)),
        ({"order": "{id}", "phone": "{phone}", "kind": 5}, "order", ("phone", "kind")),
        ({"sum": "{amount_sum}", "order": "{id}", "of": "{amount_tiyin}"}, "order", ()),
        ({"order": "{id}", "both": "{amount_sum}/{id}"}, "order", ("both",)),
        ({"branch": "tashkent", "kind": "gift"}, "", ()),
    ],
)
def test_members(account: dict[str, Any], naming: str, others: tuple[str, ...]) -> None:
    assert naming_member(account) == naming
    assert _orders(account).other_members == others


def test_free_members_need_not_fit() -> None:
    account = {"order": "{id}", "phone": "{phone}", "comment": "hello"}
    assert _orders(account, "comment").other_members == ("phone",)
    assert _orders(account, "phone", "comment").other_members == ()


def test_free_names_members_that_there_are() -> None:
    with pytest.raises(ValidationError, match="free names note; the members of account are order"):
        _orders({"order": "{id}", "comment": "hello"}, "note")
