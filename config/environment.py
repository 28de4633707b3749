"""What an operator sets: environment variables that begin with JALON_. Wrong values stop the start."""

import json
import re
from base64 import urlsafe_b64decode
from ipaddress import ip_address, ip_network
from pathlib import Path
from typing import Literal
from urllib.parse import parse_qs, urlsplit

from pydantic import Field, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

ROOT = Path(__file__).resolve().parent.parent


class Environment(BaseSettings):
    model_config = SettingsConfigDict(env_prefix="JALON_", extra="forbid", hide_input_in_errors=True)

    home: Path = Field(ROOT / "var", description="Database (SQLite), files, keys and journal anchors")
    definitions: Path = Field(ROOT / "definitions", description="Programme definitions to load from")
    database_url: str = Field("", description="postgres://… ; empty: SQLite in the home folder")
    secret_key: str = Field("", description="Empty: one is made and kept in the home folder")
    sealing_keys: str = Field(
        "", description="Fernet keys for secrets kept for others, the newest first; empty: one made and kept"
    )
    base_url: str = Field("http://127.0.0.1:8000", description="Public address, used in mails and redirects")
    allowed_hosts: str = Field("127.0.0.1,localhost", description="Comma separated")
    debug: bool = False
    demo: bool = Field(default=False, description="Demo sign-in in one click and mailbox page; loopback only")
    secure: bool | None = Field(
        None, description="Cookies and redirects for https; default: as base_url says"
    )

    brand_name: str = "Jalon"
    brand_tagline_fr: str = "Plateforme de référencement"
    brand_tagline_en: str = "Conformity platform"
    theme: Literal["neutral", "state"] = "neutral"
    portal_url: str = "https://esante.gouv.fr"
    contact_url: str = "https://esante.gouv.fr/contact"

    oidc_issuer: str = Field("", description="Issuer of iSC, or of any OpenID provider")
    oidc_client_id: str = "jalon"
    oidc_client_secret: str = ""
    oidc_scopes: str = "openid profile email phone isc"
    oidc_claims: str = Field(
        "", description="JSON: Jalon's names to the provider's claims, where they differ"
    )
    oidc_roles: str = Field("", description="JSON: the provider's role values to agent, delegate, employee")
    oidc_enrol_url: str = ""
    oidc_account_url: str = ""

    smtp_url: str = Field("", description="smtp://user:password@host:port ; empty: the local mailbox")
    mail_from: str = "Jalon <ne-pas-repondre@jalon.invalid>"
    journal_anchor_dir: Path | None = Field(
        None, description="Where daily heads are kept; another machine is best"
    )
    object_storage: str = Field(
        "", description="s3://KEY:SECRET@host[:port]/bucket[?region=…&tls=no]; empty: files lie in the home"
    )
    clamd: str = Field("", description="host:port or socket path of clamd; empty: no antivirus")
    fetch_networks: str = Field(
        "", description="Networks (10.2.0.0/16, …) beside the public internet from which links may be fetched"
    )
    fetch_stand_ins: str = Field(
        "",
        description="host=127.0.0.1:port, …: hosts that are asked on loopback instead; demo and tests only",
    )

    @field_validator("sealing_keys")
    @classmethod
    def _is_keys(cls, text: str) -> str:
        for part in filter(None, map(str.strip, text.split(","))):
            if len(urlsafe_b64decode(part)) != 32:
                raise ValueError("each must be 32 bytes in URL-safe base64")
        return text

    @field_validator("object_storage")
    @classmethod
    def _is_bucket(cls, text: str) -> str:
        """Noticed here, and not with the first file of a vendor."""
        if text and not _names_bucket(text):
            raise ValueError(
                "must be s3://KEY:SECRET@host[:port]/bucket[?region=…&tls=no]; "
                "a / ? # @ or : within the key or the secret is written %2F %3F %23 %40 %3A"
            )
        return text

    @field_validator("fetch_networks")
    @classmethod
    def _is_networks(cls, text: str) -> str:
        for part in filter(None, map(str.strip, text.split(","))):
            ip_network(part)
        return text

    @field_validator("fetch_stand_ins")
    @classmethod
    def _is_on_loopback(cls, text: str) -> str:
        """They are asked in clear, and in place of the true host: nowhere but on this machine."""
        for part in filter(None, map(str.strip, text.split(","))):
            address, _colon, port = part.partition("=")[2].rpartition(":")
            if not (port.isdigit() and ip_address(address).is_loopback):
                raise ValueError("must be of the form host=127.0.0.1:port, comma separated")
        return text

    @field_validator("oidc_claims", "oidc_roles")
    @classmethod
    def _is_mapping(cls, text: str) -> str:
        """What the names mean is checked where they are read (jalon.web.account.provider)."""
        mapping = json.loads(text or "{}")
        if not isinstance(mapping, dict) or not all(isinstance(value, str) for value in mapping.values()):
            raise ValueError("must be a JSON object of texts")
        return text


def _names_bucket(address: str) -> bool:
    parts = urlsplit(address)
    try:
        port, options = parts.port, parse_qs(parts.query, strict_parsing=bool(parts.query))
    except ValueError:
        return False
    return (
        (parts.scheme, parts.fragment) == ("s3", "")
        and all((parts.username, parts.password, parts.hostname))
        and port != 0
        and re.fullmatch(r"/[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]/?", parts.path) is not None
        and set(options) <= {"region", "tls"}
        and options.get("tls", ["no"]) in (["no"], ["yes"])
    )
