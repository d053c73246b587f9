"""The command line. Only words here: each command imports what it needs when it runs, so that
`--help` answers at once."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path
from typing import Any

import click

from simulator import __version__

EXIT_CODES = """
\b
Exit codes:
  0    all good
  1    a must failed, a check could not be made, or the baseline is stale or expired
  2    wrong usage, configuration or scenario file
  3    the merchant cannot be reached or died
  4    nothing was selected
  5    load thresholds breached
  130  interrupted (Ctrl-C; 143 by SIGTERM, 129 by SIGHUP)
"""
_FILE = click.Path(path_type=Path, dir_okay=False)
_FOLDER = click.Path(path_type=Path, file_okay=False)
_OUTPUT = click.Path(path_type=Path, dir_okay=False, allow_dash=True)
_BUGS_JSON = "the list as JSON; with --matrix and a FILE: the matrix as JSON"


@click.group(epilog=EXIT_CODES, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="payme-sandbox")
def cli() -> None:
    """Is your Payme webhook right? Plays Payme's side against any merchant, and gives a verdict.

    \b
    payme-sandbox check                          the reference merchant, to see how it looks
    payme-sandbox init                           write payme-sandbox.toml for your merchant
    payme-sandbox check --config payme-sandbox.toml
    """


class _NotInstalled(click.ClickException):
    exit_code = 2


def _need_load() -> None:
    """What only `load` needs is not installed with the rest."""
    missing = [name for name in ("locust", "hdrh", "msgspec") if find_spec(name) is None]
    if missing:
        raise _NotInstalled(
            f"{', '.join(missing)} is not installed here; load needs it: "
            "pip install 'payme-sandbox[load]'"
        )


def _target_options(command: Any) -> Any:
    for option in reversed(
        [
            click.option("--config", type=_FILE, help="payme-sandbox.toml (default: if present)"),
            click.option("--url", help="the webhook's address"),
            click.option("--key", help="the kassa's key (better: PAYME_SANDBOX_KEY)"),
            click.option(
                "--profile",
                type=click.Choice(["default", "docs", "sandbox"]),
                default="default",
                show_default=True,
                help="whose reading of the protocol, where the sources disagree",
            ),
            click.option("--wait", type=click.IntRange(0, 3600), help="seconds to wait for it"),
            click.option("--scenarios", type=_FOLDER, help="a folder of your own scenarios"),
        ]
    ):
        command = option(command)
    return command


@cli.command(epilog=EXIT_CODES)
@_target_options
@click.option(
    "--reference",
    type=click.Choice(["one-time", "accumulating", "no-refunds", "before-fix", "after-fix"]),
    help="the reference merchant, set up so (default if no merchant is named: one-time)",
)
@click.option(
    "--only", multiple=True, metavar="GLOB", help="ids of scenarios or rules, codes; slow ones, too"
)
@click.option("--tag", multiple=True, help="scenarios with this tag")
@click.option(
    "--level",
    multiple=True,
    type=click.Choice(["must", "should", "may"]),
    help="scenarios that show a rule of this level",
)
@click.option("--all", "everything", is_flag=True, help="slow scenarios too")
@click.option("--strict", is_flag=True, help="a broken should fails too")
@click.option("--baseline", type=_FILE, help="known failures (TOML)")
@click.option("--json", "json_file", type=_FILE, help="write the report into this file, as JSON")
@click.option("--junit", "junit_file", type=_FILE, help="the same as JUnit XML")
@click.option("--html", "html_file", type=_FILE, help="the same as one HTML file")
@click.option("--github", is_flag=True, help="GitHub annotations and step summary")
@click.option("--seed", type=click.IntRange(0), help="repeat a run's random choices")
@click.option(
    "--jobs", type=click.IntRange(1, 64), default=1, show_default=True, help="scenarios at once"
)
@click.option("--fail-fast", is_flag=True, help="stop at the first failure")
@click.option("--last-failed", is_flag=True, help="only what failed in the last run")
@click.option("--exit-zero", is_flag=True, help="report failures, but exit 0 for them")
@click.option("--dry-run", is_flag=True, help="say what would be run")
@click.option("-v", "--verbose", is_flag=True, help="every scenario and every failure in full")
@click.pass_context
def check(context: click.Context, /, **options: Any) -> None:
    """Run the scenarios against a merchant. With no merchant named, against the reference one."""
    from simulator.cli.check import run_check
    from simulator.cli.options import CheckOptions

    context.exit(run_check(CheckOptions(**options)))


@cli.command("list")
@click.option("--json", "as_json", is_flag=True, help="as JSON")
@click.option("--scenarios", type=_FOLDER, help="a folder of your own scenarios")
@click.pass_context
def list_(context: click.Context, as_json: bool, scenarios: Path | None) -> None:
    """The catalogue: every rule, its level, and the scenarios that show it."""
    from simulator.cli.catalogue import show_list

    context.exit(show_list(as_json, scenarios))


@cli.command()
@click.argument("code")
@click.option("--scenarios", type=_FOLDER, help="a folder of your own scenarios")
@click.pass_context
def explain(context: click.Context, code: str, scenarios: Path | None) -> None:
    """One rule (PM-CR-04 or create.repeat-same-answer): what, why, the usual bug, the fix."""
    from simulator.cli.catalogue import show_rule

    context.exit(show_rule(code, scenarios))


@cli.command()
@click.argument("case")
@click.option("--wait", type=click.IntRange(0, 3600), help="seconds to wait for the merchant")
@click.option("--key", help="the kassa's key, if the run got it by --key")
@click.pass_context
def replay(context: click.Context, case: str, wait: int | None, key: str | None) -> None:
    """Run one recorded failing case again, and show every call."""
    from simulator.cli.replay import run_replay

    context.exit(run_replay(case, wait, key))


@cli.command()
@click.argument("path", type=_FILE, default="payme-sandbox.toml")
@click.option("--url", help="the webhook's address")
@click.option("--key-variable", metavar="NAME", help="the environment variable with the key")
@click.option("--accumulating/--one-time", default=None, help="what its accounts are")
@click.option("--refunds/--no-refunds", default=None, help="whether paid orders can be refunded")
@click.option("--member", help="the account member that names the order (order_id)")
@click.option("--amount", type=click.IntRange(1), help="what an order costs, in sum")
@click.option("--orders", type=click.Choice(["http", "sql", "command", "pool"]))
@click.option("--orders-source", help="address, statement, command or file that makes orders")
@click.option("--database", help="a SQLAlchemy address, or no")
@click.option("--log", help="a file, or no")
@click.option("--command", help="starts the merchant")
@click.option("--force", is_flag=True, help="overwrite the file")
@click.option("--yes", is_flag=True, help="do not ask; use the flags and defaults")
@click.pass_context
def init(context: click.Context, /, **options: Any) -> None:
    """Write payme-sandbox.toml for your merchant, by asking or from flags."""
    from simulator.cli.init import InitOptions, run_init

    context.exit(run_init(InitOptions(**options)))


@cli.group()
def config() -> None:
    """The configuration as the tool reads it."""


@config.command("show")
@click.option("--config", "path", type=_FILE, help="payme-sandbox.toml (default: if present)")
@click.option("--url", help="as in check")
@click.option("--key", help="as in check")
@click.pass_context
def config_show(
    context: click.Context, path: Path | None, url: str | None, key: str | None
) -> None:
    """Each value and where it comes from: flag, environment, file or default."""
    from simulator.cli.settings import show_config

    context.exit(show_config(path, url, key))


@cli.command(
    context_settings={"ignore_unknown_options": True, "help_option_names": []},
    add_help_option=False,
)
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
@click.pass_context
def backend(context: click.Context, arguments: tuple[str, ...]) -> None:
    """The reference merchant alone (see: payme-sandbox backend --help)."""
    from simulator.cli.reference import run_backend

    context.exit(run_backend(arguments))


@cli.command(epilog=EXIT_CODES)
@click.option("--json", "json_file", type=_OUTPUT, is_flag=False, flag_value="-", help=_BUGS_JSON)
@click.option("--matrix", is_flag=True, help="check the reference merchant with each of them")
@click.option("--only", multiple=True, metavar="GLOB", help="names of bugs, families or rules")
@click.option("--html", "html_file", type=_FILE, help="with --matrix: write it as one HTML file")
@click.option(
    "--jobs",
    type=click.IntRange(1, 64),
    help="processors to keep busy, by default all (with two merchants more: some wait)",
)
@click.pass_context
def bugs(context: click.Context, /, **options: Any) -> None:
    """The zoo: bugs that the reference merchant can be given, and whether each is noticed.

    \b
    payme-sandbox bugs                     what there is
    payme-sandbox bugs --matrix            the whole catalogue against every one of them
    payme-sandbox backend --bug NAME       the reference merchant with a bug
    """
    from simulator.cli.bugs import run_bugs

    context.exit(run_bugs(**options))


@cli.command(epilog=EXIT_CODES)
@click.option("--config", type=_FILE, help="payme-sandbox.toml (default: if present)")
@click.option("--url", help="the webhook's address")
@click.option("--key", help="the kassa's key (better: PAYME_SANDBOX_KEY)")
@click.option(
    "--reference",
    type=click.Choice(["one-time", "accumulating", "no-refunds"]),
    help="the reference merchant, set up so (default if no merchant is named: one-time)",
)
@click.option("--wait", type=click.IntRange(0, 3600), help="seconds to wait for it")
@click.option("--users", type=int, help="payers at once (10)")
@click.option("--rate", type=int, help="payments begun a second, whether it keeps up or not")
@click.option("--duration", metavar="TIME", help="how long payments are begun: 30s, 10m, 8h (30s)")
@click.option(
    "--shape", type=click.Choice(["steady", "ramp", "spike", "soak"]), help="how it grows (steady)"
)
@click.option("--pause", metavar="TIME", help="a payer's mean wait between two calls (200ms)")
@click.option("--processes", type=int, help="processes that make the load (1)")
@click.option("--orders", type=int, help="orders that are made before it begins")
@click.option("--kills", type=int, help="how often the merchant of [process] is killed meanwhile")
@click.option(
    "--scenario", multiple=True, metavar="GLOB", help="scenarios that payers go through, too"
)
@click.option("--scenarios", type=_FOLDER, help="a folder of your own scenarios")
@click.option(
    "--fail-if",
    "fail_if",
    multiple=True,
    metavar="THRESHOLD",
    help="as in 'PerformTransaction p95 > 800ms' or 'errors > 0.1%, abort' (errors > 1%)",
)
@click.option("--json", "json_file", type=_FILE, help="write the report as JSON")
@click.option("--junit", "junit_file", type=_FILE, help="write the report as JUnit XML")
@click.option("--html", "html_file", type=_FILE, help="write the report as one HTML file")
@click.option("--seed", type=click.IntRange(0, 0xFFFFFF), help="repeat a run's random choices")
@click.pass_context
def load(context: click.Context, /, **options: Any) -> None:
    """Many payments at once: how fast, how many errors, and whether the money adds up."""
    _need_load()
    from simulator.cli.load import LoadOptions, run_load

    context.exit(run_load(LoadOptions(**options)))


@cli.command(epilog=EXIT_CODES)
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False, exists=True))
@click.option("--config", type=_FILE, help="payme-sandbox.toml (default: if present)")
@click.option("--url", help="the webhook's address")
@click.option("--key", help="the kassa's key (better: PAYME_SANDBOX_KEY)")
@click.option("--json", "json_file", type=_FILE, help="write the report as JSON")
@click.option("--junit", "junit_file", type=_FILE, help="write the report as JUnit XML")
@click.option("--html", "html_file", type=_FILE, help="write the report as one HTML file")
@click.pass_context
def reckon(context: click.Context, /, folder: Path, **options: Any) -> None:
    """Reconcile a load that was made by Locust's own command, from the folder it has left."""
    _need_load()
    from simulator.cli.load import LoadOptions, run_reckon

    context.exit(run_reckon(folder, LoadOptions(**options)))


