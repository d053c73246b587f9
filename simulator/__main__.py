"""`payme-sandbox`, also as `python -m simulator`."""

from __future__ import annotations

import gc
import sys

from simulator.interrupts import interrupts


def main() -> None:
    """Run the command line; its exit code is the process's."""
    interrupts.listen()  # first: what is imported below takes its time
    gc.set_threshold(100_000)  # a run keeps most of what it makes until its reports are written
    try:
        code = _run()
    except KeyboardInterrupt:
        sys.stderr.write("interrupted\n")
        code = interrupts.code
    sys.exit(code)


def _run() -> int:
    import click

    from simulator.cli import cli

    try:
        code = cli.main(prog_name="payme-sandbox", args=sys.argv[1:], standalone_mode=False)
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except click.Abort:  # click's word for Ctrl-C, and for a question that nobody answers
        if interrupts.heard:
            raise KeyboardInterrupt from None
        click.echo("Aborted!", err=True)
        return 1
    return int(code or 0)


if __name__ == "__main__":
    main()
