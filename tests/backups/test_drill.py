"""The drill: load, back up, destroy, restore, compare all. And an archive that isn't whole changes nothing."""

import hashlib
import random
import re
import stat
import zipfile
from pathlib import Path

import psycopg
import pytest
from psycopg import sql

from procurement.backups import tables
from procurement.backups.reading import whole
from procurement.core.errors import Invalid
from procurement.embedded.databases import libpq
from tests.backups.conftest import Losable

pytestmark = pytest.mark.xdist_group("backups")


def everything(house: Losable) -> dict[str, object]:
    """All rows of all tables, computed columns too, all sequences, all files."""
    found: dict[str, object] = {}
    with (
        psycopg.connect(libpq(house.running.env["DATABASE_URL"])) as connection,
        connection.cursor() as cursor,
    ):
        for name in tables.tables(cursor):
            # As text: what is JSON or a list can be sorted too.
            query = sql.SQL("SELECT t::text FROM {} t ORDER BY 1").format(sql.Identifier(name))
            found[name] = cursor.execute(query).fetchall()
        digests = cursor.execute("SELECT DISTINCT digest FROM file_version").fetchall()
        found["sequences"] = tables.sequences(cursor)
        found["references"] = tables.references(cursor)
        found["indexes"] = tables.indexes(cursor)
        found["version"] = tables.version(cursor)
        found["sleeping rules"] = cursor.execute(
            "SELECT tgname FROM pg_trigger WHERE tgenabled <> 'O'"
        ).fetchall()
    # What no row names is no part of the installation: it leaves the store by itself.
    folder = house.running.folder / "files"
    named = {digest.hex() for (digest,) in digests}
    found["files"] = {
        name: hashlib.sha256(path.read_bytes()).hexdigest()
        for name in sorted(named)
        if (path := folder / name[:2] / name[2:]).exists()
    }
    return found


