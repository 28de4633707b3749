"""Signing in and out, one's account."""

from django.urls import path

from jalon.web.account import demo, mailbox, oidc, platforms, staff, views

urlpatterns = [
    path("connexion", views.sign_in_page, name="sign-in"),
    path("connexion/isc", oidc.begin, name="oidc-sign-in"),
    path("connexion/isc/retour", oidc.callback, name="oidc-callback"),
    path("connexion/isc/initier", oidc.initiate, name="oidc-initiate"),
    path("connexion/agence", staff.staff_sign_in, name="staff-sign-in"),
    path("deconnexion", views.sign_out, name="sign-out"),
    path("demo/connexion", demo.demo_sign_in, name="demo-sign-in"),
    path("demo/courriels", mailbox.mailbox, name="demo-mailbox"),
    path("compte", views.account, name="account"),
    path("compte/societe", views.company, name="company"),
    path("compte/societe/choisir", views.choose_company, name="choose-company"),
    path("compte/societe/membres/<key:membership_id>/fin", views.end_member, name="end-member"),
    path("compte/societe/membres/<key:membership_id>/retour", views.readmit, name="readmit-member"),
    path("compte/societe/plateformes/<slug:platform>", platforms.platform, name="platform"),
]
