"""Serving the application: granian on any system, gunicorn elsewhere than Windows, werkzeug."""

from __future__ import annotations

import ctypes
import gc
import importlib.util
import logging
import multiprocessing
import os
import signal
import socket
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

from flask import Flask
from sqlalchemy.exc import SQLAlchemyError

from backend import lifeline, logs, schema
from backend.app import create_app, let_bugs_in
from backend.db import Database, Sessions
from backend.settings import Settings, SettingsError, Variant

TARGET = "backend.app:create_app"
GUNICORN_TARGET = "backend.server:for_gunicorn()"
PR_SET_PDEATHSIG = 1
STOP_SECONDS = 5
"""How long a worker may finish what it is answering before it is killed."""


@dataclass(frozen=True, slots=True)
class Address:
    """Where to listen."""

    host: str
    port: int


class CannotServe(Exception):
    """The server cannot run here; the text is meant for the user."""


def serve(server: str, address: Address, workers: int, settings: Settings) -> int:
    """Serve until a signal comes. Answers the exit code after printing what is wrong."""
    let_bugs_in(settings)
    lifeline.watch()
    try:
        _check_ready(address, settings)
        _check_hook(workers, settings)
        _greet(address, settings)
        SERVERS[server](address, workers, settings)
    except CannotServe as error:
        sys.stderr.write(f"backend: {error}\n")
        return 1
    except SettingsError as error:
        sys.stderr.write(f"backend: {error}\n")
        return 2
    return 0


def _greet(address: Address, settings: Settings) -> None:
    if sys.stderr.isatty():
        sys.stderr.write(
            f"Webhook at http://{address.host}:{address.port}/payme, log in {settings.log_file}. "
            "Ctrl-C stops.\n"
        )


def _check_hook(workers: int, settings: Settings) -> None:
    if settings.clock_hook and workers != 1:
        raise CannotServe(
            "PAYME_BACKEND_CLOCK_HOOK=1 moves the clock of one process only; leave --workers out"
        )


def _check_ready(address: Address, settings: Settings) -> None:
    """Find out here, where it can be told in a sentence, what would break a worker."""
    _check_port(address)
    logs.set_up(settings)
    database, prepare = _database(settings)
    try:
        prepare(database)
    except SQLAlchemyError as error:
        reason = str(getattr(error, "orig", None) or error).strip().splitlines()[0]
        shown = database.engine.url.render_as_string(hide_password=True)
        raise CannotServe(f"the database {shown} cannot be used: {reason}") from None
    finally:
        # A connection must not be shared with the processes that are about to be forked.
        database.engine.dispose()


def _database(settings: Settings) -> tuple[Sessions, Callable[[Sessions], None]]:
    if settings.variant == Variant.REFERENCE:
        return Database(settings), schema.prepare
    from backend import variants

    return variants.open_database(settings), variants.prepare


def _check_port(address: Address) -> None:
    # granian's own sockets share the port, so two servers would silently take turns.
    try:
        family, _, _, _, where = socket.getaddrinfo(
            address.host, address.port, type=socket.SOCK_STREAM
        )[0]
        with socket.socket(family) as probe:
            if sys.platform != "win32":
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(where)
    except OSError as error:
        raise CannotServe(
            f"cannot listen at {address.host}:{address.port} ({error.strerror}); "
            "stop what listens there, or choose another --port"
        ) from None


def _granian(address: Address, workers: int, settings: Settings) -> None:
    from granian import Granian
    from granian.constants import Interfaces
    from granian.log import LogLevels

    if sys.platform == "linux":
        # What this process has loaded need not be loaded again by each worker.
        multiprocessing.set_start_method("fork", force=True)
    Granian(
        TARGET,
        address=address.host,
        port=address.port,
        interface=Interfaces.WSGI,
        workers=workers,
        blocking_threads=settings.threads,
        log_level=LogLevels.error,
        workers_kill_timeout=STOP_SECONDS,
    ).serve(target_loader=_load)


def _load(target: str) -> Flask:
    """Called in each worker of granian."""
    if sys.platform == "linux":
        # A worker whose parent was killed would go on answering at the port.
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    app = create_app()
    # What is loaded by now stays; the collector need not go through it again and again.
    gc.freeze()
    return app


def _gunicorn(address: Address, workers: int, settings: Settings) -> NoReturn:
    if sys.platform == "win32" or importlib.util.find_spec("gunicorn") is None:
        raise CannotServe("gunicorn is not installed here; use --server granian")
    options = {
        "--bind": f"{address.host}:{address.port}",
        "--workers": str(workers),
        "--worker-class": "gthread",
        "--threads": str(settings.threads),
        "--log-level": "error",
        "--graceful-timeout": str(STOP_SECONDS),
        "--pythonpath": str(Path(__file__).resolve().parent.parent),
    }
    flat = [text for pair in options.items() for text in pair]
    os.execv(sys.executable, [sys.executable, "-m", "gunicorn", *flat, GUNICORN_TARGET])


def for_gunicorn() -> Flask:
    """Called in each worker of gunicorn, which has taken the place of the process that watched."""
    lifeline.watch()
    return create_app()


def _werkzeug(address: Address, workers: int, settings: Settings) -> None:
    from werkzeug.serving import make_server

    if workers != 1:
        raise CannotServe("werkzeug serves with one process only; leave --workers out")
    # It would tell of every request on standard error.
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    signal.signal(signal.SIGTERM, _stop)
    with make_server(address.host, address.port, create_app(settings), threaded=True) as made:
        try:
            made.serve_forever()
        except KeyboardInterrupt:
            return


def _stop(number: int, frame: object) -> NoReturn:
    raise KeyboardInterrupt


SERVERS: dict[str, Callable[[Address, int, Settings], None]] = {
    "granian": _granian,
    "gunicorn": _gunicorn,
    "werkzeug": _werkzeug,
}
