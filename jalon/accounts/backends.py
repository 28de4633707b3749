"""How staff sign in: a local account with a password. Vendors come through the OpenID provider instead."""

from typing import Any

from django.contrib.auth.backends import BaseBackend
from django.http import HttpRequest  # noqa: TID251  (Django hands it over)

from jalon.accounts.models import User


class StaffBackend(BaseBackend):
    def authenticate(
        self,
        request: HttpRequest | None,  # noqa: ARG002  (Django's signature)
        username: str | None = None,
        password: str | None = None,
        **_other: Any,
    ) -> User | None:
        """The staff member with that login and password, or nobody. Takes the same time either way."""
        user = User.objects.filter(staff_login=(username or "").strip().lower()).first()
        if user is None:
            User().set_password(password)
            return None
        return user if user.is_active and user.check_password(password or "") else None

    def get_user(self, user_id: int) -> User | None:
        return User.objects.filter(pk=user_id, is_active=True).first()
