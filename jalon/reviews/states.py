"""Why a file went to another revision, and why one stays on its own."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class MoveKind(TextChoices):
    REVISION = "revision", _("Révision des exigences")
    FACTS = "facts", _("Déclaration modifiée")


class Stay(TextChoices):
    """Why a running file does not go to a revision. The label is the sentence that people read."""

    COMPLETE = (
        "complete",
        _(
            "Toutes les preuves ont été soumises une première fois avant la date d’effet : le dossier est exempté."
        ),
    )
    CONVENTION = "convention", _("La convention est établie : le dossier reste sur sa révision.")
    STEPS = (
        "steps",
        _("La révision change les étapes du parcours : un dossier commencé reste sur la sienne."),
    )
    LATE = "late", _("Le dossier est hors délai : prolongez d’abord une de ses dates.")
    GATE = (
        "gate",
        _("La révision ajoute un chapitre après la date limite des preuves : prolongez d’abord cette date."),
    )
    EXCHANGES = (
        "exchanges",
        _("La révision rouvre des preuves après la fin des échanges : prolongez d’abord cette date."),
    )
    COLLEAGUE = (
        "colleague",
        _(
            "L’auteur de l’ordre a un conflit d’intérêts avec l’entreprise : un collègue fait passer le dossier."
        ),
    )
    OLDER = "older", _("Le dossier suit déjà une révision plus récente.")


# These files are exempt for good; the others can be moved once what holds them is mended.
EXEMPT = frozenset({Stay.COMPLETE, Stay.CONVENTION, Stay.STEPS, Stay.OLDER})
