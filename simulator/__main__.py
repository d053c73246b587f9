"""`payme-sandbox`, also as `python -m simulator`."""

from __future__ import annotations

import sys

from simulator.cli import cli


def main() -> None:
    """Run the command line; its exit code is the process's."""
    cli.main(prog_name="payme-sandbox", args=sys.argv[1:])


if __name__ == "__main__":
    main()
