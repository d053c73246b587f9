"""Orders made by a merchant's API, over real HTTP."""

from __future__ import annotations

import json
import random
import socket
import threading
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from simulator.config.models import Config
from simulator.observers.engines import DatabaseError
from simulator.observers.orders import (
    Numbers,
    Order,
    OrdersError,
    OrderSource,
    OrdersUnreachable,
    open_orders,
)
from tests.simulator.observers.shop import Answer, Request, Shop, running_shop


@pytest.fixture
def client() -> Iterator[httpx.Client]:
    """The run's shared client."""
    with httpx.Client(trust_env=False) as opened:
        yield opened


@pytest.fixture
def shop() -> Iterator[Shop]:
    """A shop that gives order 5, 6, 7 … to whoever asks."""

    def answer(request: Request) -> Answer:
        number = 4 + len(running.requests)
        return 200, json.dumps({"data": {"id": number, "list": [{"code": f"C-{number}"}]}})

    with running_shop(answer) as running:
        yield running


def source(
    client: httpx.Client,
    shop: Shop,
    account: dict[str, Any] | None = None,
    payable: Any = None,
    **http: Any,
) -> OrderSource:
    """An order source as [orders] would give it."""
    orders = {
        "account": account or {"order_id": "{number}"},
        "http": {"url": shop.url + "/orders", **http},
    }
    config = Config.model_validate({"orders": orders})
    numbers = Numbers(clock=lambda: 0)
    return open_orders(config, numbers, client, is_payable=payable, rng=random.Random(1))


def test_a_request_is_filled_in_with_types_kept(client: httpx.Client, shop: Shop) -> None:
    orders = source(
        client,
        shop,
        json={
            "n": "{number}",
            "d": "{digits}",
            "a": "{amount_sum}",
            "t": "{amount_tiyin} tiyin",
            "x": [True, 1],
        },
        headers={"X-Order": "{number}"},
        url=shop.url + "/orders/{number}?a={amount_sum}",
    )
    made = orders.make(amount_sum=500)
    assert made == Order(
        "Psb-1000000000", 50_000, 500, {"order_id": "Psb-1000000000"}, "order_id", {}
    )
    [request] = shop.requests
    assert request.method == "POST"
    assert request.path == "/orders/Psb-1000000000?a=500"
    assert request.headers["x-order"] == "Psb-1000000000"
    assert request.headers["content-type"] == "application/json"
    assert request.json == {
        "n": "Psb-1000000000",
        "d": 1_000_000_000,
        "a": 500,
        "t": "50000 tiyin",
        "x": [True, 1],
    }


def test_a_form_is_sent_as_one(client: httpx.Client, shop: Shop) -> None:
    source(client, shop, method="put", form={"n": "{number}", "a": "{amount_sum}"}).make()
    [request] = shop.requests
    assert (request.method, request.body) == ("PUT", "n=Psb-1000000000&a=1000")
    assert request.headers["content-type"] == "application/x-www-form-urlencoded"


def test_the_account_takes_captured_values(client: httpx.Client, shop: Shop) -> None:
    orders = source(
        client,
        shop,
        account={"kind": "shop", "order": "{id}", "code": "#{code}", "sum": "{amount_sum}"},
        capture={"id": "data.id", "code": "data.list.0.code"},
    )
    made = orders.make()
    assert made.account == {"kind": "shop", "order": "5", "code": "#C-5", "sum": 1000}
    assert made.member == "order"
    assert made.captured == {"id": 5, "code": "C-5"}
    assert made.values()["id"] == 5


def test_the_merchants_own_number_and_price_win(client: httpx.Client) -> None:
    def answer(request: Request) -> Answer:
        return 201, '{"number": 77, "price": "1200.50"}'

    with running_shop(answer) as shop:
        capture = {"number": "number", "amount_sum": "price"}
        orders = source(client, shop, capture=capture)
        made = orders.make()
        unknown = orders.unknown()
    assert (made.number, made.amount, made.amount_sum) == ("77", 120_050, 1200)
    assert made.account == {"order_id": "77"}
    assert unknown.account["order_id"].isdigit()
    assert unknown.account["order_id"] != "77"


