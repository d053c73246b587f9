"""A MariaDB (or MySQL) for a test run: an existing server, or an installed one started anew."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pymysql
from sqlalchemy import URL, make_url

from tests.databases.missing import Missing

VARIABLE = "TEST_MARIADB_URL"
"""Names an existing server, whose user may create databases: mysql://user:pw@host/."""

NewDatabase = Callable[[], str]
_PATIENCE_S = 180
_TRIES = 3  # somebody else may take the port before the server does
_SYSTEM_USER = "mysql"  # the packages make it; the server refuses to run as root
_SMALL = (
    "--innodb-buffer-pool-size=8M",
    "--innodb-flush-log-at-trx-commit=0",
    "--performance-schema=OFF",
)


@contextmanager
def mariadb() -> Iterator[NewDatabase]:
    """A server and the way to new databases on it. They are gone afterwards. Raises Missing."""
    existing = os.environ.get(VARIABLE)
    if existing:
        with _databases(make_url(existing)) as new:
            yield new
    else:
        with _own_server() as url, _databases(url) as new:
            yield new


def why_missing() -> str:
    """Why there is no server to be had, or an empty text."""
    try:
        if not os.environ.get(VARIABLE):
            _program("mariadbd")
    except Missing as why:
        return str(why)
    return ""


def _program(name: str) -> str:
    places = os.pathsep.join([os.environ.get("PATH", ""), "/usr/sbin", "/usr/local/sbin"])
    found = shutil.which(name, path=places)
    if found is None:
        raise Missing(
            f"MariaDB is not installed here (no {name}), so it was not looked into: "
            f"apt-get install mariadb-server, or name a server in {VARIABLE}"
        )
    return found


@contextmanager
def _own_server() -> Iterator[URL]:
    """A server on a free port and below a temporary folder; as root it runs as its own user."""
    daemon, install = _program("mariadbd"), _program("mariadb-install-db")
    folder = Path(tempfile.mkdtemp(prefix="psb-maria-"))
    user: list[str] = []
    if os.name == "posix" and os.geteuid() == 0:
        user = [f"--user={_SYSTEM_USER}"]
        shutil.chown(folder, _SYSTEM_USER)
    data = f"--datadir={folder / 'data'}"
    try:
        _made(
            [install, "--no-defaults", "--auth-root-authentication-method=normal", data, *user],
            folder / "install.log",
        )
        process, url = _started([daemon, "--no-defaults", data, *user, *_SMALL], folder)
        try:
            yield url
        finally:
            process.terminate()
            process.wait(_PATIENCE_S)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _started(command: list[str], folder: Path) -> tuple[subprocess.Popen[bytes], URL]:
    """The server and its address, once it answers."""
    for _ in range(_TRIES - 1):
        with suppress(RuntimeError):
            return _start(command, folder)
    return _start(command, folder)


def _start(command: list[str], folder: Path) -> tuple[subprocess.Popen[bytes], URL]:
    port, log = _free_port(), folder / "server.log"
    listen = [f"--port={port}", "--bind-address=127.0.0.1", f"--socket={folder / 'sock'}"]
    with log.open("wb") as file:
        process = subprocess.Popen(
            [*command, *listen, f"--pid-file={folder / 'pid'}"],
            stdout=file,
            stderr=subprocess.STDOUT,
        )
    url = URL.create("mysql+pymysql", "root", host="127.0.0.1", port=port)
    try:
        _wait(process, url, log)
    except RuntimeError:
        process.kill()
        process.wait(_PATIENCE_S)
        raise
    return process, url


def _made(command: list[str], log: Path) -> None:
    with log.open("wb") as file:
        ran = subprocess.run(command, stdout=file, stderr=subprocess.STDOUT, check=False)
    if ran.returncode:
        raise RuntimeError(f"{command[0]} failed:\n{log.read_text(errors='replace')}")


def _wait(process: subprocess.Popen[bytes], url: URL, log: Path) -> None:
    deadline = time.monotonic() + _PATIENCE_S
    while True:
        try:
            _connect(url).close()
            return
        except pymysql.err.OperationalError:
            if process.poll() is not None or time.monotonic() > deadline:
                text = log.read_text(errors="replace")
                raise RuntimeError(f"MariaDB did not start:\n{text}") from None
            time.sleep(0.05)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _connect(url: URL) -> pymysql.Connection:
    return pymysql.connect(
        host=url.host or "127.0.0.1",
        port=url.port or 3306,
        user=url.username,
        password=str(url.password or ""),
        autocommit=True,
    )


@contextmanager
def _databases(url: URL) -> Iterator[NewDatabase]:
    names: list[str] = []

    def new() -> str:
        names.append(f"psb_{os.getpid()}_{len(names)}")
        _run(url, f"CREATE DATABASE {names[-1]} CHARACTER SET utf8mb4")
        made = url.set(drivername="mysql+pymysql", database=names[-1])
        return made.render_as_string(hide_password=False)

    try:
        yield new
    finally:
        for name in names:
            _run(url, f"DROP DATABASE {name}")


def _run(url: URL, statement: str) -> None:
    connection = _connect(url)
    try:
        with connection.cursor() as cursor:
            cursor.execute(statement)
    finally:
        connection.close()
