"""The one way in for files: what is taken, under which name and kind, and what is refused in which words."""

import hashlib
import os
import signal
import struct
import subprocess
import sys
import tracemalloc
import zipfile
import zlib
from concurrent.futures import ThreadPoolExecutor
from io import BytesIO
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from openpyxl import Workbook
from PIL import Image

from procurement.core import storage
from procurement.core.errors import Invalid
from procurement.core.storage import (
    LARGEST,
    MEDIA_TYPES,
    LocalStore,
    Remark,
    open_kept,
    pictures,
    stores,
    take_in,
)
from procurement.core.storage.names import LONGEST, clean_name
from procurement.core.storage.pictures import picture_of
from tests.factories import a_pdf

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(autouse=True)
def store(tmp_path: Path):
    """A store of the test's own."""
    before = stores._chosen.store
    storage.use(LocalStore(tmp_path / "files"))
    yield tmp_path / "files"
    stores._chosen.store = before


def an_image(kind: str, size=(40, 30)) -> bytes:
    out = BytesIO()
    Image.new("RGB", size, "teal").save(out, kind)
    return out.getvalue()


def a_zip(entries: dict[str, bytes], **options) -> bytes:
    out = BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, **options) as archive:
        for name, content in entries.items():
            archive.writestr(name, content)
    return out.getvalue()


def a_workbook(*, macros: bool = False) -> bytes:
    out = BytesIO()
    Workbook().save(out)
    if macros:
        with zipfile.ZipFile(out, "a") as archive:
            archive.writestr("xl/vbaProject.bin", b"macro")
    return out.getvalue()


def an_old_document(stream: str, *, macros: bool = False) -> bytes:
    body = stream.encode("utf-16-le") + (b"_\0V\0B\0A\0_\0P\0R\0O\0J\0E\0C\0T\0" if macros else b"")
    return b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 1500 + body + b"\0" * 500


def kept_files(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


@pytest.mark.parametrize(
    ("content", "name", "expected"),
    [
        (a_pdf(), "Attestation URSSAF.pdf", ("Attestation URSSAF.pdf", "application/pdf")),
        (an_image("JPEG"), "IMG_0042.JPEG", ("IMG_0042.jpeg", "image/jpeg")),
        (an_image("PNG"), "scan", ("scan.png", "image/png")),
        (an_image("WEBP"), "scan.webp", ("scan.webp", "image/webp")),
        # A name lies: what the file holds counts.
        (an_image("JPEG"), "attestation.pdf", ("attestation.jpg", "image/jpeg")),
        (a_workbook(), "BPU.xlsx", ("BPU.xlsx", storage.MEDIA_TYPES["xlsx"])),
        (a_zip({"mimetype": b"application/vnd.oasis.opendocument.text"}), "m.odt", ("m.odt", storage.MEDIA_TYPES["odt"])),
        (a_zip({"RC.pdf": a_pdf()}), "DCE.zip", ("DCE.zip", "application/zip")),
        (an_old_document("WordDocument"), "CCTP.doc", ("CCTP.doc", "application/msword")),
        ("lot;prix\n1;10 €\n".encode("cp1252"), "prix.csv", ("prix.csv", "text/csv")),
        (b"Bonjour", "lisez-moi.txt", ("lisez-moi.txt", "text/plain")),
    ],
)  # fmt: skip
def test_a_kind_is_found_by_what_the_file_holds(store, content, name, expected):
    kept = take_in(BytesIO(content), name)
    assert (kept.name, kept.media_type) == expected
    assert (kept.digest, kept.size, kept.remarks) == (
        hashlib.sha256(content).digest(),
        len(content),
        frozenset(),
    )
    with open_kept(kept.digest) as file:
        assert file.read() == content
    assert [path.relative_to(store).as_posix() for path in kept_files(store)] == [
        f"{kept.digest.hex()[:2]}/{kept.digest.hex()[2:]}"
    ]


@pytest.mark.parametrize(
    ("content", "name", "remark"),
    [
        (a_workbook(macros=True), "BPU.xlsm", Remark.MACROS),
        (an_old_document("Workbook", macros=True), "DPGF.xls", Remark.MACROS),
        (a_pdf(password="secret"), "RC.pdf", Remark.PASSWORD),
        (a_zip({"setup.exe": b"MZ", "RC.pdf": a_pdf()}), "DCE.zip", Remark.PROGRAM),
        (a_zip({"inner.zip": a_zip({"run.bat": b"dir"})}), "DCE.zip", Remark.PROGRAM),
    ],
)
def test_what_to_know_before_opening_is_said(content, name, remark):
    assert take_in(BytesIO(content), name).remarks == {remark}


def chunk(name: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))


