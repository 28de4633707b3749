"""What the agency said: verdicts on proofs, remarks on fields. Facts, never changed."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from jalon.accounts.models import User
from jalon.applications.models import Round
from jalon.core.db.append_only import AppendOnlyModel
from jalon.evidence.models import Proof


class Outcome(models.TextChoices):
    CONFORMING = "conforming", _("Conforme")
    TO_MODIFY = "to_modify", _("À modifier")
    WITHDRAWN = "withdrawn", _("Repris")  # taken back before the chapter was closed


class Verdict(AppendOnlyModel):
    """One verdict on one proof in one round. The latest one holds; it takes effect when the round is closed."""

    proof = models.ForeignKey(Proof, on_delete=models.PROTECT, related_name="verdicts")
    round = models.ForeignKey(Round, on_delete=models.PROTECT, related_name="verdicts")
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
