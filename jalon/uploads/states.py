"""States of an upload, from the promise of a file to the piece in its slot."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class UploadState(TextChoices):
    RECEIVING = "receiving", _("Envoi en cours")
    CHECKING = "checking", _("Contrôle en cours")
    HELD = "held", _("Fichier reçu, à ranger")  # of many: until the person confirms
    PLACING = "placing", _("Rangement en cours")
    DONE = "done", _("Fichier reçu")
    REFUSED = "refused", _("Fichier refusé")


class UploadRole(TextChoices):
    """What a file was sent for."""

    SLOT = "slot", _("Fichier d’une preuve")  # named when it was promised
    # Where its name says, or it was sent when that took nothing; once the person confirms.
    MANY = "many", _("Fichier à ranger")
    ARCHIVE = "archive", _("Archive à ouvrir")  # for what is in it
