"""The provider side of OpenID Connect, on Authlib: code flow with PKCE S256, nothing else."""

import json
import time
from typing import Any

from authlib.common.urls import add_params_to_uri
from authlib.integrations.django_oauth2 import AuthorizationServer, ResourceProtector
from authlib.oauth2.rfc6749 import (
    ClientMixin,
    InvalidRequestError,
    OAuth2Request,
    list_to_scope,
    scope_to_list,
)
from authlib.oauth2.rfc6749.grants import AuthorizationCodeGrant
from authlib.oauth2.rfc6750 import BearerTokenValidator
from authlib.oauth2.rfc7636 import CodeChallenge
from authlib.oauth2.rfc9207 import IssuerParameter
from authlib.oidc.core.grants import OpenIDCode
from authlib.oidc.rpinitiated import EndSessionEndpoint
from django.conf import settings
from django.http import HttpResponse
from joserfc import jwt
from joserfc.jwk import KeySet, RSAKey

from sandbox.isc import faults
from sandbox.isc.configuration import Configuration
from sandbox.isc.models import Account, Code, Token

SCOPES = ["openid", "profile", "email", "phone", "isc"]
CODE_SECONDS = 120
TOKEN_SECONDS = 600


def configuration() -> Configuration:
    made: Configuration = settings.ISC
    return made


class Client(ClientMixin):  # type: ignore[misc]
    """The platform: the only client, known from the command line."""

    def __init__(self, configured: Configuration) -> None:
        self.configured = configured
        self.client_id = configured.client_id

    @property
    def client_metadata(self) -> dict[str, Any]:
        return {"post_logout_redirect_uris": self.configured.post_logout_redirect_uris}

    def get_client_id(self) -> str:
        return self.client_id

    def get_default_redirect_uri(self) -> str:
        return self.configured.redirect_uris[0]

    def get_allowed_scope(self, scope: str | None) -> str:
        wanted = set(scope_to_list(scope) or [])
        return str(list_to_scope([s for s in SCOPES if s in wanted]))

    def check_redirect_uri(self, redirect_uri: str) -> bool:
        return redirect_uri in self.configured.redirect_uris

    def check_client_secret(self, client_secret: str) -> bool:
        return client_secret == self.configured.client_secret

    def check_endpoint_auth_method(self, method: str, endpoint: str) -> bool:
        return endpoint != "token" or method in self.configured.dialect.auth_methods

    def check_response_type(self, response_type: str) -> bool:
        return response_type == "code"

    def check_grant_type(self, grant_type: str) -> bool:
        return grant_type == "authorization_code"


class _CodeGrant(AuthorizationCodeGrant):  # type: ignore[misc]
    TOKEN_ENDPOINT_AUTH_METHODS = ["client_secret_basic", "client_secret_post"]

    def save_authorization_code(self, code: str, request: OAuth2Request) -> Code:
        data = request.payload.data
        return Code.objects.create(
            code=code,
            client_id=request.client.client_id,
            account=request.user,
            redirect_uri=request.payload.redirect_uri or "",
            scope=request.scope,
            nonce=data.get("nonce", ""),
            code_challenge=data["code_challenge"],
            code_challenge_method="S256",
            auth_time=int(time.time()),
            expires_at=int(time.time()) + CODE_SECONDS,
        )

    def query_authorization_code(self, code: str, client: Client) -> Code | None:
        return Code.objects.filter(code=code, client_id=client.client_id, expires_at__gt=time.time()).first()

    def delete_authorization_code(self, authorization_code: Code) -> None:
        authorization_code.delete()

    def authenticate_user(self, authorization_code: Code) -> Account:
        return authorization_code.account


class _RequiredS256(CodeChallenge):  # type: ignore[misc]
    """RFC 7636, strictly: for confidential clients too, and never `plain`."""

    SUPPORTED_CODE_CHALLENGE_METHOD = ["S256"]

    def validate_code_challenge(self, grant: Any, redirect_uri: str) -> None:
        data = grant.request.payload.data
        if not data.get("code_challenge") or data.get("code_challenge_method") != "S256":
            raise InvalidRequestError("PKCE with S256 is required", redirect_uri=redirect_uri)
        super().validate_code_challenge(grant, redirect_uri)


class _IdToken(OpenIDCode):  # type: ignore[misc]
    def exists_nonce(self, nonce: str, request: OAuth2Request) -> bool:  # noqa: ARG002
        return False  # a second click on the consent screen is no attack; the client compares the nonce

    def resolve_client_private_key(self, client: Client) -> RSAKey:  # noqa: ARG002
        return _other_key() if faults.current.mode == "wrong_signature" else signing_key()

    def get_encode_header(self, client: Client) -> dict[str, Any]:  # noqa: ARG002
        return {"alg": "RS256", "kid": signing_key().kid}

    def get_client_claims(self, client: Client) -> dict[str, Any]:
        made = {"iss": configuration().issuer, "aud": client.client_id}
        return made | _faulty_claims()

    def get_authorization_code_claims(self, authorization_code: Code) -> dict[str, Any]:
        made: dict[str, Any] = super().get_authorization_code_claims(authorization_code)
        return made | ({"nonce": "not-yours"} if faults.current.mode == "bad_nonce" else {})

    def generate_user_info(self, user: Account, scope: str) -> dict[str, Any]:  # noqa: ARG002
        return {"sub": user.subject}  # the rest is for userinfo


