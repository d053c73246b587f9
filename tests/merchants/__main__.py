"""The merchant alone: `SHOP_KEY=secret python -m tests.merchants --bug perform.again`."""

from __future__ import annotations

import argparse
import os
import shutil
import sqlite3
import threading
from contextlib import closing
from pathlib import Path

from tests.merchants.bugs import BUGS
from tests.merchants.calls import Terms
from tests.merchants.habits import Habits
from tests.merchants.server import server_of
from tests.merchants.store import copy_of
from tests.merchants.wire import Shop

NO_BUG = "none"


def _asked() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.merchants", description=__doc__)
    parser.add_argument("--port", type=int, default=5001)
    parser.add_argument("--folder", type=Path, default=Path("."), help="for shop.db and shop.log")
    names = [NO_BUG, *(bug.name for bug in BUGS)]
    parser.add_argument("--bug", choices=names, default=NO_BUG, metavar="NAME")
    parser.add_argument("--accounts", choices=["one-time", "accumulating"], default="one-time")
    parser.add_argument("--refunds", choices=["yes", "no"], default="yes")
    parser.add_argument("--numbers", choices=["letters", "digits"], default="letters")
    parser.add_argument("--profile", choices=["default", "docs", "sandbox"], default="default")
    parser.add_argument("--bugs", action="store_true", help="list the bugs and end")
    return parser.parse_args()


def _prepare(folder: Path, habits: Habits) -> None:
    """What is there from before, as far as the habits leave it."""
    (folder / "shop.log").touch()
    if "locked" in habits.starts:
        (folder / "shop.pid").touch(exist_ok=False)  # nobody removes it from a dead one
    database = folder / "shop.db"
    if habits.saves_ms and (saved := copy_of(database)).exists():
        shutil.copy(saved, database)
    elif "afresh" in habits.starts:
        database.unlink(missing_ok=True)
    if "unpaid" in habits.starts and database.exists():
        with closing(sqlite3.connect(database)) as link, link:
            link.execute("UPDATE bills SET stage = 'open'")
    if habits.starts & {"afresh", "locked"} or habits.saves_ms:
        for ending in ("-wal", "-shm"):
            database.with_name(database.name + ending).unlink(missing_ok=True)


def main() -> None:
    """Serve until stopped. The key is read from SHOP_KEY."""
    asked = _asked()
    if asked.bugs:
        for bug in BUGS:
            print(f"{bug.name}: {bug.does} [{', '.join(bug.breaks)}]")
        return
    habits = next((bug.habits for bug in BUGS if bug.name == asked.bug), Habits())
    terms = Terms(asked.accounts, asked.refunds == "yes", asked.profile, asked.numbers == "digits")
    _prepare(asked.folder, habits)
    shop = Shop(asked.folder, os.environ["SHOP_KEY"], terms, habits)
    if habits.saves_ms:
        saving = threading.Thread(
            target=shop.store.save_now_and_then, args=(habits.saves_ms,), daemon=True
        )
        saving.start()
    with server_of(shop, asked.port) as server:
        server.serve_forever()


if __name__ == "__main__":
    main()
