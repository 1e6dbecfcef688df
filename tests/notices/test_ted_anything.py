"""Whatever an XML file holds, reading it gives a notice that can be stored, or says that it can't be read."""

import io
import random
import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from procurement.notices.parsed import UnreadableNotice
from procurement.notices.reading.files import UnreadableFile
from procurement.notices.reading.markup import record_of
from procurement.notices.ted.reader import read_notice
from tests.notices.conftest import SAMPLES
from tests.notices.test_boamp_anything import storable

NASTY = [
    "", " ", "\x00", "\ufffe", "&amp;amp;", "&#0;", "&nbsp;", "]]>", "<!-- -- -->", "<?x?>", "<a>", "</b:ID>", "<b:ID/>",
    "<![CDATA[<b>]]>", "é" * 5000, "7017-07-24", "9999-12-31+23:59", "0001-01-01Z", "24:00:00", "25:61:00", "12:00:00+99:00",
    "ORG-0001", "TPO-0001", "99900011000018", "http://[::1", "javascript:x", "79620000-6", "1e999", "-5", "LOT-" + "9" * 400,
    "²", "٣" * 14, "FRZ99", "none", "yes", "res-ws", "FRA", "true", "cancel", "00000000-2026", "<!DOCTYPE a>", "\u202e",
]  # fmt: skip
TEXTS = {path.stem: path.read_text(encoding="utf-8") for path in sorted(SAMPLES.glob("ted_*.xml"))}


def check(data: bytes) -> Any:
    try:
        notice = read_notice(record_of(io.BytesIO(data)))
    except (UnreadableNotice, UnreadableFile) as refusal:
        str(refusal).encode()
        return None
    assert notice.source_id
    storable(notice)
    return notice


def test_the_samples_read() -> None:
    assert len(TEXTS) == 6
    assert all(check(text.encode()) for text in TEXTS.values())


def test_every_text_and_attribute_of_every_sample_with_nasty_values() -> None:
    chosen = random.Random(26)
    for text in TEXTS.values():
        for match in re.finditer(r">([^<>]+)<|=\"([^\"]*)\"", text):
            group = 1 if match[1] is not None else 2
            for value in chosen.sample(NASTY, 3):
                check(
                    (text[: match.start(group)] + value + text[match.end(group) :]).encode("utf-8", "replace")
                )


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_a_sample_cut_doubled_or_mixed(data) -> None:
    text = TEXTS[data.draw(st.sampled_from(sorted(TEXTS)))]
    tags = [match.span() for match in re.finditer(r"<[^>]*>", text)]
    for _ in range(data.draw(st.integers(1, 4))):
        start, end = data.draw(st.sampled_from(tags))
        other = data.draw(st.sampled_from(tags))
        piece = data.draw(st.sampled_from(["", text[other[0] : other[1]], text[start:end] * 2, *NASTY]))
        text = text[:start] + piece + text[end:]
    check(text.encode("utf-8", "replace"))


@settings(max_examples=200, deadline=None)
@given(
    data=st.binary(max_size=200)
    | st.text(max_size=100).map(lambda text: text.encode("utf-8", "surrogatepass"))
)
def test_anything_at_all(data: bytes) -> None:
    check(data)
    check(b"<ContractNotice><ID>" + data + b"</ID></ContractNotice>")


def test_blocks_moved_between_samples() -> None:
    """A block of one notice in the place of one of another, with its own names: read or refused."""
    chosen = random.Random(7)
    names = sorted(TEXTS)
    for _ in range(300):
        one, other = (TEXTS[chosen.choice(names)] for _ in range(2))
        blocks = re.findall(r"<(?:\w+:)?([A-Z]\w+)[^>]*>[^<]*</(?:\w+:)?\1>", one)
        name = chosen.choice(blocks)
        pattern = rf"<((?:\w+:)?){name}\b[^>]*>[^<]*</\1{name}>"
        found, place = re.search(pattern, one), re.search(pattern, other)
        if found and place:
            check((other[: place.start()] + found[0] + other[place.end() :]).encode())


@pytest.mark.parametrize("name", ["real", "sdk_examples"])
def test_real_notices_read_or_say_why_not(shared_ted: Path, name: str) -> None:
    refused = {}
    paths = sorted((shared_ted / name).glob("*.xml"))
    assert paths
    for path in paths:
        with path.open("rb") as file:
            record = record_of(file)
        try:
            notice = read_notice(record)
        except UnreadableNotice as refusal:
            refused[path.name] = str(refusal)
            continue
        storable(notice)
        assert notice.title
        assert notice.buyer_name
        if path.name == "INVALID_cn_24_multiple.xml":
            (told,) = map(str, notice.remarks)
            for wrong in ("einvoicing “invalid”", "ecatalog-submission “invalid”", "URI “invalid url”"):
                assert wrong in told
    expected = (
        {}
        if name == "real"
        else {"INVALID_cn_24_empty.xml": "no number (BT-701), no buyer (BT-500) and no title"}
    )
    assert refused.keys() == expected.keys()
    assert all(expected[path] in reason for path, reason in refused.items())


def test_real_notices_read_as_expected(shared_ted: Path) -> None:
    def read(path: str) -> Any:
        return check((shared_ted / path).read_bytes())

    glass = read("real/2024-OJS017-00047522.xml")
    assert glass.buyer_siret == "20003441100013"
    assert (glass.departments, glass.cpv_main, len(glass.lots)) == (("30",), "90511100", 2)
    # 12:00+02:00 in February: what the bulletin shows is noon, and reminders count from eleven.
    assert f"{glass.submission_deadline.displayed:%d %H:%M}" == "28 12:00"
    assert f"{glass.submission_deadline.reminder:%d %H:%M}" == "28 11:00"
    assert glass.submission_deadline.doubtful
    belgian = read("real/2024-OJS198-00612681.xml")
    assert belgian.title.startswith("PROCEDURE OUVERTE POUR LES SERVICES DE PHARMACIE")
    assert len(belgian.lots) == 25
    assert read("sdk_examples/pin-cfc-social_24.xml").reservation == "ea_esat_siae"
    assert read("sdk_examples/cn_25.xml").reserved_execution is True
    dogs = read("sdk_examples/cn_81.xml")
    assert f"{dogs.questions_deadline.displayed:%Y-%m-%d %H:%M}" == "2020-04-30 12:00"
    changed = read("sdk_examples/change-cn_24_open_dates.xml")
    assert changed.corrects == (read("sdk_examples/cn_24_open.xml").source_id,)
