"""`python -m backend`: the reference merchant as a process of its own."""

from __future__ import annotations

import sys

from backend.cli import main

if __name__ == "__main__":
    sys.exit(main())
