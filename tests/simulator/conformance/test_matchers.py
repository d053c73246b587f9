"""Matching: by value and JSON type, objects as subsets, arrays whole, `$`-keys as predicates."""

from __future__ import annotations

import pytest

from simulator.conformance.arguments import complaint
from simulator.conformance.matchers import Matching, Mismatch, loosely_same, same
from simulator.conformance.syntax import MATCHERS
from simulator.protocol.finding import MISSING

A, B, C = "a" * 24, "b" * 24, "c" * 24
T = 1_763_881_200_000
MATCHING = Matching({A, B}, {"order_id", "phone"}, {"771": A})


def holds(expected: object, actual: object) -> bool:
    return not MATCHING.match(expected, actual, "result")


@pytest.mark.parametrize(
    ("value", "others"),
    [
        (1, [True, 1.0, "1", 2, None, MISSING, [1]]),
        (0, [False, 0.0, "", None, "0"]),
        (1.5, ["1.5", 1, 2]),
        (True, [1, "true", False]),
        ("1", [1, "01", "1 "]),
        (None, [0, False, "", "null", MISSING]),
        (T, [float(T), T + 1]),
    ],
)
def test_scalars_match_by_value_and_type(value: object, others: list[object]) -> None:
    assert holds(value, value)
    assert [other for other in others if holds(value, other)] == []


def test_a_time_in_quotes_is_the_same_time() -> None:
    assert holds(T, str(T))
    assert holds(str(T), T)
    assert not holds(T, str(T + 1))
    assert not holds(100_000, "100000")


def test_objects_match_as_subsets() -> None:
    assert holds({"a": 1}, {"a": 1, "b": 2})
    assert holds({}, {"a": 1})
    assert not holds({"a": 1, "b": 2}, {"a": 1})
    assert not holds({"a": None}, {})
    assert not holds({"a": 1}, [("a", 1)])
    assert holds({"a": {"b": [1]}}, {"a": {"b": [1], "c": 2}})


def test_arrays_match_whole() -> None:
    assert holds([1, {"a": 1}], [1, {"a": 1, "b": 2}])
    for other in ([1], [1, {"a": 1}, 2], [{"a": 1}, 1], {"0": 1}, None):
        assert not holds([1, {"a": 1}], other)


def test_exactly_these_members() -> None:
    assert holds({"$exact": {"a": 1}}, {"a": 1})
    found = MATCHING.match({"$exact": {"a": 1, "c": 3}}, {"a": 2, "b": 2}, "result")
    assert [(m.path, m.expected, m.actual) for m in found] == [
        ("result.a", "1", "2"),
        ("result.c", "3", "nothing"),
        ("result.b", "nothing", "2"),
    ]
    assert not holds({"$exact": {}}, None)
    assert holds({"a": {"$exact": {}}}, {"a": {}, "b": 1})


