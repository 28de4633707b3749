"""Files as they are read."""

from collections.abc import Iterator
from typing import BinaryIO

from django.db.models import Exists, ForeignObjectRel, Model, OuterRef, Q, QuerySet

from jalon.core import clock
from jalon.core.errors import TransitionRefused
from jalon.documents import storage
from jalon.documents.checks.facts import VERSION, Facts
from jalon.documents.models import Content, Document, Scan
from jalon.documents.policy import open_refusal, seal_sentence
from jalon.documents.rules import FORMATS, UNNAMED_KEPT, extension_of


def stored_bytes(document: Document) -> Iterator[bytes]:
    """The bytes, 1 MiB at a time, whatever the antivirus said: for Jalon's own use, not for people.

    TransitionRefused for what is sealed: that is for no use at all.
    """
    if sealed := seal_sentence(document.content):
        raise TransitionRefused(sealed)
    return storage.chunks_of(document.content.storage_key)


def open_document(document: Document) -> BinaryIO:
    """The file, for somebody who may see it. TransitionRefused while or because it must not be opened."""
    refusal = open_refusal(document)
    if refusal:
        raise TransitionRefused(refusal)
    return storage.open_object(document.content.storage_key)


def shows_inline(document: Document) -> bool:
    """Whether a browser may show it in its page; everything else is a download."""
    return any(known.inline and known.media_type == document.media_type for known in FORMATS.values())


def kept_content(company_id: int | None, sha256: str) -> Content | None:
    """The bytes, if that company has them already. What others have makes no difference."""
    same = Content.objects.filter(sha256=sha256)
    return same.filter(company=company_id).first() if company_id else same.filter(company=None).first()


def names_of(model: type[Model]) -> list[ForeignObjectRel]:
    """Every foreign key of every package to these rows, one that is written tomorrow included."""
    fields = model._meta.get_fields(include_hidden=True)  # noqa: SLF001
    return [f for f in fields if isinstance(f, ForeignObjectRel) and not f.many_to_many]


def _named(relations: list[ForeignObjectRel], pk: str) -> Q:
    found = Q()
    for relation in relations:
        rows = relation.related_model._base_manager.filter(**{relation.field.name: OuterRef(pk)})  # noqa: SLF001
        found |= Q(Exists(rows))
    return found


def unnamed() -> QuerySet[Document]:
    """Documents that no row names: the one home of what counts as in use (docs/decisions/unnamed-files.md).

    What names their bytes in another way than a document does, a seal or a reminder, keeps them too.
    """
    of_bytes = [relation for relation in names_of(Content) if relation.related_model is not Document]
    return Document.objects.exclude(_named(names_of(Document), "pk")).exclude(_named(of_bytes, "content_id"))


def long_unnamed() -> QuerySet[Document]:
    """Documents that were found so long ago to be named by nothing that they may go, if nothing names them now."""
    return Document.objects.filter(unnamed_since__lte=clock.now() - UNNAMED_KEPT)


def long_unnamed_ids() -> list[int]:
    return list(long_unnamed().order_by("pk").values_list("pk", flat=True))


def destroyed_keys() -> list[str]:
    """Of the objects that must not be in the store any more."""
    return list(Content.objects.exclude(destroyed_at=None).values_list("storage_key", flat=True))


def unscanned_ids(limit: int) -> list[int]:
    """Contents that the antivirus has not looked at, oldest first."""
    waiting = Content.objects.filter(scan__in=[Scan.PENDING, Scan.NOT_ANALYSED], sealed_at=None)
    waiting = waiting.order_by("added_at", "pk")
    return list(waiting.values_list("pk", flat=True)[:limit])


def facts_of(document: Document) -> Facts | None:
    """What was read in it; None while nothing was. No query."""
    return Facts.model_validate_json(document.facts) if document.facts else None


def read_before(document: Document) -> Facts | None:
    """What was read in the same bytes under another name of the same kind, if that is all that can be said of them."""
    same = Document.objects.filter(content=document.content_id, facts_version=VERSION).exclude(facts="")
    for other in same.order_by("-pk"):
        facts = Facts.model_validate_json(other.facts)
        if extension_of(other.name) == extension_of(document.name) and not facts.troubles:
            return facts
    return None


def outdated_readings(limit: int) -> list[int]:
    """Documents that were read by readers that said less than ours, oldest first."""
    old = (
        Document.objects.exclude(facts="")
        .filter(facts_version__lt=VERSION, content__sealed_at=None)
        .order_by("pk")
    )
    return list(old.values_list("pk", flat=True)[:limit])
