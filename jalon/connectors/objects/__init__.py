"""Objects kept elsewhere than on our disks: a bucket that speaks S3."""

from jalon.connectors.objects.bucket import Bucket

__all__ = ["Bucket"]
