"""What an entry of the journal holds, in words: each key of its payload has a name, each value is written for people.

The entry itself keeps codes, numbers and digests; nothing is looked up here that may have changed since.
"""

import re
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from jalon.accounts.states import CompanyRole, StaffRoleName
from jalon.applications.states import ApplicationState
from jalon.awards.states import OpinionOutcome, Party
from jalon.core import dates
from jalon.evidence.states import SlotState

NAMES: Mapping[str, str | Promise] = {
    "accesses": gettext_lazy("accès retirés"),
    "act": gettext_lazy("acte"),
    "add": gettext_lazy("preuves à déposer"),
    "all_chapters": gettext_lazy("tous les chapitres validés"),
    "attempt": gettext_lazy("essai n°"),
    "back": gettext_lazy("preuves reprises"),
    "base": gettext_lazy("révision de départ"),
    "chapter": pgettext_lazy("fact", "chapitre"),
    "cause": gettext_lazy("cause"),
    "changed": gettext_lazy("ce qui change :"),
    "charter": gettext_lazy("empreinte de la charte"),
    "choice": gettext_lazy("choix"),
    "claims": gettext_lazy("déclarations confirmées"),
    "code": gettext_lazy("code"),
    "companies": gettext_lazy("sociétés"),
    "company": gettext_lazy("société"),
    "convention": gettext_lazy("convention"),
    "count": gettext_lazy("envoi n°"),
    "digest": gettext_lazy("empreinte"),
    "document": gettext_lazy("empreinte du document"),
    "drop": gettext_lazy("preuves qui ne sont plus demandées"),
    "due_at": gettext_lazy("nouvelle date"),
    "effective_on": gettext_lazy("date d’effet"),
    "entry_into_force_on": gettext_lazy("entrée en vigueur"),
    "evidence": gettext_lazy("empreinte de ce qui l’atteste"),
    "field": gettext_lazy("question"),
    "fields": gettext_lazy("questions à modifier"),
    "files": gettext_lazy("fichiers"),
    "first_on": gettext_lazy("première échéance"),
    "former": gettext_lazy("avant"),
    "invitation": gettext_lazy("lien n°"),
    "item": pgettext_lazy("fact", "preuve attendue"),
    "kept": gettext_lazy("preuves inchangées"),
    "key": gettext_lazy("clé"),
    "kind": gettext_lazy("nature"),
    "keyword": gettext_lazy("mot-clé changé"),
    "label": gettext_lazy("empreinte du nom de version"),
    "locale": gettext_lazy("langue"),
    "manifest": gettext_lazy("empreinte des preuves remises"),
    "message": gettext_lazy("message n°"),
    "n": gettext_lazy("n°"),
    "numbers": gettext_lazy("dossiers"),
    "new": gettext_lazy("après"),
    "number": gettext_lazy("numéro"),
    "obtained_on": gettext_lazy("obtenu le"),
    "old": gettext_lazy("avant"),
    "order": gettext_lazy("demande de passage n°"),
    "outcome": gettext_lazy("issue"),
    "party": gettext_lazy("partie"),
    "people": gettext_lazy("personnes"),
    "person": gettext_lazy("personne"),
    "platform": gettext_lazy("plateforme"),
    "product": gettext_lazy("produit"),
    "products": gettext_lazy("produits"),
    "profiles": gettext_lazy("profils"),
    "programme": gettext_lazy("démarche"),
    "proof": gettext_lazy("preuve n°"),
    "reason": gettext_lazy("empreinte du motif"),
    "seal": gettext_lazy("scellé n°"),
    "size": gettext_lazy("octets"),
    "received_at": gettext_lazy("reçu le"),
    "redo": gettext_lazy("preuves à refaire"),
    "requalify": gettext_lazy("preuves à requalifier"),
    "reread": gettext_lazy("preuves à relire"),
    "revision": gettext_lazy("révision"),
    "role": gettext_lazy("rôle"),
    "roles": gettext_lazy("rôles"),
    "round": gettext_lazy("dépôt n°"),
    "rules": gettext_lazy("décisions"),
    "session_on": gettext_lazy("séance du"),
    "sha256": gettext_lazy("empreinte"),
    "slots": gettext_lazy("preuves attendues"),
    "snapshot": gettext_lazy("empreinte des réponses"),
    "state": gettext_lazy("statut"),
    "text": gettext_lazy("empreinte du texte"),
    "texts": gettext_lazy("empreinte des textes"),
    "to_modify": gettext_lazy("preuves à modifier"),
    "to_redo": gettext_lazy("preuves à refaire"),
    "version": gettext_lazy("version"),
    "wall_time": gettext_lazy("date décidée"),
    "way": gettext_lazy("possibilité"),
    "zone": gettext_lazy("fuseau horaire"),
}
_WORDS: Mapping[str, str | Promise] = {
    **dict(StaffRoleName.choices), **dict(CompanyRole.choices), **dict(ApplicationState.choices),
    **dict(SlotState.choices), **dict(OpinionOutcome.choices), **dict(Party.choices),
    "name": gettext_lazy("nom"), "description": gettext_lazy("description"), "version": gettext_lazy("version"),
    "certifications": gettext_lazy("certifications"), "interests": gettext_lazy("dispositifs envisagés"),
    "nil": gettext_lazy("NIL"),
}  # fmt: skip
# Their values are states, roles or questions.
_SPEAKING = ("changed", "former", "outcome", "party", "role", "roles", "state")
_DIGEST = re.compile(r"[0-9a-f]{64}")


def payload_words(payload: Mapping[str, Any]) -> str:
    """ "dépôt n° 1, chapitre gestion-ins": what the payload holds, but for what is empty."""
    told = [
        f"{NAMES.get(key, key)} {_value(key, value)}".strip()
        for key, value in payload.items()
        if value not in (None, "", [])
    ]
    return ", ".join(told)


def _value(key: str, value: Any) -> str:
    if isinstance(value, list):
        return ", ".join(_value(key, one) for one in value)
    if isinstance(value, bool):
        return _("oui") if value else _("non")
    text = str(value)
    if key in _SPEAKING and text in _WORDS:
        return str(_WORDS[text])
    if _DIGEST.fullmatch(text):
        return f"{text[:12]}…"  # a digest is told by its beginning
    if key.endswith(("_on", "_at")) or key == "wall_time":
        return _time(key, text)
    return text


def _time(key: str, text: str) -> str:
    try:
        if key.endswith("_on"):
            return dates.day(date.fromisoformat(text))
        at = datetime.fromisoformat(text)
    except ValueError:
        return text
    # The time of a clock on a wall: which wall is told by the zone beside it.
    return dates.moment(at) if at.tzinfo else f"{dates.day(at.date())} {text[11:16]}"
