"""What the agency said: verdicts on proofs, remarks on fields. Facts, never changed."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from jalon.accounts.models import User
from jalon.applications.models import Application, Round
from jalon.core.db.append_only import AppendOnlyModel
from jalon.evidence.models import Proof
from jalon.programmes.models import Revision
from jalon.reviews.states import MoveKind


class Outcome(models.TextChoices):
    CONFORMING = "conforming", _("Conforme")
    TO_MODIFY = "to_modify", _("À modifier")
    WITHDRAWN = "withdrawn", _("Repris")  # taken back before the chapter was closed


class Verdict(AppendOnlyModel):
    """One verdict on one proof in one round. The latest one holds; it takes effect when the round is closed."""

    proof = models.ForeignKey(Proof, on_delete=models.PROTECT, related_name="verdicts")
    round = models.ForeignKey(Round, on_delete=models.PROTECT, related_name="verdicts")
    slot_version = models.PositiveIntegerField()  # `content_version` of the slot, as it was judged
    outcome = models.CharField(max_length=12, choices=Outcome)
    reason_code = models.CharField(max_length=40, blank=True, default="")
    text = models.TextField(blank=True, default="")
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=~Q(outcome="to_modify", text=""), name="verdict_to_modify_has_reason"
            ),
        ]


class Remark(AppendOnlyModel):
    """A request for change on one field of the administrative file, or the reason of a refusal (field empty)."""

    round = models.ForeignKey(Round, on_delete=models.PROTECT, related_name="remarks")
    field = models.CharField(max_length=120, blank=True, default="")
    text = models.TextField()
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()


class MoveOrder(AppendOnlyModel):
    """A manager's order to move every running file of a programme to a revision; done one file at a time."""

    revision = models.ForeignKey(Revision, on_delete=models.PROTECT, related_name="move_orders")
    by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField()


class HeldFile(models.Model):
    """A file that the worker looked at for an order and left where it is; asked again, it is looked at anew."""

    order = models.ForeignKey(MoveOrder, on_delete=models.PROTECT, related_name="held")
    application = models.ForeignKey(Application, on_delete=models.PROTECT, related_name="+")
    stay = models.CharField(max_length=12)  # why: `Stay`
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["order", "application"], name="held_file_once")]


class Move(AppendOnlyModel):
    """One file went to another revision, or to other facts (R2, R5). `before` is what undoing puts back."""

    application = models.ForeignKey(Application, on_delete=models.PROTECT, related_name="moves")
    n = models.PositiveIntegerField()
    kind = models.CharField(max_length=10, choices=MoveKind)
    from_revision = models.ForeignKey(Revision, on_delete=models.PROTECT, related_name="+")
    to_revision = models.ForeignKey(Revision, on_delete=models.PROTECT, related_name="+")
    order = models.ForeignKey(MoveOrder, on_delete=models.PROTECT, null=True, related_name="moves")
    before = models.TextField()  # TXT: every row that changed, as it was; what was made
    report = models.TextField()  # TXT: what the vendor is told, by key of expected proof
    after = models.CharField(
        max_length=64
    )  # digest of the whole file right after: whether anybody acted since
    by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["application", "n"], name="move_one_per_number")]


class MoveUndone(AppendOnlyModel):
    """A move taken back while nobody had acted on the file."""

    move = models.OneToOneField(Move, on_delete=models.PROTECT, related_name="undone")
    by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField()
