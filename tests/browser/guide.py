"""The labels and buttons of the guide, ticked where they appear on a page that somebody really sees.

Words are looked for in the text of the page. What is clicked in the guide is looked for as a link or a button of that
name: "Retour" is not ticked by "Retour à la candidature", nor "Modifier" by "À modifier".
"""

import json
import re

from playwright.sync_api import Page

# Guide pas à pas du parcours de référencement RIS, 30/04/2025, in its order.
WORDS = (
    # prérequis 1 à 3
    "Services", "Doctrine du numérique en santé", "Mon espace santé", "Ségur du numérique en santé",
    "Certification de conformité des dispositifs médicaux numériques", "SI de téléconsultation",
    "Espace de confiance PSC", "Ségur vague 2",
    # prérequis 4: le produit
    "Votre catalogue produits", "Les champs obligatoires sont signalés par un astérisque",
    "Identification du produit", "Nom du produit", "Version", "NIL délivré par le CNDA", "Responsable",
    "Description du produit", "Certifications",
    "Votre intérêt pour les dispositifs de référencement et/ou de certification",
    "1. Catalogue de services de Mon espace santé",
    "2. Certification de conformité des dispositifs médicaux numériques", "3. Ségur du numérique en santé",
    "4. Référencement du Bouquet de services professionnels (à venir)",
    "5. Certification de conformité des solutions de téléconsultation",
    "6. Espace de confiance Pro Santé Connect", "Aucun dispositif identifié pour le moment",
    # prérequis 5 à 8
    "RIS vague 2", "Charte", "Candidature n°", "À compléter",
    # étape 1
    "Candidature administrative", "Éligibilité", "Dépôt des preuves", "Convention",
    "ÉTAPE 1", "ÉTAPE 2", "ÉTAPE 3", "ÉTAPE 4", "Questionnaire d’évaluation : RIS vague 2",
    "Date limite pour soumettre une première fois", "Heure de Paris", "Collaborateurs ayant accès au produit",
    "Responsable légal", "Contact", "Entreprise", "Version candidate", "wiin.io",
    # étape 2
    "1. Informations Espace de Confiance Pro Santé Connect",
    "Numéro unique de candidature au guichet Espace De Confiance Pro Santé Connect (LPS)",
    "Numéro unique de candidature au guichet Espace De Confiance Pro Santé Connect (Proxy e-santé)",
    "2. Informations CNDA", "NIE délivré par le CNDA", "3. Informations Logiciel",
    "Profils du logiciel candidat", "Imagerie - RIS : Profil Général", "Imagerie - RIS : CIBA",
    "Imagerie - RIS : Gestion double authentification avec SMS / email",
    (
        "Documentation(s) complémentaire(s) attestant que le périmètre fonctionnel de votre logiciel est conforme "
        "au cadre du présent DSR"
    ),
    "Groupements éditeurs", "Éditeurs distributeurs", "Composants additionnels",
    # étape 3
    "Date limite pour soumettre une première fois toutes les preuves",
    "Chapitre d'exigences : Gestion de l'Identité Nationale de Santé", "Conformité aux autres services socles",
    "preuves conformes", "preuve à modifier", "À modifier",
    # étape 4
    "Candidature référencée",
)  # fmt: skip
CARDS = ("Mandataire", "Responsable", "Salarié")  # links that go on with a sentence of their own
CONTROLS = (
    *CARDS, "Connexion", "Voir plus", "Voir vos informations", "En savoir plus",
    "Vos produits", "Ajouter un nouveau produit", "Suivant", "Précédent", "Valider", "Sélectionner ce produit",
    "Confirmer l’inscription", "Démarrer", "Retour", "Accéder à la conversation dans la messagerie",
    "Voir tous les collaborateurs", "Ajouter un collaborateur", "Compléter avec les données du responsable légal",
    "Compléter avec mes données", "Continuer", "KIT ELIGIBILITE", "Soumettre votre candidature", "Compléter",
    "Importer directement de Gazelle", "Retour aux chapitres d'exigence", "Soumettre le chapitre", "Modifier",
    "Resoumettre le chapitre",
    # pied de page
    "Portail", "Mentions légales", "CGU", "Contact", "Glossaire",
)  # fmt: skip
# In a snapshot of what assistive technology is told, one line each: - button "Suivant" [disabled]
_CONTROL = re.compile(r"""^\s*- '?(?:link|button) ("(?:[^"\\]|\\.)*")""", re.MULTILINE)


def _plain(words: str) -> str:
    """Comparable words: the guide's typography is not ours (apostrophes, fixed spaces, capitals of accents)."""
    for before, after in (("’", "'"), ("\u00a0", " "), ("\u202f", " "), ("\u2009", " ")):
        words = words.replace(before, after)
    return " ".join(words.split()).casefold()


def _names_of_controls(page: Page) -> list[str]:
    snapshot = page.locator("body").aria_snapshot()
    return [_plain(json.loads(name.replace("''", "'"))) for name in _CONTROL.findall(snapshot)]


def _names(label: str, name: str) -> bool:
    """The label itself, or followed by what is meant, which eyes see beside it, or by a count."""
    wanted = _plain(label)
    goes_on = (f"{wanted} ",) if label in CARDS else (f"{wanted} :", f"{wanted} (")
    return name == wanted or name.startswith(goes_on)


def _stands_in(words: str, seen: str) -> bool:
    return re.search(rf"(?<!\w){re.escape(words)}(?!\w)", seen) is not None


class Guide:
    """Ticks labels; at the end nothing may be left."""

    def __init__(self) -> None:
        self.words = dict.fromkeys(WORDS)
        self.controls = dict.fromkeys(CONTROLS)

    @property
    def left(self) -> list[str]:
        return [*self.words, *(f"[{name}]" for name in self.controls)]

    def tick(self, page: Page) -> None:
        seen, names = _plain(page.inner_text("body")), _names_of_controls(page)
        for words in [words for words in self.words if _stands_in(_plain(words), seen)]:
            del self.words[words]
        for label in [label for label in self.controls if any(_names(label, n) for n in names)]:
            del self.controls[label]
