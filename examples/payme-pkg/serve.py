"""A fresh database and an empty log, then the shop under gunicorn on 127.0.0.1:$PORT."""

import os
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
# As many workers as gunicorn advises for two cores; the shop is loaded once, before they fork.
GUNICORN = ("--workers", "5", "--threads", "2", "--preload", "--no-control-socket", "shop.wsgi")


def main() -> None:
    """Never returns: this process becomes gunicorn, so that stopping its pid stops the shop."""
    os.chdir(HERE)
    for name in ("shop.db", "shop.db-wal", "shop.db-shm", "shop.log"):
        (HERE / name).unlink(missing_ok=True)
    os.environ["DJANGO_SETTINGS_MODULE"] = "shop.settings"

    import django
    from django.core.management import call_command

    django.setup()
    call_command("migrate", verbosity=0)
    bind = f"127.0.0.1:{os.environ.get('PORT', '8000')}"
    os.execv(sys.executable, [sys.executable, "-m", "gunicorn", "--bind", bind, *GUNICORN])


if __name__ == "__main__":
    main()
