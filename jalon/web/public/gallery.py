"""Sample data for the component gallery: every state, every kind of field, long names included. Nothing is read."""

from datetime import timedelta
from typing import Any

from django.core.paginator import Paginator
from django.utils.safestring import mark_safe

from jalon.applications.states import ChapterState
from jalon.core import clock
from jalon.web.components.fields import Choice, Field, FieldHelp, FileRow
from jalon.web.components.progress import Progress
from jalon.web.components.states import KINDS, StepShown

LONG = "Plateforme interopérable de gestion des examens d’imagerie et des comptes rendus du groupement hospitalier"
COUNTS = Progress(149, 58, 31, 3, 18)


def _fields() -> tuple[Field, ...]:
    profiles = (
        Choice("general", "Profil général", "Toujours inclus", locked=True, side="129 preuves"),
        Choice(
            "second", "Double authentification", "Second facteur géré par votre logiciel", side="+ 9 preuves"
        ),
    )
    helper = FieldHelp(
        "Où trouver ce numéro ?",
        "Il est transmis après l’inscription de l’entreprise.",
        "https://example.org",
        "Site du guichet",
    )
    files = (
        FileRow("kit-eligibilite-complete.pdf", "1,2 Mo, déposé à 14:21", "#", "#", "Non analysé"),
        FileRow(f"{LONG.replace(' ', '_')}.pdf", "18 Mo", "#", "#"),
    )
    return (
        Field(
            "name",
            "Nom de l’entreprise",
            value=LONG,
            required=True,
            success="Repris de votre entreprise",
            help=helper,
        ),
        Field(
            "nil",
            "Numéro d’identification du logiciel",
            hint="9 chiffres",
            value="12345678",
            required=True,
            error="Ce numéro compte 8 chiffres, il en faut 9. Recopiez-le depuis le portail du guichet.",
        ),
        Field("email", "Courriel", "email", autocomplete="email", info="Il ne sera pas publié."),
        Field("number", "Nombre de postes", "number"),
        Field("date", "Date du rapport", "date", value="2026-11-22"),
        Field("note", "Description", "long_text", value="Deux lignes\nde texte.", max_length=2000),
        Field(
            "country",
            "Pays",
            "select",
            value="fr",
            options=(Choice("fr", "France"), Choice("be", "Belgique")),
        ),
        Field(
            "civility",
            "Civilité",
            "radios",
            value="m",
            inline=True,
            options=(Choice("m", "Monsieur"), Choice("f", "Madame")),
        ),
        Field("profiles", "Profils du logiciel candidat", "checkboxes", required=True, options=profiles),
        Field(
            "grouping",
            "La candidature est-elle portée par un groupement d’éditeurs ?",
            "yes_no",
            required=True,
            error="Choisissez « Oui » ou « Non ».",
        ),
        Field("shown", "Produit", "shown", value=LONG),
        Field(
            "files",
            "Documents attestant le périmètre",
            "files",
            value=files,
            multiple=True,
            required=True,
            hint="PDF ou image, 20 Mo au plus",
            download_url="#",
            download_label="Télécharger le modèle à compléter",
        ),
        Field("locked", "Version", value="4.2", readonly=True),
    )


