"""A server that speaks S3, in a process of its own."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from unittest.mock import patch

from botocore.exceptions import BotoCoreError

from procurement.core.storage import BucketStore
from tests.live import free_port, until

BUCKET = "papers"


@contextmanager
def a_bucket(folder: Path) -> Iterator[BucketStore]:
    """A store on a bucket of that server; `folder` receives."""
    port = free_port()
    where = {
        "AWS_ENDPOINT_URL": f"http://127.0.0.1:{port}",
        "AWS_ACCESS_KEY_ID": "key",
        "AWS_SECRET_ACCESS_KEY": "secret",
        "AWS_DEFAULT_REGION": "eu-west-3",
    }
    command = [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)]
    with (
        patch.dict(os.environ, where),
        subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as server,
    ):
        store = BucketStore(f"s3://{BUCKET}/files/", folder)

        def made() -> bool:
            try:
                region = {"LocationConstraint": "eu-west-3"}
                store.client.create_bucket(Bucket=BUCKET, CreateBucketConfiguration=region)
            except BotoCoreError:
                return False
            return True

        try:
            until(made)
            yield store
        finally:
            store.client.close()
            server.kill()
