"""The acts of the journal in words. The journal itself holds codes, numbers and digests only."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext_lazy, pgettext

from jalon.accounts.states import StaffRoleName
from jalon.desk.queries.journal import JournalLine
from jalon.programmes.definition.schema import Definition
from jalon.web.answers import said

PRONOUNCED = "awards.award.pronounced"
# event → (words, icon, tone)
_WORDS: Mapping[str, tuple[str | Promise, str, str]] = {
    "applications.application.opened": (gettext_lazy("Candidature ouverte, charte acceptée"), "flag-line", ""),
    "applications.assignment.made": (gettext_lazy("Dossier affecté"), "user-add-line", ""),
    "applications.assignment.ended": (gettext_lazy("Affectation terminée"), "user-line", ""),
    "applications.gate.applied": (gettext_lazy("Échéance appliquée"), "calendar-event-line", "fix"),
    "applications.gate.extended": (gettext_lazy("Échéance prolongée"), "calendar-event-line", ""),
    "applications.prerequisite.deposited": (gettext_lazy("Prérequis déposé"), "upload-2-line", ""),
    "applications.prerequisite.confirmed": (gettext_lazy("Prérequis constaté"), "check-line", "ok"),
    "applications.prerequisite.rejected": (gettext_lazy("Prérequis écarté"), "close-circle-line", "no"),
    "messaging.message.posted": (gettext_lazy("Message envoyé"), "chat-3-line", ""),
    "reviews.file.submitted": (gettext_lazy("Dossier administratif soumis"), "send-plane-line", "wait"),
    "reviews.file.validated": (gettext_lazy("Dossier déclaré éligible"), "check-line", "ok"),
    "reviews.file.returned": (
        gettext_lazy("Modifications demandées au dossier administratif"), "arrow-go-back-line", "fix",
    ),
    "reviews.file.refused": (gettext_lazy("Dossier refusé"), "close-circle-line", "no"),
    "reviews.file.reopened": (gettext_lazy("Dossier rouvert"), "refresh-line", "wait"),
    "reviews.chapter.submitted": (gettext_lazy("Chapitre soumis"), "send-plane-line", "wait"),
    "reviews.chapter.recalled": (gettext_lazy("Chapitre rappelé par l’éditeur"), "arrow-go-back-line", ""),
    "reviews.verdict.given": (gettext_lazy("Verdict sur une preuve"), "scales-3-line", ""),
    "reviews.chapter.validated": (gettext_lazy("Chapitre validé"), "check-line", "ok"),
    "reviews.chapter.returned": (gettext_lazy("Chapitre renvoyé à l’éditeur"), "arrow-go-back-line", "fix"),
    "reviews.proofs.validated": (gettext_lazy("Étape des preuves validée"), "check-line", "ok"),
    "reviews.version.declared": (gettext_lazy("Version technique déclarée"), "git-commit-line", "wait"),
    "reviews.version.accepted": (gettext_lazy("Version technique acceptée"), "check-line", "ok"),
    "reviews.version.refused": (gettext_lazy("Version technique refusée"), "close-circle-line", "no"),
    "reviews.way.chosen": (gettext_lazy("Possibilité choisie par l’éditeur"), "git-commit-line", ""),
    "reviews.evidence.given": (gettext_lazy("Pièce ajoutée à une déclaration"), "upload-2-line", "wait"),
    "reviews.piece.sealed": (gettext_lazy("Fichier scellé"), "lock-line", "fix"),
    "reviews.piece.destruction_confirmed": (
        gettext_lazy("Destruction d’un fichier scellé confirmée"), "delete-bin-line", "no",
    ),
    "reviews.piece.unsealed": (gettext_lazy("Scellé levé"), "check-line", "ok"),
    "documents.content.destroyed": (gettext_lazy("Fichier scellé détruit"), "delete-bin-line", "no"),
    "reviews.claim.confirmed": (gettext_lazy("Déclaration de l’éditeur confirmée"), "check-line", "ok"),
    "reviews.claim.rejected": (gettext_lazy("Déclaration de l’éditeur non confirmée"), "close-circle-line", "no"),
    "uploads.files.confirmed": (gettext_lazy("Fichiers rangés à la fois par l’éditeur"), "upload-2-line", ""),
    "awards.convention.drawn": (gettext_lazy("Convention établie"), "quill-pen-line", ""),
    "awards.convention.redrawn": (gettext_lazy("Convention refaite"), "quill-pen-line", ""),
    "awards.convention.taken_up": (gettext_lazy("Convention reprise"), "quill-pen-line", ""),
    "awards.convention.signed": (gettext_lazy("Convention signée"), "quill-pen-line", "ok"),
    "awards.invitation.opened": (gettext_lazy("Lien de signature ouvert"), "external-link-line", ""),
    "awards.invitation.reissued": (gettext_lazy("Lien de signature renvoyé"), "mail-line", ""),
    "awards.code.sent": (gettext_lazy("Code de signature envoyé"), "mail-line", ""),
    "awards.code.refused": (gettext_lazy("Code de signature erroné"), "error-warning-line", "fix"),
    "awards.opinion.recorded": (gettext_lazy("Avis du collège enregistré"), "scales-3-line", ""),
    PRONOUNCED: (gettext_lazy("Référencement prononcé"), "award-line", "ok"),
    "awards.certificate.issued": (gettext_lazy("Certificat établi"), "file-pdf-2-line", "ok"),
    "awards.application.withdrawn": (gettext_lazy("Candidature retirée"), "logout-box-r-line", "no"),
    "programmes.draft.loaded": (gettext_lazy("Définition chargée"), "upload-2-line", ""),
    "programmes.draft.edited": (gettext_lazy("Brouillon modifié"), "draft-line", ""),
    "programmes.draft.discarded": (gettext_lazy("Brouillon abandonné"), "delete-bin-line", ""),
    "programmes.workbook.imported": (gettext_lazy("Classeur importé dans le brouillon"), "upload-2-line", ""),
    "programmes.matches.decided": (gettext_lazy("Rapprochements décidés"), "links-line", ""),
    "programmes.rules.chosen": (gettext_lazy("Devenir des verdicts décidé"), "scales-3-line", ""),
    "reviews.moves.ordered": (gettext_lazy("Passage des dossiers à une révision demandé"), "refresh-line", ""),
    "reviews.moves.reordered": (
        gettext_lazy("Passage des dossiers à une révision demandé à nouveau"),
        "refresh-line",
        "",
    ),
    "reviews.move.made": (gettext_lazy("Dossier passé à une autre révision"), "refresh-line", "wait"),
    "reviews.move.undone": (gettext_lazy("Passage à une autre révision annulé"), "arrow-go-back-line", ""),
    "reviews.move.declared": (
        gettext_lazy("Déclaration modifiée"), "refresh-line", "wait",
    ),
    "programmes.revision.published": (gettext_lazy("Révision publiée"), "book-open-line", "ok"),
    "programmes.gate.set": (gettext_lazy("Échéance de la démarche fixée"), "calendar-event-line", ""),
    "accounts.person.signed_in": (gettext_lazy("Connexion"), "login-box-line", ""),
    "accounts.person.enrolled": (gettext_lazy("Personne inscrite"), "user-add-line", ""),
    "accounts.person.locale_set": (gettext_lazy("Langue choisie"), "settings-3-line", ""),
    "accounts.issuer.moved": (gettext_lazy("Fournisseur d’identité remplacé"), "links-line", ""),
    "accounts.membership.opened": (gettext_lazy("Accès à la société ouvert"), "user-add-line", ""),
    "accounts.membership.ended": (gettext_lazy("Accès à la société fermé"), "user-line", ""),
    "accounts.membership.readmitted": (gettext_lazy("Accès à la société rouvert"), "user-add-line", ""),
    "vendors.access.granted": (gettext_lazy("Produit ouvert à une personne"), "user-add-line", ""),
    "vendors.access.revoked": (gettext_lazy("Accès au produit retiré"), "user-line", ""),
    "evidence.expiry.reminded": (gettext_lazy("Rappel de preuves bientôt trop anciennes"), "calendar-event-line", ""),
    "vendors.member.released": (gettext_lazy("Personne retirée des produits"), "user-line", ""),
    "vendors.platform.saved": (gettext_lazy("Accès à une plateforme enregistré"), "links-line", ""),
    "vendors.platform.key_removed": (gettext_lazy("Clé d’une plateforme retirée"), "delete-bin-line", ""),
    "programmes.portal.loaded": (gettext_lazy("Menu du portail chargé"), "upload-2-line", ""),
    "programmes.track.loaded": (gettext_lazy("Parcours chargé"), "upload-2-line", ""),
    "accounts.staff.created": (gettext_lazy("Compte de l’agence créé"), "user-add-line", ""),
    "vendors.product.created": (gettext_lazy("Produit créé"), "box-3-line", ""),
    "vendors.product.changed": (gettext_lazy("Produit modifié"), "box-3-line", ""),
    "uploads.document.let_go": (gettext_lazy("Nom d’un fichier sans emploi retiré"), "delete-bin-line", ""),
    "uploads.content.let_go": (gettext_lazy("Fichier sans emploi retiré"), "delete-bin-line", ""),
    "vendors.platform_keys.sealed_anew": (gettext_lazy("Clés de plateformes scellées à nouveau"), "lock-line", ""),
    "vendors.version.added": (gettext_lazy("Version ajoutée à un produit"), "add-line", ""),
    "vendors.version.changed": (gettext_lazy("Version d’un produit modifiée"), "box-3-line", ""),
    "journal.digest.taken": (gettext_lazy("Empreinte quotidienne du journal"), "shield-check-line", ""),
}  # fmt: skip

# payload key → words
_FACTS: Mapping[str, str | Promise] = {
    "round": gettext_lazy("dépôt n° %s"),
    "chapter": gettext_lazy("chapitre %s"),
    "item": gettext_lazy("preuve %s"),
    "outcome": gettext_lazy("issue : %s"),
    "kind": gettext_lazy("échéance : %s"),
    "due_at": gettext_lazy("nouvelle date : %s"),
    "key": gettext_lazy("prérequis %s"),
    "obtained_on": gettext_lazy("obtenu le %s"),
    "role": gettext_lazy("rôle : %s"),
    "to_redo": ngettext_lazy("%(n)d preuve à refaire", "%(n)d preuves à refaire", "n"),
    "slots": ngettext_lazy("%(n)d preuve attendue", "%(n)d preuves attendues", "n"),
    "to_modify": ngettext_lazy("%(n)d preuve à modifier", "%(n)d preuves à modifier", "n"),
    "party": gettext_lazy("partie : %s"),
    "number": gettext_lazy("numéro %s"),
    "session_on": gettext_lazy("séance du %s"),
    "entry_into_force_on": gettext_lazy("entrée en vigueur le %s"),
    "state": gettext_lazy("statut : %s"),
}
_MOVES = ("reviews.move.made", "reviews.move.declared")
_Names = Mapping[str, Mapping[str, str]]  # payload key → key → what people call it
_COUNTED = ("slots", "to_modify", "to_redo")


@dataclass(frozen=True)
class EventLine:
    """What templates/components/timeline.html shows."""

    at: datetime
    fact: str
    detail: str
    icon: str
    tone: str


def event_lines(lines: Iterable[JournalLine], definition: Definition) -> list[EventLine]:
    """`definition`: of the file's own programme, for the words of its keys and the name of its award."""
    names = _names(definition)
    return [_event_line(line, definition, names) for line in lines]


