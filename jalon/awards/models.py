"""The opinion of the college, the convention and its two signatures, and the award (Guide RIS, étape 4)."""

from django.db import models
from django.db.models import Q

from jalon.accounts.models import User
from jalon.applications.models import Application
from jalon.awards.states import AwardDocumentKind, ConventionState, OpinionOutcome, Party
from jalon.core.db.append_only import AppendOnlyModel
from jalon.documents.models import Document


class Opinion(AppendOnlyModel):
    """The opinion of the college on one application."""

    application = models.OneToOneField(Application, on_delete=models.PROTECT, related_name="opinion")
    session_on = models.DateField()
    outcome = models.CharField(max_length=12, choices=OpinionOutcome)
    reasons = models.TextField(blank=True, default="")
    remedies = models.TextField(blank=True, default="")
    given_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    given_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=~Q(outcome="unfavourable", reasons=""), name="opinion_unfavourable_has_reasons"
            ),
        ]


class Convention(models.Model):
    """The n-th drawing of the convention. `snapshot` freezes every name and number that it prints."""

    application = models.ForeignKey(Application, on_delete=models.PROTECT, related_name="conventions")
    n = models.PositiveIntegerField()
    snapshot = models.TextField()
    state = models.CharField(max_length=10, choices=ConventionState, default=ConventionState.SIGNING)
    drawn_at = models.DateTimeField()
    unsigned = models.ForeignKey(Document, on_delete=models.PROTECT, related_name="+")
    latest = models.ForeignKey(
        Document, on_delete=models.PROTECT, related_name="+"
    )  # with the signatures so far
    voided_at = models.DateTimeField(null=True)
    void_reason = models.CharField(max_length=500, blank=True, default="")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["application", "n"], name="convention_one_per_number"),
            models.UniqueConstraint(
                fields=["application"], condition=~Q(state="void"), name="convention_one_live"
            ),
            models.CheckConstraint(
                condition=Q(state="void", voided_at__isnull=False) | (~Q(state="void") & Q(voided_at=None)),
                name="convention_void_with_date",
            ),
        ]


class Signature(AppendOnlyModel):
    """A signature given. `evidence` is the file of how it was given (situation 9)."""

    convention = models.ForeignKey(Convention, on_delete=models.PROTECT, related_name="signatures")
    party = models.CharField(max_length=6, choices=Party)
    signer_name = models.CharField(max_length=255)
    signer_function = models.CharField(max_length=150)
    signer_email = models.EmailField()
    signer_user = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    document = models.ForeignKey(
        Document, on_delete=models.PROTECT, related_name="+"
    )  # the PDF with this signature
    evidence = models.ForeignKey(Document, on_delete=models.PROTECT, related_name="+")
    signed_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["convention", "party"], name="signature_one_per_party")
        ]


class SigningInvitation(models.Model):
    """A single-use link to sign without an account: only digests of its secrets are kept (situation 9)."""

    convention = models.ForeignKey(Convention, on_delete=models.PROTECT, related_name="invitations")
    signer_name = models.CharField(max_length=255)
    signer_function = models.CharField(max_length=150)
    signer_email = models.EmailField()
    nonce = models.CharField(max_length=64, unique=True)  # the link is derived from it with the server's key
    sent_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    opened_at = models.DateTimeField(null=True)
    opened_from = models.CharField(max_length=45, blank=True, default="")
    codes_sent = models.PositiveIntegerField(default=0)
    code_nonce = models.CharField(max_length=64, blank=True, default="")
    code_sent_at = models.DateTimeField(null=True)
    code_expires_at = models.DateTimeField(null=True)
    code_attempts = models.PositiveIntegerField(default=0)
    used_at = models.DateTimeField(null=True)
    used_from = models.CharField(max_length=45, blank=True, default="")
    voided_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["convention"], condition=Q(voided_at=None), name="signing_invitation_one_live"
            ),
            models.CheckConstraint(
                condition=Q(used_at=None) | Q(voided_at=None), name="signing_invitation_used_or_voided"
            ),
        ]


class Award(AppendOnlyModel):
    """The référencement, pronounced once."""

    application = models.OneToOneField(Application, on_delete=models.PROTECT, related_name="award")
    number = models.CharField(max_length=80, unique=True)
    pronounced_at = models.DateTimeField()
    entry_into_force_on = models.DateField()  # the Paris date of that instant
    snapshot = models.TextField()


class AwardDocument(AppendOnlyModel):
    """A file about an award, made after it: one of each kind."""

    award = models.ForeignKey(Award, on_delete=models.PROTECT, related_name="documents")
    kind = models.CharField(max_length=12, choices=AwardDocumentKind)
    document = models.ForeignKey(Document, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["award", "kind"], name="award_document_one_per_kind")]


class AwardNumber(models.Model):
    """The counter of award numbers, one row per programme and year."""

    programme_code = models.CharField(max_length=60)
    year = models.PositiveIntegerField()
    last = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["programme_code", "year"], name="award_number_one")]
