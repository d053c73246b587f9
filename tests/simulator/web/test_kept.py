"""What is read once and kept: never older than what was committed, however threads meet."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from sqlalchemy.orm import Session

from simulator.web.store import Kept, Setting, Store

_PATIENCE_S = 60


@pytest.fixture(params=["a file", "memory"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    made = Store(tmp_path / "kept.db" if request.param == "a file" else None)
    made.set("word", "old")
    yield made
    made.close()


def _word(session: Session) -> str:
    found = session.get(Setting, "word")
    assert found is not None
    return found.value


def test_it_is_read_once_and_again_when_it_was_forgotten(store: Store) -> None:
    kept = Kept(store, lambda session: [_word(session)])
    before = kept.value()
    store.set("word", "new")
    assert kept.value() is before
    kept.forget()
    assert kept.value() == ["new"]
    assert before == ["old"]


def test_who_asks_while_it_is_being_changed_gets_the_new_one(store: Store) -> None:
    kept, seen = Kept(store, _word), list[str]()
    asking = threading.Thread(target=lambda: seen.append(kept.value()), daemon=True)
    with store.write() as session:
        session.merge(Setting(name="word", value="new"))
        kept.forget()
        asking.start()
        asking.join(0.05)
        assert seen == []
    asking.join(_PATIENCE_S)
    assert seen == ["new"]


def test_a_change_that_is_taken_back_is_not_kept(store: Store) -> None:
    kept = Kept(store, _word)
    with suppress(ZeroDivisionError), store.write() as session:
        session.merge(Setting(name="word", value="new"))
        kept.forget()
        raise ZeroDivisionError
    assert kept.value() == "old"
