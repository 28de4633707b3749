"""Enrolment: the person, and the company by its register number."""

import re
from typing import Any

from django import forms

from sandbox.isc.accounts import ROLES, is_siren, is_siret
from sandbox.isc.models import Account

REQUIRED = {"required": "Ce champ est obligatoire."}


def _text(label: str, *, required: bool = True, help_text: str = "", **attributes: str) -> forms.CharField:
    return forms.CharField(
        label=label,
        required=required,
        help_text=help_text,
        max_length=200,
        error_messages=REQUIRED,
        widget=forms.TextInput(attrs=attributes),
    )


class EnrolmentForm(forms.Form):
    civility = forms.ChoiceField(label="Civilité", choices=[("Mme", "Mme"), ("M.", "M.")])
    family_name = _text("Nom", autocomplete="family-name")
    given_name = _text("Prénom", autocomplete="given-name")
    function = _text("Fonction", autocomplete="organization-title")
    email = forms.EmailField(
        label="Adresse électronique",
        error_messages=REQUIRED | {"invalid": "Écrivez une adresse complète, par exemple nom@societe.fr."},
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
    )
    phone_number = _text("Téléphone", autocomplete="tel")
    country = _text("Pays de la société", help_text="Code à deux lettres : FR, BE, DE…", maxlength="2")
    siren = _text("SIREN", required=False, help_text="Société française : 9 chiffres", inputmode="numeric")
    siret = _text("SIRET", required=False, help_text="14 chiffres", inputmode="numeric")
    vat = _text(
        "Numéro de TVA intracommunautaire", required=False, help_text="Société d’un autre pays de l’UE"
    )
    company_name = _text("Raison sociale", autocomplete="organization")
    address = _text("Adresse de la société", autocomplete="street-address")
    username = _text("Identifiant de connexion", help_text="Par exemple prenom.nom", autocomplete="username")
    password = forms.CharField(
        label="Mot de passe",
        min_length=12,
        help_text="12 caractères au moins",
        error_messages=REQUIRED | {"min_length": "Il faut 12 caractères au moins."},
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )

    def clean_username(self) -> str:
        username = str(self.cleaned_data["username"]).strip().lower()
        if Account.objects.filter(username=username).exists():
            raise forms.ValidationError("Cet identifiant est déjà pris. Choisissez-en un autre.")
        return username

    def clean_country(self) -> str:
        country = str(self.cleaned_data["country"]).strip().upper()
        if not re.fullmatch(r"[A-Z]{2}", country):
            raise forms.ValidationError("Écrivez les deux lettres du pays, par exemple FR.")
        return country

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or {}
        for name in ("siren", "siret", "vat"):
            data[name] = re.sub(r"[\s.]", "", data.get(name) or "").upper()
        if data.get("country") == "FR":
            self._check_french(data)
        elif not re.fullmatch(r"[A-Z]{2}[0-9A-Z+*]{2,13}", data["vat"]):
            self.add_error("vat", "Écrivez le numéro avec les lettres du pays, par exemple BE0403170701.")
        return data

    def _check_french(self, data: dict[str, Any]) -> None:
        if not is_siren(data["siren"]):
            self.add_error("siren", "Ce numéro n’est pas un SIREN : 9 chiffres, dont le dernier est une clé.")
        elif not is_siret(data["siret"], data["siren"]):
            self.add_error("siret", "Écrivez les 14 chiffres du SIRET ; les 9 premiers sont le SIREN.")

    def entry(self, role: str) -> dict[str, Any]:
        """The account to save, as `accounts.save_account` takes it."""
        data = self.cleaned_data
        company = {key: data[key] for key in ("country", "siren", "siret", "vat", "address")}
        person = ("civility", "given_name", "family_name", "function", "email", "phone_number")
        return {key: data[key] for key in (*person, "username", "password")} | {
            "role": role,
            "company": company | {"name": data["company_name"]},
            "verified": False,
        }


class RoleForm(forms.Form):
    role = forms.ChoiceField(
        label="Rôle dans la société",
        required=False,
        choices=[*ROLES.items(), ("", "Aucun : a quitté la société")],
    )