@pytest.mark.parametrize(
    ("status", "body", "capture", "words"),
    [
        (500, "Traceback: boom", {}, r"HTTP 500, wanted 2xx\nthe answer was: Traceback: boom"),
        (302, "", {}, r"HTTP 302, wanted 2xx\nthe answer was: \(empty\)"),
        (200, "<html>", {"id": "id"}, r"the answer is not JSON.*\nthe answer was: <html>"),
        (200, '{"data": {"nr": 5}}', {"id": "data.id"}, "data has no id; it has nr"),
        (200, "[]", {"id": "0.id"}, "the answer has no 0; it is a list of 0"),
        (200, '{"id": null}', {"id": "id"}, 'capture id = "id" is null'),
        (200, '{"id": {}}', {"id": "id"}, "is not a plain value"),
        (200, '{"id": 5}', {"id": "id.x"}, "id has no x; it is 5"),
        (200, '{"p": "free"}', {"amount_sum": "p"}, "the captured amount_sum is no amount"),
        (400, "x" * 2000, {}, r"x{500}… \(2000 characters\)"),
    ],
)
def test_an_answer_that_does_not_help(
    client: httpx.Client, status: int, body: str, capture: dict[str, str], words: str
) -> None:
    with running_shop(lambda request: (status, body)) as shop:
        orders = source(client, shop, capture=capture)
        with pytest.raises(OrdersError, match=words):
            orders.make()


def test_nobody_there_is_not_blamed_on_the_number(client: httpx.Client, shop: Shop) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    orders = source(client, shop, url=f"http://127.0.0.1:{port}/orders")
    with pytest.raises(OrdersUnreachable, match="is the merchant running") as caught:
        orders.make()
    assert "digits" not in str(caught.value)


def test_a_shop_that_hangs(client: httpx.Client) -> None:
    hang = threading.Event()

    def answer(request: Request) -> Answer:
        hang.wait(30)
        return 200, ""

    with running_shop(answer) as shop:
        orders = source(client, shop, timeout="50ms")
        with pytest.raises(OrdersUnreachable, match="no answer within 50 ms"):
            orders.make()
        hang.set()


def test_a_merchant_that_wants_digits_gets_digits(client: httpx.Client) -> None:
    def answer(request: Request) -> Answer:
        return (200, "{}") if request.json["n"].isdigit() else (422, "n must be a number")

    with running_shop(answer) as shop:
        orders = source(client, shop, json={"n": "{number}"})
        assert not orders.notes
        assert [orders.make().number for _ in range(2)] == ["1000000001", "1000000002"]
        assert len(shop.requests) == 3
        assert "refuses order numbers with letters" in orders.notes[0]
        assert orders.unknown().account["order_id"].isdigit()


def test_a_refusal_of_both_tells_the_first(client: httpx.Client) -> None:
    with running_shop(lambda request: (403, "no token")) as shop:
        orders = source(client, shop)
        for _ in range(2):
            with pytest.raises(OrdersError, match="no token") as caught:
                orders.make()
            assert "a number of digits alone was refused too" in str(caught.value)


def test_later_refusals_do_not_change_the_numbers(client: httpx.Client, shop: Shop) -> None:
    orders = source(client, shop)
    orders.make()
    shop.answer = lambda request: (500, "busy")
    with pytest.raises(OrdersError, match="busy"):
        orders.make()
    shop.answer = lambda request: (200, "{}")
    assert orders.make().number.startswith("Psb-")
    assert orders.notes == ()


def test_letters_that_leave_no_payable_order_make_room_for_digits(
    client: httpx.Client, shop: Shop
) -> None:
    orders = source(client, shop, payable=lambda order: order.number.isdigit())
    assert orders.make().number == "1000000001"
    assert "shows no payable order under a number with letters" in orders.notes[0]


def test_letters_stay_if_digits_are_no_better(client: httpx.Client, shop: Shop) -> None:
    orders = source(client, shop, payable=lambda order: False)
    assert orders.make().number == "Psb-1000000000"
    assert orders.make().number.startswith("Psb-")
    assert orders.notes == ()


