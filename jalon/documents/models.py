"""Files: stored once, named by their digest, opened only through what they belong to."""

from django.db import models

from jalon.accounts.models import Company, User


class Scan(models.TextChoices):
    """What the antivirus said.

    Not analysed: none is configured; the file opens, marked so. Own: Jalon made it.
    """

    PENDING = "pending"
    CLEAN = "clean"
    INFECTED = "infected"
    NOT_ANALYSED = "not_analysed"
    OWN = "own"


class Document(models.Model):
    """One stored file. The object is written first, this row second, so a row never points at nothing."""

    company = models.ForeignKey(Company, on_delete=models.PROTECT, null=True, related_name="+")
    sha256 = models.CharField(max_length=64, db_index=True)
    size = models.PositiveBigIntegerField()
    media_type = models.CharField(max_length=100)
    name = models.CharField(max_length=255)
    storage_key = models.CharField(max_length=200, unique=True)
    scan = models.CharField(max_length=15, choices=Scan, default=Scan.PENDING)
    scanned_at = models.DateTimeField(null=True)
    added_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    added_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["scan", "added_at"], name="document_scan")]

    def __str__(self) -> str:
        return self.name
