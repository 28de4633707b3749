"""A candidature: its parts (steps and chapters), the rounds between vendor and agency, its answers and dates."""

from django.db import models
from django.db.models import F, Q

from jalon.accounts.models import Company, User
from jalon.accounts.standing import Standing
from jalon.accounts.states import StaffRoleName
from jalon.applications.states import (
    AGENCY_TURNS,
    ENDED_STATES,
    VENDOR_TURNS,
    ApplicationState,
    PartKind,
    RoundOutcome,
    StepState,
    Turn,
)
from jalon.core.db.append_only import AppendOnlyModel
from jalon.documents.models import Document
from jalon.programmes.models import GateKind, Programme, Revision
from jalon.vendors.models import ProductAccess, Version

# A college member and a signatory see a file once its proofs are validated, not before.
DECISION_STATES = (
    ApplicationState.PROOFS_VALIDATED,
    ApplicationState.CONVENTION_SIGNING,
    ApplicationState.LISTED,
)
INSTRUCTION_ROLES = (StaffRoleName.VERIFIER, StaffRoleName.REFERENT, StaffRoleName.MANAGER)
DECISION_ROLES = (StaffRoleName.COLLEGE, StaffRoleName.SIGNATORY)


class ApplicationQuerySet(models.QuerySet["Application"]):
    def visible_to(self, standing: Standing) -> "ApplicationQuerySet":
        """The one scope of applications: vendor's side or agency's side, never another company's.

        Vendors: leaders see the company's; a salarié those of products to which he or she is attached.
        Staff: those of the programmes for which a role was granted by name, and those assigned to them; none
        of a company with which they have a conflict, and none before it was first submitted.
        """
        if standing.is_staff:
            return self._for_staff(standing)
        if standing.company_id is None:
            return self.none()
        of_company = self.filter(company_id=standing.company_id)
        if standing.leads_company:
            return of_company
        attached = ProductAccess.objects.filter(user_id=standing.user_id or 0, until=None).values(
            "product_id"
        )
        return of_company.filter(version__product_id__in=attached)

    def _for_staff(self, standing: Standing) -> "ApplicationQuerySet":
        assigned = Assignment.objects.filter(user_id=standing.user_id or 0, until=None).values(
            "application_id"
        )
        instruction = Q(programme__code__in=standing.programme_codes(*INSTRUCTION_ROLES)) | Q(pk__in=assigned)
        # Refused by the college, that is: a file refused before its proofs never came to it.
        proven = Part.objects.filter(kind=PartKind.PROOFS, state=StepState.VALIDATED).values("application_id")
        decision = Q(programme__code__in=standing.programme_codes(*DECISION_ROLES)) & (
            Q(state__in=DECISION_STATES) | Q(state=ApplicationState.REFUSED, pk__in=proven)
        )
        return (
            self.filter(instruction | decision)
            .filter(first_submitted_at__isnull=False)
            .exclude(company_id__in=standing.conflict_company_ids)
        )


