"""What the stand-in is started with. One process is one provider with one client."""

import json
import secrets
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from django.conf import settings

HERE = Path(__file__).resolve().parent


@dataclass(frozen=True)
class Dialect:
    """How this provider speaks where it differs from our assumption: proves that a client needs only configuration.

    `rename`: top-level claims; `company`: the claims inside a company; `roles`: values of the role;
    `signed_userinfo`: userinfo as a JWT; `auth_methods`: how the client may authenticate.
    """

    rename: dict[str, str] = field(default_factory=dict)
    company: dict[str, str] = field(default_factory=dict)
    roles: dict[str, str] = field(default_factory=dict)
    signed_userinfo: bool = False
    auth_methods: tuple[str, ...] = ("client_secret_basic", "client_secret_post")

    @classmethod
    def read(cls, path: Path | None) -> "Dialect":
        if path is None:
            return cls()
        data: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        if "auth_methods" in data:
            data["auth_methods"] = tuple(data["auth_methods"])
        return cls(**data)


@dataclass(frozen=True)
class Configuration:
    issuer: str
    state: Path
    platform_url: str
    platform_name: str
    client_id: str
    client_secret: str
    dialect: Dialect

    @property
    def initiate_login_uri(self) -> str:
        return f"{self.platform_url}/connexion/isc/initier"

    @property
    def redirect_uris(self) -> list[str]:
        return [f"{self.platform_url}/connexion/isc/retour"]

    @property
    def post_logout_redirect_uris(self) -> list[str]:
        return [f"{self.platform_url}/deconnexion", f"{self.platform_url}/"]


def configure(configuration: Configuration) -> None:
    """Set Django up in this process, with the state in one folder."""
    state = configuration.state
    state.mkdir(parents=True, exist_ok=True)
    settings.configure(
        ISC=configuration,
        SECRET_KEY=_kept_secret(state / "secret-key"),
        ALLOWED_HOSTS=["127.0.0.1", "localhost", "[::1]"],
        ROOT_URLCONF="sandbox.isc.urls",
        INSTALLED_APPS=["sandbox.isc"],
        MIDDLEWARE=[
            "sandbox.isc.faults.FaultMiddleware",
            "django.middleware.security.SecurityMiddleware",
            "django.contrib.sessions.middleware.SessionMiddleware",
            "django.middleware.csrf.CsrfViewMiddleware",
            "django.middleware.clickjacking.XFrameOptionsMiddleware",
        ],
        # Its passwords are made up and printed for whoever tries it: a slow hash would only slow each sign-in down.
        PASSWORD_HASHERS=[
            "django.contrib.auth.hashers.MD5PasswordHasher",
            "django.contrib.auth.hashers.PBKDF2PasswordHasher",  # of states that an earlier version wrote
        ],
        SESSION_ENGINE="django.contrib.sessions.backends.signed_cookies",
        # Cookies know hosts, not ports: on one machine ours must not take the platform's names.
        SESSION_COOKIE_NAME="isc_sandbox_session",
        CSRF_COOKIE_NAME="isc_sandbox_csrf",
        SESSION_COOKIE_HTTPONLY=True,
        TEMPLATES=[
            {
                "BACKEND": "django.template.backends.django.DjangoTemplates",
                "APP_DIRS": True,
                "OPTIONS": {
                    "context_processors": [
                        "django.template.context_processors.request",
                        "sandbox.isc.pages.page_context",
                    ]
                },
            }
        ],
        DATABASES={
            "default": {
                "ENGINE": "django.db.backends.sqlite3",
                "NAME": state / "isc.sqlite3",
                "OPTIONS": {"transaction_mode": "IMMEDIATE", "timeout": 20},
            }
        },
        AUTHLIB_OAUTH2_PROVIDER={"token_expires_in": {"authorization_code": 600}},
        LANGUAGE_CODE="fr",
        USE_I18N=True,
        USE_TZ=True,
        TIME_ZONE="Europe/Paris",
        LOGGING_CONFIG=None,
    )


def _kept_secret(path: Path) -> str:
    if not path.exists():
        path.touch(mode=0o600)
        path.write_text(secrets.token_urlsafe(50), encoding="ascii")
    return path.read_text(encoding="ascii")
