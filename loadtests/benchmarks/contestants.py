"""Who is measured: the reference merchant, the package that many use, the database alone."""

from __future__ import annotations

import itertools
import subprocess
import sys
from abc import ABC, abstractmethod
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

from loadtests.benchmarks import wire
from loadtests.benchmarks.databases import add_rows, asked, parts_of
from loadtests.benchmarks.payments import AMOUNT_SUM, Payments
from loadtests.benchmarks.results import Round
from loadtests.benchmarks.servers import Server, serving
from loadtests.benchmarks.statements import ADD_ORDER
from loadtests.benchmarks.wire import Job

ROOT = Path(__file__).resolve().parents[2]
SHOP = ROOT / "examples" / "payme-pkg"
KEY = "benchmark-key-of-no-kassa"
_ids = itertools.count(1)


class Contestant(ABC):
    """One that takes payments, started by `start` and measured in rounds."""

    name: str

    def __init__(self, url: str, folder: Path) -> None:
        """`folder` is its own."""
        self.url = url
        self.folder = folder
        folder.mkdir()

    @abstractmethod
    def start(self, running: ExitStack) -> None:
        """Come up, with tables and orders; what `running` holds is ended by the caller."""

    @abstractmethod
    def round(self, connections: int, seconds: float) -> Round:
        """Pay orders for so long."""


class Merchant(Contestant):
    """One behind a web server."""

    path: str
    server: Server
    orders: Iterator[str]

    def round(self, connections: int, seconds: float) -> Round:
        """Pay through the webhook; its CPU seconds are its processes'."""
        before = self.server.cpu_seconds()
        ran = wire.run(self.server.port, self.jobs(), connections, seconds)
        if ran.jobs == 0:
            raise wire.BadAnswer(f"{self.name}: all of its orders are paid; more are to be made")
        return Round(ran.jobs, ran.seconds, self.server.cpu_seconds() - before)

    def jobs(self) -> Iterator[Job]:
        """Payments of orders that nobody has paid yet."""
        requests = Payments(self.path, KEY)
        for order in self.orders:
            yield from requests.cycles([order], next(_ids))


class Reference(Merchant):
    """`payme-sandbox backend`."""

    path = "/payme"

    def __init__(self, url: str, folder: Path, workers: int, orders: int) -> None:
        """SQLite has one writer, so one process is best; on PostgreSQL one for each core."""
        super().__init__(url, folder)
        self.name = f"payme-sandbox backend --pin, granian, {workers} worker{'s' * (workers > 1)}"
        self._workers = workers
        self._orders = orders

    def start(self, running: ExitStack) -> None:
        """It makes its own tables."""
        command = [sys.executable, "-m", "backend", "--port", "{port}", "--database", self.url]
        command += [
            "--pin",
            "--workers",
            str(self._workers),
            "--log",
            str(self.folder / "shop.log"),
        ]
        variables = {"PAYME_BACKEND_KEY": KEY, "PYTHONPATH": str(ROOT)}
        self.server = running.enter_context(serving(command, self.folder, self.folder, variables))
        self.orders = iter(order_rows(self.url, self._orders))

    def more_orders(self, count: int, name: str) -> None:
        """In place of those that are left."""
        self.orders = iter(order_rows(self.url, count, name))


