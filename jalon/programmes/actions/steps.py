"""What the writes of this package share: the locks, the version that was read, the journal."""

from django.utils.translation import gettext as _

from jalon.accounts.standing import Standing
from jalon.core import clock, dates
from jalon.core.actions import step
from jalon.core.errors import Conflict, InvalidInput, NotVisible, TransitionRefused
from jalon.journal.actions import record
from jalon.programmes.models import Draft, Programme, Revision


@step
def locked_programme(programme_code: str) -> Programme:
    programme = Programme.objects.select_for_update().filter(code=programme_code).first()
    if programme is None:
        raise _unknown(programme_code)
    return programme


def _unknown(programme_code: str) -> NotVisible:
    return NotVisible(_("Le programme « {code} » n’existe pas.").format(code=programme_code))


@step
def locked_draft(programme: Programme) -> Draft | None:
    return (
        Draft.objects.select_for_update(of=("self",))
        .select_related("edited_by")
        .filter(programme=programme)
        .first()
    )


def draft_with_base(programme_code: str) -> tuple[Draft, Revision | None]:
    """The draft and the revision that it follows, read without a lock: to compute on, and to check again under it."""
    programme = Programme.objects.select_related("draft__edited_by").filter(code=programme_code).first()
    if programme is None:
        raise _unknown(programme_code)
    draft = getattr(programme, "draft", None)
    if not isinstance(draft, Draft):
        raise TransitionRefused(_("Ce programme n’a pas de brouillon : chargez d’abord une définition."))
    return draft, programme.revisions.order_by("-number").first()


@step
def check_same(programme: Programme, now: Draft | None, read: Draft, base: Revision | None) -> Draft:
    """The draft under the lock, if it is still the one that was read, after the same revision."""
    latest = programme.revisions.defer("content").order_by("-number").first()
    if now is None or now.sha256 != read.sha256 or (latest and latest.pk) != (base and base.pk):
        raise Conflict(
            _("Le brouillon ou la révision publiée vient de changer. Rien n’est enregistré : relisez-les.")
        )
    return now


def check_seen(draft: Draft | None, seen_version: int) -> None:
    if draft is None or draft.version == seen_version:
        return
    by = draft.edited_by.full_name if draft.edited_by else _("Jalon")
    at = dates.moment(draft.edited_at)
    raise Conflict(
        _(
            "{name} a modifié ce brouillon le {at} (version {version}). Relisez-le : rien n’a été écrasé."
        ).format(name=by, at=at, version=draft.version)
    )


@step
def write_draft(
    programme: Programme, draft: Draft | None, actor: Standing, content: str, digest: str, event: str
) -> Draft:
    draft = draft or Draft(programme=programme, version=0)
    draft.content, draft.sha256, draft.version = content, digest, draft.version + 1
    draft.edited_by_id, draft.edited_at = actor.user_id, clock.now()
    draft.save()
    journal_entry(programme, event, actor, version=draft.version, sha256=digest)
    return draft


def required_reason(reason: str) -> str:
    reason = reason.strip()
    if not reason:
        raise InvalidInput({"reason": _("Indiquez le motif : il reste dans l’historique.")})
    if len(reason) > 500:
        raise InvalidInput({"reason": _("Le motif dépasse 500 caractères : raccourcissez-le.")})
    return reason


@step
def journal_entry(programme: Programme, event: str, actor: Standing, **payload: str | int) -> None:
    record(chain=f"programme:{programme.code}", event=event, actor_ref=actor.user_ref, **payload)
