"""Files of the administrative file: the agency opens what was handed in, not what is being prepared."""

from jalon.applications.actions.answers import add_answer_document
from jalon.applications.models import AnswerDocument
from jalon.demo.samples import sample_pdf
from jalon.documents.actions import receive_file
from jalon.reviews.actions.files import return_file
from tests.web.agency import browser, company, page, submitted

__all__ = ["company", "submitted"]


def test_the_agency_opens_what_was_handed_in_and_no_draft(submitted) -> None:
    play = submitted.play
    handed_in = AnswerDocument.objects.filter(application=play.application).earliest("pk")
    verifier = browser(submitted, "verifier")
    assert verifier.get(page(submitted, f"/documents/{handed_in.document_id}")).status_code == 200
    return_file(actor=play.verifier, number=play.number, round_n=1, remarks={handed_in.field: "Illisible."})
    draft = receive_file(
        actor=play.vendor,
        company_id=play.application.company_id,
        name="nouveau.pdf",
        chunks=[sample_pdf("nouveau")],
        formats=["pdf"],
        max_bytes=10_000_000,
    )
    add_answer_document(actor=play.vendor, number=play.number, field=handed_in.field, document_id=draft.pk)
    assert verifier.get(page(submitted, f"/documents/{draft.pk}")).status_code == 404
    play.submit()
    assert verifier.get(page(submitted, f"/documents/{draft.pk}")).status_code == 200
