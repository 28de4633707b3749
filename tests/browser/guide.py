"""The labels and buttons of the guide, ticked where they appear on a page that somebody really sees."""

from playwright.sync_api import Page

# Guide pas à pas du parcours de référencement RIS, 30/04/2025, in its order.
LABELS = (
    # prérequis 1 à 3
    "Mandataire", "Responsable", "Salarié", "Services", "Voir plus", "Voir vos informations", "Connexion",
    "Ségur vague 2", "En savoir plus",
    # prérequis 4: le produit
    "Vos produits", "Votre catalogue produits", "Ajouter un nouveau produit",
    "Les champs obligatoires sont signalés par un astérisque", "Identification du produit", "Nom du produit",
    "Version", "Description du produit", "Certifications",
    "Votre intérêt pour les dispositifs de référencement et/ou de certification",
    "Catalogue de services de Mon espace santé", "Certification de conformité des dispositifs médicaux numériques",
    "Ségur du Numérique en Santé", "Aucun dispositif identifié pour le moment", "Suivant", "Précédent", "Valider",
    # prérequis 5 à 8
    "RIS vague 2", "Sélectionner ce produit", "Confirmer l’inscription", "Candidature n°", "À compléter", "Démarrer",
    # étape 1
    "Candidature administrative", "Éligibilité", "Dépôt des preuves", "Convention", "ÉTAPE 1", "ÉTAPE 4",
    "Questionnaire d’évaluation : RIS vague 2", "Date limite pour soumettre une première fois", "Heure de Paris",
    "Retour", "Accéder à la conversation dans la messagerie", "Collaborateurs ayant accès au produit",
    "Voir tous les collaborateurs", "Ajouter un collaborateur", "Compléter avec les données du responsable légal",
    "Compléter avec mes données", "Continuer",
    # étape 2
    "Numéro unique de candidature au guichet Espace De Confiance Pro Santé Connect (LPS)",
    "Numéro unique de candidature au guichet Espace De Confiance Pro Santé Connect (Proxy e-santé)",
    "KIT ELIGIBILITE", "Imagerie - RIS : Profil Général", "Imagerie - RIS : CIBA",
    "Imagerie - RIS : Gestion double authentification avec SMS / email",
    (
        "Documentation(s) complémentaire(s) attestant que le périmètre fonctionnel de votre logiciel est conforme "
        "au cadre du présent DSR"
    ),
    "Soumettre votre candidature",
    # étape 3
    "Compléter", "Chapitre d'exigences : Gestion de l'Identité Nationale de Santé", "Retour aux chapitres d'exigence",
    "Conformité aux autres services socles", "Soumettre le chapitre", "preuves conformes", "À modifier", "Modifier",
    "Resoumettre le chapitre",
    # étape 4
    "Candidature référencée",
)  # fmt: skip


def _plain(words: str) -> str:
    """Comparable words: the guide's typography is not ours (apostrophes, fixed spaces, capitals of accents)."""
    for before, after in (("’", "'"), ("\u00a0", " "), ("\u202f", " "), ("\u2009", " ")):
        words = words.replace(before, after)
    return " ".join(words.split()).casefold()


class Guide:
    """Ticks labels; at the end nothing may be left."""

    def __init__(self) -> None:
        self.left = dict.fromkeys(LABELS)

    def tick(self, page: Page) -> None:
        seen = _plain(page.inner_text("body"))
        for label in [label for label in self.left if _plain(label) in seen]:
            del self.left[label]
