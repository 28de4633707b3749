"""Sealed removal (R9): what must never have been handed in is closed at once, and destroyed on two people's word."""

from django.utils.translation import gettext as _

from jalon.accounts.standing import Standing
from jalon.applications.actions.steps import lock_application
from jalon.applications.models import Application
from jalon.applications.queries import instructors
from jalon.core.actions import verb
from jalon.core.errors import InvalidInput, NotAllowed, NotVisible, TransitionRefused
from jalon.documents.actions import seal_content, settle_seal
from jalon.documents.models import Content, Seal, SealOutcome, SealReason
from jalon.documents.policy import seal_sentence
from jalon.journal.actions import record
from jalon.notices.actions import tell
from jalon.notices.base import NoticeText
from jalon.reviews.notices import PieceDestroyed, PieceSealed, PieceUnsealed, SealWaits
from jalon.reviews.policy import SEALING_ROLES, can_seal, can_settle_seal
from jalon.reviews.queries.seals import applications_with, sealable_document, seals_of
from jalon.uploads.actions import forget_copies
from jalon.vendors.queries import people_with_access

MOST_WORDS = 500


@verb
def seal_file(*, actor: Standing, number: str, document_id: int, reason: str, words: str = "") -> Seal:
    """From now on nobody opens this file, nor the same bytes under another name or in another application."""
    application = lock_application(actor, number)
    document = sealable_document(application, document_id)
    if document is None:
        raise NotVisible(str(document_id))
    _check_may_seal(actor, application)
    words = " ".join(words.replace("\x00", "").split())
    if errors := _reason_errors(reason, words):
        raise InvalidInput(errors)
    content = Content.objects.select_for_update().get(pk=document.content_id)
    if sealed := seal_sentence(content):
        raise TransitionRefused(sealed)
    chain = f"application:{application.number}"
    seal = seal_content(content, actor=actor, chain=chain, reason=SealReason(reason), words=words)
    record(
        chain=chain,
        event="reviews.piece.sealed",
        actor_ref=actor.user_ref,
        seal=seal.pk,
        cause=reason,
        sha256=content.sha256,
        size=content.size,
    )
    _tell_vendors(seal, PieceSealed)
    colleagues = [user for user in instructors(application, *SEALING_ROLES) if user.pk != actor.user_id]
    tell(SealWaits(application_number=number), users=colleagues, dedupe=f"seal:{seal.pk}")
    return seal


@verb
def settle_sealed_file(*, actor: Standing, number: str, seal_id: int, outcome: SealOutcome) -> None:
    """The second person's word: destroy the bytes, or lift the seal. Said twice by the same person, it is said once."""
    application = lock_application(actor, number)
    known = {seal.pk for seal in seals_of(application)}
    seal = Seal.objects.select_for_update(of=("self",)).filter(pk=seal_id).first()
    if seal is None or seal.pk not in known:
        raise NotVisible(str(seal_id))
    _check_may_seal(actor, application)
    if not can_settle_seal(actor, application, seal):
        raise NotAllowed(
            _("Vous avez scellé ce fichier : une autre personne de l’agence décide de la suite.")
        )
    if (seal.outcome, seal.decided_by_id) == (outcome, actor.user_id):
        return
    if seal.outcome:
        raise TransitionRefused(
            _("Une décision est déjà prise : %(outcome)s.") % {"outcome": seal.get_outcome_display()}
        )
    copies = forget_copies(seal.content) if outcome == SealOutcome.DESTROYED else frozenset[str]()
    settle_seal(seal, actor=actor, outcome=outcome, copies=copies)
    event = "destruction_confirmed" if outcome == SealOutcome.DESTROYED else "unsealed"
    record(
        chain=f"application:{application.number}",
        event=f"reviews.piece.{event}",
        actor_ref=actor.user_ref,
        seal=seal.pk,
        sha256=seal.content.sha256,
    )
    _tell_vendors(seal, PieceDestroyed if outcome == SealOutcome.DESTROYED else PieceUnsealed)


def _check_may_seal(actor: Standing, application: Application) -> None:
    if not can_seal(actor, application):
        raise NotAllowed(_("Seules les personnes de l’agence qui suivent ce dossier scellent un fichier."))


def _reason_errors(reason: str, words: str) -> dict[str, str]:
    if reason not in SealReason.values:
        return {"reason": _("Choisissez un motif.")}
    if len(words) > MOST_WORDS:
        return {"words": _("500 caractères au plus.")}
    if reason == SealReason.OTHER and not words:
        return {"words": _("Dites pourquoi, sans recopier ce qui doit disparaître.")}
    return {}


def _tell_vendors(seal: Seal, kind: type[NoticeText]) -> None:
    """In every application that held the bytes."""
    for application in applications_with(seal):
        notice = kind(application_number=application.number)
        people = people_with_access(application.version.product)
        tell(notice, users=people, dedupe=f"{seal.pk}:{application.number}")
