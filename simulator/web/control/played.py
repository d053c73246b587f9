"""The sandbox's pages for programs: what each asks for, and what a request makes of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from simulator.web.control import schemas
from simulator.web.pages import chains, fields
from simulator.web.pages.chains import BY_SLUG, PAGES, Page
from simulator.web.pages.fields import Asked, Form, Merchant
from simulator.web.pages.site import merchant_of, the_site
from simulator.web.pages.starting import sequences_of
from simulator.web.pages.words import Words
from simulator.web.problems import Problem
from simulator.web.store import Kassa

_WORDS = Words("en")
_NUMBERS = frozenset({"amount", "state", "reason"})
_NO_FIELDS = frozenset({"kassa", "wait_ms"})


def sandbox(kassa: Kassa) -> schemas.SandboxShown:
    """The pages and sequences that are there for a kassa."""
    merchant, memory = merchant_of(kassa), the_site().memory[kassa.id]
    pages = [
        schemas.SandboxPageShown(
            page=page.slug,
            title=_WORDS.label("page", page.slug),
            group=page.group,
            method=page.method,
            official=page.official,
            fields=_fields(page, merchant, fields.first(page, merchant, memory, {})),
        )
        for page in PAGES
    ]
    sequences = [
        schemas.SequenceShown(
            name=name, title=_WORDS.label("sequence", name), scenarios=list(scenarios)
        )
        for name, scenarios in sequences_of(kassa).items()
    ]
    return schemas.SandboxShown(
        makes_orders=merchant.makes_orders, pages=pages, sequences=sequences
    )


def asked(kassa: Kassa, slug: str, body: schemas.SandboxBody) -> tuple[Page, Asked, dict[str, str]]:
    """The page, its values, and what its form would say. Problem 409 for what does not fit it."""
    page, merchant = BY_SLUG[slug], merchant_of(kassa)
    memory = the_site().memory[kassa.id]
    given = body.model_dump(exclude_none=True, exclude=set(_NO_FIELDS))
    for name in given:
        if name not in page.fields:
            raise _wrong(name, "it is not a field of this page", ", ".join(page.fields))
    account = given.pop("account", None)
    texts = dict(fields.first(page, merchant, memory, {}).texts)
    texts |= {name: str(value) for name, value in given.items()}
    texts |= _account_texts(account or {}, merchant)
    found = fields.filled(page, merchant, memory, texts)
    if isinstance(found, Form):
        name, key = next(iter(found.errors.items()))
        raise _wrong(name, repr(found.text(name)), _WORDS(key))
    if account is not None and memory.known(account) is None:
        found = replace(found, account=account)  # as it was typed: numbers are numbers
    return page, found, texts


def _account_texts(account: Mapping[str, object], merchant: Merchant) -> dict[str, str]:
    for name in account:
        if name not in merchant.members:
            raise _wrong("account", repr(name), f"the kassa's: {', '.join(merchant.members)}")
    return {f"account.{name}": str(value) for name, value in account.items()}


def _wrong(member: str, seen: str, accepted: str) -> Problem:
    do = "GET /control/sandbox says which fields each page has"
    return Problem(409, "not for this page", seen, accepted, do, member=member)


def _fields(page: Page, merchant: Merchant, form: Form) -> list[schemas.FieldShown]:
    return [
        schemas.FieldShown(
            name=name,
            choices=_choices(name, page),
            members=list(merchant.members) if name == "account" else None,
            default=_default(name, form),
        )
        for name in page.fields
    ]


def _choices(name: str, page: Page) -> list[str | int] | None:
    if name == "state":
        return list(fields.states_of(page))
    if name == "reason":
        return list(chains.REASONS)
    known = fields.CHOICES.get(name)
    return list(known) if known else None


def _default(name: str, form: Form) -> str | int | None:
    text = form.text(name)
    return int(text) if text and name in _NUMBERS else text or None
