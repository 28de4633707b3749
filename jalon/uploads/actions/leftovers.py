"""Files that nothing names any more (docs/decisions/unnamed-files.md).

Rows name documents, and `documents` finds them all. A file that waits for its place names bytes that its company had
already by their digest: only here this is known.
"""

from jalon.accounts.standing import Standing
from jalon.core.actions import verb
from jalon.documents import actions as documents
from jalon.documents.models import Content, Document
from jalon.journal.actions import record
from jalon.uploads.models import Upload
from jalon.uploads.states import UploadState


@verb
def let_go(*, actor: Standing, document_id: int) -> bool:
    """Remove a document that nothing has named for long. False: it is in use again, or gone already."""
    locked = Content.objects.select_for_update(of=("self",)).filter(documents=document_id).first()
    document = Document.objects.filter(pk=document_id).first()
    if locked is None or document is None or _is_waited_for(locked):
        return False
    if not documents.let_go(document):
        return False
    has_bytes = Content.objects.filter(pk=locked.pk).exists()  # under another name
    record(
        chain=f"company:{locked.company_id}" if locked.company_id else "platform",
        event="uploads.document.let_go" if has_bytes else "uploads.content.let_go",
        actor_ref=actor.user_ref,
        sha256=locked.sha256,
        size=locked.size,
    )
    return True


def _is_waited_for(content: Content) -> bool:
    waiting = Upload.objects.filter(state__in=[UploadState.HELD, UploadState.PLACING])
    return waiting.filter(company=content.company_id, sha256=content.sha256).exists()