def _event_line(line: JournalLine, definition: Definition, names: _Names) -> EventLine:
    entry = line.entry
    words, icon, tone = event_words(entry.event)
    if entry.event == PRONOUNCED:
        words = said(definition.award.pronounced)
    payload = json.loads(entry.payload)
    if entry.event.startswith("reviews.claim."):
        payload.pop("key", None)  # elsewhere the key of a prerequisite
    told = [line.actor or _("Jalon"), *_facts(payload, names)]
    if entry.event in _MOVES:
        told += _moved(payload)
    if entry.event == "reviews.way.chosen":
        told += [said(o.label) for c in definition.one_of if c.key == payload["choice"] for o in c.options
                 if o.key == payload["way"]]  # fmt: skip
    if entry.event.startswith("reviews.version."):
        told.insert(1, _("déclaration n° %s") % payload["n"])
    return EventLine(entry.at, words, " · ".join(told), icon, tone)


def _moved(payload: Mapping[str, Any]) -> list[str]:
    """What a move did to the proofs of a file."""
    words = {
        "add": ngettext_lazy("%(n)d preuve à déposer", "%(n)d preuves à déposer", "n"),
        "requalify": ngettext_lazy("%(n)d preuve à requalifier", "%(n)d preuves à requalifier", "n"),
        "redo": ngettext_lazy("%(n)d preuve à refaire", "%(n)d preuves à refaire", "n"),
        "drop": ngettext_lazy("%(n)d preuve plus demandée", "%(n)d preuves plus demandées", "n"),
    }
    return [str(words[name] % {"n": payload[name]}) for name in words if payload.get(name)]


