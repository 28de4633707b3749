"""One settings file. What differs between machines comes from config.environment."""

import base64
import contextlib
import os
import secrets
from collections.abc import Callable
from pathlib import Path
from tempfile import NamedTemporaryFile
from urllib.parse import urlsplit

import dj_database_url
from django.utils.translation import gettext_lazy as _

from config.environment import ROOT, Environment

ENVIRONMENT = Environment()
HOME = ENVIRONMENT.home.resolve()
BASE_URL = ENVIRONMENT.base_url.rstrip("/")
DEBUG = ENVIRONMENT.debug


def _kept_key(name: str, make: Callable[[], str]) -> str:
    """A key made once and kept beside the data. Processes that start at once keep the same one, whole."""
    kept = HOME / "keys" / name
    if not kept.exists():
        kept.parent.mkdir(parents=True, exist_ok=True)
        with NamedTemporaryFile(
            "w", dir=kept.parent, encoding="ascii"
        ) as draft:  # readable by its owner alone
            draft.write(make())
            draft.flush()
            os.fsync(draft.fileno())
            with contextlib.suppress(FileExistsError):
                os.link(draft.name, kept)
    return kept.read_text(encoding="ascii").strip()


SECRET_KEY = ENVIRONMENT.secret_key or _kept_key("secret-key", lambda: secrets.token_urlsafe(50))
# The first one seals, all of them open (jalon.core.sealing).
SEALING_KEYS = [k.strip() for k in ENVIRONMENT.sealing_keys.split(",") if k.strip()] or [
    _kept_key("sealing-key", lambda: base64.urlsafe_b64encode(secrets.token_bytes(32)).decode("ascii"))
]
ALLOWED_HOSTS = [h.strip() for h in ENVIRONMENT.allowed_hosts.split(",") if h.strip()]
_https = BASE_URL.startswith("https://") if ENVIRONMENT.secure is None else ENVIRONMENT.secure
_origin = urlsplit(BASE_URL)
CSRF_TRUSTED_ORIGINS = [f"{_origin.scheme}://{_origin.netloc}"]

INSTALLED_APPS = [
    "jalon.core",
    "jalon.jobs",
    "jalon.connectors",
    "jalon.journal",
    "jalon.accounts",
    "jalon.documents",
    "jalon.notices",
    "jalon.vendors",
    "jalon.programmes",
    "jalon.applications",
    "jalon.evidence",
    "jalon.uploads",
    "jalon.messaging",
    "jalon.reviews",
    "jalon.awards",
    "jalon.desk",
    "jalon.web",
    "axes",
    "csp",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
]

MIDDLEWARE = [
    "jalon.web.middleware.ReceivedAtMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "jalon.web.middleware.NulMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "jalon.web.language.LanguageMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "jalon.web.middleware.StandingMiddleware",
    "jalon.web.middleware.DomainErrorMiddleware",
    "axes.middleware.AxesMiddleware",
]

ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.messages.context_processors.messages",
                "jalon.web.context.page",
            ],
            "builtins": [
                "jalon.web.components.tags",
                "jalon.web.components.times",
                "jalon.web.components.files",
            ],
        },
    },
]

if ENVIRONMENT.database_url:
    DATABASES = {"default": dj_database_url.parse(ENVIRONMENT.database_url)}
    # Who asks is told soon that it does not answer. `?connect_timeout=` in the address says otherwise.
    DATABASES["default"].setdefault("OPTIONS", {}).setdefault("connect_timeout", 3)
    DATABASES["default"]["CONN_MAX_AGE"] = 0
else:
    DATABASES = {
        "default": {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": str(HOME / "jalon.sqlite3"),
            "CONN_MAX_AGE": 60,  # opening one costs as much as several queries
            # Without IMMEDIATE a third of concurrent read-modify-writes fail with "database is locked".
            "OPTIONS": {
                "transaction_mode": "IMMEDIATE",
                "timeout": 20,
                "init_command": "PRAGMA journal_mode=WAL;PRAGMA synchronous=NORMAL;",
            },
        }
    }
# What threads of one process share (jalon.core.db.pool). Requests do not wait for a database that is away, nor for the
# pauses between its own attempts once it is back: the next request tries.
DATABASE_POOL = {"min_size": 1, "timeout": 5, "reconnect_timeout": 5}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["axes.backends.AxesStandaloneBackend", "jalon.accounts.backends.StaffBackend"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
AXES_FAILURE_LIMIT = 8
AXES_COOLOFF_TIME = 0.25
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_USERNAME_FORM_FIELD = "username"  # the argument of authenticate(); by default it would be staff_login
AXES_LOCKOUT_CALLABLE = "jalon.web.account.staff.locked_out"
AXES_ENABLE_ADMIN = False
AXES_VERBOSE = False
LOGIN_URL = "sign-in"
SESSION_COOKIE_AGE = 12 * 3600
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = _https
SECURE_SSL_REDIRECT = _https
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if _https else None
SECURE_HSTS_SECONDS = 31536000 if _https else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = _https
CSRF_FAILURE_VIEW = "jalon.web.errors.csrf_failure"
X_FRAME_OPTIONS = "SAMEORIGIN"  # proofs and conventions are shown inside our own pages
SILENCED_SYSTEM_CHECKS = ["security.W019"]  # which asks for DENY
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'self'"],
        "img-src": ["'self'", "data:"],
        "media-src": ["'self'"],
        "object-src": ["'none'"],
        "base-uri": ["'none'"],
        "form-action": ["'self'"],
        "frame-ancestors": ["'self'"],
    }
}

LANGUAGE_CODE = "fr"
LANGUAGES = [("fr", _("Français")), ("en", _("English"))]
LOCALE_PATHS = [ROOT / "jalon" / "locale"]
TIME_ZONE = "Europe/Paris"
USE_I18N = USE_TZ = True

STATIC_URL = "/static/"
STATIC_ROOT = HOME / "static"
STATICFILES_FINDERS = [
    "django.contrib.staticfiles.finders.AppDirectoriesFinder",
    "jalon.web.components.assets.ThemeFinder",
]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "jalon.web.components.assets.HashedStorage"},
}
# Before `collectstatic` has run (tests, a first start), files are served from where they stand, unhashed.
WHITENOISE_USE_FINDERS = DEBUG or not (STATIC_ROOT / "staticfiles.json").exists()
WHITENOISE_KEEP_ONLY_HASHED_FILES = True
FILE_UPLOAD_HANDLERS = ["django.core.files.uploadhandler.TemporaryFileUploadHandler"]
FILE_UPLOAD_MAX_MEMORY_SIZE = 0
DATA_UPLOAD_MAX_NUMBER_FIELDS = 4000
DATA_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024
FORM_RENDERER = "django.forms.renderers.DjangoTemplates"
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"

FILES_DIR = HOME / "files"
KEYS_DIR = HOME / "keys"
MAILBOX_DIR = HOME / "mailbox"
JOURNAL_ANCHOR_DIR: Path = ENVIRONMENT.journal_anchor_dir or HOME / "anchors"
DEFAULT_FROM_EMAIL = ENVIRONMENT.mail_from

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "handlers": {"console": {"class": "logging.StreamHandler"}},
    "root": {"handlers": ["console"], "level": "INFO"},
    "loggers": {
        "axes": {"level": "WARNING"},
        "fontTools": {"level": "WARNING"},
        "pyhanko": {"level": "WARNING"},
        "pikepdf": {"level": "WARNING"},
    },
}
