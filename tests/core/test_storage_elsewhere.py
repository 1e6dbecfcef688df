"""Files in a store that speaks S3, and searched for viruses by a real clamd."""

import subprocess
import sys
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import pytest
from botocore.exceptions import BotoCoreError

from config import Settings
from procurement.core import storage
from procurement.core.errors import Invalid
from procurement.core.storage import BucketStore, LocalStore, open_kept, stores, take_in, viruses
from tests.core.test_storage import Endless
from tests.factories import a_pdf
from tests.live import free_port, until
from tests.programs import needs

BUCKET = "papers"
MARK = b"a virus of this test's own"
"""What clamd is told to find: a signature of ours, so that no list of real ones is needed."""


@pytest.fixture(autouse=True)
def _as_before() -> Iterator[None]:
    store, address = stores._chosen.store, viruses._chosen.address
    yield
    stores._chosen.store = store
    viruses.search_with(address)


@pytest.fixture
def bucket(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[BucketStore]:
    """A server that speaks S3, in a process of its own, with one bucket."""
    port = free_port()
    for name, value in {
        "AWS_ENDPOINT_URL": f"http://127.0.0.1:{port}",
        "AWS_ACCESS_KEY_ID": "key",
        "AWS_SECRET_ACCESS_KEY": "secret",
        "AWS_DEFAULT_REGION": "eu-west-3",
    }.items():
        monkeypatch.setenv(name, value)
    command = [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as server:
        store = BucketStore(f"s3://{BUCKET}/files/", tmp_path)

        def made() -> bool:
            try:
                region = {"LocationConstraint": "eu-west-3"}
                store.client.create_bucket(Bucket=BUCKET, CreateBucketConfiguration=region)
            except BotoCoreError:
                return False
            return True

        try:
            until(made)
            storage.use(store)
            yield store
        finally:
            store.client.close()
            server.kill()


def test_a_bucket_keeps_files_by_their_digest(bucket: BucketStore, tmp_path: Path):
    kept = take_in(BytesIO(a_pdf()), "scan.pdf")
    again = take_in(BytesIO(a_pdf()), "other.pdf")
    with open_kept(kept.digest) as file:
        assert file.read() == a_pdf()
    listed = bucket.client.list_objects_v2(Bucket=BUCKET)["Contents"]
    assert [one["Key"] for one in listed] == [f"files/{kept.digest.hex()}"]
    assert again.digest == kept.digest
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []
    with pytest.raises(FileNotFoundError):
        open_kept(b"\0" * 32)


def test_what_is_refused_never_reaches_the_bucket(bucket: BucketStore):
    with pytest.raises(Invalid):
        take_in(BytesIO(b"MZ" + b"\0" * 100), "scan.pdf")
    assert "Contents" not in bucket.client.list_objects_v2(Bucket=BUCKET)


def test_a_long_file_travels_in_pieces(bucket: BucketStore):
    kept = take_in(Endless(b"", 20_000_000), "long.txt")
    with open_kept(kept.digest) as file:
        assert sum(map(len, iter(lambda: file.read(1 << 20), b""))) == 20_000_000


@pytest.mark.parametrize("address", ["papers", "http://papers", "s3://", "s3:///files"])
def test_an_address_that_is_none_is_refused_at_the_start(settings, address, tmp_path):
    with pytest.raises(ValueError, match="s3"):
        Settings(**(settings.model_dump() | {"storage_url": address}))
    with pytest.raises(ValueError, match="s3"):
        BucketStore(address, tmp_path)


@pytest.fixture
def clamd(tmp_path: Path) -> Iterator[str]:
    """A clamd of the test's own, that knows one virus; its socket."""
    program = needs("clamd")
    signatures, socket, log = tmp_path / "signatures", tmp_path / "clamd.sock", tmp_path / "clamd.log"
    signatures.mkdir()
    (signatures / "own.ndb").write_text(f"Test.Own:0:*:{MARK.hex()}\n")
    configuration = tmp_path / "clamd.conf"
    configuration.write_text(
        f"DatabaseDirectory {signatures}\nLocalSocket {socket}\nForeground yes\nLogFile {log}\n"
        "StreamMaxLength 60M\nMaxFileSize 60M\nMaxScanSize 60M\n"
    )
    with subprocess.Popen(
        [program, "--config-file", configuration], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) as server:
        try:
            until(lambda: socket.exists() or server.poll() is not None)
            assert server.poll() is None, log.read_text() if log.exists() else "clamd didn't start"
            yield str(socket)
        finally:
            server.kill()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A store of the test's own."""
    storage.use(LocalStore(tmp_path / "files"))
    return tmp_path / "files"


def test_a_virus_is_refused_and_leaves_nothing(clamd, folder):
    viruses.search_with(clamd)
    take_in(BytesIO(a_pdf()), "scan.pdf")
    before = sorted(folder.rglob("*"))
    with pytest.raises(Invalid, match="virus: it isn't taken"):
        take_in(BytesIO(b"plain words, " + MARK), "words.txt")
    assert sorted(folder.rglob("*")) == before


def test_the_longest_file_that_is_taken_can_be_searched(clamd, folder):
    viruses.search_with(clamd)
    with pytest.raises(Invalid, match="virus: it isn't taken"):
        take_in(Endless(MARK, storage.LARGEST - len(MARK)), "words.txt")
    take_in(Endless(b"", storage.LARGEST), "words.txt")


def test_nothing_is_taken_while_nobody_searches(folder, tmp_path):
    viruses.search_with(str(tmp_path / "nobody.sock"))
    with pytest.raises(Invalid, match="just now"):
        take_in(BytesIO(a_pdf()), "scan.pdf")
    assert [path for path in folder.rglob("*") if path.is_file()] == []