def _faulty_claims() -> dict[str, Any]:
    past = int(time.time()) - 7200
    return {
        "wrong_audience": {"aud": "somebody-else"},
        "wrong_issuer": {"iss": "https://elsewhere.invalid"},
        "expired_token": {"iat": past, "exp": past + 600},
    }.get(faults.current.mode, {})


class _EndSession(EndSessionEndpoint):  # type: ignore[misc]
    def get_server_jwks(self) -> KeySet:
        return KeySet([signing_key()])

    def get_algorithms(self) -> list[str]:
        return ["RS256"]

    def end_session(self, end_session_request: Any) -> None:
        """The session is the browser's cookie: the view clears it."""


class _Issuer(IssuerParameter):  # type: ignore[misc]
    def add_issuer_parameter(self, authorization_server: Any, response: HttpResponse) -> None:  # noqa: ARG002
        """RFC 9207. (Authlib's own looks for `response.location`, which Django's responses do not have.)"""
        if "Location" in response:
            response["Location"] = add_params_to_uri(response["Location"], {"iss": configuration().issuer})


class _Server(AuthorizationServer):  # type: ignore[misc]
    def __init__(self) -> None:
        super().__init__(None, None)
        self.scopes_supported = SCOPES

    def query_client(self, client_id: str) -> Client | None:
        return Client(configuration()) if client_id == configuration().client_id else None

    def save_token(self, token: dict[str, Any], request: OAuth2Request) -> None:
        Token.objects.create(
            access_token=token["access_token"],
            client_id=request.client.client_id,
            account=request.user,
            scope=token["scope"],
            expires_at=int(time.time()) + TOKEN_SECONDS,
        )


class _TokenValidator(BearerTokenValidator):  # type: ignore[misc]
    def authenticate_token(self, token_string: str) -> Token | None:
        return Token.objects.select_related("account").filter(access_token=token_string).first()


def _made_server() -> _Server:
    server = _Server()
    server.register_grant(_CodeGrant, [_RequiredS256(required=True), _IdToken(require_nonce=False)])
    server.register_endpoint(_EndSession)
    server.register_extension(_Issuer())
    return server


def _made_protector() -> ResourceProtector:
    protector = ResourceProtector()
    protector.register_token_validator(_TokenValidator())
    return protector


server = _made_server()
protector = _made_protector()
_keys: dict[str, RSAKey] = {}


def signing_key() -> RSAKey:
    """Made once, kept with the state."""
    if "own" not in _keys:
        path = configuration().state / "signing-key.json"
        if not path.exists():
            made = RSAKey.generate_key(2048, {"use": "sig", "alg": "RS256"}, auto_kid=True)
            path.touch(mode=0o600)
            path.write_text(json.dumps(made.as_dict(private=True)), encoding="ascii")
        _keys["own"] = RSAKey.import_key(json.loads(path.read_text(encoding="ascii")))
    return _keys["own"]


def _other_key() -> RSAKey:
    if "other" not in _keys:
        _keys["other"] = RSAKey.generate_key(2048, {"kid": signing_key().kid})
    return _keys["other"]


def public_keys() -> dict[str, Any]:
    return {"keys": [signing_key().as_dict(private=False)]}


def signed(claims: dict[str, Any]) -> str:
    header = {"alg": "RS256", "kid": signing_key().kid}
    stamped = claims | {"iss": configuration().issuer, "aud": configuration().client_id}
    return jwt.encode(header, stamped, signing_key())


def metadata() -> dict[str, Any]:
    """OpenID Connect Discovery 1.0, §3."""
    issuer = configuration().issuer
    return {
        "issuer": issuer,
        "authorization_endpoint": f"{issuer}/oidc/authorize",
        "token_endpoint": f"{issuer}/oidc/token",
        "userinfo_endpoint": f"{issuer}/oidc/userinfo",
        "jwks_uri": f"{issuer}/oidc/jwks",
        "end_session_endpoint": f"{issuer}/oidc/logout",
        "scopes_supported": SCOPES,
        "response_types_supported": ["code"],
        "response_modes_supported": ["query"],
        "grant_types_supported": ["authorization_code"],
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": ["RS256"],
        "token_endpoint_auth_methods_supported": list(configuration().dialect.auth_methods),
        "code_challenge_methods_supported": ["S256"],
        "authorization_response_iss_parameter_supported": True,
        "claims_parameter_supported": False,
        "request_parameter_supported": False,
        "request_uri_parameter_supported": False,
        "ui_locales_supported": ["fr"],
    }
