"""Files in a store that speaks S3, for installations of several machines. Keys are digests, as in the folder."""

import re
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryFile
from typing import BinaryIO
from urllib.parse import urlsplit

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

from procurement.core.storage.stores import Arrival, drop_old

PATIENCE = Config(connect_timeout=5, read_timeout=30, retries={"total_max_attempts": 3})
DIGEST = re.compile(r"[0-9a-f]{64}")
GONE = frozenset({"404", "NoSuchKey", "NotFound"})


class BucketStore:
    """A bucket, `s3://bucket/prefix`; keys and address come from the environment, as S3's own tools read it.

    A file is received in `folder`, on this machine's disk, looked at there, then put whole: S3 shows it all or nothing.
    """

    def __init__(self, address: str, folder: Path) -> None:
        parts = urlsplit(address)
        if parts.scheme != "s3" or not parts.netloc:
            raise ValueError("an address such as s3://bucket/prefix")
        self.bucket, self.prefix = parts.netloc, parts.path.strip("/")
        self.folder = folder
        self.client = boto3.client("s3", config=PATIENCE)

    def _key(self, digest: str) -> str:
        return f"{self.prefix}/{digest}".lstrip("/")

    def arriving(self) -> Arrival:
        """A file on this machine, until it is put."""
        return Arrival(self.folder / "partial")

    def keep(self, arrival: Arrival, digest: str) -> None:
        """Put the file, in pieces if it is long; it stands under its key once all of it has arrived."""
        arrival.flush_to_disk()
        self.client.upload_file(str(arrival.path), self.bucket, self._key(digest))

    def open(self, digest: str) -> BinaryIO:
        """The file, brought to this machine's disk. Raises FileNotFoundError."""
        copy: BinaryIO = TemporaryFile()  # noqa: SIM115 - the caller closes it
        try:
            self.client.download_fileobj(self.bucket, self._key(digest), copy)
        except ClientError as error:
            copy.close()
            if error.response["Error"]["Code"] in GONE:
                raise FileNotFoundError(digest) from error
            raise
        except BaseException:
            copy.close()
            raise
        copy.seek(0)
        return copy

    def kept_before(self, instant: datetime) -> Iterator[str]:
        """By when the store says that each was put; a thousand a question."""
        start = self._key("")
        for page in self.client.get_paginator("list_objects_v2").paginate(Bucket=self.bucket, Prefix=start):
            for one in page.get("Contents", ()):
                digest = one["Key"].removeprefix(start)
                if DIGEST.fullmatch(digest) and one["LastModified"] < instant:
                    yield digest

    def remove(self, digest: str) -> None:
        """Delete the object."""
        self.client.delete_object(Bucket=self.bucket, Key=self._key(digest))

    def has(self, digest: str) -> bool:
        """Whether the object is there."""
        try:
            self.client.head_object(Bucket=self.bucket, Key=self._key(digest))
        except ClientError as error:
            if error.response["Error"]["Code"] in GONE:
                return False
            raise
        return True

    def drop_partial(self, instant: datetime) -> int:
        """What a crash left on this machine."""
        return drop_old(self.folder / "partial", instant)