@pytest.mark.parametrize(
    ("matcher", "good", "bad"),
    [
        ({"$type": "string"}, ["", "x"], [1, None, MISSING, ["x"]]),
        ({"$type": "integer"}, [0, -5], [True, 1.0, "1", MISSING]),
        ({"$type": "number"}, [1, 1.5], [True, "1", None]),
        ({"$type": "boolean"}, [True, False], [0, "true", None]),
        ({"$type": "object"}, [{}], [[], None, "{}"]),
        ({"$type": "array"}, [[]], [{}, None, "[]"]),
        ({"$type": "null"}, [None], [MISSING, 0, ""]),
        ({"$type": "timestamp"}, [T], [0, str(T), float(T), T // 1000]),
        ({"$type": "amount"}, [1], [0, -1, 1.0, "1"]),
        ({"$type": "payme_id"}, [A], [A[1:], A.upper(), 5]),
        ({"$between": [1, 5]}, [1, 3, 5], [0, 6, "3", 3.0, True, None]),
        ({"$between": [5, 1]}, [3], [0]),
        ({"$any_of": [1, {"$type": "string"}]}, [1, "x"], [2, True, None]),
        ({"$not": 5}, [4, "5", 5.0, MISSING], [5]),
        ({"$not": {"$unset": True}}, [1, "x", T], [0, None, MISSING, "0"]),
        ({"$absent": True}, [MISSING], [None, 0, ""]),
        ({"$absent": False}, [None, 0], [MISSING]),
        ({"$present": True}, [None, 0], [MISSING]),
        ({"$matches": "^[0-9]{2}$"}, ["12"], ["1", "123", 12, None]),
        ({"$matches": "b"}, ["abc"], ["ac"]),
        ({"$length": 2}, ["ab", [1, 2]], ["a", [1], {"a": 1, "b": 2}, 12]),
        ({"$unset": True}, [0, None, MISSING, "0"], [1, False, "", T]),
        ({"$unset": False}, [1, T], [0, None, MISSING]),
        ({"$localised": True}, [{"ru": "а", "uz": "b", "en": "c"}], ["а", {"ru": "а"}, None]),
        ({"$account_member": True}, ["phone", "order_id"], ["amount", "", None, 5, ["phone"], {}]),
        ({"$contains": {"id": A}}, [[{"id": A}], [1, {"id": A, "b": 2}]], [[], [{"id": B}], {}]),
        ({"$lacks": {"id": A}}, [[], [{"id": B}, 5]], [[{"id": A}], {}, None, MISSING]),
        ({"$loosely": 17}, [17, "17"], [18, "017", None, MISSING]),
        ({"$loosely": {"a": "1"}}, [{"a": 1}, {"a": "1"}], [{"a": 1, "b": 2}, {}, ["a"], 5]),
        ({"$loosely": [1]}, [[1], ["1"]], [[2], 1, "1", {"0": 1}, None]),
    ],
)
def test_predicates(matcher: object, good: list[object], bad: list[object]) -> None:
    assert [value for value in good if not holds(matcher, value)] == []
    assert [value for value in bad if holds(matcher, value)] == []


ITEMS = [{"id": B, "n": 2}, {"id": C}, {"id": A, "n": 1}, {"id": 5}, {"id": [A]}, "x", None]


@pytest.mark.parametrize(
    ("matcher", "fine"),
    [
        ({"$own": [{"id": A}, {"id": B}]}, True),
        ({"$own": [{"id": B}, {"id": A}]}, True),
        ({"$own": [{"id": A, "n": 1}, {"id": B, "n": 2}]}, True),
        ({"$own": [{"id": A, "n": 2}, {"id": B}]}, False),
        ({"$own": [{"id": A}]}, False),
        ({"$own": [{"id": A}, {"id": B}, {"id": C}]}, False),
        ({"$own": [{"id": A}, {"id": A}]}, False),
        ({"$own_ordered": [{"id": B}, {"id": A}]}, True),
        ({"$own_ordered": [{"id": A}, {"id": B}]}, False),
        ({"$own_ordered": []}, False),
    ],
)
def test_only_the_scenarios_own_items_count(matcher: object, fine: bool) -> None:
    assert holds(matcher, ITEMS) is fine


def test_an_own_item_that_stands_twice_is_seen() -> None:
    assert not holds({"$own": [{"id": A}]}, [{"id": A}, {"id": A}])
    assert not holds({"$own_ordered": [{"id": A}]}, [{"id": A}, {"id": A}])
    assert holds({"$own": []}, [{"id": C}])
    assert not holds({"$own": []}, None)
    assert not holds({"$own": []}, {"id": A})


def test_an_item_without_its_id_is_known_by_the_merchants_number() -> None:
    assert holds({"$own": [{"id": A}]}, [{"transaction": "771"}])
    assert holds({"$own": [{"id": A}]}, [{"transaction": 771}])
    assert holds({"$contains": {"id": A}}, [{"transaction": "771"}])
    assert not holds({"$own": [{"id": A}]}, [{"transaction": "772"}])
    assert not holds({"$own": [{"id": A}]}, [{"transaction": "771", "id": None}])
    assert holds({"$contains": {"id": {"$absent": True}}}, [{"transaction": "772"}])


def test_a_mismatch_says_where_in_the_answer_and_where_in_the_file() -> None:
    wanted = {"items": [{"state": {"$any_of": [1, 2]}}, 5]}
    found = MATCHING.match(wanted, {"items": [{"state": -1}, 6]}, "result", ("expect", "result"))
    assert found == [
        Mismatch(
            "result.items[0].state",
            "1 or 2",
            "-1",
            ("expect", "result", "items", 0, "state", "$any_of"),
        ),
        Mismatch("result.items[1]", "5", "6", ("expect", "result", "items", 1)),
    ]


@pytest.mark.parametrize(
    ("matcher", "seen", "difference"),
    [
        (1, 2, Mismatch("result", "1", "2", ())),
        ({"a": 1}, 5, Mismatch("result", "an object", "5", ())),
        ([1], 5, Mismatch("result", "an array", "5", ())),
        ([1], [1, 2], Mismatch("result", "1 items", "2: [1, 2]", ())),
        ([1], [2], Mismatch("result[0]", "1", "2", (0,))),
        ({"$type": "null"}, 5, Mismatch("result", "a null", "5", ("$type",))),
        ({"$not": 5}, 5, Mismatch("result", "anything but 5", "5", ("$not",))),
        ({"$any_of": [1]}, 2, Mismatch("result", "1", "2", ("$any_of",))),
        ({"$exact": {}}, 5, Mismatch("result", "an object", "5", ("$exact",))),
        ({"$exact": {}}, {"b": 2}, Mismatch("result.b", "nothing", "2", ("$exact",))),
        ({"$own": []}, 5, Mismatch("result", "an array", "5", ("$own",))),
        (
            {"$own": []},
            [{"id": A}],
            Mismatch("result", "these transactions: []", f'["{A}"]', ("$own",)),
        ),
        (
            {"$own": [{"id": A, "n": 1}]},
            [{"id": C}, {"id": A, "n": 2}],
            Mismatch("result[1].n", "1", "2", ("$own", 0, "n")),
        ),
        ({"$contains": 1}, 5, Mismatch("result", "an array", "5", ("$contains",))),
        ({"$contains": 1}, [2], Mismatch("result", "an item like 1", "[2]", ("$contains",))),
        ({"$lacks": 1}, [1], Mismatch("result", "no item like 1", "[1]", ("$lacks",))),
    ],
)
def test_a_difference_is_told_whole(matcher: object, seen: object, difference: Mismatch) -> None:
    where = ("expect", *difference.where)
    wanted = Mismatch(difference.path, difference.expected, difference.actual, where)
    assert MATCHING.match(matcher, seen, "result", ("expect",)) == [wanted]


@pytest.mark.parametrize(
    ("matcher", "seen", "words"),
    [
        ({"$type": "string"}, 5, "a string"),
        ({"$between": [1, 5]}, 6, "between [1, 5]"),
        ({"$not": 5}, 5, "anything but 5"),
        ({"$absent": True}, 5, "nothing"),
        ({"$present": True}, MISSING, "something"),
        ({"$unset": True}, 5, "0 or null"),
        ({"$localised": True}, "no", "an object with ru, uz and en"),
        ({"$account_member": True}, "no", "the name of an account member"),
        ({"$matches": "^a"}, "b", "a text that matches ^a"),
        ({"$length": 3}, "ab", "length 3"),
        ({"$loosely": 3}, "4", "3, in text or number"),
        ({"$any_of": [{"$type": "null"}, 0]}, 1, "a null or 0"),
        ({"$any_of": [{"a": 1}, {"$lacks": 1}]}, 1, '{"a": 1} or {"$lacks": 1}'),
        ({"$contains": {"a": 1}}, [], 'an item like {"a": 1}'),
        ({"$lacks": {"a": 1}}, [{"a": 1}], 'no item like {"a": 1}'),
        ({"$own": [{"id": "x"}]}, [], 'these transactions: ["x"]'),
        ({"$own_ordered": [{"id": "x"}]}, [], 'these transactions in this order: ["x"]'),
        ({"$exact": {"a": 1}}, 5, "an object"),
    ],
)
def test_expectations_in_words(matcher: object, seen: object, words: str) -> None:
    (mismatch,) = MATCHING.match(matcher, seen, "result")
    assert mismatch.expected == words


def test_every_matcher_has_an_argument_that_is_looked_at() -> None:
    free = {"$not", "$lacks", "$contains", "$loosely"}
    assert {name for name in MATCHERS if not complaint(name, object())} == free


def test_same_goes_all_the_way_down() -> None:
    assert same({"a": [1, {"b": None}]}, {"a": [1, {"b": None}]})
    assert not same({"a": [1]}, {"a": [True]})
    assert not same({"a": 1}, {"a": 1, "b": 2})
    assert not same([1, 2], [1])
    assert loosely_same({"a": [1]}, {"a": ["1"]})
    assert not loosely_same({"a": [1]}, {"a": ["1", "2"]})
