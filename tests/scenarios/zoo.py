"""The harness run against the reference merchant with a bug of the zoo, all within this process."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from werkzeug.serving import WSGIRequestHandler, make_server

from backend import bugs
from backend.app import create_app
from backend.bugs import Bug
from backend.cli import parser, variables
from backend.environment import settings_from
from backend.settings import Settings
from simulator.cli.reference import reference_config
from simulator.cli.target import Choices, open_target
from simulator.config import Loaded, load
from simulator.conformance.floor import Floor
from simulator.conformance.load import Catalogue
from simulator.conformance.preflight import preflight
from simulator.conformance.runner import Runner, jobs_of
from simulator.conformance.selection import Selection, select
from tests.scenarios.harness import Seen

_SEED = 7


class _Handler(WSGIRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def log(self, type: str, message: str, *args: object) -> None:
        """The merchant's own log says enough."""


@contextmanager
def _serving(settings: Settings, port: int) -> Iterator[None]:
    try:
        app = create_app(settings)
        server = make_server("127.0.0.1", port, app, threaded=True, request_handler=_Handler)
        thread = threading.Thread(target=server.serve_forever, args=(0.02,))
        thread.start()
        try:
            yield
        finally:
            server.shutdown()
            thread.join()
            server.server_close()
            app.extensions["backend.database"].engine.dispose()
    finally:
        bugs.switch_off()


def _settings(loaded: Loaded, folder: Path, bug: Bug | None) -> tuple[Settings, int]:
    """What the reference merchant's own command line says, and the port it names."""
    assert loaded.config.process
    words = list(loaded.config.process.command[3:])
    words += [
        "--database",
        f"sqlite:///{folder}/photobooth.db",
        "--log",
        f"{folder}/photobooth.log",
    ]
    words += ["--bug", bug.name] if bug else []
    options = parser().parse_args(words)
    known = dict(loaded.config.process.env)
    return settings_from(known | variables(options, known)), options.port


def examine(
    catalogue: Catalogue,
    bug: Bug | None,
    only: Sequence[str],
    setup: str = "one-time",
    profile: str = "default",
    waits: bool = False,
    patience_ms: int = 10_000,
    patient: bool = False,
) -> Seen:
    """Run the scenarios that `only` names, with their pauses or without.

    `patience_ms` is the time limit of a call; `patient` is with the many rounds of `--all`.
    """
    seen = Seen()
    floor = Floor(sleep=None if waits else lambda seconds: None)
    if bug is not None:
        setup, profile = bug.setup, bug.profile
    with reference_config(setup, profile) as (path, environ):
        loaded = load(path, {"merchant.timeout": str(patience_ms)}, environ)
        settings, port = _settings(loaded, path.parent, bug)
        choices = Choices(profile, strict=False, seed=_SEED, wait=0)
        with (
            _serving(settings, port),
            open_target(loaded, None, catalogue.rules, choices, lambda one: None, floor) as opened,
        ):
            trouble = preflight(opened.world)
            if trouble is not None:
                return Seen(list(trouble.checks), trouble.text)
            runner = Runner(opened.world, seen, floor, loaded.config.merchant.url)
            wanted = Selection(only, everything=patient)
            runner.run(jobs_of(select(catalogue.scenarios, catalogue.rules, wanted)))
            seen.stopped = runner.stopped
    return seen
