"""The command line. Each option is another way to set one `PAYME_BACKEND_*` variable.

Exit codes: 0 stopped by a signal, 1 the server could not run, 2 wrong usage or configuration.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Mapping, Sequence

from backend.environment import PREFIX, settings_from
from backend.settings import AccountType, Profile, SettingsError, Variant

OPTIONS = {
    "database": "DATABASE",
    "log": "LOG",
    "log_level": "LOG_LEVEL",
    "profile": "PROFILE",
    "account_type": "ACCOUNT_TYPE",
    "min": "MIN",
    "max": "MAX",
    "kassa": "KASSA",
    "checkout_host": "CHECKOUT_HOST",
    "threads": "THREADS",
    "variant": "VARIANT",
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Serve until told to stop. Answers the exit code; what is wrong goes to standard error."""
    options = parser().parse_args(arguments)
    if options.list_bugs:
        return _list_bugs(options.json)
    try:
        os.environ.update(variables(options, os.environ))
        settings = settings_from()
    except SettingsError as error:
        sys.stderr.write(f"backend: {error}\n")
        return 2
    # Loaded only now: a wrong option should not wait for a web framework.
    from backend.server import Address, serve

    return serve(options.server, Address(options.host, options.port), options.workers, settings)


def variables(options: argparse.Namespace, environ: Mapping[str, str]) -> dict[str, str]:
    """The variables that the options set. Raises SettingsError if --key-env names nothing."""
    found = {
        PREFIX + variable: str(getattr(options, option))
        for option, variable in OPTIONS.items()
        if getattr(options, option) is not None
    }
    if options.no_refunds:
        found[PREFIX + "REFUNDS"] = "0"
    if options.pin:
        found[PREFIX + "PIN"] = "1"
    if options.bug:
        found[PREFIX + "BUG"] = " ".join(options.bug)
    if options.key_env is not None:
        if not environ.get(options.key_env):
            raise SettingsError(f"--key-env {options.key_env}: that variable is not set, or empty")
        found[PREFIX + "KEY"] = environ[options.key_env]
    return found


def parser() -> argparse.ArgumentParser:
    """The options, with the defaults of `Settings`."""
    made = argparse.ArgumentParser(
        prog=os.environ.get("_PAYME_BACKEND_CALLED") or "python -m backend",
        description="The reference merchant: a shop that takes payments through Payme.",
        epilog="The kassa's key is read from PAYME_BACKEND_KEY; no option takes it, "
        "because options can be seen by other users.",
    )
    made.add_argument("--host", default="127.0.0.1", help="address to listen at (127.0.0.1)")
    made.add_argument("--port", type=_port, default=5000, help="port to listen at (5000)")
    made.add_argument("--key-env", metavar="NAME", help="read the kassa's key from this variable")
    made.add_argument(
        "--variant",
        choices=[one.value for one in Variant],
        help="whose CreateTransaction: reference (default), or a shop's before and after it "
        "repaired its UNIQUE error",
    )
    _add_shop(made)
    made.add_argument(
        "--server",
        choices=("granian", "gunicorn", "werkzeug"),
        default="granian",
        help="granian (default, any system), gunicorn (not on Windows), werkzeug (development)",
    )
    made.add_argument("--workers", type=_count, default=1, help="server processes (1)")
    made.add_argument("--threads", type=_count, help="threads in each process (16)")
    made.add_argument(
        "--pin", action="store_true", help="keep each process on a processor of its own (Linux)"
    )
    _add_bugs(made)
    return made


def _add_bugs(made: argparse.ArgumentParser) -> None:
    made.add_argument(
        "--bug", action="append", metavar="NAME", help="switch a bug on; may be given several times"
    )
    made.add_argument("--list-bugs", action="store_true", help="tell the bugs that there are")
    made.add_argument("--json", action="store_true", help="with --list-bugs: as JSON")


def _list_bugs(as_json: bool) -> int:
    from backend.bugs import BUGS

    if as_json:
        sys.stdout.write(json.dumps([one.told() for one in BUGS.values()], ensure_ascii=False))
    for name, one in BUGS.items():
        if not as_json:
            sys.stdout.write(f"{name}: {one.does} [{one.breaks[0]}]\n")
    return 0


def _add_shop(made: argparse.ArgumentParser) -> None:
    made.add_argument(
        "--database",
        metavar="URL",
        help="sqlite:///photobooth.db (default), or any other address of SQLAlchemy's, such as postgresql://…",
    )
    made.add_argument("--log", metavar="FILE", help="photobooth.log (default); - is stderr")
    made.add_argument(
        "--log-level", metavar="LEVEL", help="DEBUG (default), INFO, WARNING or ERROR"
    )
    made.add_argument(
        "--profile",
        choices=[one.value for one in Profile],
        help="whose reading of the protocol to follow (default)",
    )
    made.add_argument(
        "--account-type",
        choices=[one.value for one in AccountType],
        help="one-time (default), or accumulating: an account is paid any number of times",
    )
    made.add_argument("--min", type=_count, metavar="TIYIN", help="least top-up of an account")
    made.add_argument("--max", type=_count, metavar="TIYIN", help="largest top-up of an account")
    made.add_argument(
        "--no-refunds", action="store_true", help="answer -31007 when a paid order is cancelled"
    )
    made.add_argument("--kassa", metavar="ID", help="the kassa's id in checkout links")
    made.add_argument("--checkout-host", metavar="URL", help="https://checkout.paycom.uz")


def _count(text: str) -> int:
    if not (text.isascii() and text.isdigit() and int(text) > 0):
        raise argparse.ArgumentTypeError(f"{text!r}: a whole number above 0 is needed")
    return int(text)


def _port(text: str) -> int:
    number = _count(text)
    if number > 65535:
        raise argparse.ArgumentTypeError(f"{text!r}: a port is 1 to 65535")
    return number
