"""Files in a store that speaks S3, and searched for viruses by a real clamd."""

import subprocess
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from io import BytesIO
from pathlib import Path

import pytest

from config import Settings
from procurement.core import storage
from procurement.core.errors import Invalid
from procurement.core.storage import (
    BucketStore,
    LocalStore,
    drop_partial,
    is_kept,
    open_kept,
    put_back,
    sha256_of,
    stores,
    take_in,
    viruses,
)
from tests.buckets import BUCKET, a_bucket
from tests.core.test_storage import Endless
from tests.factories import a_pdf
from tests.live import until
from tests.programs import needs

MARK = b"a virus of this test's own"
"""What clamd is told to find: a signature of ours, so that no list of real ones is needed."""


@pytest.fixture(autouse=True)
def _as_before() -> Iterator[None]:
    store, address = stores._chosen.store, viruses._chosen.address
    yield
    stores._chosen.store = store
    viruses.search_with(address)


@pytest.fixture
def bucket(tmp_path: Path) -> Iterator[BucketStore]:
    """A store of the test's own, in a bucket."""
    with a_bucket(tmp_path) as store:
        storage.use(store)
        yield store


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


def both(bucket: BucketStore, tmp_path: Path) -> list[stores.Store]:
    return [bucket, LocalStore(tmp_path / "local")]


def test_what_stood_in_one_store_is_put_back_into_another_only_as_it_was(bucket, tmp_path):
    for store in both(bucket, tmp_path):
        storage.use(store)
        digest = sha256_of(BytesIO(b"anything at all"))
        put_back(BytesIO(b"anything at all"), digest)
        with open_kept(bytes.fromhex(digest)) as file:
            assert file.read() == b"anything at all"
        with pytest.raises(ValueError, match="digest"):
            put_back(BytesIO(b"another"), "0" * 64)
        assert list(store.kept_before(datetime.now(UTC) + timedelta(days=1))) == [digest]


def test_what_is_old_enough_is_listed_and_can_be_removed(bucket, tmp_path):
    for store in both(bucket, tmp_path):
        storage.use(store)
        kept = take_in(BytesIO(a_pdf()), "scan.pdf")
        (tmp_path / "local" / "ab").mkdir(parents=True, exist_ok=True)
        (tmp_path / "local" / "ab" / "notes").touch()
        assert list(store.kept_before(datetime.now(UTC) - timedelta(hours=1))) == []
        assert list(store.kept_before(datetime.now(UTC) + timedelta(hours=1))) == [kept.digest.hex()]
        for _ in range(2):
            store.remove(kept.digest.hex())
        with pytest.raises(FileNotFoundError):
            open_kept(kept.digest)


def test_what_a_crash_left_is_forgotten_and_what_is_kept_stays(bucket, tmp_path):
    for store in both(bucket, tmp_path):
        storage.use(store)
        kept = take_in(BytesIO(a_pdf()), "scan.pdf")
        store.arriving().file.close()
        assert drop_partial(datetime.now(UTC) - timedelta(hours=1)) == 0
        assert drop_partial(datetime.now(UTC) + timedelta(hours=1)) == 1
        assert is_kept(kept.digest)
        assert not is_kept(b"\0" * 32)
