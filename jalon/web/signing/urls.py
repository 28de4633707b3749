"""The pages behind a signing link. The token in the address is the whole right to see them."""

from django.urls import path

from jalon.web.signing import views

urlpatterns = [
    path("signature/<str:token>", views.page, name="signing"),
    path("signature/<str:token>/convention.pdf", views.convention, name="signing-convention"),
    path("signature/<str:token>/ouvrir", views.open_link, name="signing-open"),
    path("signature/<str:token>/code", views.ask_code, name="signing-code"),
    path("signature/<str:token>/signer", views.sign, name="signing-sign"),
    path("signature/<str:token>/nouveau-lien", views.renew, name="signing-renew"),
]
