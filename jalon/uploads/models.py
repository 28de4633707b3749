"""Files on their way into a slot. How much has arrived is what the disk says (documents.storage.incoming)."""

from django.db import models

from jalon.accounts.models import Company, User
from jalon.applications.models import Application
from jalon.documents.models import Document
from jalon.uploads.states import UploadState


class Upload(models.Model):
    """One file that one person sends for one slot. The token is a secret between the server and that person."""

    token = models.CharField(max_length=64, unique=True)
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    company = models.ForeignKey(Company, on_delete=models.PROTECT, related_name="+")
    application = models.ForeignKey(Application, on_delete=models.PROTECT, related_name="+")
    item_key = models.CharField(max_length=120)  # key of the expected proof in the revision
    name = models.CharField(max_length=255)
    size = models.PositiveBigIntegerField()  # as declared
    language = models.CharField(max_length=10)  # in which the person is told what is wrong
    state = models.CharField(max_length=10, choices=UploadState, default=UploadState.RECEIVING)
    message = models.TextField(blank=True, default="")  # why it was refused
    document = models.ForeignKey(Document, on_delete=models.PROTECT, null=True, related_name="+")
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    arrived_at = models.DateTimeField(null=True)  # the last byte
    finished_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["application", "user"], name="upload_of_person"),
            models.Index(fields=["state", "expires_at"], name="upload_to_sweep"),
        ]