class Application(models.Model):
    number = models.CharField(max_length=10, unique=True)
    programme = models.ForeignKey(Programme, on_delete=models.PROTECT, related_name="applications")
    revision = models.ForeignKey(Revision, on_delete=models.PROTECT, related_name="applications")
    company = models.ForeignKey(Company, on_delete=models.PROTECT, related_name="applications")
    version = models.ForeignKey(Version, on_delete=models.PROTECT, related_name="applications")
    # Frozen copies: a product renamed later does not reach back (situation 4).
    product_name = models.CharField(max_length=200)
    version_label = models.CharField(max_length=60)
    nil = models.CharField(max_length=40, blank=True, default="")
    company_name = models.CharField(max_length=255)
    title_norm = models.CharField(max_length=300, db_index=True)
    facts = models.TextField(default="{}")  # TXT: profiles and confirmed claims, frozen at eligibility
    state = models.CharField(max_length=20, choices=ApplicationState, default=ApplicationState.TO_COMPLETE)
    state_since = models.DateTimeField()
    late_from = models.CharField(max_length=20, blank=True, default="")  # the state that a gate interrupted
    turn = models.CharField(max_length=12, choices=Turn, default=Turn.VENDOR)
    turn_since = models.DateTimeField()
    referent = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    first_submitted_at = models.DateTimeField(null=True)
    expected = models.PositiveIntegerField(default=0)
    given = models.PositiveIntegerField(default=0)
    conform = models.PositiveIntegerField(default=0)
    to_modify = models.PositiveIntegerField(default=0)
    created_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField()
    changed_at = models.DateTimeField()

    objects = ApplicationQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["programme", "version"],
                condition=~Q(state__in=sorted(ENDED_STATES)),
                name="application_one_live_per_version",
            ),
            models.CheckConstraint(
                condition=Q(given__lte=F("expected")) & Q(conform__lte=F("given")), name="application_counts"
            ),
        ]
        indexes = [models.Index(fields=["state", "turn", "turn_since"], name="application_inbox")]

    def __str__(self) -> str:
        return self.number

    @property
    def is_final(self) -> bool:
        return self.state in (ApplicationState.LISTED, ApplicationState.REFUSED, ApplicationState.WITHDRAWN)

    @property
    def is_ended(self) -> bool:
        """Refused or withdrawn: nothing is awaited of anybody any more."""
        return self.state in ENDED_STATES

    @property
    def facts_are_frozen(self) -> bool:
        """The file was found eligible: step 3 is open, though nothing may be asked in it."""
        return self.facts != "{}"

    @property
    def awaits_vendor(self) -> bool:
        return self.turn in VENDOR_TURNS

    @property
    def awaits_agency(self) -> bool:
        return self.turn in AGENCY_TURNS


class CharterAcceptance(AppendOnlyModel):
    """Who accepted which text, when, in the candidate's name (Guide RIS, prérequis 6)."""

    application = models.OneToOneField(Application, on_delete=models.PROTECT, related_name="charter")
    charter_version = models.CharField(max_length=40)
    text = models.TextField()  # as shown, in the language in which it was read
    sha256 = models.CharField(max_length=64)
    accepted_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    accepted_role = models.CharField(max_length=10)
    accepted_at = models.DateTimeField()


class Part(models.Model):
    """A step or a chapter of one application. Counters are recounted from its slots, never added to."""

    application = models.ForeignKey(Application, on_delete=models.PROTECT, related_name="parts")
    key = models.CharField(max_length=120)  # "step:eligibility", "chapter:ins"
    kind = models.CharField(max_length=10, choices=PartKind)
    position = models.PositiveIntegerField()
    state = models.CharField(max_length=12, default=StepState.LOCKED)
    state_since = models.DateTimeField()
    round = models.PositiveIntegerField(default=0)  # number of the latest hand-over, 0: none yet
    first_submitted_at = models.DateTimeField(null=True)
    expected = models.PositiveIntegerField(default=0)
    given = models.PositiveIntegerField(default=0)
    conform = models.PositiveIntegerField(default=0)
    to_modify = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["application", "key"], name="part_one_per_key"),
            models.CheckConstraint(
                condition=Q(given__lte=F("expected")) & Q(conform__lte=F("given")), name="part_counts"
            ),
        ]
        ordering = ["position"]


class Round(models.Model):
    """One hand-over of a part: what was handed in (snapshot), who looked, how it ended."""

    part = models.ForeignKey(Part, on_delete=models.PROTECT, related_name="rounds")
    n = models.PositiveIntegerField()
    submitted_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    submitted_at = models.DateTimeField()  # the instant at which the server began to receive the click (R4)
    snapshot = models.TextField()
    sha256 = models.CharField(max_length=64)
    opened_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    opened_at = models.DateTimeField(null=True)
    outcome = models.CharField(max_length=10, choices=RoundOutcome, default=RoundOutcome.PENDING)
    closed_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    closed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["part", "n"], name="round_one_per_number"),
            models.CheckConstraint(
                condition=Q(outcome="pending", closed_at=None)
                | (~Q(outcome="pending") & Q(closed_at__isnull=False)),
                name="round_closed_with_outcome",
            ),
        ]


