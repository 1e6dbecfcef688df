"""Files of records: pages, exports, lines; damage in one place leaves the rest."""

import io
import json
import tracemalloc
from pathlib import Path

import pytest

from procurement.notices.boamp.records import iter_records
from procurement.notices.reading.files import DamagedRecord, UnreadableFile

ONE, TWO = {"idweb": "26-1", "objet": "é"}, {"idweb": "26-2"}


def read(text: str | bytes) -> list[object]:
    return list(iter_records(io.BytesIO(text.encode() if isinstance(text, str) else text)))


@pytest.mark.parametrize(
    "text",
    [
        json.dumps({"total_count": 2, "results": [ONE, TWO]}),
        json.dumps({"total_count": 2, "results": [ONE, TWO]}, indent=1),
        json.dumps([ONE, TWO]),
        json.dumps([ONE, TWO], indent=4) + "\n",
        f"{json.dumps(ONE)}\n\n{json.dumps(TWO)}\n",
        f"{json.dumps(ONE)}\r\n{json.dumps(TWO)}",
        json.dumps({"nhits": 2, "records": [{"fields": ONE}, {"fields": TWO}]}),
        json.dumps({"records": [{"record": {"id": "x", "fields": ONE}}, {"record": {"fields": TWO}}]}),
        "\ufeff" + json.dumps([ONE, TWO], ensure_ascii=False),
    ],
)
def test_pages_exports_and_lines(text: str) -> None:
    assert read(text) == [ONE, TWO]


def test_an_empty_page_or_export_has_no_record() -> None:
    assert read('{"total_count": 0, "results": []}') == []
    assert read("[]") == []


def test_a_damaged_line_leaves_the_others() -> None:
    assert read(f'{{"idweb": "26-0", "ob\n{json.dumps(ONE)}\n[[\n{json.dumps(TWO)}') == [
        DamagedRecord(1, '{"idweb": "26-0", "ob'),
        ONE,
        DamagedRecord(3, "[["),
        TWO,
    ]


def test_a_damaged_array_gives_what_comes_before() -> None:
    records = iter_records(io.BytesIO(f"[{json.dumps(ONE)}, {{]".encode()))
    assert next(records) == ONE
    with pytest.raises(UnreadableFile, match="after notice 1"):
        next(records)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (b"", "empty"),
        (b" \n ", "empty"),
        (b"idweb;objet\n26-1;x", "doesn't hold notices"),
        ('[{"objet": "é"}]'.encode("cp1252"), "UTF-8"),
        ("[]".encode("utf-16"), "UTF-8"),
        (b"[" * 200_000, "damaged"),
        (b'[{"a": 1} {"b": 2}]', "damaged"),
        (b'[{"a": 1}', "damaged"),
    ],
)
def test_files_that_are_something_else_say_so(text: bytes, reason: str) -> None:
    with pytest.raises(UnreadableFile, match=reason):
        read(text)


def test_only_a_record_at_a_time_is_in_memory(tmp_path: Path) -> None:
    """40 MB of records, under 8 MB held."""
    export = tmp_path / "export.json"
    record = json.dumps({"idweb": "26-1", "donnees": "x" * 10_000})
    with export.open("w") as file:
        file.write("[")
        file.writelines(f"{record},\n" for _ in range(3999))
        file.write(f"{record}]")
    tracemalloc.start()
    try:
        with export.open("rb") as file:
            count = sum(1 for _ in iter_records(file))
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert count == 4000
    assert peak < 8_000_000
