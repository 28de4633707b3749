from django.urls import path

from sandbox.isc import endpoints, pages

urlpatterns = [
    path("", pages.home, name="home"),
    path("inscription", pages.choose_role, name="enrol"),
    path("inscription/verification", pages.verify, name="verify"),
    path("inscription/<slug:role>", pages.enrol, name="enrol-as"),
    path("connexion", pages.sign_in, name="sign-in"),
    path("deconnexion", pages.sign_out, name="sign-out"),
    path("compte", pages.account, name="account"),
    path("compte/informations", pages.information, name="information"),
    path("services", pages.services, name="services"),
    path("style.css", pages.style, name="style"),
    path(".well-known/openid-configuration", endpoints.discovery),
    path("oidc/jwks", endpoints.jwks),
    path("oidc/authorize", endpoints.authorize),
    path("oidc/token", endpoints.token),
    path("oidc/userinfo", endpoints.userinfo),
    path("oidc/logout", endpoints.logout),
    path("_sandbox/fault", endpoints.fault),
    path("_sandbox/accounts", endpoints.accounts),
]
