"""References and makers: each value keeps its JSON type."""

from __future__ import annotations

import pytest

from simulator.conformance.values import NotApplicable, Unresolved
from simulator.protocol.kinds import is_payme_id
from tests.simulator.conformance.world import NOW, Clock, FakeOrder, fresh, order, scope


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("$order.amount", 100_000),
        ("$order.amount_sum", 1000),
        ("$order.number", "Psb-17"),
        ("$order.account", {"order_id": "Psb-17"}),
        ("$order.account.order_id", "Psb-17"),
        ("$many.1.number", "Psb-2"),
        ("$many.$loop.number", "Psb-1"),
        ("$create.params.id", "a" * 24),
        ("$create.result.state", 1),
        ("$config.refunds", True),
        ("$config.min", 100),
        ("$unknown.account", {"order_id": "Psb-900"}),
        ("$new.number", "Psb-900"),
        ("$loop", 0),
        ("$now", NOW),
        ("plain", "plain"),
        ("$$order.amount", "$order.amount"),
        ("5 $", "5 $"),
        (5, 5),
        (None, None),
        (True, True),
        (1.5, 1.5),
        (["$order.amount", {"a": "$loop"}], [100_000, {"a": 0}]),
        ({"$between": [1, "$order.amount"]}, {"$between": [1, 100_000]}),
        ({"$text": "$order.amount"}, "100000"),
        ({"$text": ["$order.amount", "abc"]}, "100000abc"),
        ({"$as_float": "$order.amount"}, 100_000.0),
        ({"$plus": ["$order.amount", 0.5]}, 100_000.5),
        ({"$plus": ["$order.amount", 1]}, 100_001),
        ({"$above": [{"$plus": ["$order.amount", 4294967296]}, 5]}, 4_295_067_296),
        ({"$plus": ["$order.amount", -1]}, 99_999),
        ({"$times": ["$order.amount", 100]}, 10_000_000),
        ({"$over": ["$order.amount", 3]}, 33_333),
        ({"$plus": [{"$over": ["$order.amount", 100]}, 5]}, 1005),
        ({"$ago": "12h1m"}, NOW - 43_260_000),
        ({"$merge": ["$order.account", {"b": 1}]}, {"order_id": "Psb-17", "b": 1}),
        ({"$merge": ["$order.account", {"order_id": 1}]}, {"order_id": 1}),
        ({"$without": ["$order.account", "order_id"]}, {}),
        ({"$without": ["$order.account", "other"]}, {"order_id": "Psb-17"}),
        ({"$ne": "", "$exists": True}, {"$ne": "", "$exists": True}),
    ],
)
def test_values(written: object, value: object) -> None:
    found = scope().resolve(written)
    assert found == value
    assert type(found) is type(value)


def test_a_row_of_a_matrix_may_hold_references_and_makers() -> None:
    row = {"amount": {"$plus": ["$order.amount", 1]}, "deep": {"a": ["$order.amount"]}, "t": "$$x"}
    rowed = scope(matrix=row)
    assert rowed.resolve("$matrix.amount") == 100_001
    assert rowed.resolve("$matrix.deep") == {"a": [100_000]}
    assert rowed.resolve("$matrix.deep.a.0") == 100_000
    assert rowed.resolve("$matrix.t") == "$x"


def test_a_fragments_arguments_may_be_orders() -> None:
    handed = scope(arguments={"order": "$many.1"})
    assert handed.resolve("$with.order.number") == "Psb-2"


def test_the_loop_counts() -> None:
    assert scope(loop=1).resolve("$many.$loop.number") == "Psb-2"
    assert scope(loop=7).resolve({"$plus": ["$loop", 1]}) == 8


