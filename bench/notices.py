"""import_vs_copy and reimport_same: a day of BOAMP through the whole reader, over PostgreSQL's COPY of what it led to.

The rows are copied into the same tables, with their indexes, keys and triggers. Rounds take turns and the medians
count. `reimport_same`: the same file once more, over the first time.
"""

import io
import json
import statistics
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
from flask import Flask

from bench.plan import made_app
from procurement.core import clock
from procurement.core.db import Base, db, transaction
from procurement.core.policy import SYSTEM
from procurement.notices.boamp.records import iter_records
from procurement.notices.runs import import_files
from tests.factories import paris

RECORDS, ROUNDS = 2000, 3
NOW = paris(2026, 9, 12, 8)
SAMPLES = Path(__file__).resolve().parents[1] / "tests" / "notices" / "samples"
CALLS = ("eforms_restricted", "eforms_two_lots", "fnsimple_one_lot", "mapa_prose", "fnsimple_one_lot", "dsp")
OTHERS = ("award", "award", "correction")
"""A true day has about as many of each: two thirds call for tenders."""


def figures() -> Iterator[tuple[str, float, str]]:
    """Two ratios."""
    page = _page()
    first, again, copied = [], [], []
    for number in range(ROUNDS):
        app, url = made_app(f"notices_{number}")
        first.append(_import(app, page))
        again.append(_import(app, page))
        _, other = made_app(f"notices_copy_{number}")
        copied.append(_copy(url, other))
    fresh, same, copy = (statistics.median(times) for times in (first, again, copied))
    print(
        f"# {RECORDS} records: {fresh:.1f} s the first time ({RECORDS / fresh:.0f} a second), {same:.1f} s again, "
        f"{copy:.2f} s by COPY ({RECORDS / copy:.0f} a second)",
        file=sys.stderr,
    )
    yield "import_vs_copy", copy / fresh, "ratio"
    yield "reimport_same", same / fresh, "ratio"


def _page() -> bytes:
    """A page of so many records, as the interface serves them."""
    models = [json.loads((SAMPLES / f"{name}.json").read_text(encoding="utf-8")) for name in CALLS + OTHERS]
    return json.dumps(
        {"total_count": RECORDS, "results": [_record(models, n) for n in range(RECORDS)]}
    ).encode()


def _record(models: list[dict[str, Any]], number: int) -> dict[str, Any]:
    """The model whose turn it is, under a number, a buyer and words of its own."""
    record = json.loads(
        json.dumps(models[number % len(models)])
        .replace("Essai", f"Essai {number % 300}")
        .replace("99900011000018", "")
        .replace("0000-4000-8000", f"{number:04d}-4000-8000")
    )
    for name in ("gestion", "donnees"):
        if isinstance(record.get(name), dict):
            record[name] = json.dumps(record[name], ensure_ascii=False)
    return record | {"idweb": f"26-{100_000 + number}", "contractfolderid": None}


def _import(app: Flask, page: bytes) -> float:
    """Seconds to take the page in, from its bytes to what is committed."""
    with app.app_context(), clock.at(NOW):
        began = time.perf_counter()
        with transaction():
            run, _ = import_files(SYSTEM, "boamp", iter_records(io.BytesIO(page)))
        took = time.perf_counter() - began
        assert (run.read, run.unreadable) == (RECORDS, 0), (run.read, run.unreadable)
        db.session.remove()
    return took


def _copy(source: str, target: str) -> float:
    """Seconds to copy all rows of one database into another, by COPY."""
    with psycopg.connect(_plain(source)) as one, psycopg.connect(_plain(target)) as other:
        rows = {table.name: _out(one, table) for table in Base.metadata.sorted_tables}
        began = time.perf_counter()
        for table in Base.metadata.sorted_tables:
            if rows[table.name]:
                with other.cursor().copy(f"COPY {_columns(table)} FROM STDIN") as copy:
                    copy.write(rows[table.name])
        other.commit()
        return time.perf_counter() - began


def _out(connection: Any, table: Any) -> bytes:
    with connection.cursor().copy(f"COPY {_columns(table)} TO STDOUT") as copy:
        return b"".join(bytes(piece) for piece in copy)


def _columns(table: Any) -> str:
    names = ", ".join(f'"{column.name}"' for column in table.columns if column.computed is None)
    return f'"{table.name}" ({names})'


def _plain(url: str) -> str:
    return url.replace("postgresql+psycopg://", "postgresql://")
