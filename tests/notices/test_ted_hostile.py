"""Files that mean harm, or are damaged: refused with the reason, at once, and nothing outside them is opened."""

import io
import resource
import time
from pathlib import Path

import pytest

from procurement.notices.parsed import UnreadableNotice
from procurement.notices.reading.files import UnreadableFile
from procurement.notices.reading.markup import record_of
from procurement.notices.ted.reader import read_notice

XML = '<?xml version="1.0" encoding="UTF-8"?>\n'
BOMB = (
    '<!DOCTYPE n [<!ENTITY a "ha">'
    + "".join(
        f'<!ENTITY {one} "{f"&{before};" * 10}">' for before, one in zip("abcdefgh", "bcdefghi", strict=True)
    )
    + "]>"
)


def reason_of(data: bytes | str) -> str:
    if isinstance(data, str):
        data = data.encode()
    with pytest.raises((UnreadableNotice, UnreadableFile)) as caught:
        read_notice(record_of(io.BytesIO(data)))
    return str(caught.value)


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (XML + BOMB + "<n>&i;</n>", "DOCTYPE"),
        (XML + "<!-- first --><?then this?>" + BOMB + '<n a="&i;"/>', "DOCTYPE"),
        (XML + '<!DOCTYPE n SYSTEM "http://127.0.0.1:9/x.dtd"><n/>', "DOCTYPE"),
        (XML + "<n>&undefined;</n>", "line 2"),
        (XML + "<n><b>cut", "line 2"),
        (XML + "<n/><n/>", "line 2"),
        ("idweb;objet\n26-1;x", "line 1"),
        ("", "empty"),
        (" \n\t", "empty"),
        ((XML + "<n>é</n>").encode("cp1252"), "UTF-8"),
        ((XML + "<n>é</n>").encode("utf-16"), "UTF-8"),
        ("<n>a\x00b</n>", "UTF-8"),
        ('<?xml version="1.0" encoding="ISO-8859-1"?><n/>', "“ISO-8859-1”"),
        ('<?xml version="1.0" encoding="UTF-7"?>+ADwAIQ-DOCTYPE n+AD4-<n/>', "“UTF-7”"),
        (b"\xef\xbb\xbf<n/>", "its root is “n”"),
        ("<TED_EXPORT/>", "before 2024"),
        ("<n>" * 50_000 + "</n>" * 50_000, "hundred deep"),
        ("<n>" + "<b/>" * 200_000 + "</n>", "150,000"),
        ("<n>" + "x" * 10_000_000 + "</n>", "ten million"),
        ("<ContractNotice/>", "empty: it has no number"),
        ("<ContractNotice><ProcurementProject><Name>A</Name></ProcurementProject></ContractNotice>", "OPP-010"),
    ],
)  # fmt: skip
def test_the_reason_is_told(data: bytes | str, reason: str) -> None:
    assert reason in reason_of(data)


def test_what_a_file_names_is_never_opened(tmp_path: Path, markup) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_text("SECRET")
    own = markup("ted_two_lots")
    include = (
        f'<xi:include xmlns:xi="http://www.w3.org/2001/XInclude" href="{secret.as_uri()}" parse="text"/>'
    )
    notice = read_notice({"xml": own.replace("Secteur nord", include)})
    assert "SECRET" not in repr(notice)
    entity = f'<!DOCTYPE n [<!ENTITY s SYSTEM "{secret.as_uri()}">]><n:ContractNotice'
    assert "DOCTYPE" in reason_of(own.replace("<n:ContractNotice", entity, 1).replace("Secteur nord", "&s;"))


def test_words_that_look_like_a_document_type_do_no_harm(markup) -> None:
    said = "Site sous &lt;!DOCTYPE html&gt;"
    notice = read_notice({"xml": markup("ted_two_lots").replace("Secteur nord", said)})
    assert notice.lots[0].title == "Site sous <!DOCTYPE html>"


@pytest.mark.parametrize(
    "record", [None, "<n/>", {}, {"xml": None}, {"xml": 5}, {"xml": "<n>\ud800</n>"}, ["<n/>"]]
)
def test_a_record_that_is_none(record: object) -> None:
    with pytest.raises(UnreadableNotice):
        read_notice(record)


@pytest.mark.parametrize(
    "block",
    [
        "<b:Note>" + "&#65;" * 1_500_000 + "</b:Note>",
        "<!-- a -->" * 800_000,
        "<b:Note " + " ".join(f'a{n}="x"' for n in range(300_000)) + "/>",
        "<b:URI>x</b:URI>" * 140_000,
        "<a:ProcurementProjectLot><b:ID>LOT-1</b:ID><a:ProcurementProject/></a:ProcurementProjectLot>"
        * 40_000,
        "<a:ContractingParty><a:Party><a:PartyIdentification><b:ID>TPO-0001</b:ID></a:PartyIdentification></a:Party>"
        "</a:ContractingParty>" * 30_000,
    ],
    ids=["characters", "comments", "attributes", "addresses", "lots", "buyers"],
)
def test_a_notice_that_weighs_much_takes_neither_time_nor_memory(markup, block: str) -> None:
    """Under 200 MB more than before, and seconds at most even on a machine that does other things."""
    xml = markup("ted_two_lots").replace("<a:ContractingParty>", block + "<a:ContractingParty>", 1)
    before, began = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, time.process_time()
    notice = read_notice({"xml": xml})
    assert time.process_time() - began < 3
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 200_000
    assert len(notice.lots) <= 500
    assert notice.buyer_name == "Département d'Essai"
