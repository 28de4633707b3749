"""Files on their way into slots. How much has arrived is what the disk says (documents.storage.incoming)."""

from django.db import models

from jalon.accounts.models import Company, User
from jalon.applications.models import Application
from jalon.documents.models import Document, Scan
from jalon.uploads.states import UploadRole, UploadState


class Upload(models.Model):
    """One file that one person sends. The token is a secret between the server and that person."""

    token = models.CharField(max_length=64, unique=True)
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    company = models.ForeignKey(Company, on_delete=models.PROTECT, related_name="+")
    application = models.ForeignKey(Application, on_delete=models.PROTECT, related_name="+")
    role = models.CharField(max_length=10, choices=UploadRole, default=UploadRole.SLOT)
    # Key of the expected proof in the revision; of many: where the person confirmed, or it was sent before; else "".
    item_key = models.CharField(max_length=120, blank=True, default="")
    name = models.CharField(max_length=255)
    path = models.CharField(max_length=500, blank=True, default="")  # of many: with the folders it came in
    size = models.PositiveBigIntegerField()  # as declared
    # Of many: tells it from another file of that name and size: its date at the sender, or a sum of its bytes.
    mark = models.CharField(max_length=40, blank=True, default="")
    language = models.CharField(max_length=10)  # in which the person is told what is wrong
    state = models.CharField(max_length=10, choices=UploadState, default=UploadState.RECEIVING)
    # Why it was refused. Of many "": none of it was wanted, and `Targets.refusal` says why, as of now.
    message = models.TextField(blank=True, default="")
    # Of many: what the check found, kept until the file is put into its slot. `kept_as` "": the company has the bytes.
    sha256 = models.CharField(max_length=64, blank=True, default="")
    media_type = models.CharField(max_length=100, blank=True, default="")
    kept_as = models.CharField(max_length=80, blank=True, default="")
    scan = models.CharField(max_length=15, choices=Scan, blank=True, default="")
    # Of many: the number of the proof in the slot that this file is given instead of; 0: beside what is there.
    replaces = models.PositiveIntegerField(default=0)
    document = models.ForeignKey(Document, on_delete=models.PROTECT, null=True, related_name="+")
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    arrived_at = models.DateTimeField(null=True)  # the last byte; of many: and the word where it goes

    class Meta:
        indexes = [
            models.Index(fields=["application", "user"], name="upload_of_person"),
            models.Index(fields=["state", "expires_at"], name="upload_to_sweep"),
        ]
