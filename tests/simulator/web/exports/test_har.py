"""The journal as an HTTP archive: as the specification has it, whatever came over the wire."""

from __future__ import annotations

import base64
import json
from typing import Any
from urllib.parse import urlsplit

import pytest
from jsonschema import Draft202012Validator, ValidationError

from simulator.caller.retry import RetryPolicy
from simulator.web.faults import NewFault
from simulator.web.kassas import NewKassa
from simulator.web.payments import NewPayment
from tests.simulator.web.conftest import KASSA, Bench
from tests.simulator.web.exports.har12 import HAR
from tests.simulator.web.merchant import KEY, PRICE, error

VALIDATOR = Draft202012Validator(HAR)


@pytest.fixture
def archive(client: Any, bench: Bench) -> dict[str, Any]:
    """What is downloaded after payments that went well, badly, oddly and not at all."""
    bench.pay("A-1")
    merchant = bench.merchant
    merchant.plan("CheckPerformTransaction", "<h1>нет</h1>", 500, "", "half \udcff")
    for number in range(4):
        bench.begin(f"odd-{number}")
    merchant.plan("CreateTransaction", "deaf", error(-31008, "no"))
    bench.go_on(bench.pay("A-2"), 60_000)
    bench.server.faults.add(NewFault(KASSA, "drop-reply", method="CheckPerformTransaction"))
    bench.begin("A-3")
    new = NewKassa("q", f"{merchant.url}?shop=1&token=&x=%D0%B4", KEY, retry=RetryPolicy(1, ()))
    other = bench.server.kassas.add(new)
    begun = bench.server.payments.begin(NewPayment(other.id, PRICE, {"order_id": "A-4"}))
    bench.server.payments.look(begun.id)
    answer = client.get("/control/journal.har")
    assert answer.status_code == 200
    made: dict[str, Any] = json.loads(answer.data)
    return made


def entries(archive: dict[str, Any]) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = archive["log"]["entries"]
    return found


def test_it_is_as_the_specification_says(archive: dict[str, Any]) -> None:
    assert len(entries(archive)) >= 10
    VALIDATOR.validate(archive)


def test_every_entry_agrees_with_itself(archive: dict[str, Any]) -> None:
    begun = [one["startedDateTime"] for one in entries(archive)]
    assert begun == sorted(begun)
    for one in entries(archive):
        spent = [one["timings"][name] for name in ("send", "wait", "receive")]
        assert one["time"] == sum(spent)
        asked, answer = one["request"], one["response"]
        assert asked["bodySize"] == len(asked["postData"]["text"].encode())
        assert json.loads(asked["postData"]["text"])["method"] == one["_method"]
        content = answer["content"]
        body = base64.b64decode(content["text"]) if "encoding" in content else content["text"]
        assert content["size"] == len(body.encode() if isinstance(body, str) else body)
        assert answer["bodySize"] == (content["size"] if answer["status"] else -1)


def test_what_went_wrong_is_in_it(archive: dict[str, Any]) -> None:
    found = entries(archive)
    assert {one["response"]["status"] for one in found} == {0, 200, 500}
    assert any("encoding" in one["response"]["content"] for one in found), "bytes that are no text"
    lost = [one for one in found if one["response"]["status"] == 0]
    assert all(one["comment"] for one in lost)
    assert sum(bool(one["_fault"]) for one in found) == 1
    assert KEY.partition(":")[2] not in json.dumps(archive), "the key is masked"


def test_an_address_with_a_query_is_taken_apart(archive: dict[str, Any]) -> None:
    (one,) = [e for e in entries(archive) if urlsplit(e["request"]["url"]).query]
    told = {pair["name"]: pair["value"] for pair in one["request"]["queryString"]}
    assert told == {"shop": "1", "token": "", "x": "д"}


@pytest.mark.parametrize(
    "spoil",
    [
        lambda entry: entry.pop("cache"),
        lambda entry: entry["request"].update(bodySize="12"),
        lambda entry: entry["response"]["headers"].append({"name": "x"}),
        lambda entry: entry.update(startedDateTime="2026-11-23 10:00:00"),
        lambda entry: entry.update(method="POST"),
    ],
)
def test_the_validator_finds_what_is_wrong(spoil: Any, archive: dict[str, Any]) -> None:
    spoil(entries(archive)[0])
    with pytest.raises(ValidationError):
        VALIDATOR.validate(archive)
