"""The agency's pages. Fixed addresses first: the number of a file would take any word."""

from jalon.web.agency import (
    assignment,
    convention,
    conversation,
    dates,
    declaration,
    dossier,
    eligibility,
    inbox,
    journal,
    overview,
    pieces,
    prerequisites,
    programmes,
    proofs,
    sealing,
    versions,
)
from jalon.web.agency.review import acts as review

urlpatterns = [
    *inbox.urls,
    *programmes.urls,
    *journal.urls,
    *convention.urls,
    *dossier.urls,
    *eligibility.urls,
    *review.urls,
    *prerequisites.urls,
    *dates.urls,
    *assignment.urls,
    *conversation.urls,
    *versions.urls,
    *declaration.urls,
    *proofs.urls,
    *pieces.urls,
    *sealing.urls,
    *overview.urls,
]
