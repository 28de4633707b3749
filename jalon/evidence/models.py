"""Slots and the proofs in them. A submitted proof is never overwritten: a new one supersedes it (R9)."""

import json

from django.db import models
from django.db.models import Q

from jalon.accounts.models import Company, User
from jalon.applications.models import Application, Part
from jalon.core.db.append_only import AppendOnlyModel
from jalon.documents.models import Content, Document
from jalon.evidence.states import ReportVerdict, SlotState


class Slot(models.Model):
    """The place of one expected proof in one application; the row exists once somebody touched it."""

    application = models.ForeignKey(Application, on_delete=models.PROTECT, related_name="slots")
    part = models.ForeignKey(Part, on_delete=models.PROTECT, related_name="slots")
    item_key = models.CharField(max_length=120)  # key of the expected proof in the revision
    state = models.CharField(max_length=15, choices=SlotState, default=SlotState.TO_DEPOSIT)
    version = models.PositiveIntegerField(
        default=1
    )  # grows with each change: two people on one slot (situation 1)
    # The version since which it says what it says: verdicts are on this one. A move that is undone gives the former
    # one back, so that what was judged holds again, while `version` only ever grows.
    content_version = models.PositiveIntegerField(default=1)
    returned_n = models.PositiveIntegerField(default=0)  # the proof that the agency sent back last; 0: none
    # TXT: marks of the pieces given until another proof was wanted; without one besides these, it is not enough.
    outdated = models.TextField(default="[]")
    # False: the pinned revision, or the facts, ask for it no more; kept with its proofs and verdicts, not counted.
    asked = models.BooleanField(default=True)
    # Of what was changed last: when it was here, and when it had its place. What dates look at (rules.gates.Hold); kept
    # here, where nobody tidies up.
    arrived_at = models.DateTimeField(null=True)
    settled_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["application", "item_key"], name="slot_one_per_item")]


class Proof(models.Model):
    """What was given in a slot, the n-th time. `submitted_at` closes it for ever."""

    slot = models.ForeignKey(Slot, on_delete=models.PROTECT, related_name="proofs")
    n = models.PositiveIntegerField()
    na_reason = models.TextField(
        blank=True, default=""
    )  # not empty: "non applicable" asked, with this reason
    comment = models.TextField(blank=True, default="")  # the vendor's answer to the verifier
    added_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    added_at = models.DateTimeField()
    submitted_at = models.DateTimeField(null=True)
    superseded_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["slot", "n"], name="proof_one_per_number"),
            models.UniqueConstraint(
                fields=["slot"], condition=Q(superseded_at=None), name="proof_one_current"
            ),
        ]


class ExternalRecord(AppendOnlyModel):
    """A report of a test platform, as it was when the server took it over (R8). Taken again, it is another record."""

    company = models.ForeignKey(Company, on_delete=models.PROTECT, related_name="+")
    connector = models.CharField(max_length=20)
    ref = models.CharField(max_length=128)  # its name at the platform
    url = models.CharField(max_length=2000, blank=True, default="")
    format = models.CharField(max_length=20)
    verdict = models.CharField(max_length=10, choices=ReportVerdict)
    said = models.CharField(max_length=200, blank=True, default="")  # the platform's own word for it
    test = models.CharField(max_length=200, blank=True, default="")
    validator = models.CharField(max_length=200, blank=True, default="")
    made_at = models.DateTimeField(null=True)
    organisation = models.CharField(max_length=200, blank=True, default="")
    product = models.CharField(max_length=200, blank=True, default="")
    counters = models.TextField(default="{}")  # TXT: total, errors, warnings, undefined
    document = models.ForeignKey(Document, on_delete=models.PROTECT, related_name="+")  # the bytes that came
    taken_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    taken_at = models.DateTimeField()

    @property
    def tally(self) -> dict[str, int]:
        """What the platform counted; 0 where it did not say."""
        return {"total": 0, "errors": 0, "warnings": 0, "undefined": 0, **json.loads(self.counters)}


class ItemKind(models.TextChoices):
    FILE = "file"
    LINK = "link"
    RECORD = "record"  # a number or a short text: an MSSanté execution number


class ProofItem(models.Model):
    """One piece of a proof: 1 to 20 of them."""

    proof = models.ForeignKey(Proof, on_delete=models.PROTECT, related_name="items")
    position = models.PositiveIntegerField()
    kind = models.CharField(max_length=6, choices=ItemKind)
    proof_kind = models.CharField(max_length=40, blank=True)  # key of the proof kind in the programme
    # True: no piece of the proof, but a file behind the reason of a request for "non applicable".
    backs = models.BooleanField(default=False)
    document = models.ForeignKey(Document, on_delete=models.PROTECT, null=True, related_name="+")
    url = models.CharField(max_length=2000, blank=True, default="")
    text = models.CharField(max_length=500, blank=True, default="")
    # What was met where the link leads (documents.checks.texts.link_answers); "": nobody has looked.
    answer = models.CharField(max_length=30, blank=True, default="")
    # What the server read behind the link, or in the file, when it was given.
    record = models.ForeignKey(ExternalRecord, on_delete=models.PROTECT, null=True, related_name="+")
    added_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    added_at = models.DateTimeField()
    # What the giver says of it, apart from when it was given: of which day it is (None: what it says itself), and the
    # product and version that it shows.
    dated_on = models.DateField(null=True)
    scope = models.CharField(max_length=300, blank=True, default="")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["proof", "position"], name="proof_item_one_per_position"),
            models.CheckConstraint(
                condition=(
                    Q(kind="file", document__isnull=False, url="", text="")
                    | (Q(kind="link", document=None, text="") & ~Q(url=""))
                    | (Q(kind="record", document=None, url="") & ~Q(text=""))
                ),
                name="proof_item_exactly_one_thing",
            ),
            models.CheckConstraint(
                condition=(Q(backs=False) & ~Q(proof_kind="")) | Q(backs=True, kind="file", proof_kind=""),
                name="proof_item_of_a_kind_or_behind_a_reason",
            ),
        ]

    @property
    def file(self) -> Document | None:
        """The file that it is, or the copy of its report."""
        return self.document or (self.record.document if self.record else None)


class ExpiryReminder(AppendOnlyModel):
    """That people were told of a file that grows too old in an application: once a mark (`rules.REMINDERS`)."""

    application = models.ForeignKey(Application, on_delete=models.PROTECT, related_name="+")
    content = models.ForeignKey(Content, on_delete=models.PROTECT, related_name="+")
    expires_on = models.DateField()  # the last day on which it can be handed in
    mark = models.SmallIntegerField()
    told_on = models.DateField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["application", "content", "expires_on", "mark"], name="expiry_reminder_once_a_mark"
            )
        ]
        indexes = [models.Index(fields=["told_on"], name="expiry_reminder_day")]