@pytest.fixture(scope="module")
def archive(house: Losable, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The demo network, backed up."""
    house.renew()
    house.flask("demo", "load", "--yes")
    path = tmp_path_factory.mktemp("archive") / "backup.zip"
    said = house.flask("backup", str(path))
    assert re.search(r"Entier : \d+ tables, \d+ lignes, \d+ fichiers", said.replace("\u00a0", " ")), said
    return path


@pytest.fixture
def demo(house: Losable, archive: Path) -> Path:
    """The archive; the installation is as it was then."""
    house.flask("restore", str(archive), "--replace", "--nothing-left")
    return archive


def test_what_was_lost_comes_back_to_the_last_row(house: Losable, demo: Path) -> None:
    before = everything(house)
    assert len(before["user_account"]) > 10
    assert len(before["event"]) > 100
    assert len(before["files"]) > 3
    assert stat.S_IMODE(demo.stat().st_mode) == 0o600
    assert [path.name for path in demo.parent.glob("*.partial")] == []
    house.lose()
    house.flask("restore", str(demo), "--nothing-left")
    assert everything(house) == before
    assert before["sleeping rules"] == []
    assert len(before["references"]) > 30
    # Whoever had a password has it still, and the next row gets the next number.
    assert "password of all" in house.flask("demo", "accounts")
    with psycopg.connect(libpq(house.running.env["DATABASE_URL"])) as connection:
        [last] = connection.execute("SELECT max(id) FROM event").fetchone()
        assert connection.execute("SELECT nextval('event_id_seq')").fetchone() > (last,)


def test_where_something_is_nothing_is_put_unless_it_is_asked_for(house: Losable, demo: Path) -> None:
    before = everything(house)
    with psycopg.connect(libpq(house.running.env["DATABASE_URL"]), autocommit=True) as connection:
        connection.execute("UPDATE member SET name = 'changed since' WHERE id = (SELECT min(id) FROM member)")
    changed = everything(house)
    assert "n’est pas vide" in house.refused("restore", str(demo))
    assert everything(house) == changed
    house.flask("restore", str(demo), "--replace", "--nothing-left")
    assert everything(house) == before


def test_nobody_may_be_connected_meanwhile(house: Losable, demo: Path) -> None:
    house.lose()
    with psycopg.connect(libpq(house.running.env["DATABASE_URL"])):
        assert "arrêtez web, worker et beat" in house.refused("restore", str(demo))
    house.flask("restore", str(demo))


def test_an_archive_that_is_not_whole_is_refused_before_anything_changes(
    house: Losable, demo: Path, tmp_path: Path
) -> None:
    before = everything(house)
    content = demo.read_bytes()
    with zipfile.ZipFile(demo) as archive:
        inside = archive.getinfo("tables/event").header_offset + 200
    for name, wrong, words in (
        ("flipped", bytes([*content[:inside], content[inside] ^ 1, *content[inside + 1 :]]), "tables/event"),
        ("cut", content[: len(content) // 2], "il manque sa fin"),
        ("empty", b"", "il manque sa fin"),
        ("other", b"PK nothing of a backup", "il manque sa fin"),
    ):
        path = tmp_path / name
        path.write_bytes(wrong)
        for option in ("--check", "--replace"):
            assert words in house.refused("restore", option, str(path))
    assert "n’a pas pu être ouvert" in house.refused("restore", "--replace", str(tmp_path / "none"))
    assert everything(house) == before


def test_whatever_bit_is_flipped_nothing_wrong_is_ever_taken_for_whole(demo: Path, tmp_path: Path) -> None:
    content = bytearray(demo.read_bytes())
    with whole(demo) as archive:
        right = archive.manifest
    draw = random.Random(4)
    end = len(content) - 30_000  # where the list of pieces and the manifest are
    places = [draw.randrange(len(content)) for _ in range(60)] + [
        draw.randrange(end, len(content)) for _ in range(200)
    ]
    path, refused = tmp_path / "flipped", 0
    for place in places:
        content[place] ^= 1 << (place % 8)
        path.write_bytes(content)
        try:
            with whole(path) as archive:
                assert archive.manifest == right
        except Invalid:
            refused += 1
        content[place] ^= 1 << (place % 8)
    assert refused > len(places) / 2


@pytest.mark.parametrize("share", [0.1, 0.5, 0.9, 0.99, 0.9999])
def test_an_archive_cut_short_is_refused(demo: Path, tmp_path: Path, share: float) -> None:
    content = demo.read_bytes()
    path = tmp_path / "cut"
    path.write_bytes(content[: int(len(content) * share)])
    with pytest.raises(Invalid), whole(path):
        pass


def test_keys_that_are_no_longer_the_same_are_said(house: Losable, demo: Path) -> None:
    given = house.app.config["SETTINGS"]
    assert "SEAL_KEYS" not in house.flask("restore", "--check", str(demo))
    others = {"secret_key": "s" * 40, "seal_keys": "k" * 40}
    house.app.config["SETTINGS"] = given.model_copy(update=others)
    said = house.flask("restore", "--check", str(demo))
    house.app.config["SETTINGS"] = given.model_copy(update={"seal_keys": f"{'k' * 40} {given.seal_keys}"})
    assert "SEAL_KEYS" not in house.flask("restore", "--check", str(demo))
    house.app.config["SETTINGS"] = given
    assert "SECRET_KEY n’est pas celle" in said
    assert "Il manque dans SEAL_KEYS" in said


def test_an_archive_never_overwrites_another(house: Losable, demo: Path) -> None:
    before = demo.read_bytes()
    assert "existe déjà" in house.refused("backup", str(demo))
    assert demo.read_bytes() == before


def test_a_file_that_is_lost_or_damaged_is_said_and_the_rest_is_kept(
    house: Losable, demo: Path, tmp_path: Path
) -> None:
    gone, damaged, *_ = sorted((house.running.folder / "files").glob("??/*"))
    gone.unlink()
    damaged.chmod(0o600)
    damaged.write_bytes(b"something else")
    other = tmp_path / "other.zip"
    said = house.refused("backup", str(other))
    names = {path.parent.name + path.name for path in (gone, damaged)}
    assert all(name in said for name in names)
    with whole(other) as archive, whole(demo) as first:
        assert set(archive.manifest.lost) == names
        assert set(archive.manifest.files) == set(first.manifest.files) - names
    # The earlier archive has them: put back, all is whole again.
    house.flask("restore", str(demo), "--replace", "--nothing-left")
    house.flask("backup", str(tmp_path / "third.zip"))


def test_an_archive_of_an_older_version_is_brought_to_this_one(house: Losable, tmp_path: Path) -> None:
    house.lose()
    house.flask("db", "upgrade", "0014")
    archive = tmp_path / "older.zip"
    house.flask("backup", str(archive))
    house.drop()
    house.flask("restore", str(archive))
    with psycopg.connect(libpq(house.running.env["DATABASE_URL"])) as connection:
        now = tables.version(connection.cursor())
    assert now is not None
    assert now > "0014"
    assert "d’une autre version" in house.refused("restore", str(archive))


def test_an_archive_of_a_version_to_come_is_refused(house: Losable, demo: Path, tmp_path: Path) -> None:
    newer = tmp_path / "newer.zip"
    with zipfile.ZipFile(demo) as old, zipfile.ZipFile(newer, "w") as new:
        for name in old.namelist():
            content = old.read(name)
            if name == "manifest.json":
                content = re.sub(rb'"schema_version":\s*"\d+"', b'"schema_version": "9999"', content)
            new.writestr(name, content)
    house.lose()
    assert "plus récente" in house.refused("restore", str(newer))
    with psycopg.connect(libpq(house.running.env["DATABASE_URL"])) as connection:
        assert tables.version(connection.cursor()) is None


def test_without_tables_there_is_nothing_to_back_up(house: Losable, tmp_path: Path) -> None:
    house.lose()
    assert "rien à sauvegarder" in house.refused("backup", str(tmp_path / "none.zip"))
    assert list(tmp_path.glob("*.zip*")) + list(tmp_path.glob(".none*")) == []
