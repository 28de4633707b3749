"""May the bytes be opened? (Who may ask for them is the business of what they belong to.)"""

from django.utils.translation import gettext

from jalon.connectors import antivirus
from jalon.documents.models import Document, Scan


def may_open(document: Document) -> bool:
    """Infected: never. Not looked at yet: only where no antivirus is configured (situation 14)."""
    return not open_refusal(document)


def open_refusal(document: Document) -> str:
    """Why the file cannot be opened now, or ""."""
    if document.scan == Scan.INFECTED:
        return gettext(
            "Le fichier « %(name)s » ne peut pas être ouvert : l’antivirus y a trouvé un programme "
            "malveillant. "
            "Déposez un fichier sain à la place."
        ) % {"name": document.name}
    if document.scan == Scan.PENDING and antivirus.is_configured():
        return gettext(
            "Le fichier « %(name)s » est en cours d’analyse par l’antivirus. Réessayez dans quelques minutes."
        ) % {"name": document.name}
    return ""


def is_not_analysed(document: Document) -> bool:
    """To be marked "non analysé" wherever it is shown."""
    return document.scan == Scan.NOT_ANALYSED or (
        document.scan == Scan.PENDING and not antivirus.is_configured()
    )
