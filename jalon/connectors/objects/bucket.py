"""Objects in a bucket that speaks S3."""

import io
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from typing import Any, BinaryIO, cast
from urllib.parse import parse_qs, unquote, urlsplit

READ = 1024 * 1024
PART = 16 * 1024 * 1024


class Bucket:
    """`address`: s3://KEY:SECRET@host[:port]/bucket[?region=…&tls=no]; `scratch`: a folder for copies.

    `left_behind`: how the name of a copy ends, by which one is known that a killed process left.
    """

    def __init__(self, address: str, scratch: Path | None = None, left_behind: str = "") -> None:
        self.client, self.name = _connected(address)
        self.scratch, self.left_behind = scratch, left_behind

    def fault(self) -> str:
        """Why nothing can be kept there now, or ""."""
        from botocore.exceptions import BotoCoreError, ClientError  # noqa: PLC0415  (as in _connected)

        try:
            self.client.head_bucket(Bucket=self.name)
        except (BotoCoreError, ClientError) as error:
            return str(error)
        return ""

    def put(self, path: Path, key: str) -> None:
        from boto3.s3.transfer import TransferConfig  # noqa: PLC0415  (a second to import: only where it is used)

        config = TransferConfig(multipart_threshold=PART, multipart_chunksize=PART, max_concurrency=2)
        self.client.upload_file(str(path), self.name, key, Config=config)

    def open(self, key: str) -> BinaryIO:
        return cast(BinaryIO, io.BufferedReader(_Object(self.client, self.name, key), READ))

    @contextmanager
    def on_disk(self, key: str) -> Iterator[Path]:
        """A copy, gone afterwards."""
        with (
            tempfile.NamedTemporaryFile(dir=self.scratch, suffix=self.left_behind) as copy,
            self.open(key) as file,
        ):
            shutil.copyfileobj(file, copy, READ)
            copy.flush()
            yield Path(copy.name)

    def remove(self, key: str) -> None:
        self.client.delete_object(Bucket=self.name, Key=key)


class _Object(io.RawIOBase):
    """Read from where one is, by ranges: what nobody reads is not fetched."""

    def __init__(self, client: Any, bucket: str, key: str) -> None:
        super().__init__()
        self._client, self._where = client, {"Bucket": bucket, "Key": key}
        self._size = _size_of(client, self._where)
        self._at = 0
        self._body: Any = None

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._at

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        start = {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self._size}[whence]
        if start + offset != self._at:
            self._at = max(start + offset, 0)
            self._hang_up()
        return self._at

    def readinto(self, buffer: Any) -> int:
        if self._at >= self._size:
            return 0
        if self._body is None:
            answer = self._client.get_object(**self._where, Range=f"bytes={self._at}-")
            self._body = answer["Body"]
        piece = self._body.read(len(buffer))
        buffer[: len(piece)] = piece
        self._at += len(piece)
        return len(piece)

    def close(self) -> None:
        self._hang_up()
        super().close()

    def _hang_up(self) -> None:
        if self._body is not None:
            self._body.close()
            self._body = None


def _size_of(client: Any, where: Mapping[str, str]) -> int:
    try:
        return int(client.head_object(**where)["ContentLength"])
    except client.exceptions.ClientError as error:
        if error.response["ResponseMetadata"]["HTTPStatusCode"] == 404:
            raise FileNotFoundError(where["Key"]) from error
        raise


@lru_cache(maxsize=4)
def _connected(address: str) -> tuple[Any, str]:
    import boto3  # noqa: PLC0415  (a second to import: only where it is used)
    from botocore.config import Config  # noqa: PLC0415

    parts, options = urlsplit(address), parse_qs(urlsplit(address).query)
    scheme = "http" if options.get("tls") == ["no"] else "https"
    client = boto3.client(
        "s3",
        endpoint_url=f"{scheme}://{parts.hostname}{f':{parts.port}' if parts.port else ''}",
        aws_access_key_id=unquote(parts.username or ""),
        aws_secret_access_key=unquote(parts.password or ""),
        region_name=options.get("region", ["us-east-1"])[0],
        config=Config(
            signature_version="s3v4",
            s3={"addressing_style": "path"},
            connect_timeout=5,
            read_timeout=60,
            retries={"max_attempts": 3, "mode": "standard"},
            proxies={},  # else those of the environment, which are no setting of ours, would see every file
        ),
    )
    return client, parts.path.strip("/")
