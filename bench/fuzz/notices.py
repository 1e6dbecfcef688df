"""Mutated notices of each source through its reader: read or refused in words, within a second and 200 MB.

A try is known by its source and its number: the same number mangles the same way again.
"""

import io
import json
import os
import random
import re
import resource
import signal
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager, suppress
from copy import deepcopy
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from procurement.notices.boamp.reader import read_record
from procurement.notices.boamp.records import iter_records
from procurement.notices.parsed import ParsedNotice, UnreadableNotice
from procurement.notices.reading.files import DamagedRecord, UnreadableFile
from procurement.notices.reading.markup import record_of
from procurement.notices.rules import draft_of
from procurement.notices.ted.reader import read_notice

ROOT = Path(__file__).resolve().parents[2]
SAMPLES = ROOT / "tests" / "notices" / "samples"
REAL = ROOT.parent / "shared" / "data"
"""True notices, where they stand beside the checkout."""
SECONDS = 1.0
"""Of the processor's time, for one notice."""
MEGABYTES = 200
"""That a process may gain over all its tries."""
BATCH = 500

WORDS = (
    "", " ", "\x00", "\ud800", "\ufffe", "&amp;amp;", "&#0;", "&#xD800;", "]]>", "<!-- -- -->", "<a>", "</b:ID>", "<b/>",
    "<![CDATA[<b>]]>", "<!DOCTYPE a>", "é" * 5000, "x" * 300_000, "&" * 20_000, "7017-07-24", "9999-12-31T23:59:59-23:59",
    "0001-01-01Z", "2026-10-25 02:30", "24:00:00", "25:61:00", "12:00:00+99:00", "ORG-0001", "99900011000018",
    "http://[::1", "javascript:x", "79620000-6", "1e999", "-5", "NaN", "LOT-" + "9" * 400, "²", "٣" * 14, "FRZ99", "none",
    "oui", "FRA", "true", "cancel", "\u202e", "lot " * 5000, "réservé " * 3000, "mandataire solidaire " * 2000, "(" * 3000,
)  # fmt: skip
VALUES = (
    None, True, 0, -1, 10**400, 1.5, float("nan"), [], {}, [[[]]], [None, [None]], {"#text": None}, {"#text": ["a"]},
    {"@x": "y"}, {"oui": ""}, {"non": {"oui": []}}, [{}] * 3000, {str(n): "" for n in range(3000)}, *WORDS,
)  # fmt: skip


class HangError(Exception):
    """A notice that took longer than it may."""


@dataclass
class Tally:
    """What became of some tries."""

    read: int = 0
    refused: int = 0
    slowest: float = 0.0
    gained: float = 0.0
    broken: list[str] = field(default_factory=list)

    def add(self, other: "Tally") -> None:
        """Take in what others tried."""
        self.read += other.read
        self.refused += other.refused
        self.slowest = max(self.slowest, other.slowest)
        self.gained = max(self.gained, other.gained)
        self.broken += other.broken


def run(count: int) -> bool:
    """Try so many of each source, in as many processes as there are processors; prints, and says whether all held."""
    held = True
    for source in SOURCES:
        began, total = time.monotonic(), Tally()
        starts = range(0, count, BATCH)
        with ProcessPoolExecutor(os.cpu_count() or 2) as pool:
            jobs = [pool.submit(tries, source, first, min(BATCH, count - first)) for first in starts]
            for job in jobs:
                total.add(job.result())
        took = time.monotonic() - began
        print(
            f"notices {source}: {count} tried, {total.read} read, {total.refused} refused, slowest "
            f"{total.slowest * 1000:.0f} ms, {total.gained:.0f} MB gained at most, {took:.0f} s",
            flush=True,
        )
        for line in total.broken[:20]:
            print(f"  {line}", file=sys.stderr)
        held = held and not total.broken
    return held


def tries(source: str, first: int, count: int) -> Tally:
    """Try the numbers `first` and following of `source` in this process."""
    tally = Tally()
    for _, data in _models(source):
        with suppress(UnreadableNotice):
            SOURCES[source](data)  # what is loaded once isn't gained by a notice
    before = _megabytes()
    for number in range(first, first + count):
        _try(source, number, tally)
    tally.gained = _megabytes() - before
    if tally.gained > MEGABYTES:
        tally.broken.append(f"{source} {first} to {first + count}: {tally.gained:.0f} MB")
    return tally


def _try(source: str, number: int, tally: Tally) -> None:
    chosen = random.Random(f"{source} {number}")
    mangle, model = chosen.choice(_models(source))
    data = mangle(chosen, model)
    began = time.process_time()
    try:
        with _limited():
            found = SOURCES[source](data)
    except (UnreadableNotice, UnreadableFile) as refusal:
        str(refusal).encode()
        tally.refused += 1
    except Exception as error:  # noqa: BLE001 - whatever it is, it is what is looked for
        tally.broken.append(f"{source} {number}: {type(error).__name__}: {error}"[:300])
    else:
        tally.read += bool(found)
        tally.refused += not found
    tally.slowest = max(tally.slowest, time.process_time() - began)


@contextmanager
def _limited() -> Iterator[None]:
    """Break off what takes longer than it may of the processor's time: a busy machine is no fault."""

    def hang(_number: int, _frame: object) -> None:
        raise HangError(f"more than {SECONDS} s")

    before = signal.signal(signal.SIGPROF, hang)
    signal.setitimer(signal.ITIMER_PROF, SECONDS)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)


