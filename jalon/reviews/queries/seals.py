"""What is sealed of an application, and whom it concerns (R9)."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Count, Q
from django.db.models.functions import Coalesce

from jalon.applications.models import AnswerDocument, Application, Milestone, Part
from jalon.applications.queries.answers import document_of
from jalon.documents.models import Document, Seal
from jalon.evidence.models import Proof, ProofItem
from jalon.evidence.queries import NamedProof, made_of, named_proofs, proof_document

# Of pieces: the file, or the copy of the report.
_SEALED = Q(document__content__sealed_at__isnull=False) | Q(
    record__document__content__sealed_at__isnull=False
)


@dataclass(frozen=True)
class SealView:
    """One seal, the names under which the application holds the bytes, and the proofs that they are pieces of."""

    seal: Seal
    names: tuple[str, ...]
    proofs: tuple[NamedProof, ...]


def sealable_document(application: Application, document_id: int) -> Document | None:
    """A file that the vendor handed in with this application; not what is drafted, nor what Jalon itself made."""
    return proof_document(application, document_id, submitted_only=True) or document_of(
        application, document_id, submitted_only=True
    )


def _documents(application: Application) -> Q:
    """Documents that the agency sees in this application."""
    pieces = ProofItem.objects.filter(proof__slot__application=application, proof__submitted_at__isnull=False)
    answers = AnswerDocument.objects.filter(application=application)
    milestones = Milestone.objects.filter(application=application)
    return (
        Q(pk__in=pieces.values("document_id"))
        | Q(pk__in=pieces.values("record__document_id"))
        | Q(pk__in=answers.values("document_id"))
        | Q(pk__in=milestones.exclude(document=None).values("document_id"))
    )


def seals_of(application: Application) -> list[Seal]:
    """Every seal ever put on a file of this application, the latest first."""
    contents = Document.objects.filter(_documents(application)).values("content_id")
    rows = Seal.objects.filter(content__in=contents).select_related("content", "asked_by", "decided_by")
    return list(rows.order_by("-asked_at", "-pk"))


@dataclass(frozen=True)
class SealCount:
    asked: int
    waiting: int  # of them, for a second word


def seals_asked_in(application: Application) -> SealCount:
    """Seals that were asked in this application. One query."""
    asked = Seal.objects.filter(chain=f"application:{application.number}")
    return SealCount(**asked.aggregate(asked=Count("pk"), waiting=Count("pk", filter=Q(outcome=""))))


def seal_views(application: Application) -> list[SealView]:
    """Four queries, however many seals."""
    seals = seals_of(application)
    contents = {seal.content_id for seal in seals}
    documents = list(Document.objects.filter(_documents(application), content__in=contents).order_by("pk"))
    pieces = ProofItem.objects.filter(
        made_of(documents), proof__slot__application=application, proof__submitted_at__isnull=False
    )
    keys: dict[int, set[str]] = {}
    file = Coalesce("document_id", "record__document_id")
    for document_id, key in pieces.values_list(file, "proof__slot__item_key"):
        keys.setdefault(document_id, set()).add(key)
    proofs = named_proofs(application) if keys else []
    return [_view(seal, documents, keys, proofs) for seal in seals]


def _view(
    seal: Seal, documents: Iterable[Document], keys: dict[int, set[str]], proofs: list[NamedProof]
) -> SealView:
    own = [document for document in documents if document.content_id == seal.content_id]
    used = set().union(*(keys.get(document.pk, set()) for document in own))
    return SealView(
        seal,
        tuple(dict.fromkeys(document.name for document in own)),
        tuple(proof for proof in proofs if proof.key in used),
    )


def applications_with(seal: Seal) -> list[Application]:
    """Every application of the company in which the bytes stand, drafts included."""
    documents = Document.objects.filter(content=seal.content_id).values("pk")
    found = (
        Q(pk__in=ProofItem.objects.filter(made_of(documents)).values("proof__slot__application_id"))
        | Q(pk__in=AnswerDocument.objects.filter(document__in=documents).values("application_id"))
        | Q(pk__in=Milestone.objects.filter(document__in=documents).values("application_id"))
    )
    return list(
        Application.objects.filter(found).select_related("version__product", "programme").order_by("pk")
    )


def holds_sealed_piece(proof: Proof) -> bool:
    """Whether nobody can see all of a proof any more."""
    return ProofItem.objects.filter(_SEALED, proof=proof).exists()


def sealed_drafts(part: Part) -> frozenset[str]:
    """Keys of the expected proofs of a chapter for which a sealed file is about to be handed in."""
    drafts = ProofItem.objects.filter(
        _SEALED, proof__slot__part=part, proof__superseded_at=None, proof__submitted_at=None
    )
    return frozenset(drafts.values_list("proof__slot__item_key", flat=True))
