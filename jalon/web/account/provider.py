"""The configured provider, and what its claims mean by configuration."""

import json
from functools import lru_cache

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from jalon.accounts.rules import DEFAULT_CLAIMS, Identity, read_identity
from jalon.accounts.states import CompanyRole
from jalon.connectors.identity.provider import Provider, ProviderConfig, VerifiedIdentity, provider_for


def configured_provider() -> Provider | None:
    """The provider of the environment, or None while no issuer is set."""
    env = settings.ENVIRONMENT
    if not env.oidc_issuer:
        return None
    return provider_for(
        ProviderConfig(env.oidc_issuer, env.oidc_client_id, env.oidc_client_secret, env.oidc_scopes)
    )


def identity_of(verified: VerifiedIdentity) -> Identity:
    env = settings.ENVIRONMENT
    return read_identity(
        verified.issuer,
        verified.subject,
        verified.claims,
        names=_mapping("JALON_OIDC_CLAIMS", env.oidc_claims, frozenset(DEFAULT_CLAIMS), of_keys=True),
        roles=_mapping("JALON_OIDC_ROLES", env.oidc_roles, frozenset(CompanyRole.values), of_keys=False)
        or None,
    )


@lru_cache
def _mapping(setting: str, text: str, allowed: frozenset[str], *, of_keys: bool) -> dict[str, str]:
    if not text:
        return {}
    try:
        mapping = json.loads(text)
    except ValueError as error:
        raise ImproperlyConfigured(f"{setting} is not JSON: {error}") from error
    if not isinstance(mapping, dict) or not all(isinstance(v, str) for v in mapping.values()):
        raise ImproperlyConfigured(f"{setting} must be a JSON object of texts")
    wrong = set(mapping if of_keys else mapping.values()) - allowed
    if wrong:
        raise ImproperlyConfigured(f"{setting} names {sorted(wrong)}; known: {sorted(allowed)}")
    return mapping
