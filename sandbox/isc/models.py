"""The state of the stand-in. No migrations: the tables are made at start, the folder can be thrown away."""

import time

from authlib.oauth2.rfc6749 import AuthorizationCodeMixin, ClientMixin, TokenMixin
from django.db import models


class Account(models.Model):
    """Somebody enrolled. `data` holds the claims as `accounts.py` describes them."""

    subject = models.CharField(max_length=64, unique=True)
    username = models.CharField(max_length=150, unique=True)
    password = models.CharField(max_length=128)
    verified = models.BooleanField(default=False)
    data = models.JSONField()

    def __str__(self) -> str:
        return f"{self.data['given_name']} {self.data['family_name']}"


class Consent(models.Model):
    account = models.ForeignKey(Account, on_delete=models.CASCADE)
    client_id = models.CharField(max_length=100)
    scope = models.TextField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["account", "client_id"], name="consent_one_per_client")
        ]

    def __str__(self) -> str:
        return f"{self.account_id} {self.client_id}"


class Code(models.Model, AuthorizationCodeMixin):  # type: ignore[misc]
    code = models.CharField(max_length=120, unique=True)
    client_id = models.CharField(max_length=100)
    account = models.ForeignKey(Account, on_delete=models.CASCADE)
    redirect_uri = models.TextField()
    scope = models.TextField()
    nonce = models.TextField(default="")
    code_challenge = models.TextField()
    code_challenge_method = models.CharField(max_length=10)
    auth_time = models.BigIntegerField()
    expires_at = models.BigIntegerField()

    def __str__(self) -> str:
        return self.code

    def get_redirect_uri(self) -> str:
        return self.redirect_uri

    def get_scope(self) -> str:
        return self.scope

    def get_nonce(self) -> str:
        return self.nonce

    def get_auth_time(self) -> int:
        return self.auth_time

    def get_acr(self) -> str:
        return ""

    def get_amr(self) -> list[str]:
        return ["pwd"]


class Token(models.Model, TokenMixin):  # type: ignore[misc]
    access_token = models.CharField(max_length=120, unique=True)
    client_id = models.CharField(max_length=100)
    account = models.ForeignKey(Account, on_delete=models.CASCADE)
    scope = models.TextField()
    expires_at = models.BigIntegerField()

    def __str__(self) -> str:
        return f"{self.account_id} {self.client_id}"

    def check_client(self, client: ClientMixin) -> bool:
        return bool(client.get_client_id() == self.client_id)

    def get_scope(self) -> str:
        return self.scope

    def get_expires_in(self) -> int:
        return self.expires_at - int(time.time())

    def is_expired(self) -> bool:
        return self.expires_at < time.time()

    def is_revoked(self) -> bool:
        return False

    def get_user(self) -> Account:
        return self.account
