"""Reads about the answers of a form and the files given as answers."""

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Q

from jalon.accounts.models import User
from jalon.applications.models import Answer, AnswerDocument, Application, Milestone, Round
from jalon.applications.queries import definition_for
from jalon.applications.rules.answers import all_fields
from jalon.applications.states import PartKind
from jalon.core.errors import NotVisible
from jalon.documents.models import Document
from jalon.programmes.definition.schema import Definition


@dataclass(frozen=True)
class StoredAnswer:
    value: Any
    version: int
    by: str
    at: datetime


def stored_answers(application: Application) -> dict[str, StoredAnswer]:
    """Every answer given, by field key; documents as lists of ids with version 0."""
    rows = Answer.objects.filter(application=application).select_related("by")
    stored = {
        row.field: StoredAnswer(
            json.loads(row.value), row.version, row.by.full_name if row.by else "", row.at
        )
        for row in rows
    }
    files = answer_documents(application)
    for field, given in files.items():
        last = given[-1]
        stored[field] = StoredAnswer(
            [g.document_id for g in given], 0, last.added_by.full_name, last.added_at
        )
    return stored


def answer_documents(application: Application) -> dict[str, list[AnswerDocument]]:
    rows = AnswerDocument.objects.filter(application=application, removed_at=None)
    grouped: dict[str, list[AnswerDocument]] = {}
    for row in rows.select_related("document__content", "added_by").order_by("pk"):
        grouped.setdefault(row.field, []).append(row)
    return grouped


def answers_of(application: Application) -> dict[str, Any]:
    """Plain values by field key, with what the form only shows (product, version)."""
    values = {key: answer.value for key, answer in stored_answers(application).items()}
    shown = _shown(application)
    for field in all_fields(definition_for(application)):
        if field.kind == "shown":
            values[field.key] = shown.get(field.source, "")
    return values


def _shown(application: Application) -> dict[str, str]:
    return {
        "product.name": application.product_name,
        "product.version": application.version_label,
        "product.nil": application.nil,
        "company.name": application.company_name,
    }


def prefill_values(user: User | None, application: Application) -> dict[str, str]:
    """What iSC and the catalogue know, by source name; only what is known."""
    company = application.company
    representative = json.loads(company.legal_representative or "{}")
    values = {f"legal_representative.{key}": str(value) for key, value in representative.items() if value}
    for name in ("civility", "given_name", "family_name", "email", "telephone", "function"):
        if user is not None and getattr(user, name):
            values[f"me.{name}"] = getattr(user, name)
    is_french = company.country == "FR"
    values |= {
        "company.name": company.name,
        "company.country": company.country,
        "company.siren": company.register_number if is_french else "",
        "company.siret": company.siret,
        "company.vat": "" if is_french else company.register_number,
        "company.address": company.address,
    }
    values |= _shown(application)
    return {key: value for key, value in values.items() if value}


def answer_marks(application: Application) -> dict[str, str]:
    """What a recap was made of: field → mark of its answer. A different mark means that it changed since.

    What the form only shows is its own mark: the catalogue may change it until the file is handed in.
    """
    shown, fields = _shown(application), all_fields(definition_for(application))
    marks = {f.key: shown.get(f.source, "") for f in fields if f.kind == "shown"}
    marks |= {
        key: str(answer.version) for key, answer in stored_answers(application).items() if answer.version
    }
    for field, given in answer_documents(application).items():
        marks[field] = "+".join(str(row.document_id) for row in given)
    return marks


def company_document(application: Application, document_id: int) -> Document:
    """A file of the candidate's company, or NotVisible: nobody attaches another company's."""
    document = Document.objects.filter(pk=document_id, content__company=application.company_id).first()
    if document is None:
        raise NotVisible(str(document_id))
    return document


def document_of(
    application: Application, document_id: int, *, submitted_only: bool = False
) -> Document | None:
    """A file that belongs to the administrative file or to a prerequisite of this application.

    `submitted_only`: what the agency may open, not what the vendor has added since the last hand-over.
    """
    given = AnswerDocument.objects.filter(application=application, document_id=document_id)
    if submitted_only:
        handed_in = Round.objects.filter(part__application=application, part__kind=PartKind.FORM)
        last = handed_in.order_by("-submitted_at").values_list("submitted_at", flat=True).first()
        backing = {claim.evidence_field for claim in definition_for(application).claims}
        declared = Q(field__in=backing) if application.facts_are_frozen else Q(pk=None)
        given = given.filter(Q(added_at__lte=last) | declared) if last else given.none()
    tracked = Milestone.objects.filter(application=application, document_id=document_id)
    if not given.exists() and not tracked.exists():
        return None
    return Document.objects.filter(pk=document_id).first()


def restricted_fields(definition: Definition) -> frozenset[str]:
    """Answers that only a mandataire or a responsable gives: profiles, and what a claim is declared by."""
    profiles = {field.key for field in all_fields(definition) if field.kind == "profiles"}
    claims = {
        key
        for claim in definition.claims
        for kind, key in claim.declared_when.references()
        if kind == "answer"
    }
    return frozenset(profiles | claims | {claim.evidence_field for claim in definition.claims})
