"""Files: the bytes once inside one company, and every name under which somebody handed them in.

Bytes are opened only through what a document belongs to.
"""

from datetime import datetime
from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy

from jalon.accounts.models import Company, User


class Scan(models.TextChoices):
    """What the antivirus said.

    Not analysed: none is configured; unscannable: larger than it takes; the file opens, marked so. Own: Jalon made it.
    """

    PENDING = "pending"
    CLEAN = "clean"
    INFECTED = "infected"
    NOT_ANALYSED = "not_analysed"
    UNSCANNABLE = "unscannable"
    OWN = "own"


class SealReason(models.TextChoices):
    """Why nobody may see a file any more (R9)."""

    HEALTH = "health", gettext_lazy("données de santé d’une personne réelle")
    PERSONAL = "personal", gettext_lazy("données personnelles")
    SECRET = "secret", gettext_lazy("mot de passe, clé ou autre secret")
    OTHER = "other", gettext_lazy("autre motif")


class SealOutcome(models.TextChoices):
    """The word of the second person."""

    DESTROYED = "destroyed", gettext_lazy("Destruction confirmée")
    LIFTED = "lifted", gettext_lazy("Scellé levé")


class Content(models.Model):
    """Bytes that are kept. The object is written first, this row second, so a row never points at nothing.

    The same bytes from two companies are two contents: nothing that one does shows what another holds. A sealed
    removal takes the object away; the row stays, and says so. What nothing names any more goes, row first.
    """

    company = models.ForeignKey(Company, on_delete=models.PROTECT, null=True, related_name="+")
    sha256 = models.CharField(max_length=64)
    size = models.PositiveBigIntegerField()
    storage_key = models.CharField(max_length=200, unique=True)
    scan = models.CharField(max_length=15, choices=Scan, default=Scan.PENDING)
    scanned_at = models.DateTimeField(null=True)
    added_at = models.DateTimeField()
    # As its seal says, so that whoever opens a file asks no further: nobody opens it, in any of its uses.
    sealed_at = models.DateTimeField(null=True)
    seal_reason = models.CharField(max_length=10, choices=SealReason, blank=True, default="")
    destroyed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(destroyed_at=None) | Q(sealed_at__isnull=False),
                name="content_sealed_before_destroyed",
            ),
            models.UniqueConstraint(fields=["company", "sha256"], name="content_once_per_company"),
            models.UniqueConstraint(
                fields=["sha256"], condition=Q(company=None), name="content_once_of_nobody"
            ),
        ]
        indexes = [models.Index(fields=["scan", "added_at"], name="content_scan")]


class Documents(models.Manager["Document"]):
    """A document is hardly ever of use without what is known of its bytes."""

    def get_queryset(self) -> "models.QuerySet[Document]":
        return super().get_queryset().select_related("content")


class Document(models.Model):
    """One file that somebody handed in, or that Jalon made: a name on a content."""

    content = models.ForeignKey(Content, on_delete=models.PROTECT, related_name="documents")
    name = models.CharField(max_length=255)
    media_type = models.CharField(max_length=100)
    facts = models.TextField(
        blank=True, default=""
    )  # TXT: what was read in it (checks/facts.py); "": nothing yet
    facts_version = models.PositiveSmallIntegerField(default=0)
    added_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    added_at = models.DateTimeField()
    # As the daily look saw it (queries.unnamed); after UNNAMED_KEPT it goes.
    unnamed_since = models.DateTimeField(null=True)

    objects: ClassVar[Documents] = Documents()

    class Meta:
        base_manager_name = "objects"

    def __str__(self) -> str:
        return self.name

    @property
    def company_id(self) -> int | None:
        return self.content.company_id

    @property
    def sha256(self) -> str:
        return self.content.sha256

    @property
    def size(self) -> int:
        return self.content.size

    @property
    def scan(self) -> Scan:
        return Scan(self.content.scan)

    @property
    def scanned_at(self) -> datetime | None:
        return self.content.scanned_at


class Seal(models.Model):
    """One sealing of a content, and the word of a second person on it (R9). It outlives the bytes.

    `words` are the asker's; the journal holds the reason's code only. `chain`: where the journal tells it.
    """

    content = models.ForeignKey(Content, on_delete=models.PROTECT, related_name="seals")
    chain = models.CharField(max_length=100)
    reason = models.CharField(max_length=10, choices=SealReason)
    words = models.CharField(max_length=500, blank=True, default="")
    asked_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    outcome = models.CharField(max_length=10, choices=SealOutcome, blank=True, default="")
    decided_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField(null=True)
    destroyed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["content"], condition=~Q(outcome="lifted"), name="seal_one_in_force"
            ),
            models.CheckConstraint(
                condition=(
                    Q(outcome="", decided_by=None, decided_at=None)
                    | (Q(decided_by__isnull=False, decided_at__isnull=False) & ~Q(outcome=""))
                ),
                name="seal_decided_by_somebody",
            ),
            models.CheckConstraint(
                condition=Q(decided_by=None) | ~Q(decided_by=F("asked_by")), name="seal_two_people"
            ),
            models.CheckConstraint(
                condition=Q(destroyed_at=None) | Q(outcome="destroyed"), name="seal_destroyed_on_word"
            ),
        ]
