"""May the bytes be opened? (Who may ask for them is the business of what they belong to.)"""

from django.utils.translation import gettext

from jalon.connectors import antivirus
from jalon.core.dates import day
from jalon.documents.models import Content, Document, Scan, SealReason


def may_open(document: Document) -> bool:
    """Infected: never. Not looked at yet: only where no antivirus is configured (situation 14)."""
    return not open_refusal(document)


def is_shut(document: Document) -> bool:
    """Nobody opens it any more: neither is it given again."""
    return document.content.sealed_at is not None or document.scan == Scan.INFECTED


def open_refusal(document: Document) -> str:
    """Why the file cannot be opened now, or ""."""
    if sealed := seal_sentence(document.content):
        return sealed
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


def seal_sentence(content: Content) -> str:
    """Since when and why nobody opens these bytes (R9), or ""."""
    if content.sealed_at is None:
        return ""
    reason = SealReason(content.seal_reason).label
    if content.destroyed_at is not None:
        return gettext(
            "Retiré le %(day)s : %(reason)s. Le contenu est détruit ; son empreinte est conservée."
        ) % {
            "day": day(content.destroyed_at),
            "reason": reason,
        }
    return gettext("Scellé le %(day)s : %(reason)s. Plus personne ne peut l’ouvrir.") % {
        "day": day(content.sealed_at),
        "reason": reason,
    }


def is_not_analysed(document: Document) -> bool:
    """To be marked "non analysé" wherever it is shown."""
    return document.scan in (Scan.NOT_ANALYSED, Scan.UNSCANNABLE) or (
        document.scan == Scan.PENDING and not antivirus.is_configured()
    )
