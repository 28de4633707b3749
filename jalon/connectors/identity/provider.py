"""The OpenID Connect client, on Authlib.

Sources: OpenID Connect Core 1.0 (code flow, §3.1), Discovery 1.0, RP-Initiated Logout 1.0, RFC 7636 (PKCE),
RFC 9207 (`iss` in the authorization response).
"""

import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import Any

import requests
from authlib.integrations.base_client import OAuth2Mixin, OAuthError, OpenIDMixin
from authlib.integrations.requests_client import OAuth2Session
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet
from joserfc.jws import JWSRegistry

from jalon.core import clock

# Never "none", and never a MAC made with the client's secret: only signatures that a public key proves.
SIGNATURES = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA")
METADATA_SECONDS = 3600


@dataclass(frozen=True)
class ProviderConfig:
    issuer: str
    client_id: str
    client_secret: str
    scopes: str = "openid"
    timeout: float = 5.0  # seconds, for each request
    leeway: int = 120  # seconds that the two clocks may differ


@dataclass(frozen=True)
class PendingSignIn:
    """What the browser's session keeps between leaving and coming back."""

    url: str
    state: str
    nonce: str
    code_verifier: str
    redirect_uri: str


@dataclass(frozen=True)
class VerifiedIdentity:
    """Who the provider says it is; signature, issuer, audience, dates and nonce were checked."""

    issuer: str
    subject: str
    claims: Mapping[str, Any]
    id_token: str


class Refusal(Enum):
    DENIED = "denied"  # the person declined to share the account
    PROVIDER_ERROR = "provider_error"  # the provider answered with an error of its own
    MISCONFIGURED = "misconfigured"  # its metadata is not that of the configured issuer
    TOKEN_INVALID = "token_invalid"  # noqa: S105
    SUBJECT_MISMATCH = "subject_mismatch"  # userinfo speaks of somebody else


class IdentityRefused(Exception):
    """The provider answered, and the answer does not prove who is there. `detail` is for the log."""

    def __init__(self, reason: Refusal, detail: str) -> None:
        super().__init__(f"{reason.value}: {detail}")
        self.reason = reason
        self.detail = detail


class ProviderUnavailable(Exception):
    """No usable answer in time. `last_answer`: when this process last had one, or None."""

    def __init__(self, issuer: str, last_answer: datetime | None, detail: str) -> None:
        super().__init__(f"{issuer}: {detail}")
        self.issuer = issuer
        self.last_answer = last_answer


class _RelyingParty(OAuth2Mixin, OpenIDMixin):  # type: ignore[misc]
    """Authlib's flow without a web framework: the caller keeps the pending state."""

    client_cls = OAuth2Session


