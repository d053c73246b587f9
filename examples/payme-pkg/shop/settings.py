"""Settings of the shop. The PAYME_* names are the ones payme-pkg asks for."""

import os
from pathlib import Path

BASE_DIR = Path(__file__).resolve().parent.parent

# Where the database and the log are.
FOLDER = Path(os.environ.get("SHOP_FOLDER", BASE_DIR))

# Both are invented: this shop only ever answers on 127.0.0.1.
SECRET_KEY = os.environ.get("SECRET_KEY", "example-only-not-a-secret")
PAYME_KEY = os.environ.get("PAYME_KEY", "example#key@of36characters?not=real1")

DEBUG = False
ALLOWED_HOSTS = ["127.0.0.1", "localhost"]

INSTALLED_APPS = [
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "payme",
    "orders",
]

PAYME_ID = "65a000000000000000000001"
PAYME_ACCOUNT_FIELD = "order_id"
PAYME_AMOUNT_FIELD = "total_amount"
PAYME_ACCOUNT_MODEL = "orders.models.Orders"
PAYME_ONE_TIME_PAYMENT = True

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
]

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    },
]

ROOT_URLCONF = "shop.urls"
WSGI_APPLICATION = "shop.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
TIME_ZONE = "UTC"
USE_TZ = True

# WAL, as on most servers: readers do not wait for a writer, nor do they on PostgreSQL.
DATABASES = {
    "default": {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": FOLDER / "shop.db",
        "OPTIONS": {"init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL"},
    },
}
if "SHOP_POSTGRES" in os.environ:  # for `make bench`: database, host and user, blanks between
    name, host, user = os.environ["SHOP_POSTGRES"].split()
    DATABASES["default"] = {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": name,
        "HOST": host,
        "USER": user,
        # Django's default is a new connection for each call; kept ones cost less.
        "CONN_MAX_AGE": None if "SHOP_KEEPS_CONNECTIONS" in os.environ else 0,
    }

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s: %(message)s"}},
    "handlers": {
        "file": {
            "class": "logging.FileHandler",
            "filename": FOLDER / "shop.log",
            "encoding": "utf-8",
            "formatter": "line",
        },
    },
    "root": {"handlers": ["file"], "level": "INFO"},
}