@pytest.mark.parametrize(
    ("written", "message"),
    [
        ("$perform.result.state", "$perform.result.state: there is no perform yet"),
        ("$create.result.transaction", "$create.result.transaction: there is no transaction"),
        ("$create.error.code", "there is no error"),
        ("$many.2.number", "there is no 2"),
        ("$many.x.number", "there is no x"),
        ("$order.amount.x", "there is no x"),
        ("$order.__class__", "there is no __class__"),
        ("$matrix.x", "there is no x"),
        ("$Order.amount", "is not a reference"),
    ],
)
def test_what_an_earlier_step_did_not_bring(written: str, message: str) -> None:
    with pytest.raises(Unresolved, match=message.replace("$", r"\$")):
        scope().resolve(written)


@pytest.mark.parametrize(
    "written",
    [
        {"$plus": ["$order.number", 1]},
        {"$plus": [True, 1]},
        {"$plus": [0.5, 1]},
        {"$plus": [0.5, 0.5]},
        {"$times": ["$order.amount", 0.5]},
        {"$over": [5, 0]},
        {"$above": [5, 5]},
        {"$above": ["$order.amount", 100_001]},
        {"$as_float": "$order.number"},
        {"$merge": ["$order.number", {}]},
        {"$merge": [{}, "$order.number"]},
        {"$without": [5, "x"]},
    ],
)
def test_values_that_this_merchant_does_not_give(written: object) -> None:
    with pytest.raises(NotApplicable):
        scope().resolve(written)


def account(how: str, number: str | int = "Psb-17") -> object:
    """What becomes of an account that names this order."""
    one = FakeOrder(str(number), account={"order_id": number})
    made = scope(orders={"order": one}).resolve({"$account": {"of": "$order.account", "how": how}})
    assert isinstance(made, dict)
    return made.get("order_id", made)


@pytest.mark.parametrize(
    ("how", "value"),
    [
        ("unknown", "Psb-900"),
        ("missing", {}),
        ("null", None),
        ("empty", ""),
        ("blanks-around", " Psb-17 "),
        ("blank-before", " Psb-17"),
        ("blank-behind", "Psb-17 "),
        ("other-case", "pSB-17"),
        ("zero", 0),
        ("negative", -1),
        ("true", True),
        ("list", ["Psb-17"]),
        ("object", {"$ne": None}),
        ("like-any", "%"),
        ("like-prefix", "%sb-17"),
        ("like-one", "_sb-17"),
        ("sql", "' OR '1'='1' -- Psb-17"),
        ("quote", "'Psb-17"),
        ("long", "9" * 10_000),
        ("newline", "Psb-17\n"),
        ("nul", "Psb-17\x00"),
        ("unicode-digits", "Psb-١٧"),
    ],
)
def test_ways_to_change_the_member_that_names_the_order(how: str, value: object) -> None:
    found = account(how)
    assert found == value
    assert type(found) is type(value)


def test_numbers_as_texts_and_texts_as_numbers() -> None:
    assert account("as-number", "17") == 17
    assert account("as-text", 17) == "17"
    assert account("as-text", "17") == "17"
    assert account("plus-before", "17") == "+17"
    assert account("zeros-before", 17) == "0017"
    assert account("as-decimal", "17") == "17.0"
    assert account("as-exponent", "17") == "17e0"
    for how, number in (
        ("as-number", "Psb-17"),
        ("as-number", 17),
        ("as-text", "Psb-17"),
        ("as-number", "017"),
        ("plus-before", "Psb-17"),
        ("zeros-before", "-17"),
        ("as-decimal", "١٧"),
        ("as-exponent", ""),
        ("as-number", "١٧"),
        ("other-case", "17"),
        ("unicode-digits", "Psb"),
        ("cut", "Psb-17"),
        ("cut", 123456789),
    ):
        with pytest.raises(NotApplicable):
            account(how, number)


def test_a_number_is_cut_short_where_its_beginning_is_nobody_elses() -> None:
    assert account("cut", "Psb-1381682001") == "Psb-138168200"
    assert account("cut", 1381682001) == "138168200"
    assert account("cut", "no-digits-but-so-long-a-name") == "no-digits-but-so-long-a-nam"


