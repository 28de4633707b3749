"""The record of what was done: one hash chain per subject, append-only, digests kept elsewhere each day."""

from django.db import models

from jalon.core.db.append_only import AppendOnlyModel


class Entry(AppendOnlyModel):
    """One act. `payload` holds codes, numbers, dates, digests and references: never free text."""

    chain = models.CharField(max_length=80)  # "application:SEKWAOLGFJ", "company:12", "programme:…", "person:…"
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


class Head(models.Model):
    """Where each chain stands: the row that is locked to append."""

    chain = models.CharField(max_length=80, primary_key=True)
    seq = models.PositiveIntegerField()
    hash = models.CharField(max_length=64)
    changed_at = models.DateTimeField(db_index=True)


class Digest(AppendOnlyModel):
    """The daily anchor: a digest of all heads and of the digest before. A copy is kept outside the database."""

    number = models.PositiveIntegerField(unique=True)
    day = models.DateField()
    taken_at = models.DateTimeField()
    heads = models.TextField()  # canonical JSON {chain: [seq, hash]} of the chains that moved since the last one
    root = models.CharField(max_length=64)
    previous_root = models.CharField(max_length=64)
