"""The record of what was done: one hash chain per subject, append-only, digests kept elsewhere each day."""

from django.db import models

from jalon.core.db.append_only import AppendOnlyModel
from jalon.journal.rules import Anchor, stamp


class Entry(AppendOnlyModel):
    """One act. `payload` holds codes, numbers, dates, digests and references: never free text."""

    chain = models.CharField(
        max_length=80
    )  # "application:SEKWAOLGFJ", "company:12", "programme:…", "person:…"
    seq = models.PositiveIntegerField()
    at = models.DateTimeField()
    event = models.CharField(max_length=80)  # package.object.participle
    actor_ref = models.CharField(max_length=26)
    payload = models.TextField()  # canonical JSON, hashed as stored
    prev = models.CharField(max_length=64)
    hash = models.CharField(max_length=64)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["chain", "seq"], name="journal_entry_one_per_seq"),
        ]
        indexes = [models.Index(fields=["at"], name="journal_entry_at")]

    def __str__(self) -> str:
        return f"{self.chain} {self.seq} {self.event}"


class Head(models.Model):
    """Where each chain stands: the row that is locked to append."""

    chain = models.CharField(max_length=80, primary_key=True)
    seq = models.PositiveIntegerField()
    hash = models.CharField(max_length=64)
    # Up to where a daily digest has seen it. Not a comparison of instants: a verb that began before a digest
    # may be committed after it.
    digested_seq = models.PositiveIntegerField(default=0)

    def __str__(self) -> str:
        return f"{self.chain} {self.seq}"


class Digest(AppendOnlyModel):
    """The daily anchor: a digest of the moved heads and of the digest before. A copy is kept elsewhere."""

    number = models.PositiveIntegerField(unique=True)
    day = models.DateField()
    taken_at = models.DateTimeField()
    heads = (
        models.TextField()
    )  # canonical JSON {chain: [seq, hash]} of the chains that moved since the last one
    root = models.CharField(max_length=64)
    previous_root = models.CharField(max_length=64)

    def __str__(self) -> str:
        return f"{self.number} {self.day}"

    def as_anchor(self) -> Anchor:
        return Anchor(
            number=self.number,
            day=self.day.isoformat(),
            taken_at=stamp(self.taken_at),
            heads=self.heads,
            root=self.root,
            previous_root=self.previous_root,
        )