class Provider:
    """One configured provider. Metadata and keys are read once an hour, and at an unknown key."""

    def __init__(self, config: ProviderConfig) -> None:
        self.config = config
        self._party: Any = None
        self._read_at = 0.0
        self._last_answer: datetime | None = None

    def begin(self, redirect_uri: str, **params: str) -> PendingSignIn:
        """Where to send the browser. `params` go along as they are (`login_hint`, `ui_locales`, …)."""
        with _Answer(self):
            begun = self._relying_party().create_authorization_url(redirect_uri, **params)
        return PendingSignIn(
            begun["url"], begun["state"], begun["nonce"], begun["code_verifier"], redirect_uri
        )

    def finish(self, pending: PendingSignIn, answer: Mapping[str, str]) -> VerifiedIdentity:
        """Exchange the code that came back for a proven identity. The caller has matched `state` already."""
        if error := answer.get("error"):
            reason = Refusal.DENIED if error == "access_denied" else Refusal.PROVIDER_ERROR
            raise IdentityRefused(reason, error[:100])
        if answer.get("iss", self.config.issuer) != self.config.issuer:
            raise IdentityRefused(Refusal.TOKEN_INVALID, "answer of another issuer")
        with _Answer(self):
            return self._exchange(pending, answer.get("code", ""))

    def logout_url(self, *, id_token: str, post_logout_redirect_uri: str, state: str) -> str | None:
        """Where to end the session at the provider, or None when it offers no such place."""
        with _Answer(self):
            party = self._relying_party()
            if not party.server_metadata.get("end_session_endpoint"):
                return None
            made = party.create_logout_url(
                post_logout_redirect_uri=post_logout_redirect_uri,
                id_token_hint=id_token,
                state=state,
                client_id=self.config.client_id,
            )
        return str(made["url"])

    def _relying_party(self) -> Any:
        if self._party is None or time.monotonic() - self._read_at > METADATA_SECONDS:
            self._party = self._discover()
            self._read_at = time.monotonic()
        return self._party

    def _discover(self) -> Any:
        config = self.config
        party = _RelyingParty(
            None,
            client_id=config.client_id,
            client_secret=config.client_secret,
            client_kwargs={
                "scope": config.scopes,
                "default_timeout": config.timeout,
                "code_challenge_method": "S256",
            },
            server_metadata_url=f"{config.issuer.rstrip('/')}/.well-known/openid-configuration",
        )
        metadata = party.load_server_metadata()
        if metadata.get("issuer") != config.issuer:
            raise IdentityRefused(Refusal.MISCONFIGURED, f"metadata of {str(metadata.get('issuer'))[:200]}")
        missing = {"authorization_endpoint", "token_endpoint", "jwks_uri"} - set(metadata)
        if missing:
            raise IdentityRefused(Refusal.MISCONFIGURED, f"metadata without {', '.join(sorted(missing))}")
        offered = metadata.get("id_token_signing_alg_values_supported") or ["RS256"]
        metadata["id_token_signing_alg_values_supported"] = [a for a in offered if a in SIGNATURES]
        party.client_kwargs["token_endpoint_auth_method"] = _client_authentication(metadata)
        return party

    def _exchange(self, pending: PendingSignIn, code: str) -> VerifiedIdentity:
        party = self._relying_party()
        token = party.fetch_access_token(
            redirect_uri=pending.redirect_uri, code=code, code_verifier=pending.code_verifier
        )
        if not token.get("id_token"):
            raise IdentityRefused(Refusal.TOKEN_INVALID, "no id_token")
        proven = party.parse_id_token(
            token,
            nonce=pending.nonce,
            claims_options={
                "iss": {"essential": True, "value": self.config.issuer},
                "aud": {"essential": True, "value": self.config.client_id},
                "exp": {"essential": True},
            },
            leeway=self.config.leeway,
        )
        if not isinstance(proven.get("sub"), str) or not 0 < len(proven["sub"]) <= 255:
            raise IdentityRefused(Refusal.TOKEN_INVALID, "unusable sub")
        claims = {**proven, **self._userinfo(party, token, proven["sub"])}
        return VerifiedIdentity(self.config.issuer, proven["sub"], claims, token["id_token"])

    def _userinfo(self, party: Any, token: Mapping[str, Any], subject: str) -> Mapping[str, Any]:
        """The claims of the userinfo endpoint, plain or signed; empty when the provider has none."""
        url = party.server_metadata.get("userinfo_endpoint")
        if not url:
            return {}
        response = party.request("GET", url, token=token)
        response.raise_for_status()
        if response.headers.get("Content-Type", "").startswith("application/jwt"):
            claims = self._signed_userinfo(party, response.text)
        else:
            claims = response.json()
        if not isinstance(claims, dict) or claims.get("sub") != subject:
            raise IdentityRefused(Refusal.SUBJECT_MISMATCH, "userinfo of another subject")
        return claims

    def _signed_userinfo(self, party: Any, text: str) -> Mapping[str, Any]:
        keys = KeySet.import_key_set(party.fetch_jwk_set())
        claims = jwt.decode(text, keys, registry=JWSRegistry(algorithms=list(SIGNATURES))).claims
        jwt.JWTClaimsRegistry(
            iss={"essential": True, "value": self.config.issuer},
            aud={"essential": True, "value": self.config.client_id},
            leeway=self.config.leeway,
        ).validate(claims)
        return claims


class _Answer:
    """Sorts what may go wrong with the provider: no answer, an error, or an answer that proves nothing."""

    def __init__(self, provider: Provider) -> None:
        self.provider = provider

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: object) -> None:
        provider = self.provider
        if isinstance(error, requests.RequestException):
            raise ProviderUnavailable(provider.config.issuer, provider._last_answer, str(error)) from error  # noqa: SLF001
        provider._last_answer = clock.now()  # noqa: SLF001
        if isinstance(error, OAuthError):
            raise IdentityRefused(Refusal.PROVIDER_ERROR, str(error)) from error
        if isinstance(error, JoseError | ValueError | KeyError | TypeError):
            raise IdentityRefused(Refusal.TOKEN_INVALID, str(error)) from error


def _client_authentication(metadata: Mapping[str, Any]) -> str:
    """Basic unless the provider only takes the secret in the body (Discovery 1.0: basic is the default)."""
    offered = metadata.get("token_endpoint_auth_methods_supported") or ["client_secret_basic"]
    return "client_secret_basic" if "client_secret_basic" in offered else "client_secret_post"


_providers: dict[ProviderConfig, Provider] = {}


def provider_for(config: ProviderConfig) -> Provider:
    """The provider of a configuration; one for the whole process, so that metadata is read once."""
    return _providers.setdefault(config, Provider(config))
