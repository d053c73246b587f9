"""Orders: each is paid by one transaction, and is paid only if one is performed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec

from loadtests.ledger import Made, line_of
from loadtests.reckoning.belief import CREATED, PERFORMED, REFUNDED
from loadtests.reckoning.buckets import Buckets, Put
from loadtests.results import Kind
from simulator.observers.database import Database

Found = tuple[Kind, str]


class Part(msgspec.Struct, omit_defaults=True):
    """What a transaction means for its order: its id and state, None if nobody knows it."""

    order: str
    payme_id: str
    state: int | None = None


class Situation(msgspec.Struct, omit_defaults=True):
    """An order and the states of its transactions, by Payme's id. amount: what it was made with,
    in tiyin, if that is known."""

    number: str
    states: dict[str, int | None]
    amount: int | None = None


@dataclass(frozen=True, slots=True)
class Words:
    """The values of the status column, by what they mean."""

    paid: Sequence[Any]
    refunded: Sequence[Any]
    held: Sequence[Any]

    @classmethod
    def of(cls, database: Database) -> Words:
        """As [database.orders] says."""
        names = database.status_names
        return cls(names("paid"), names("refunded"), names("reserved"))


def twice(situation: Situation) -> Iterator[Found]:
    """A one-time order has at most one transaction that is live."""
    if len(situation.states) < 2:
        return
    paid = [payme_id for payme_id, state in situation.states.items() if state == PERFORMED]
    held = [payme_id for payme_id, state in situation.states.items() if state == CREATED]
    if len(paid) > 1:
        yield Kind.PAID_TWICE, f"transactions {_listed(paid)} performed"
    elif len(paid) + len(held) > 1:
        yield Kind.HELD_TWICE, f"transactions {_listed([*paid, *held])} live"


def _listed(ids: list[str]) -> str:
    return f"{', '.join(sorted(ids))} are {'both' if len(ids) == 2 else 'all'}"


def status_fits(
    situation: Situation, rows: Sequence[Mapping[str, Any]], words: Words
) -> Iterator[Found]:
    """Whether the order's row says paid exactly if a transaction of it is performed, and what it
    said of its amount when it was made.

    A row is its `status` and its `amount`, as far as they are mapped.
    """
    if len(rows) > 1:
        yield Kind.DOUBLED, f"the orders table has it {len(rows)} times"
    if not rows:
        yield Kind.LOST, "the orders table does not know it"
        return
    if "status" in rows[0]:
        yield from _status(rows[0]["status"], situation, words)
    amount, made = rows[0].get("amount"), situation.amount
    if "amount" in rows[0] and made is not None and amount != made:
        yield Kind.AMOUNT, f"the orders table says {amount} tiyin, it was made with {made}"


def _status(status: Any, situation: Situation, words: Words) -> Iterator[Found]:
    states = set(situation.states.values())
    if PERFORMED in states:
        if status not in words.paid:
            yield Kind.NOT_PAID, f'its status is "{status}"'
        return
    if None in states or status not in words.paid:
        return
    if REFUNDED in states:
        if words.refunded and status not in words.refunded:
            yield Kind.PAID_BY_NOBODY, f'its status is "{status}", its payment was refunded'
    elif not (CREATED in states and status in words.held):
        yield Kind.PAID_BY_NOBODY, f'its status is "{status}", no transaction is performed'


def situations(parts: Buckets, number: int) -> Iterator[tuple[Situation, Made | None]]:
    """The orders of one bucket, with how they were made if that was noted."""
    found: dict[str, tuple[Situation, list[Made]]] = {}
    decode_part = msgspec.json.Decoder(Part).decode
    decode_made = msgspec.json.Decoder(Made).decode
    for line in parts.lines(number):
        if line.startswith(b'{"order"'):
            part = decode_part(line)
            entry = found.setdefault(part.order, (Situation(part.order, {}), []))
            entry[0].states[part.payme_id] = part.state
        else:
            made = decode_made(line)
            found.setdefault(made.number, (Situation(made.number, {}), []))[1].append(made)
    for situation, noted in found.values():
        yield situation, noted[0] if noted else None


def put_situation(put: Put, key: str, situation: Situation) -> None:
    """Keep it for the pass over the orders table."""
    put(key, line_of((key, situation)))


def put_row(put: Put, key: str, row: Mapping[str, Any]) -> None:
    """Keep what a row of the orders table says beside it."""
    put(key, line_of((key, {name: row[name] for name in ("status", "amount") if name in row})))


def beside_rows(
    kept: Buckets, stored: Buckets, number: int
) -> Iterator[tuple[Situation, list[dict[str, Any]]]]:
    """Each order of one bucket with its rows, as far as they are mapped."""
    rows: dict[str, list[dict[str, Any]]] = {}
    decode_kept = msgspec.json.Decoder(tuple[str, Situation]).decode
    decode = msgspec.json.Decoder().decode
    wanted = [decode_kept(line) for line in kept.lines(number)]
    for key, _ in wanted:
        rows[key] = []
    for line in stored.lines(number):
        key, row = decode(line)
        if key in rows:
            rows[key].append(row)
    for key, situation in wanted:
        yield situation, rows[key]
