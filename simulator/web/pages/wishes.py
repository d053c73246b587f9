"""From a form to a run: the chain, the row of its matrix, the order that it is about."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import replace

from simulator.conformance.runner import Job
from simulator.conformance.session import Eyes, World
from simulator.observers.orders.order import Order
from simulator.web.pages import chains
from simulator.web.pages.chains import Page
from simulator.web.pages.desk import PAGE, Plan, new_seed
from simulator.web.pages.fields import Asked, Desk, Merchant
from simulator.web.pages.running import Terms

_TO_COME = 60_000


def plan_of(
    page: Page, asked: Asked, merchant: Merchant, desk: Desk, order: Order | None, url: str
) -> Plan:
    """The run that a page makes. `order` is the one it is about, or None if it is about none."""
    row = _row(asked, order)
    chain = chains.chain_of(page.slug, asked.values, merchant.refunds)
    usual = "one-time" if merchant.one_time else "accumulating"
    kind = str(asked.values.get("account_type", usual))
    known = desk.known(order.account) if order is not None else None
    ours = known is not None and known == order

    def bend(world: World) -> World:
        terms = replace(world.terms, one_time=kind == "one-time")
        # an order that was typed may be anybody's: what its rows should hold is not known
        seen = unasked(world.eyes)
        eyes = seen if ours else replace(seen, database=None)
        return replace(world, terms=terms, eyes=eyes, make_order=lambda _: order or unmade(world))

    terms = Terms(seed=new_seed())
    return Plan(PAGE, page.slug, (Job(chain, row),), terms, url=url, account_type=kind, bend=bend)


def unasked(eyes: Eyes) -> Eyes:
    """As the official sandbox, a page looks at answers; at more where it is told how to."""
    return replace(eyes, no_database=None, no_log=None, unsaid_tables={})


def as_the_sandbox(world: World) -> World:
    """The world of a published sequence."""
    return replace(world, eyes=unasked(world.eyes))


def with_texts(plan: Plan, typed: Mapping[str, str]) -> Plan:
    """The plan, knowing what the form said, so that the page can show it again."""
    return replace(plan, texts=dict(typed))


def unmade(world: World) -> Order:
    """An order that the shop does not know."""
    order = world.fresh.unknown_account()
    assert isinstance(order, Order)
    return order


def _row(asked: Asked, order: Order | None) -> Mapping[str, object]:
    """What stands for `$matrix` in the chain."""
    values = dict(asked.values)
    row: dict[str, object] = {"auth": values.get("credentials"), "type": values.get("document")}
    for name in ("amount", "transaction", "state", "reason"):
        if name in values:
            row[name] = values[name]
    if "period" in values:
        now = time.time_ns() // 1_000_000
        row |= {"from": now - chains.PERIODS[str(values["period"])], "to": now + _TO_COME}
    row["account"] = dict(order.account) if order is not None else "$unknown.account"
    return {
        name: _literal(value) if order or name != "account" else value
        for name, value in row.items()
    }


def _literal(value: object) -> object:
    """A value as a scenario file writes it: what was typed is no reference."""
    if isinstance(value, str) and value.startswith("$"):
        return f"${value}"
    if isinstance(value, Mapping):
        return {name: _literal(one) for name, one in value.items()}
    return value


def order_of(page: Page, asked: Asked, desk: Desk) -> Order | None:
    """The order that a form is about: the one that was made here, if its price is the form's."""
    account, amount = asked.account, asked.values.get("amount", 0)
    if not account:
        return None
    assert isinstance(amount, int)
    known = desk.known(account)
    if known is not None and (page.slug == "invalid-amount" or known.amount == amount):
        return known
    member = next(iter(account), "")
    return Order(str(account.get(member, "")), amount, amount // 100, dict(account), member)
