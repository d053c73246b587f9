"""Lengths of time as a command line has them."""

from __future__ import annotations

import argparse
import re


def seconds(text: str) -> float:
    """Of `20s` or `10m`; for argparse."""
    found = re.fullmatch(r"(\d+(?:\.\d+)?)(s|m|)", text)
    if found is None or float(found[1]) == 0:
        raise argparse.ArgumentTypeError(f"{text!r}: such as 20s or 10m is needed")
    return float(found[1]) * (60 if found[2] == "m" else 1)