class PaymePkg(Merchant):
    """The Django shop of `examples/payme-pkg` as it is, on the database of the others."""

    path = "/payment/update/"

    def __init__(self, url: str, folder: Path, orders: int, keeps: bool = False) -> None:
        """Its virtual environment must be there. `keeps` its connections: not Django's default."""
        super().__init__(url, folder)
        self.name = "payme-pkg, gunicorn, 5 workers"
        if keeps:
            self.name = "payme-pkg that keeps its connections"
        self._keeps = keeps
        self._orders = orders

    @staticmethod
    def installed() -> bool:
        """Whether `make bench` has made its virtual environment."""
        return (SHOP / ".venv" / "bin" / "gunicorn").exists()

    def start(self, running: ExitStack) -> None:
        """Migrate, serve as its `serve.py` does, and make the orders."""
        python = str(SHOP / ".venv" / "bin" / "python")
        variables = {"SHOP_FOLDER": str(self.folder), "PAYME_KEY": KEY}
        variables["DJANGO_SETTINGS_MODULE"] = "shop.settings"
        if self.url.startswith("postgresql"):
            variables["SHOP_POSTGRES"] = " ".join(parts_of(self.url))
        if self._keeps:
            variables["SHOP_KEEPS_CONNECTIONS"] = "1"
        environment = {"PATH": "/usr/bin:/bin", **variables}
        migrate = [python, "manage.py", "migrate", "--verbosity", "0"]
        subprocess.run(migrate, cwd=SHOP, env=environment, check=True)
        served = "--workers 5 --threads 2 --preload --no-control-socket --log-level error shop.wsgi"
        command = [python, "-m", "gunicorn", "--bind", "127.0.0.1:{port}", *served.split()]
        self.server = running.enter_context(serving(command, self.folder, SHOP, variables))
        add_rows(
            self.url,
            "INSERT INTO orders (number, total_amount, status, created_at) "
            f"VALUES (%s, {AMOUNT_SUM}, 'pending', CURRENT_TIMESTAMP)",
            [(f"bench-{i}",) for i in range(self._orders)],
        )
        self.orders = iter([str(row[0]) for row in asked(self.url, "SELECT id FROM orders")])


class Nothing(Merchant):
    """A server that answers without doing anything: the driver's own ceiling."""

    name = "a server that does nothing, granian"
    path = "/"

    def start(self, running: ExitStack) -> None:
        """No tables, and any number of orders."""
        command = [sys.executable, "-m", "granian", "--interface", "wsgi", "--port", "{port}"]
        command += ["--log-level", "error", "loadtests.benchmarks.nothing:answer"]
        self.server = running.enter_context(serving(command, self.folder, ROOT, {}))
        self.orders = (str(i) for i in itertools.count())


class Ceiling(Contestant):
    """The same statements in bare loops of the driver, in processes of their own."""

    def __init__(self, url: str, folder: Path, processes: int, orders: int) -> None:
        """On SQLite one process with one connection is the best that there is."""
        super().__init__(url, folder)
        driver = "sqlite3" if url.startswith("sqlite") else "psycopg"
        self.name = f"the same statements, bare {driver}"
        self._processes = processes
        self._orders = orders

    def start(self, running: ExitStack) -> None:
        """The reference merchant makes the tables and leaves."""
        with ExitStack() as shortly:
            Reference(self.url, self.folder / "tables", 1, 0).start(shortly)
        self.orders = iter(order_rows(self.url, self._orders))

    def round(self, connections: int, seconds: float) -> Round:
        """All processes at once; the orders are dealt out among them."""
        each = connections // self._processes if self.url.startswith("postgresql") else 1
        ended = [self._begin(number, str(each), str(seconds)) for number in range(self._processes)]
        results = [process.communicate()[0].split() for process in ended]
        return Round(
            sum(int(done) for done, _, _ in results),
            max(float(took) for _, took, _ in results),
            sum(float(cpu) for _, _, cpu in results),
        )

    def _begin(self, number: int, connections: str, seconds: str) -> subprocess.Popen[str]:
        share = self._orders // self._processes // 8
        lines = self.folder / f"orders-{number}.txt"
        dealt = (f"{next(_ids)}:{order}\n" for order in itertools.islice(self.orders, share))
        lines.write_text("".join(dealt), encoding="utf-8")
        command = [sys.executable, "-m", "loadtests.benchmarks.ceiling", self.url]
        command += [connections, seconds, str(lines)]
        return subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)


def order_rows(url: str, count: int, name: str = "bench") -> list[str]:
    """Make so many orders of the reference merchant, past its web server."""
    orders = [f"{name}-{number}" for number in range(count)]
    add_rows(url, ADD_ORDER, [(order,) for order in orders])
    return orders
