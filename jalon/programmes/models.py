"""Programmes as data. The database is the truth; definition folders are exchange and seed."""

from django.db import models
from django.db.models import Q

from jalon.accounts.models import User
from jalon.core.db.append_only import AppendOnlyModel
from jalon.programmes.states import Rule


class Portal(models.Model):
    """What stands around the programmes: the menu entries, the interests of a product, help texts."""

    content = models.TextField()
    sha256 = models.CharField(max_length=64)
    loaded_at = models.DateTimeField()


class Track(models.Model):
    """A parcours: "Ségur vague 2"."""

    code = models.CharField(max_length=60, unique=True)
    content = models.TextField()
    position = models.PositiveIntegerField(default=0)


class Programme(models.Model):
    """A démarche: "RIS vague 2". What changes while files run (dates) is not in a revision."""

    code = models.CharField(max_length=60, unique=True)
    track = models.ForeignKey(Track, on_delete=models.PROTECT, related_name="programmes")
    open_for_applications = models.BooleanField(default=True)
    created_at = models.DateTimeField()


class Draft(models.Model):
    programme = models.OneToOneField(Programme, on_delete=models.PROTECT, related_name="draft")
    content = models.TextField()
    sha256 = models.CharField(max_length=64)
    version = models.PositiveIntegerField(default=1)
    edited_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    edited_at = models.DateTimeField()


class Revision(AppendOnlyModel):
    """A published definition: never changes. Applications pin one."""

    programme = models.ForeignKey(Programme, on_delete=models.PROTECT, related_name="revisions")
    number = models.PositiveIntegerField()
    content = models.TextField()  # canonical JSON of the definition, hashed as stored
    sha256 = models.CharField(max_length=64)
    effective_on = models.DateField()
    published_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    published_at = models.DateTimeField()
    reason = models.CharField(max_length=500)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["programme", "number"], name="revision_one_per_number"),
        ]


class RuleChoice(AppendOnlyModel):
    """What a manager decided for one requirement that the draft changes. The latest row of a requirement holds,
    as long as `base` is the latest revision: publishing freezes the choices in a plan.
    """

    programme = models.ForeignKey(Programme, on_delete=models.PROTECT, related_name="rule_choices")
    base = models.ForeignKey(Revision, on_delete=models.PROTECT, related_name="+")
    requirement_key = models.CharField(max_length=120)
    rule = models.CharField(max_length=10, choices=Rule)
    decided_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField()


class RevisionPlan(AppendOnlyModel):
    """What a revision changes from the one before it, and what becomes of the verdicts, frozen with it."""

    revision = models.OneToOneField(Revision, on_delete=models.PROTECT, related_name="plan")
    base = models.ForeignKey(Revision, on_delete=models.PROTECT, related_name="+")
    choices = models.TextField()  # TXT: requirement key → rule, where a manager decided
    effects = models.TextField()  # TXT: key of each expected proof that changed → rule
    renamed = models.TextField(default="{}")  # TXT: key in the base → key in the revision


class WorkbookImport(AppendOnlyModel):
    """A requirement workbook that became the list of a draft, and what was told about it. The file is not kept."""

    programme = models.ForeignKey(Programme, on_delete=models.PROTECT, related_name="imports")
    draft_version = models.PositiveIntegerField()
    file_name = models.CharField(max_length=255)
    sha256 = models.CharField(max_length=64)  # of the file
    report = models.TextField()  # TXT: Report.as_json()
    by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField()


class MatchRefusal(AppendOnlyModel):
    """Two parts that likeness of texts took for the same, and that a person said are not. The last word holds."""

    programme = models.ForeignKey(Programme, on_delete=models.PROTECT, related_name="match_refusals")
    base = models.ForeignKey(Revision, on_delete=models.PROTECT, related_name="+")
    old_key = models.CharField(max_length=120)
    new_key = models.CharField(max_length=120)
    refused = models.BooleanField(default=True)  # False: to be asked again
    by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField()


class GateKind(models.TextChoices):
    """The three gates of R4."""

    FIRST_ADMINISTRATIVE = "first_administrative"
    FIRST_PROOFS = "first_proofs"
    END_OF_EXCHANGES = "end_of_exchanges"


class Gate(AppendOnlyModel):
    """A date of a programme, as decided: the latest row of a kind holds; the older ones are its history."""

    programme = models.ForeignKey(Programme, on_delete=models.PROTECT, related_name="gates")
    kind = models.CharField(max_length=25, choices=GateKind)
    wall_time = models.CharField(max_length=16)  # 2026-05-13T12:00, as written in the decision
    zone = models.CharField(max_length=40, default="Europe/Paris")
    due_at = models.DateTimeField()  # derived from the two
    reason = models.CharField(max_length=500)
    set_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    set_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["programme", "kind", "set_at"], name="gate_latest")]
        constraints = [
            models.CheckConstraint(condition=~Q(reason=""), name="gate_has_reason"),
        ]
