"""The kassas: the one of the configuration, and those that are made while the server runs."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from simulator.caller.auth import Credentials
from simulator.caller.masking import MASK, Masker
from simulator.caller.retry import Flaw, RetryPolicy
from simulator.config import Config
from simulator.config.values import http_url, is_loopback
from simulator.web.events import Events
from simulator.web.ids import ID, Ids
from simulator.web.problems import Problem, conflict, not_found
from simulator.web.store import Fault, Kassa, Kept, Payment, Store

CONFIGURED = "65a000000000000000000001"
"""The id of the configuration's kassa; the reference merchant's links name it."""


@dataclass(frozen=True, slots=True)
class NewKassa:
    """What a kassa is made of. Amounts are tiyin."""

    name: str
    url: str
    key: str = field(repr=False)
    login: str = "Paycom"
    id: str | None = None
    account: tuple[str, ...] = ("order_id",)
    account_type: str = "one-time"
    min_amount: int = 1
    max_amount: int = 100_000_000_000
    refunds: bool = True
    timeout_ms: int = 10_000
    retry: RetryPolicy = field(default_factory=RetryPolicy)


class Kassas:
    """All kassas of the server. `secrets` are texts of the configuration that nobody may see."""

    def __init__(
        self,
        store: Store,
        ids: Ids,
        events: Events,
        now: Callable[[], int],
        secrets: tuple[str, ...] = (),
        allow_remote: bool = False,
    ) -> None:
        self._store = store
        self._ids = ids
        self._events = events
        self._now = now
        self._secrets = secrets
        self._allow_remote = allow_remote
        self._keys: dict[str, str] = {}
        self._kept = Kept(store, _all)

    def configure(self, config: Config) -> Kassa:
        """The configuration's kassa as the file has it now; its key is kept in memory only."""
        merchant = config.merchant
        members = tuple(config.orders.account) if config.orders else ("order_id",)
        one_time = merchant.account_type == "one-time"
        new = NewKassa(
            name=merchant.url,
            url=merchant.url,
            key=merchant.key,
            login=merchant.login,
            id=CONFIGURED,
            account=members,
            account_type=merchant.account_type,
            min_amount=1 if one_time else merchant.limits.min,
            max_amount=100_000_000_000 if one_time else merchant.limits.max,
            refunds=merchant.refunds,
            timeout_ms=merchant.timeout_ms,
            retry=config.retry.policy,
        )
        self._keys[CONFIGURED] = merchant.key
        with self._store.write() as session:
            self._kept.forget()
            return session.merge(self._row(new, CONFIGURED, None, "config"))

    def add(self, new: NewKassa) -> Kassa:
        """A further kassa. Problem if its id is taken or its merchant may not be called."""
        self._check(new)
        row = self._row(new, new.id or self._ids.new(), new.key, "control")
        with self._store.write() as session:
            if session.get(Kassa, row.id) is not None:
                raise conflict(
                    f"there is a kassa {row.id}", "an id that is not taken", "leave the id out"
                )
            session.add(row)
            self._kept.forget()
        self._events.publish("kassa", id=row.id)
        return row

    def change(self, kassa_id: str, changes: Mapping[str, Any]) -> Kassa:
        """Make it another one: `changes` are members of NewKassa, or attempts and pauses_ms.

        The next call of each payment goes by the new terms; amounts and accounts of payments stay.
        Problem if it is the configuration's, or cannot be so.
        """
        with self._store.write() as session:
            kassa = session.get(Kassa, kassa_id)
            if kassa is None:
                raise not_found("kassa", kassa_id)
            if kassa.source == "config":
                raise conflict(
                    "the kassa of the configuration",
                    "one that was made here",
                    "change payme-sandbox.toml, and start the server again",
                )
            new = _changed(kassa, changes)
            self._check(new)
            row = self._row(new, kassa.id, new.key, kassa.source)
            row.created_at = kassa.created_at
            changed = session.merge(row)
            self._kept.forget()
        self._events.publish("kassa", id=kassa_id)
        return changed

    def remove(self, kassa_id: str, with_payments: bool = False) -> None:
        """Forget a kassa and its fault rules. One that has payments only `with_payments`."""
        with self._store.write() as session:
            kassa = session.get(Kassa, kassa_id)
            if kassa is None:
                raise not_found("kassa", kassa_id)
            if kassa.source == "config":
                raise conflict("the kassa of the configuration", "one that was made here")
            _refuse_to_forget(session, kassa_id, with_payments)
            for model in (Payment, Fault):
                session.execute(delete(model).where(model.kassa_id == kassa_id))
            session.delete(kassa)
            self._kept.forget()
        self._events.publish("kassa", id=kassa_id)

    def get(self, kassa_id: str) -> Kassa:
        """Problem 404 if there is none."""
        found = self._kept.value().get(kassa_id)
        if found is None:
            raise not_found("kassa", kassa_id, "list them: GET /control/kassas")
        return found

    def all(self) -> list[Kassa]:
        """The configuration's first."""
        return list(self._kept.value().values())

    def forget(self) -> None:
        """The store has others now."""
        self._kept.forget()

    def key(self, kassa: Kassa) -> str:
        """The key itself. Shown only to who asks for just that."""
        return kassa.key if kassa.key is not None else self._keys.get(kassa.id, "")

    def masked_key(self, kassa: Kassa) -> str:
        """What a page shows instead."""
        return MASK if self.key(kassa) else ""

    def credentials(self, kassa: Kassa) -> Credentials:
        return Credentials(kassa.login, self.key(kassa))

    def masker(self, kassa: Kassa) -> Masker:
        """Hides the key, in all its forms, and the configuration's secrets."""
        return Masker(self.credentials(kassa), self._secrets)

    def _row(self, new: NewKassa, kassa_id: str, key: str | None, source: str) -> Kassa:
        return Kassa(
            id=kassa_id,
            name=new.name,
            url=new.url,
            login=new.login,
            key=key,
            account=dict.fromkeys(new.account, ""),
            account_type=new.account_type,
            min_amount=new.min_amount,
            max_amount=new.max_amount,
            refunds=new.refunds,
            timeout_ms=new.timeout_ms,
            retry=_stored(new.retry),
            source=source,
            created_at=self._now(),
        )

    def _check(self, new: NewKassa) -> None:
        if new.id is not None and not ID.fullmatch(new.id):
            raise Problem(409, "not a kassa's id", repr(new.id), "24 digits 0-9a-f are accepted")
        try:
            http_url(new.url)
        except ValueError as error:
            raise Problem(409, "not a webhook's address", repr(new.url), str(error)) from None
        if not self._allow_remote and not is_loopback(new.url):
            raise Problem(
                409,
                "not on this machine",
                new.url,
                "an address on this machine (127.0.0.1, localhost)",
                "write allow_remote = true under [merchant] if you mean it",
            )
        if new.min_amount > new.max_amount:
            raise Problem(409, "impossible limits", f"{new.min_amount} to {new.max_amount} tiyin")