def _megabytes() -> float:
    """The most that this process has held so far."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1 << (10 if sys.platform == "linux" else 20))


def _read_page(data: bytes) -> ParsedNotice | None:
    """The records of a file of BOAMP, each read; None where none could be."""
    found = None
    for record in iter_records(io.BytesIO(data)):
        if isinstance(record, DamagedRecord):
            continue
        try:
            found = _drafted(read_record(record))
        except UnreadableNotice as refusal:
            str(refusal).encode()
    return found


def _drafted(notice: ParsedNotice) -> ParsedNotice:
    draft_of(notice)
    return notice


SOURCES: Mapping[str, Callable[[bytes], ParsedNotice | None]] = {
    "boamp": _read_page,
    "dila": lambda data: _drafted(read_record(record_of(io.BytesIO(data)))),
    "ted": lambda data: _drafted(read_notice(record_of(io.BytesIO(data)))),
}

Mangle = Callable[[random.Random, bytes], bytes]


@cache
def _models(source: str) -> Sequence[tuple[Mangle, bytes]]:
    """The notices that are mangled, each with the ways of its form: our samples, and the true ones where they are."""
    if source == "boamp":
        pages = [json.dumps([_served(path)]).encode() for path in sorted(SAMPLES.glob("*.json"))]
        for path in sorted((REAL / "boamp").glob("api_*.json")):
            pages += [json.dumps([one]).encode() for one in json.loads(path.read_text("utf-8"))["results"]]
        return [(mangle, page) for page in pages for mangle in (_values, _values, _bytes)]
    folders = [(SAMPLES, f"{source}_*.xml")]
    folders += [(REAL / "boamp" / "dila_xml", "*.xml")] if source == "dila" else [(REAL / "ted", "*/*.xml")]
    files = [path.read_bytes() for folder, names in folders for path in sorted(folder.glob(names))]
    return [(mangle, data) for data in files for mangle in (_texts, _texts, _tags, _bytes)]


def _served(path: Path) -> dict[str, Any]:
    record: dict[str, Any] = json.loads(path.read_text("utf-8"))
    for name in ("gestion", "donnees"):
        if isinstance(record.get(name), dict):
            record[name] = json.dumps(record[name], ensure_ascii=False)
    return record


def _values(chosen: random.Random, page: bytes) -> bytes:
    """Some values of a record replaced by others, dropped, doubled or moved, also inside its inner texts."""
    (record,) = json.loads(page)
    inner = [name for name in ("gestion", "donnees") if isinstance(record.get(name), str)]
    for name in inner:
        record[name] = json.loads(record[name])
    for _ in range(chosen.randint(1, 4)):
        node, key = _place(chosen, record)
        if key is None:
            break
        way = chosen.randrange(4)
        if way == 0 and isinstance(node, dict):
            del node[key]
        elif way == 1:
            node[key] = [node[key], deepcopy(node[key])]
        elif way == 2:
            node[key] = json.loads(json.dumps(record))
        else:
            node[key] = deepcopy(chosen.choice(VALUES))
    if chosen.random() < 0.7:
        for name in inner:
            if not isinstance(record.get(name), str):
                record[name] = json.dumps(record.get(name))
    return json.dumps([record]).encode()


def _place(chosen: random.Random, record: Any) -> tuple[Any, Any]:
    """A place in the record, by a walk that takes any branch: what holds it, and its key."""
    node, key, inside = None, None, record
    while isinstance(inside, (dict, list)) and inside and (node is None or chosen.random() < 0.85):
        key = chosen.choice(list(inside)) if isinstance(inside, dict) else chosen.randrange(len(inside))
        node, inside = inside, inside[key]
    return node, key


def _tags(chosen: random.Random, data: bytes) -> bytes:
    """Some tags, texts and attributes replaced, doubled, dropped or exchanged."""
    text = data.decode("utf-8", "surrogateescape")
    for _ in range(chosen.randint(1, 5)):
        spans = [match.span() for match in re.finditer(r"<[^>]*>|[^<>]+", text)]
        start, end = chosen.choice(spans)
        first, last = chosen.choice(spans)
        piece = chosen.choice([chosen.choice(WORDS), text[first:last], text[start:end] * 2, text[start:last]])
        text = text[:start] + piece[:500_000] + text[end:]
    return text.encode("utf-8", "surrogatepass")


def _texts(chosen: random.Random, data: bytes) -> bytes:
    """Some texts and attributes replaced by others: what is left is well-formed."""
    text = data.decode("utf-8", "surrogateescape")
    for _ in range(chosen.randint(1, 5)):
        spans = [
            match.span(1)
            for match in re.finditer(r">([^<>]+)(?=<)|(?<==)\"([^\"<]*)(?=\")", text)
            if match[1]
        ]
        start, end = chosen.choice(spans)
        word = re.sub(r"[\x00-\x08\ud800-\udfff\ufffe<]", "", chosen.choice(WORDS)).replace("&", "&amp;")
        text = text[:start] + word + text[end:]
    return text.encode("utf-8", "surrogateescape")


def _bytes(chosen: random.Random, data: bytes) -> bytes:
    """Bytes flipped, cut out, doubled, or the end missing."""
    mangled = bytearray(data)
    for _ in range(chosen.randint(1, 8)):
        at = chosen.randrange(len(mangled)) if mangled else 0
        way = chosen.randrange(4)
        if way == 0 and mangled:
            mangled[at] = chosen.randrange(256)
        elif way == 1:
            del mangled[at : at + chosen.randint(1, 200)]
        elif way == 2:
            mangled[at:at] = mangled[at : at + chosen.randint(1, 2000)]
        elif chosen.random() < 0.2:
            del mangled[at:]
    return bytes(mangled)
