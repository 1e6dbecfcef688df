"""BOAMP's notices as the DILA's folders hold them: one XML file each, read as the API's records are."""

import csv
import io
import json
from pathlib import Path

import pytest

from procurement.notices.boamp.reader import read_record
from procurement.notices.parsed import NoticeKind, Reservation, UnreadableNotice
from procurement.notices.reading.markup import record_of
from procurement.notices.reading.text import prose
from procurement.notices.sources import BOAMP, TED, source_of
from tests.notices.conftest import SAMPLES
from tests.notices.test_boamp_anything import storable

SAMPLE = SAMPLES / "dila_one_lot.xml"


def read(data: bytes):
    return read_record(record_of(io.BytesIO(data)))


def test_a_file_says_what_the_record_would() -> None:
    notice = read(SAMPLE.read_bytes())
    assert (notice.source, notice.source_id, notice.kind) == (
        "boamp",
        "26-900020",
        NoticeKind.CONTRACT_NOTICE,
    )
    assert (notice.title, notice.buyer_siret, notice.cpv_main) == (
        "Entretien d'espaces verts", "99900011000018", "77310000",
    )  # fmt: skip
    assert [lot.title for lot in notice.lots] == ["Nord", "Sud"]
    assert f"{notice.submission_deadline.displayed:%Y-%m-%d %H:%M}" == "2026-11-02 12:00"
    assert notice.reservation is Reservation.SIAE
    assert notice.buyer_profile_url == "https://profil.example.org/?a=1&b=2"
    assert notice.departments == ("14",)


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"<ContractNotice/>", "its root is \u201cContractNotice\u201d"),
        (b'<!DOCTYPE n [<!ENTITY a "b">]><ann>&a;</ann>', "DOCTYPE"),
        (b"<ann><GESTION>", "line 1"),
        ("<ann>é</ann>".encode("latin-1"), "UTF-8"),
        (b"<ann><GESTION/></ann>", "no number (idweb)"),
        (b"<ann><DONNEES><MAPA/></DONNEES><GESTION>x</GESTION></ann>", "no number (idweb)"),
    ],
)
def test_what_cant_be_read_says_why(data: bytes, reason: str) -> None:
    with pytest.raises(UnreadableNotice) as caught:
        read(data)
    assert reason in str(caught.value)


def test_the_source_is_known_by_the_file_s_first_signs(tmp_path: Path) -> None:
    assert source_of(SAMPLE) == BOAMP
    assert source_of(SAMPLES / "ted_award.xml") == TED
    nameless = tmp_path / "notice"
    nameless.write_bytes(b"\xef\xbb\xbf" + SAMPLE.read_bytes())
    assert source_of(nameless) == BOAMP
    assert source_of(tmp_path / "missing.xml") == BOAMP


def test_real_files_read_as_their_records_do(shared: Path) -> None:
    page = json.loads((shared / "api_derived_from_dila_xml.json").read_text(encoding="utf-8"))["results"]
    records = {record["idweb"]: read_record(record) for record in page}
    files = sorted((shared / "dila_xml").glob("*.xml"))
    assert files
    for path in files:
        notice = read(path.read_bytes())
        storable(notice)
        twin = records[path.stem]
        for name in ("kind", "title", "description", "buyer_name", "buyer_siret", "lots", "cpv_codes",
                     "departments", "reference", "correction", "corrects", "published_on", "procedure"):  # fmt: skip
            assert getattr(notice, name) == getattr(twin, name), (path.name, name)


def test_odd_texts_of_real_notices_are_mended(shared: Path) -> None:
    with (shared / "legacy2021_encodages_bizarres.csv").open(encoding="utf-8", newline="") as file:
        values = [row["valeur"] for row in csv.DictReader(file)]
    assert len(values) > 100
    for value in values:
        mended = prose(value, 20_000)
        assert not [sign for sign in mended if "\x7f" <= sign <= "\x9f"], value
        assert "&#039;" not in mended
