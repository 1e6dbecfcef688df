"""Whatever a record holds, reading it gives a notice that can be stored, or says that it can't be read."""

import json
import random
from copy import deepcopy
from dataclasses import fields, is_dataclass
from datetime import datetime
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from procurement.notices.boamp.reader import read_record
from procurement.notices.parsed import ParsedNotice, UnreadableNotice

NASTY = [
    None, True, 0, -1, 10**400, 1.5, float("nan"), "", " ", "\x00", "\ud800", "x" * 300_000, "&#0;&#xD800;&amp;amp;",
    "7017-07-24T12:00:00", "9999-12-31T23:59:59-23:59", "0001-01-01", "2026-10-02+02:00", "12:00:00+99:00", "24:00:00",
    [], {}, [[[]]], [None, [None]], {"#text": None}, {"#text": {"#text": "x"}}, {"#text": ["a"]}, {"@x": "y"},
    {"oui": ""}, {"non": {"oui": []}}, "ORG-0001", "99900011000018", "http://[::1", "javascript:x", "79620000-6", "1e999",
    "LOT-" + "9" * 400, "²", "٣" * 14,
]  # fmt: skip

values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(st.characters(), max_size=20)
    | st.sampled_from(NASTY),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(
                [
                    "#text",
                    "@languageID",
                    "@listName",
                    "oui",
                    "non",
                    "idWeb",
                    "cbc:ID",
                    "LOT",
                    "FNSimple",
                    "EFORMS",
                ]
            )
            | st.text(max_size=5),
            inner,
            max_size=4,
        )
    ),
    max_leaves=12,
)


def places(node: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    found = [path] if path else []
    items = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    for key, value in items:
        found += places(value, (*path, key))
    return found


def put(record: dict[str, Any], path: tuple[Any, ...], value: Any) -> None:
    node: Any = record
    for key in path[:-1]:
        node = node[key]
    node[path[-1]] = deepcopy(value)


def check(record: Any) -> None:
    try:
        notice = read_record(record)
    except UnreadableNotice as refusal:
        str(refusal).encode()
        return
    assert isinstance(notice, ParsedNotice)
    assert notice.source_id
    storable(notice)


def storable(value: Any) -> None:
    """Text that PostgreSQL takes and that isn't endless; instants that are aware."""
    if isinstance(value, str):
        assert "\x00" not in value
        value.encode()
        assert len(value) <= 20_000
    elif isinstance(value, datetime):
        assert value.tzinfo
    elif isinstance(value, (tuple, list)):
        for one in value:
            storable(one)
    elif is_dataclass(value):
        for one in fields(value):
            storable(getattr(value, one.name))
    if hasattr(value, "reminder"):
        assert value.reminder <= value.displayed
        assert value.doubtful == bool(value.doubt)


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_a_sample_with_anything_anywhere(samples, data) -> None:
    record = deepcopy(data.draw(st.sampled_from(samples)))
    for name in ("gestion", "donnees"):
        if isinstance(record.get(name), str):
            record[name] = json.loads(record[name])
    for _ in range(data.draw(st.integers(1, 4))):
        put(record, data.draw(st.sampled_from(places(record))), data.draw(values))
    check(record)


@settings(max_examples=200, deadline=None)
@given(record=values)
def test_anything_at_all(record: Any) -> None:
    check(record)
    check(
        {
            "idweb": "26-1",
            "nature": "APPEL_OFFRE",
            "objet": "A",
            "nomacheteur": "B",
            "donnees": record,
            "gestion": record,
        }
    )


def test_every_place_of_every_sample_with_every_nasty_value(samples) -> None:
    chosen = random.Random(26)
    for sample in samples:
        record = deepcopy(sample)
        for name in ("gestion", "donnees"):
            if isinstance(record.get(name), str):
                record[name] = json.loads(record[name])
        for path in places(record):
            for value in chosen.sample(NASTY, 4):
                changed = deepcopy(record)
                put(changed, path, value)
                check(changed)


def test_a_number_of_more_digits_than_can_be_written(samples) -> None:
    for name in ("idweb", "objet", "donnees", "datelimitereponse"):
        check({**samples[0], name: 10**5000})