@cli.command(epilog=EXIT_CODES)
@click.option("--config", type=_FILE, help="payme-sandbox.toml (default: if present)")
@click.option("--url", help="the webhook's address")
@click.option("--key", help="the kassa's key (better: PAYME_SANDBOX_KEY)")
@click.option(
    "--reference",
    type=click.Choice(["one-time", "accumulating", "no-refunds", "before-fix", "after-fix"]),
    help="the reference merchant, set up so (default if no merchant is named: one-time)",
)
@click.option("--host", default="127.0.0.1", show_default=True, help="address to listen at")
@click.option(
    "--port", type=click.IntRange(0, 65535), default=8080, show_default=True, help="0: a free one"
)
@click.option("--public-url", metavar="URL", help="how others reach it, for links and QR codes")
@click.option(
    "--password", help="asked for on every page (better: PAYME_SANDBOX_PASSWORD); see --host"
)
@click.option(
    "--database",
    type=_FILE,
    help="where payments and the journal are kept (.payme-sandbox/serve/sandbox.db)",
)
@click.option("--memory", is_flag=True, help="keep nothing")
@click.option(
    "--keep-reports",
    type=click.IntRange(1, 100_000),
    default=50,
    show_default=True,
    help="so many runs keep their reports",
)
@click.option("--wait", type=click.IntRange(0, 3600), help="seconds to wait for the merchant")
@click.option("--open", "open_page", is_flag=True, help="open the page in the browser")
@click.pass_context
def serve(context: click.Context, /, **options: Any) -> None:
    """The fake Payme server: sandbox pages, checkout, a kassa's cabinet, and an API for tests.

    \b
    payme-sandbox serve                              with the reference merchant
    payme-sandbox serve --config payme-sandbox.toml  with yours
    """
    from simulator.cli.serve import ServeOptions, run_serve

    context.exit(run_serve(ServeOptions(**options)))


@cli.command(epilog=EXIT_CODES)
@click.pass_context
def reproduce(context: click.Context) -> None:
    """UNIQUE constraint failed: payments.order_id, before its repair, after it, and right."""
    from simulator.cli.reproduce import run_reproduce

    context.exit(run_reproduce())


@cli.command()
@click.argument("path", type=_FILE, default="scenarios/schema.json")
@click.option("--check", "only_check", is_flag=True, help="exit 1 if the file is not in step")
@click.pass_context
def schema(context: click.Context, path: Path, only_check: bool) -> None:
    """Write the JSON schema of scenario files, for editors."""
    from simulator.cli.catalogue import write_schema

    context.exit(write_schema(path, only_check))


@cli.command()
@click.argument("folder", type=_FOLDER, default="docs/checks")
@click.option("--check", "only_check", is_flag=True, help="exit 1 if a page is not in step")
@click.pass_context
def docs(context: click.Context, folder: Path, only_check: bool) -> None:
    """Write a Markdown page for each rule, and an index."""
    from simulator.cli.pages import write_pages

    context.exit(write_pages(folder, only_check))