def event_words(event: str) -> tuple[str, str, str]:
    """An event that has no words yet keeps its code."""
    words, icon, tone = _WORDS.get(event, (event, "git-commit-line", ""))
    return str(words), icon, tone


def _names(definition: Definition) -> _Names:
    """Payload key → what people call what it holds. What the definition no longer has keeps its key."""
    proofs = [
        proof
        for chapter in definition.chapters
        for requirement in chapter.requirements
        for scenario in requirement.scenarios
        for proof in scenario.proofs
    ]
    return {
        "chapter": {c.key: said(c.title) for c in definition.chapters},
        "item": {p.key: p.code for p in proofs if p.code},
        "key": {p.key: f"{p.number} {said(p.title)}".strip() for p in definition.prerequisites},
        "role": {value: str(label) for value, label in StaffRoleName.choices},
    }


def _facts(payload: Mapping[str, Any], names: _Names) -> list[str]:
    told = []
    for key, words in _FACTS.items():
        value = payload.get(key)
        if value in (None, "", []):
            continue
        shown = names.get(key, {}).get(str(value)) or _value(key, value)
        count = len(value) if isinstance(value, list) else value
        told.append(words % {"n": count} if key in _COUNTED else str(words) % shown)
    return told


def _value(key: str, value: Any) -> str:
    words = {
        "conforming": pgettext("fact", "conforme"),
        "to_modify": _("à modifier"),
        "withdrawn": _("repris"),
        "favourable": _("favorable"),
        "unfavourable": _("défavorable"),
        "vendor": _("l’éditeur"),
        "agency": _("l’agence"),
    }
    text = words.get(str(value), str(value))
    if key in ("session_on", "entry_into_force_on", "obtained_on", "due_at"):
        day = text[:10].split("-")
        return "/".join(reversed(day)) if len(day) == 3 else text
    return text
