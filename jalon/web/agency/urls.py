"""The agency's pages. Fixed addresses first: the number of a file would take any word."""

from jalon.web.agency import (
    convention,
    conversation,
    declaration,
    dossier,
    eligibility,
    inbox,
    journal,
    overview,
    programmes,
    proofs,
    tracking,
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
    *tracking.urls,
    *conversation.urls,
    *versions.urls,
    *declaration.urls,
    *proofs.urls,
    *overview.urls,
]
