"""`serve`: the fake Payme server, with the merchant that it calls."""

from __future__ import annotations

import os
import socket
import sys
import webbrowser
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import click

from simulator.cli.masked import masker_of
from simulator.cli.reference import BACKEND, clean_environment, reference_config
from simulator.cli.runs import opener_of
from simulator.cli.settings import DEFAULT_FILE, load_settings
from simulator.cli.target import TargetError, start_process, wait_ready
from simulator.config import ConfigError, Loaded
from simulator.interrupts import interrupts
from simulator.web.arena import share_one_arena

if TYPE_CHECKING:
    from simulator.web.server import Server

FOLDER = Path(".payme-sandbox") / "serve"
_PASSWORD = "PAYME_SANDBOX_PASSWORD"
_KASSA = "65a000000000000000000001"


@dataclass(frozen=True, slots=True)
class ServeOptions:
    """The flags of `serve`, as help describes them."""

    config: Path | None = None
    url: str | None = None
    key: str | None = field(default=None, repr=False)
    reference: str | None = None
    host: str = "127.0.0.1"
    port: int = 8080
    public_url: str | None = None
    password: str | None = field(default=None, repr=False)
    database: Path | None = None
    memory: bool = False
    keep_reports: int = 50
    wait: int | None = None
    open_page: bool = False

    @property
    def the_password(self) -> str:
        return self.password or os.environ.get(_PASSWORD, "")


def run_serve(options: ServeOptions) -> int:
    """Serve until Ctrl-C, which is its ordinary end and exits with 0."""
    try:
        with ExitStack() as stack:
            _serve(options, stack)
    except TargetError as error:
        click.echo(str(error), err=True)
        return error.exit_code
    except ConfigError as error:
        click.echo(str(error), err=True)
        return 2
    except KeyboardInterrupt:
        click.echo("stopped", err=True)
        return 0 if interrupts.code == 130 else interrupts.code
    return 0


def _serve(options: ServeOptions, stack: ExitStack) -> None:
    _refuse_slips(options)
    share_one_arena()
    taken = _port_of(options, stack)
    public_url = options.public_url or f"http://{_shown_host(options.host)}:{_number(taken)}"
    loaded, environ = _settings(options, public_url, _number(taken), stack)
    try:
        process = start_process(loaded, stack, environ)
        server = _open(options, loaded, public_url, stack)  # while the merchant is starting
        from simulator.web.app import create_app
        from simulator.web.serving import Listener

        server.open_run = opener_of(server, process)
        listener = stack.enter_context(Listener(create_app(server), options.host, taken))
        if process is not None:
            wait_ready(loaded.config, process, options.wait)
    except TargetError as error:
        raise TargetError(masker_of(loaded).text(str(error)), error.exit_code) from error
    server.start()
    _greet(options, loaded, public_url)
    if options.open_page:
        webbrowser.open(public_url)
    listener.serve()
    if interrupts.heard:
        raise KeyboardInterrupt  # the listener has taken it for itself


def _refuse_slips(options: ServeOptions) -> None:
    from simulator.web.hosts import is_private

    if not is_private(options.host) and not options.the_password:
        raise TargetError(
            f"{options.host} can be reached by others, who could see keys and make payments: give "
            f"a password with {_PASSWORD} (or --password), or leave --host out to listen at "
            "127.0.0.1 only.",
            2,
        )
    if options.memory and options.database:
        raise TargetError("--memory keeps nothing, --database FILE keeps it: leave one out.", 2)
    named = options.config or options.url or os.environ.get("PAYME_SANDBOX_URL")
    if options.reference and named:
        raise TargetError(
            "--reference starts the reference merchant; leave out --config, --url or it.", 2
        )


def _port_of(options: ServeOptions, stack: ExitStack) -> socket.socket:
    """The port, before anything is started for nothing."""
    from simulator.web.hosts import CannotListen, bound

    try:
        return stack.enter_context(bound(options.host, options.port))
    except CannotListen as error:
        raise TargetError(str(error), 2) from error


def _settings(
    options: ServeOptions, public_url: str, port: int, stack: ExitStack
) -> tuple[Loaded, Mapping[str, str]]:
    named = options.config or options.url or os.environ.get("PAYME_SANDBOX_URL")
    if not options.reference and (named or DEFAULT_FILE.exists()):
        loaded = load_settings(options.config, options.url, options.key)
        if not loaded.config.merchant.url:
            raise TargetError("No merchant is named: give merchant.url in the file, or --url.", 2)
        return loaded, os.environ
    variant = options.reference or "one-time"
    path, variables = stack.enter_context(
        reference_config(
            variant,
            "default",
            flags=("--checkout-host", public_url, "--kassa", _KASSA),
            kept=None if options.memory else FOLDER / f"shop-{variant}",
            wished_port=port + 1 if port < 65535 else 0,
        )
    )
    environ = {**clean_environment(), **variables}
    return load_settings(path, None, None, environ), environ


def _open(options: ServeOptions, loaded: Loaded, public_url: str, stack: ExitStack) -> Server:
    from simulator.web.server import Options, Server
    from simulator.web.store import StoreError

    database = None if options.memory else options.database or FOLDER / "sandbox.db"
    made = Options(
        database=database,
        public_url=public_url,
        password=options.the_password,
        host=options.host,
        keep_reports=options.keep_reports,
    )
    try:
        server = Server(loaded, made)
    except StoreError as error:
        raise TargetError(str(error), 2) from error
    stack.callback(server.close)
    return server


def _greet(options: ServeOptions, loaded: Loaded, public_url: str) -> None:
    """One line an address."""
    merchant = loaded.config.merchant.url
    lines = [
        f"sandbox   {public_url}/",
        f"checkout  {public_url}/<base64>",
        f"API       {public_url}/control/openapi.json",
        f"merchant  {merchant}",
    ]
    started = loaded.config.process
    if started and tuple(started.command[: len(BACKEND)]) == BACKEND:
        lines.append(f"shop      {merchant.removesuffix('/payme')}/")
    if options.the_password:
        lines.append(f"password  asked for on every page; {options.host} can be reached by others")
    click.echo("\n".join(lines))
    click.echo("Ctrl-C stops.", err=True)
    sys.stdout.flush()


def _number(taken: socket.socket) -> int:
    return int(taken.getsockname()[1])


def _shown_host(host: str) -> str:
    return f"[{host}]" if ":" in host else host
