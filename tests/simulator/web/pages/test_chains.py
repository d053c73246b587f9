"""The chains as files: each loads, each page has one for whatever its form may say."""

from __future__ import annotations

import itertools

import pytest

from simulator.web.pages import chains
from simulator.web.pages.chains import PAGES, Page
from simulator.web.pages.fields import states_of

CHOICES = {
    "credentials": chains.CREDENTIALS,
    "account_type": chains.ACCOUNT_TYPES,
    "account_state": chains.ACCOUNT_STATES,
    "period": tuple(chains.PERIODS),
    "document": chains.DOCUMENTS,
    "reason": chains.REASONS,
}


def wishes(page: Page) -> list[dict[str, object]]:
    """Everything that can be chosen on a page."""
    options = {**CHOICES, "state": states_of(page)}
    names = [name for name in page.fields if name in options]
    rows = itertools.product(*(options[name] for name in names))
    return [dict(zip(names, row, strict=True)) for row in rows]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.slug)
def test_whatever_is_chosen_has_a_chain(page: Page) -> None:
    for refunds in (True, False):
        for values in wishes(page):
            chain = chains.chain_of(page.slug, values, refunds)
            calls = [step.step.call for step in chain.steps]
            assert not page.method or page.method in calls


def test_every_chain_is_some_pages() -> None:
    reached = {
        chains.chain_of(page.slug, values, refunds).id
        for page in PAGES
        for values in wishes(page)
        for refunds in (True, False)
    }
    assert reached == {chain.id for chain in chains.chains().values()}


def test_the_published_sequences_are_in_the_catalogue() -> None:
    known = {scenario.id for scenario in chains.catalogue().scenarios}
    for one_time, refunds in itertools.product((True, False), repeat=2):
        for _, ids in chains.official(one_time, refunds):
            assert set(ids) <= known