def gallery_context() -> dict[str, Any]:
    now = clock.now()
    day = timedelta(days=1)
    steps = (
        StepShown(1, "Candidature administrative", "validated", "form", "#"),
        StepShown(2, "Éligibilité", "submitted", "form", "#"),
        StepShown(3, "Dépôt des preuves", "to_complete", "proofs", "#", current=True),
        StepShown(4, "Convention", "locked", "convention", ""),
    )
    return {
        "crumbs": [("Accueil", "/"), ("Système de conception", "")],
        "states": {kind: list(states) for kind, states in KINDS.items()},
        "turns": ("vendor", "agency", "college", "signatory", "third_party", "nobody"),
        "since": now - 9 * day,
        "fields": _fields(),
        "errors": [
            ("f-nil", "Numéro d’identification : il manque un chiffre"),
            ("f-grouping", "Groupement : choisissez « Oui » ou « Non »"),
        ],
        "counts": COUNTS,
        "none": Progress(327),
        "full": Progress(12, 12),
        "steps": steps,
        "deadline_far": now + 90 * day,
        "deadline_near": now + 4 * day,
        "deadline_past": now - 2 * day,
        "action": {"label": "Continuer", "url": "#"},
        "inactive": {"label": "Resoumettre le chapitre", "reason": "Reste 1 preuve à modifier"},
        "lines": [
            {
                "count": 2,
                "what": "chapitres à modifier",
                "why": "3 preuves renvoyées hier",
                "label": "Voir les motifs",
                "url": "#",
            },
            {
                "count": 14,
                "what": "chapitres à compléter",
                "why": "39 preuves à déposer",
                "label": "Les voir",
                "url": "#",
            },
        ],
        "gates": [
            {
                "label": "Soumettre une première fois le dossier administratif",
                "at": now - 20 * day,
                "state": "held",
                "held_on": now - 22 * day,
            },
            {
                "label": "Soumettre une première fois toutes les preuves",
                "at": now + 90 * day,
                "state": "next",
            },
            {"label": "Fin des échanges", "at": now + 200 * day, "state": "later"},
        ],
        "prerequisites": [
            {
                "number": "1.1",
                "title": "Habilitation de l’éditeur",
                "detail": "Rapport attendu",
                "icon": "time-line",
                "tone": "wait",
                "word": "En cours",
                "turn": "third_party",
                "side": "vendor",
            },
            {
                "number": "2.1",
                "title": "Tests d’homologation",
                "detail": "Vous pouvez commencer",
                "icon": "arrow-right-line",
                "tone": "accent",
                "word": "Possible",
                "turn": "vendor",
                "side": "vendor",
            },
            {
                "number": "2.2",
                "title": "Décision d’homologation",
                "detail": "Attend 1.1 et 2.1",
                "icon": "lock-line",
                "tone": "off",
                "word": "Bloquée",
                "turn": "",
                "side": "vendor",
            },
        ],
        "people": [
            {"name": "Nadia Belkacem", "role": "mandataire", "you": True},
            {"name": LONG, "role": "salarié"},
        ],
        "sections": [
            {"title": "Espace de confiance", "url": "#", "state": "done"},
            {"title": "Informations du logiciel", "url": "#", "state": "errors", "errors": 2},
            {"title": "Groupements d’éditeurs", "url": "#", "state": "current"},
            {"title": "Composants additionnels", "url": "#", "state": "todo"},
        ],
        "chapters": _chapters(),
        "pills": [
            {"label": "Tous", "count": 44, "url": "#", "current": True},
            {"label": "À modifier", "count": 2, "url": "#"},
            {"label": "Prêts à soumettre", "count": 3, "url": "#"},
        ],
        "findings": [
            {"level": "ok", "sentence": "Format PNG accepté"},
            {
                "level": "warning",
                "sentence": "Image déjà jointe à la version 4.1. Vérifiez qu’elle montre bien la version 4.2.",
            },
            {
                "level": "blocking",
                "sentence": "Le fichier est protégé par un mot de passe : retirez-le, puis déposez-le à nouveau.",
            },
            {"level": "info", "sentence": "Non analysé : aucun antivirus n’est configuré."},
        ],
        "events": [
            {
                "at": now,
                "fact": "Référencement prononcé",
                "detail": "Convention signée par les deux parties.",
                "icon": "award-line",
                "tone": "ok",
            },
            {
                "at": now - day,
                "fact": "Chapitre renvoyé",
                "detail": "Deux preuves à modifier.",
                "icon": "arrow-go-back-line",
                "tone": "fix",
            },
            {"at": now - 3 * day, "fact": "Chapitre soumis", "icon": "send-plane-line", "tone": "wait"},
        ],
        "messages_sample": [
            {
                "author": "Thomas Anquetil",
                "role": "vérificateur",
                "at": now - day,
                "body": "La vidéo s’arrête avant l’accusé de réception.\nPouvez-vous la reprendre ?",
                "about": "Transmission, preuve 04",
                "about_url": "#",
            },
            {
                "author": "Inès Carvalho",
                "role": "salariée",
                "at": now,
                "body": "C’est fait, la nouvelle vidéo dure 3 min 12 s.",
                "mine": True,
            },
        ],
        "recap": [
            {"label": "Nom de l’entreprise", "value": LONG},
            {"label": "Profils", "lines": ["Profil général", "Double authentification"]},
            {"label": "NIL", "value": "", "changed": True},
        ],
        "before": {
            "when": "04/02",
            "state": "à modifier",
            "content": mark_safe('<div class="j-preview">Avant</div>'),
        },
        "after": {
            "when": "12/02",
            "state": "à juger",
            "content": mark_safe('<div class="j-preview">Après</div>'),
        },
        "page": Paginator(range(250), 50).page(2),
        "long": LONG,
    }


def _chapters() -> list[dict[str, Any]]:
    samples = {
        ChapterState.TO_COMPLETE: (
            Progress(14, 0, 0, 0, 4),
            "0/14 preuves conformes, 4 déposées",
            "Compléter",
        ),
        ChapterState.READY: (
            Progress(5, 0, 0, 0, 5),
            "0/5 preuves conformes, 5 déposées",
            "Soumettre le chapitre",
        ),
        ChapterState.SUBMITTED: (Progress(5, 0, 5), "0/5 preuves conformes, 5 soumises", "Voir"),
        ChapterState.TO_MODIFY: (
            Progress(16, 14, 0, 2),
            "14/16 preuves conformes, 2/16 à modifier",
            "Modifier",
        ),
        ChapterState.RESUBMITTED: (Progress(8, 6, 2), "6/8 preuves conformes, 2 soumises", "Voir"),
        ChapterState.VALIDATED: (Progress(2, 2), "2/2 preuves conformes", "Voir"),
    }
    cards = [
        {
            "title": title,
            "state": state,
            "counts": counts,
            "counts_text": words,
            "url": "#",
            "action": action,
            "your_turn": True,
        }
        for title, (state, (counts, words, action)) in zip(
            ("API", "Propagation", "Indicateurs", "Identité nationale de santé", LONG, "Téléservice"),
            samples.items(),
            strict=True,
        )
    ]
    blocked = {
        **cards[0],
        "title": "Consultation",
        "blocked": "Attend l’habilitation 1.1, en cours",
        "action": "Voir le prérequis",
    }
    return [*cards, blocked]
