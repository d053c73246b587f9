"""`detail`: each of its members wrong once, and what the documents show."""

from __future__ import annotations

import json

import pytest

from simulator.protocol.details import check_detail
from simulator.protocol.finding import Report

LINE: dict[str, object] = {
    "title": "Photo",
    "code": "00702001001000001",
    "package_code": "123456",
    "price": 505_000,
    "count": 2,
    "vat_percent": 15,
}
DETAIL: dict[str, object] = {"receipt_type": 0, "items": [LINE]}


def paths(detail: object, amount: object = None) -> list[str]:
    report = Report()
    check_detail(json.loads(json.dumps(detail)), amount, report)
    assert {finding.rule for finding in report.findings} <= {"types.detail"}
    return [finding.path for finding in report.findings]


def test_what_the_documents_show_is_fine() -> None:
    assert paths(DETAIL) == []
    assert paths({**DETAIL, "shipping": {"title": "Post", "price": 500_000}}) == []
    assert paths({"receipt_type": 0}) == []
    assert paths({**DETAIL, "items": [{**LINE, "count": 0.5, "vat_percent": 12.5}]}) == []
    assert paths(None) == []


@pytest.mark.parametrize("detail", [[], "x", 5, True])
def test_detail_is_an_object(detail: object) -> None:
    assert paths(detail) == ["result.detail"]


@pytest.mark.parametrize("kind", ["0", None, True, 0.0])
def test_receipt_type_is_a_number(kind: object) -> None:
    assert paths({**DETAIL, "receipt_type": kind}) == ["result.detail.receipt_type"]
    assert paths({"items": [LINE]}) == ["result.detail.receipt_type"]


@pytest.mark.parametrize("items", [None, {}, [None], ["x"], LINE])
def test_items_are_objects(items: object) -> None:
    assert paths({**DETAIL, "items": items}) == ["result.detail.items"]


@pytest.mark.parametrize("name", ["title", "package_code"])
@pytest.mark.parametrize("value", [None, 5, ["x"]])
def test_texts(name: str, value: object) -> None:
    assert paths({**DETAIL, "items": [{**LINE, name: value}]}) == [f"result.detail.items[0].{name}"]


@pytest.mark.parametrize("name", ["price", "count", "vat_percent"])
@pytest.mark.parametrize("value", [None, "5", True])
def test_numbers(name: str, value: object) -> None:
    items = [LINE, {**LINE, name: value}]
    assert paths({**DETAIL, "items": items}) == [f"result.detail.items[1].{name}"]


@pytest.mark.parametrize(
    "code", ["", "0070200100100000", "007020010010000011", "0070200100100000x"]
)
def test_the_product_code_has_seventeen_digits(code: str) -> None:
    assert paths({**DETAIL, "items": [{**LINE, "code": code}]}) == ["result.detail.items[0].code"]


def test_a_product_code_as_a_number_is_wrong_as_text_and_as_code() -> None:
    path = "result.detail.items[0].code"
    assert paths({**DETAIL, "items": [{**LINE, "code": 702001001000001}]}) == [path, path]


@pytest.mark.parametrize(
    ("more", "line", "total"),
    [
        ({}, {}, 1_010_000),
        ({}, {"discount": 10_000}, 1_000_000),
        ({"shipping": {"title": "Post", "price": 5_000}}, {}, 1_015_000),
        ({"discount": {"title": "Sale", "price": 10_000}}, {}, 1_000_000),
        ({}, {"count": 0.5}, 252_500),
        ({}, {"count": 0.1, "price": 30}, 3),
    ],
)
def test_prices_add_up_to_the_amount(more: object, line: object, total: int) -> None:
    assert isinstance(more, dict)
    assert isinstance(line, dict)
    detail = {**DETAIL, "items": [{**LINE, **line}], **more}
    assert paths(detail, total) == []
    assert paths(detail, total * 100) == ["result.detail.items"]


def test_a_sum_that_cannot_be_made_is_not_judged() -> None:
    assert paths({"receipt_type": 0}, 5) == []
    no_price = {**LINE, "price": "505000"}
    assert paths({**DETAIL, "items": [no_price]}, 5) == ["result.detail.items[0].price"]
    assert paths({**DETAIL, "shipping": {"title": "Post"}}, 5) == []
    assert paths(DETAIL, "5") == []
