"""A backup while the product runs: one instant; any size in the same memory; a store of another kind."""

import threading
import tracemalloc
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import psycopg
import pytest

from procurement.backups.reading import whole
from procurement.core.db import transaction
from procurement.core.policy import MembershipRole
from procurement.core.storage import LARGEST, BucketStore
from procurement.embedded.databases import libpq
from tests.backups.conftest import Losable
from tests.buckets import a_bucket
from tests.factories import make_file, make_member, make_user
from tests.live import until

pytestmark = pytest.mark.xdist_group("backups")


@pytest.fixture
def fresh(house: Losable) -> Losable:
    """The tables, empty."""
    house.lose()
    house.renew()
    return house


@pytest.fixture
def bucket(fresh: Losable, tmp_path: Path) -> Iterator[BucketStore]:
    """Files are in a bucket."""
    before = fresh.store
    with a_bucket(tmp_path / "arriving") as store:
        fresh.keep_in(store)
        yield store
    fresh.keep_in(before)


def test_what_happens_meanwhile_is_in_all_tables_or_in_none(fresh: Losable, tmp_path: Path) -> None:
    """The backup has read the structures and waits for the accounts, when both get a row more."""
    path = tmp_path / "backup.zip"
    with fresh.app.app_context(), transaction():
        make_user(memberships={make_member(): MembershipRole.MANAGER})
    with psycopg.connect(libpq(fresh.running.env["DATABASE_URL"])) as busy:
        busy.execute("LOCK TABLE user_account IN ACCESS EXCLUSIVE MODE")
        copying = threading.Thread(target=fresh.flask, args=("backup", str(path)))
        copying.start()
        waiting = "SELECT count(*) FROM pg_locks WHERE NOT granted AND relation = 'user_account'::regclass"
        until(lambda: busy.execute(waiting).fetchone() == (1,))
        busy.execute(
            "INSERT INTO user_account SELECT (json_populate_record(u, json_build_object('id', 99, 'email', "
            "'later@example.org', 'fs_uniquifier', 'later'))).* FROM user_account u"
        )
        busy.execute(
            "INSERT INTO heartbeat (name, at, took_ms, what) SELECT 'later', joined_at, 0, '' FROM member"
        )
        busy.commit()
        copying.join()
    with whole(path) as archive:
        rows = {name: table.rows for name, table in archive.manifest.tables.items()}
    assert (rows["user_account"], rows["member"], rows["membership"], rows["heartbeat"]) == (1, 1, 1, 0)


def test_memory_stays_flat_in_the_size_of_what_is_kept(fresh: Losable, tmp_path: Path) -> None:
    peaks = []
    for number, size in enumerate((1_000_000, LARGEST)):
        with fresh.app.app_context(), transaction():
            make_file(make_member(), b" " * size, f"long{number}.txt")
        path = tmp_path / f"{number}.zip"
        tracemalloc.start()
        fresh.flask("backup", str(path))
        fresh.flask("restore", str(path), "--replace")
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    assert peaks[1] < peaks[0] + 4_000_000


def test_a_store_that_speaks_s3_is_backed_up_and_filled_again(
    fresh: Losable, bucket: BucketStore, tmp_path: Path
) -> None:
    with fresh.app.app_context(), transaction():
        file = make_file(make_member())
        digest = file.versions[0].digest
    path = tmp_path / "backup.zip"
    fresh.flask("backup", str(path))
    bucket.remove(digest.hex())
    with pytest.raises(FileNotFoundError):
        bucket.open(digest.hex())
    assert digest.hex() in fresh.refused("backup", str(tmp_path / "other.zip"))
    fresh.flask("restore", str(path), "--replace")
    with bucket.open(digest.hex()) as back:
        assert BytesIO(back.read()).getvalue()