def test_only_the_naming_member_is_changed() -> None:
    known = scope(orders={"order": order("Psb-17", phone="998")})
    made = known.resolve({"$account": {"how": "empty"}})
    assert made == {"order_id": "", "phone": "998"}


def test_an_account_that_names_no_order() -> None:
    bare = scope(orders={})
    with pytest.raises(NotApplicable, match="no member of the account names the order"):
        bare.resolve({"$account": {"of": {}, "how": "empty"}})
    made = bare.resolve({"$account": {"of": {"phone": "998", "x": 1}, "how": "empty"}})
    assert made == {"phone": "", "x": 1}


@pytest.mark.parametrize(
    ("value", "changed"),
    [
        ("tashkent", "gnfuxrag"),
        ("+998 90 123-45-67", "+001 09 876-54-32"),
        ("17", "82"),
        (3, 7_000_006),
        ("0a1b2c3d-0000-4000-8000-00000000abcd", "f5e4d3c2-ffff-bfff-7fff-ffffffff5432"),
        ("№", "№№"),
    ],
)
def test_another_member_of_the_same_look(value: object, changed: object) -> None:
    one = order("Psb-17", branch=value)
    known = scope(orders={"order": one}, others=("branch",))
    made = known.resolve({"$account": {"of": "$order.account", "how": "unknown", "other": 1}})
    assert made == {"order_id": "Psb-17", "branch": changed}


def test_an_unknown_number_beside_right_members() -> None:
    known = scope(orders={"order": order("Psb-17", branch="x")}, others=("branch",))
    made = known.resolve({"$account": {"of": "$order.account", "how": "unknown-number"}})
    assert made == {"order_id": "Psb-900", "branch": "x"}


def test_another_member_in_other_ways() -> None:
    known = scope(orders={"order": order("Psb-17", a="x", b="y")}, others=("a", "b"))
    missing = {"$account": {"of": "$order.account", "how": "missing", "other": 2}}
    assert known.resolve(missing) == {"order_id": "Psb-17", "a": "x"}
    empty = {"$account": {"of": "$order.account", "how": "empty", "other": "$loop"}}
    known.loop = 1
    assert known.resolve(empty) == {"order_id": "Psb-17", "a": "", "b": "y"}


@pytest.mark.parametrize(("member", "place"), [("x", 2), ("x", 0), ("", 1), (True, 1), (None, 1)])
def test_a_member_that_cannot_be_changed(member: object, place: int) -> None:
    known = scope(orders={"order": order("Psb-17", a=member)}, others=("a",))
    with pytest.raises(NotApplicable):
        known.resolve({"$account": {"of": "$order.account", "how": "unknown", "other": place}})


def test_times_never_stand_still() -> None:
    clock = Clock()
    values = fresh(clock)
    assert [values.now() for _ in range(3)] == [NOW, NOW + 1, NOW + 2]
    clock.ms += 1000
    assert values.now() == NOW + 1000
    clock.ms = 0
    assert values.now() == NOW + 1001


def test_ago_counts_from_the_scenarios_start() -> None:
    known = scope()
    assert known.resolve({"$ago": "1s"}) == known.resolve({"$ago": "1s"}) == NOW - 1000
    rowed = scope(matrix={"age": "2s"})
    assert rowed.resolve({"$ago": "$matrix.age"}) == NOW - 2000


def test_transaction_ids_are_paymes_and_never_repeat() -> None:
    values = fresh()
    ids = [values.transaction_id() for _ in range(5000)]
    assert all(map(is_payme_id, ids))
    assert len(set(ids)) == 5000
    assert {made[:8] for made in ids} == {f"{NOW // 1000:08x}"}


def test_two_runs_with_one_seed_share_what_the_seed_decides_but_no_id() -> None:
    left, right = fresh(seed=3), fresh(seed=3)
    one, two = left.transaction_id(), right.transaction_id()
    assert one[12:18] == two[12:18]
    assert fresh(seed=4).transaction_id()[12:18] != one[12:18]
    many = {fresh(seed=3).transaction_id() for _ in range(50)}
    assert len(many) > 45
