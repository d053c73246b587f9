"""The merchant alone: `SHOP_KEY=secret python -m tests.merchants --bug perform.again`."""

from __future__ import annotations

import argparse
import os
from pathlib import Path

from tests.merchants.bugs import BUGS
from tests.merchants.calls import Terms
from tests.merchants.habits import Habits
from tests.merchants.server import server_of
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


def main() -> None:
    """Serve until stopped. The key is read from SHOP_KEY."""
    asked = _asked()
    if asked.bugs:
        for bug in BUGS:
            print(f"{bug.name}: {bug.does} [{', '.join(bug.breaks)}]")
        return
    habits = next((bug.habits for bug in BUGS if bug.name == asked.bug), Habits())
    terms = Terms(asked.accounts, asked.refunds == "yes", asked.profile, asked.numbers == "digits")
    (asked.folder / "shop.db").unlink(missing_ok=True)
    (asked.folder / "shop.log").touch()
    shop = Shop(asked.folder, os.environ["SHOP_KEY"], terms, habits)
    with server_of(shop, asked.port) as server:
        server.serve_forever()


if __name__ == "__main__":
    main()