def test_a_database_that_fails_is_told_as_such(client: httpx.Client, shop: Shop) -> None:
    def fails(order: Order) -> bool:
        raise DatabaseError("gone")

    with pytest.raises(OrdersError, match="whether the order is payable cannot be seen: gone"):
        source(client, shop, payable=fails).make()


def test_digits_from_the_start_if_the_file_says_so(client: httpx.Client, shop: Shop) -> None:
    orders = {
        "account": {"a": "{number}"},
        "numbers": "digits",
        "http": {"url": shop.url},
    }
    config = Config.model_validate({"orders": orders})
    assert open_orders(config, Numbers(clock=lambda: 0), client).make().number == "1000000000"


def test_first_orders_of_many_threads_settle_once(client: httpx.Client) -> None:
    def answer(request: Request) -> Answer:
        return (200, "{}") if request.json["n"].isdigit() else (422, "digits!")

    with running_shop(answer) as shop:
        orders = source(client, shop, json={"n": "{number}"})
        made: list[Order] = []
        threads = [threading.Thread(target=lambda: made.append(orders.make())) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        refused = [request for request in shop.requests if not request.json["n"].isdigit()]
    assert len(refused) == 1
    assert len({order.number for order in made}) == 8


def test_an_unknown_order_needs_none_to_be_made(client: httpx.Client, shop: Shop) -> None:
    orders = source(client, shop)
    first, second = orders.unknown(), orders.unknown()
    assert first.number != second.number
    assert first.account == {"order_id": first.number}
    assert first.member == "order_id"
    assert first.amount == 100_000
    assert shop.requests == []
    assert orders.make().number not in (first.number, second.number)


UUID = "0b6f9a1e-51c5-4ad5-9d0e-0d3a2f0c9a11"


@pytest.mark.parametrize(
    ("value", "looks"),
    [
        (17, "whole"),
        ("000017", "digits"),
        ("9" * 15, "digits"),
        (UUID, "uuid"),
        ("694e1f0ac0ffee0012345678", "hex"),
        ("order/17", "text"),
    ],
)
def test_an_unknown_order_looks_like_a_known_one(
    client: httpx.Client, value: Any, looks: Any
) -> None:
    body = json.dumps({"id": value, "phone": "+998901234567"})
    with running_shop(lambda request: (200, body)) as shop:
        account = {"order": "{id}", "phone": "{phone}"}
        orders = source(client, shop, account=account, capture={"id": "id", "phone": "phone"})
        unknown = orders.unknown()
        known = orders.make()
        assert len(shop.requests) == 1  # the order made to learn its looks is not wasted
        orders.make()
        assert len(shop.requests) == 2
    found = unknown.account["order"]
    assert known.account["order"] == str(value)
    assert found != str(value)
    assert unknown.account["phone"] == "+998901234567"
    if looks == "whole":
        assert 1_000_000_000 <= int(found) < 2**31
    elif looks == "digits":
        assert found.isdigit()
        assert len(found) == max(10, len(value))
    elif looks == "uuid":
        assert [len(part) for part in found.split("-")] == [8, 4, 4, 4, 12]
    elif looks == "hex":
        assert len(found) == 24
        int(found, 16)
    else:
        assert found.startswith("Psb-")


def test_an_account_may_be_an_integer(client: httpx.Client, shop: Shop) -> None:
    orders = source(client, shop, account={"order_id": "{digits}"})
    assert orders.make().account == {"order_id": 1_000_000_000}
    assert orders.unknown().account == {"order_id": 1_000_000_001}
    assert orders.make().member == "order_id"


def test_an_account_without_the_order_names_no_member(client: httpx.Client, shop: Shop) -> None:
    assert source(client, shop, account={"kind": "x", "sum": "{amount_sum}"}).make().member == ""


def test_no_orders_at_all(client: httpx.Client) -> None:
    with pytest.raises(OrdersError, match=r"does not say how to get a payable order; add \[orders"):
        open_orders(Config(), Numbers(), client)
