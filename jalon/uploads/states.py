"""States of an upload: from the promise of a file to the piece in its slot."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class UploadState(TextChoices):
    RECEIVING = "receiving", _("Envoi en cours")
    CHECKING = "checking", _("Contrôle en cours")
    DONE = "done", _("Fichier reçu")
    REFUSED = "refused", _("Fichier refusé")