def _all(session: Session) -> dict[str, Kassa]:
    order = (Kassa.source != "config", Kassa.created_at, Kassa.id)
    return {kassa.id: kassa for kassa in session.scalars(select(Kassa).order_by(*order))}


def _changed(kassa: Kassa, changes: Mapping[str, Any]) -> NewKassa:
    terms = {name: changes[name] for name in ("attempts", "pauses_ms") if name in changes}
    others = {name: value for name, value in changes.items() if name not in terms}
    if "pauses_ms" in terms:
        terms["pauses_ms"] = tuple(terms["pauses_ms"])
    columns = ("name", "url", "login", "account_type", "min_amount", "max_amount", "refunds")
    kept = {name: getattr(kassa, name) for name in (*columns, "timeout_ms")}
    kept |= {"key": kassa.key or "", "account": tuple(kassa.account)}
    return NewKassa(**kept | others, retry=replace(policy_of(kassa), **terms))


def _refuse_to_forget(session: Session, kassa_id: str, with_payments: bool) -> None:
    """A payment that is being worked at is not taken away from under the worker."""
    mine = select(Payment.id).where(Payment.kassa_id == kassa_id).limit(1)
    if not with_payments and session.scalar(mine) is not None:
        raise conflict(
            "the kassa has payments",
            "one without",
            f"forget them with it: DELETE /control/kassas/{kassa_id}?payments=true",
        )
    if session.scalar(mine.where(Payment.busy.is_(True))) is not None:
        raise conflict(
            "calls are under way for its payments", "a moment without", "try again in a second"
        )


def policy_of(kassa: Kassa) -> RetryPolicy:
    """How calls of this kassa are repeated."""
    stored: dict[str, Any] = kassa.retry
    return RetryPolicy(
        stored["attempts"],
        tuple(stored["pauses_ms"]),
        stored["new_id"],
        frozenset(Flaw(name) for name in stored["on"]),
    )


def _stored(policy: RetryPolicy) -> dict[str, Any]:
    made = asdict(policy)
    return made | {"pauses_ms": list(policy.pauses_ms), "on": sorted(policy.on)}