class Answer(models.Model):
    """The value of a field, saved as one types; `version` grows by one with each change."""

    application = models.ForeignKey(Application, on_delete=models.PROTECT, related_name="answers")
    field = models.CharField(max_length=120)
    value = models.TextField()  # canonical JSON
    version = models.PositiveIntegerField(default=1)
    by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["application", "field"], name="answer_one_per_field")]


class AnswerDocument(models.Model):
    """A file given as answer to a field of kind "documents"."""

    application = models.ForeignKey(Application, on_delete=models.PROTECT, related_name="answer_documents")
    field = models.CharField(max_length=120)
    document = models.ForeignKey(Document, on_delete=models.PROTECT, related_name="+")
    added_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    added_at = models.DateTimeField()
    removed_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    removed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["application", "field", "document"],
                condition=Q(removed_at=None),
                name="answer_document_once",
            ),
        ]


class GateOverride(AppendOnlyModel):
    """An extension for one application (R4): the latest row of a kind holds."""

    application = models.ForeignKey(Application, on_delete=models.PROTECT, related_name="gate_overrides")
    kind = models.CharField(max_length=25, choices=GateKind)
    wall_time = models.CharField(max_length=16)
    zone = models.CharField(max_length=40, default="Europe/Paris")
    due_at = models.DateTimeField()
    reason = models.CharField(max_length=500)
    set_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    set_at = models.DateTimeField()


class Assignment(models.Model):
    """A file given to one person of the agency."""

    application = models.ForeignKey(Application, on_delete=models.PROTECT, related_name="assignments")
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="assignments")
    role = models.CharField(max_length=15, choices=StaffRoleName)
    since = models.DateTimeField()
    until = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["application", "user", "role"], condition=Q(until=None), name="assignment_one_current"
            ),
        ]


class MilestoneKind(models.TextChoices):
    PREREQUISITE = "prerequisite"  # obtained from another desk (R11)
    CLAIM = "claim"  # what the vendor declares and an agent confirms: a vague 1 ID (G11)


class MilestoneState(models.TextChoices):
    DEPOSITED = "deposited"  # the vendor gave a document
    CONFIRMED = "confirmed"  # an agent recorded it
    REJECTED = "rejected"


class Milestone(AppendOnlyModel):
    """One fact about a prerequisite or a claim. The latest row of a (kind, key) holds; all of them are history."""

    application = models.ForeignKey(Application, on_delete=models.PROTECT, related_name="milestones")
    kind = models.CharField(max_length=12, choices=MilestoneKind)
    key = models.CharField(max_length=120)
    state = models.CharField(max_length=10, choices=MilestoneState)
    obtained_on = models.DateField(null=True)
    document = models.ForeignKey(Document, on_delete=models.PROTECT, null=True, related_name="+")
    note = models.CharField(max_length=1000, blank=True, default="")
    by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["application", "kind", "key"], name="milestone_latest")]


class VersionDeclaration(AppendOnlyModel):
    """A new technical version of the software of a running application, a patch (situation 4)."""

    application = models.ForeignKey(
        Application, on_delete=models.PROTECT, related_name="version_declarations"
    )
    n = models.PositiveIntegerField()
    label = models.CharField(max_length=60)
    changes = models.TextField()  # what changed, in the vendor's words
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["application", "n"], name="version_declaration_one_per_number"),
        ]


class VersionDecision(AppendOnlyModel):
    """What an agent answered: accepted, with the proofs to redo, or refused with a reason."""

    declaration = models.OneToOneField(VersionDeclaration, on_delete=models.PROTECT, related_name="decision")
    accepted = models.BooleanField()
    former_label = models.CharField(max_length=60)
    to_redo = models.TextField(default="[]")  # TXT: keys of expected proofs
    reason = models.TextField(blank=True, default="")
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(accepted=True) | ~Q(reason=""), name="version_refusal_has_reason"
            ),
        ]