def a_lying_picture() -> bytes:
    """A PNG that says it is 60,000 pixels wide and high."""
    header = struct.pack(">IIBBBBB", 60_000, 60_000, 8, 2, 0, 0, 0)
    return (
        an_image("PNG")[:8]
        + chunk(b"IHDR", header)
        + chunk(b"IDAT", zlib.compress(b""))
        + chunk(b"IEND", b"")
    )


@pytest.mark.parametrize(
    ("content", "name", "words"),
    [
        (b"", "vide.pdf", "empty"),
        (b"MZ\x90\x00" + b"\0" * 300, "facture.pdf", "isn't taken"),
        (b"<html><script>alert(1)</script>", "page.txt", "isn't taken"),
        (b"\xef\xbb\xbf<html><script>alert(1)</script>", "page.txt", "isn't taken"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "logo.svg", "isn't taken"),
        (b"#!/bin/sh\nrm -rf /\n", "notes.txt", "isn't taken"),
        (b"plain words", "notes.html", "isn't taken"),
        (b"\x7fELF" + b"\0" * 200, "notes.txt", "isn't taken"),
        (b"%PDF-1.7\nnothing of a PDF", "attestation.pdf", "damaged"),
        (an_image("JPEG")[:20], "photo.jpg", "damaged"),
        (a_lying_picture(), "photo.png", "too large"),
        (an_old_document("EncryptedPackage"), "BPU.xlsx", "password"),
        (an_old_document("Installer"), "setup.msi", "isn't taken"),
        (b"PK\x03\x04" + b"\0" * 100, "DCE.zip", "damaged"),
        (a_zip({f"{n}.txt": b"\0" * 20_000_000 for n in range(5)}), "DCE.zip", "disk"),
        (a_zip({"inner.zip": a_zip({"deep": b"\0" * 100_000_000})}), "DCE.zip", "disk"),
        (a_zip({"1.zip": a_zip({"2.zip": a_zip({"3.zip": a_zip({"a": b"a"})})})}), "DCE.zip", "disk"),
        (a_zip({f"{n}": b"" for n in range(10_001)}), "DCE.zip", "disk"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)  # fmt: skip
def test_what_is_refused_is_told_in_plain_words_and_leaves_nothing(store, content, name, words):
    with pytest.raises(Invalid, match=words):
        take_in(BytesIO(content), name)
    assert kept_files(store) == []


class Endless:
    """A file that never ends, made as it is read."""

    def __init__(self, content: bytes, size: int) -> None:
        self.content, self.left = content, size

    def read(self, count: int) -> bytes:
        piece = self.content[:count] if self.content else b" " * min(count, self.left)
        self.content = self.content[count:]
        self.left -= len(piece)
        return piece


def test_a_file_over_the_limit_is_refused_as_soon_as_it_is(store):
    source = Endless(b"", LARGEST * 4)
    with pytest.raises(Invalid, match="50 MB"):
        take_in(source, "long.txt")
    assert source.left > LARGEST * 2
    assert kept_files(store) == []


def test_memory_stays_flat_in_the_size_of_the_file():
    take_in(Endless(b"", 1_000_000), "short.txt")
    peaks = []
    for size in (1_000_000, LARGEST):
        tracemalloc.start()
        take_in(Endless(b"", size), "long.txt")
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    assert peaks[1] < peaks[0] + 6_000_000


def test_the_same_bytes_twice_are_kept_once(store):
    first, second = take_in(BytesIO(a_pdf()), "a.pdf"), take_in(BytesIO(a_pdf()), "b.pdf")
    assert first.digest == second.digest
    assert len(kept_files(store)) == 1


def test_only_the_digest_leads_to_a_file(store):
    with pytest.raises(FileNotFoundError):
        open_kept(b"\0" * 32)
    with pytest.raises(ValueError, match="SHA-256"):
        LocalStore(store).open("../../../etc/passwd")


SLOW = """
import sys, time
from pathlib import Path
from procurement.core import storage
from tests.core.test_storage import a_pdf

class Slow:
    def __init__(self, content):
        self.content = content
    def read(self, count):
        piece, self.content = self.content[:100], self.content[100:]
        if piece:
            print("piece", flush=True)
            sys.stdin.readline()
        return piece

storage.use(storage.LocalStore(Path(sys.argv[1])))
storage.take_in(Slow(a_pdf()), "a.pdf")
print("kept", flush=True)
"""


@pytest.mark.parametrize("pieces", [1, 4])
def test_a_kill_in_the_middle_leaves_nothing_to_be_found(store, pieces):
    with subprocess.Popen(
        [sys.executable, "-c", SLOW, str(store)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=ROOT,
    ) as child:
        for _ in range(pieces):
            assert child.stdout.readline() == "piece\n"
            child.stdin.write("\n")
            child.stdin.flush()
        assert child.stdout.readline() == "piece\n"
        os.kill(child.pid, signal.SIGKILL)
    assert {path.parent.name for path in kept_files(store)} == {"partial"}
    kept = take_in(BytesIO(a_pdf()), "a.pdf")
    with open_kept(kept.digest) as file:
        assert file.read() == a_pdf()


@pytest.mark.parametrize(
    ("given_name", "expected"),
    [
        ("../../etc/passwd", "passwd.pdf"),
        ("C:\\Users\\me\\Kbis 2026.PDF", "Kbis 2026.pdf"),
        ("", "document.pdf"),
        ("....", "document.pdf"),
        ("CON.pdf", "document CON.pdf"),
        ("facture\u202efdp.exe", "facturefdp.pdf"),
        ("a\r\nX-Header: b.pdf", "a X-Header- b.pdf"),
        ("Attestation « vigilance » – été.pdf", "Attestation « vigilance » – été.pdf"),
        ("x" * 400 + ".pdf", "x" * 116 + ".pdf"),
    ],
)
def test_a_name_is_made_harmless(given_name, expected):
    assert clean_name(given_name, "pdf") == expected


@given(st.text())
def test_any_name_becomes_a_plain_one(given_name):
    name = clean_name(given_name, "pdf")
    assert name.endswith(".pdf")
    assert len(name) <= LONGEST
    assert not set(name) & set('/\\<>:"|?*%\n\r\0')
    assert clean_name(name, "pdf") == name


@given(st.binary(max_size=400), st.sampled_from(["%PDF-1.4\n", "PK\x03\x04", "\x89PNG\r\n\x1a\n", "\xff\xd8\xff", "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", ""]))  # fmt: skip
@hypothesis_settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=200)
def test_whatever_is_sent_is_kept_or_refused_in_words(content, start):
    try:
        kept = take_in(BytesIO(start.encode("latin-1") + content), "sent.txt")
    except Invalid:
        return
    assert kept.media_type in MEDIA_TYPES.values()


def a_slow_pdf() -> bytes:
    """A page whose drawing calls a form that calls another ten times, and so on: a thousand million rectangles."""
    levels = 9
    objects = [b"<</Type/Catalog/Pages 2 0 R>>", b"<</Type/Pages/Kids[3 0 R]/Count 1>>"]
    page = (
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 500 500]/Resources<</XObject<</F 5 0 R>>>>/Contents 4 0 R>>"
    )
    objects += [page, b"<</Length 5>>stream\n/F Do\nendstream"]
    for level in range(levels):
        calls = b"/F Do " * 10 if level < levels - 1 else b"0 0 400 400 re f"
        inner = b"/Resources<</XObject<</F %d 0 R>>>>" % (6 + level) if level < levels - 1 else b""
        head = b"<</Type/XObject/Subtype/Form/BBox[0 0 500 500]%b/Length %d>>" % (inner, len(calls))
        objects.append(head + b"stream\n" + calls + b"\nendstream")
    body = b"".join(b"%d 0 obj%b endobj\n" % (number, one) for number, one in enumerate(objects, start=1))
    return b"%PDF-1.4\n" + body + b"trailer<</Root 1 0 R>>"


def test_a_page_made_to_keep_us_busy_is_given_up_and_holds_up_nobody(monkeypatch):
    slow = a_slow_pdf()
    with ThreadPoolExecutor(1) as other:
        monkeypatch.setattr(pictures, "SECONDS", 2)
        drawing = other.submit(picture_of, BytesIO(slow), "application/pdf")
        assert take_in(BytesIO(slow), "slow.pdf").media_type == "application/pdf"
        assert not drawing.done()
        assert drawing.result() is None


def test_a_progressive_jpeg_too_large_to_hold_is_not_drawn():
    out = BytesIO()
    Image.new("L", (6000, 5100)).save(out, "JPEG", progressive=True)
    assert picture_of(out, "image/jpeg") is None


def test_a_picture_is_drawn_anew_and_small():
    drawn, pages = picture_of(BytesIO(a_pdf(pages=3)), "application/pdf", 2)
    assert pages == 3
    assert Image.open(BytesIO(drawn)).format == "JPEG"
    assert picture_of(BytesIO(a_pdf()), "application/pdf", 2) is None
    assert picture_of(BytesIO(a_pdf(password="x")), "application/pdf") is None
    drawn, _ = picture_of(BytesIO(an_image("JPEG", (4000, 3000))), "image/jpeg")
    assert Image.open(BytesIO(drawn)).size == (1000, 750)
    assert picture_of(BytesIO(b"text"), "text/plain") is None
