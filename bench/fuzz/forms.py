"""Malformed forms over every endpoint that takes one and every role: no fault, and nothing changed by who may not.

The roles and what each may are those of the permission table. Each try stands on the same small network and is taken
back before the next; hypothesis draws what is typed.
"""

import re
import sys
import tempfile
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path
from urllib.parse import urlsplit

from flask import Flask, g, url_for
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, text
from werkzeug.exceptions import HTTPException

from config import Settings
from config import settings as configured
from procurement import create_app
from procurement.accounts import sessions
from procurement.core import clock
from procurement.core.db import Base, db
from procurement.web.libraries import limiter
from tests.house.permission_table import TABLE
from tests.house.permission_world import ROLES, World, answer_of, build
from tests.undone import undone

WORDS = (
    "", " ", "\x00", "\u202e", "é" * 3000, "x" * 30_000, "0", "-1", "1e999", "NaN", "９９", "٣", "99999999999999999999999", "2026-02-30",
    "9999-12-31", "0001-01-01", "31/12/2026", "25:61", "24:00", "=1+1", "<script>", "{{ 7 * 7 }}", "%(x)s", "%s", "' OR 1=1 --", "../../etc/passwd",
    "javascript:x", "http://[", "on", "y", "true", "null", "[]", "a@b", "14", "ai", "FR7630006000011234567890189",
)  # fmt: skip
VALUES = st.one_of(
    st.sampled_from(WORDS),
    st.text(alphabet=st.characters(codec="utf-8"), max_size=40),
    st.integers(-(2**70), 2**70).map(str),
    st.dates().map(str),
    st.decimals().map(str),
)
OWN = frozenset({"sign_in", "heartbeat", "form_receipt"})
"""Tables that a request may write by being made at all, as `last_seen_at` of people: not what the form was about."""


@dataclass(frozen=True, slots=True)
class Target:
    """A place that takes a form: its row of the table, its address, and the names of the fields seen on pages."""

    name: str
    path: str
    expected: Mapping[str, str]
    fields: Sequence[str]


@dataclass
class Tally:
    """What became of the tries."""

    tried: int = 0
    kept: int = 0
    refused: int = 0
    denied: int = 0
    broken: list[str] = field(default_factory=list)


class Forms:
    """The network, its people and the places that take forms, on one connection."""

    def __init__(self, app: Flask, connection: Connection) -> None:
        self.app, self.connection = app, connection
        self.world: World = build()
        self.opened = {
            role: person and sessions.begin(person, browser="", via="password", proved_at=clock.now()).id
            for role, person in self.world.people.items()
        }
        db.session.commit()
        self.people = {role: person and person.fs_uniquifier for role, person in self.world.people.items()}
        self.targets = self._targets()
        self.before = self._state()
        self.tally = Tally()

    def _rows(self, method: str) -> Iterator[tuple[str, str, dict[str, str]]]:
        for line in TABLE.strip().splitlines():
            words = line.split()
            if words and words[0] == method:
                yield words[1], self._path(words[1], method), dict(zip(ROLES, words[2:], strict=True))

    def _path(self, name: str, method: str) -> str:
        endpoint, _, variant = name.partition("@")
        rule = next(
            r for r in self.app.url_map.iter_rules() if r.endpoint == endpoint and method in r.methods
        )
        numbers = self.world.numbers
        values = {one: numbers.get(f"{one}@{variant}", numbers.get(one)) for one in rule.arguments}
        with self.app.test_request_context():
            return re.sub(r"^https?://[^/]+", "", url_for(endpoint, **values))

    def _targets(self) -> list[Target]:
        fields = self._fields()
        made = []
        for name, path, expected in self._rows("POST"):
            made.append(Target(name, path, expected, sorted(fields[name.partition("@")[0]])))
        return made

    def _fields(self) -> dict[str, set[str]]:
        """The names of fields by the endpoint that each form of each page is sent to."""
        found: dict[str, set[str]] = defaultdict(set)
        adapter = self.app.url_map.bind("localhost")
        for _name, path, _expected in self._rows("GET"):
            for role in ("delegate", "manager", "admin"):
                with self._visit(role) as client:
                    page = client.get(path, buffered=True)
                    body = page.text if page.mimetype == "text/html" else ""
                for attributes, inside in re.findall(r"<form\b([^>]*)>(.*?)</form>", body, re.DOTALL):
                    action = re.search(r'action="([^"]*)"', attributes)
                    where = urlsplit(action[1]).path if action and action[1] else path.partition("?")[0]
                    try:
                        endpoint = adapter.match(where, method="POST")[0]
                    except HTTPException:
                        continue
                    found[endpoint] |= set(re.findall(r'name="([^"]+)"', inside))
        return found

    @contextmanager
    def _visit(self, role: str) -> Iterator[object]:
        """A browser of that role; what it does is taken back."""
        undo = self.connection.begin_nested()
        client = self.app.test_client()
        if self.people[role]:
            with client.session_transaction() as state:
                state["_user_id"] = self.people[role]
                state["_fresh"] = True
                state[sessions.NAME] = self.opened[role]
        for name in list(g):
            g.pop(name)
        try:
            yield client
        finally:
            db.session.remove()
            undo.rollback()

    def _state(self) -> list[tuple[str, int, int]]:
        """Each table's rows, counted and summed: what nobody may change without the right."""
        parts = [
            f"SELECT '{table.name}', count(*), coalesce(sum(hashtextextended((to_jsonb(t) - 'last_seen_at')::text, 0)), 0) FROM \"{table.name}\" t"
            for table in Base.metadata.sorted_tables
            if table.name not in OWN
        ]
        return [tuple(row) for row in self.connection.execute(text(" UNION ALL ".join(parts)))]

    def attempt(self, target: Target, role: str, typed: Sequence[tuple[str, object]]) -> None:
        """Send one form; raises AssertionError when it breaks something."""
        data: dict[str, list[object]] = defaultdict(list)
        for name, value in typed:
            data[name].append((BytesIO(value), "x.csv") if isinstance(value, bytes) else value)
        self.tally.tried += 1
        if not self.tally.tried % 1000:
            print(f"  {self.tally.tried} sent, {len(self.tally.broken)} broken", file=sys.stderr, flush=True)
        with self._visit(role) as client:
            response = client.post(
                target.path, data=dict(data), content_type="multipart/form-data", buffered=True
            )
            db.session.remove()
            state = self._state()
        word, expected = answer_of(response, target.path), target.expected[role]
        assert response.status_code < 500, f"{response.status_code} at {target.name} for {role}"
        changed = [row[0] for row, was in zip(state, self.before, strict=True) if row != was]
        if expected != "yes":
            self.tally.denied += 1
            # Whom a 403 waits for may first hear that what they name isn't there, or that it can't be read.
            sooner = expected == "no" and response.status_code in {404, 422}
            assert word == expected or sooner, f"{role} got {word} at {target.name} instead of {expected}"
            assert not changed, f"{role}, who may not, changed {changed} at {target.name}"
        elif response.status_code >= 400:
            self.tally.refused += 1
            assert not changed, f"refused, yet it changed {changed} at {target.name}"
        else:
            self.tally.kept += 1


def tries(targets: Sequence[Target]) -> st.SearchStrategy[tuple[Target, str, list[tuple[str, object]]]]:
    """A place, a role, and what is typed there: fields that it has, some missing, some twice, some of its own making."""

    def typed(target: Target) -> st.SearchStrategy[list[tuple[str, object]]]:
        names = st.sampled_from(target.fields) if target.fields else st.just("x")
        files = st.binary(max_size=60)
        pair = st.tuples(names | st.text(max_size=8), VALUES) | st.tuples(names, files)
        return st.lists(st.tuples(names, VALUES) | pair, max_size=24)

    return st.sampled_from(targets).flatmap(
        lambda target: st.tuples(st.just(target), st.sampled_from(ROLES), typed(target))
    )


def attack(app: Flask, connection: Connection, count: int) -> Tally:
    """Send `count` malformed forms; what broke stands in the tally. One breakage ends a round, the next goes on."""
    forms = Forms(app, connection)
    while forms.tally.tried < count:
        before = forms.tally.tried

        @settings(
            max_examples=count - before,
            database=None,
            deadline=None,
            suppress_health_check=list(HealthCheck),
            phases=[Phase.generate],
            report_multiple_bugs=False,
        )
        @given(tries(forms.targets))
        def each(one: tuple[Target, str, list[tuple[str, object]]]) -> None:
            forms.attempt(*one)

        try:
            each()
        except AssertionError as error:
            forms.tally.broken.append(str(error).splitlines()[0])
            print(f"  {forms.tally.broken[-1]}", file=sys.stderr, flush=True)
        if forms.tally.broken and len(forms.tally.broken) > 20:
            break
    return forms.tally


def run(count: int) -> bool:
    """Send `count` malformed forms to the product on this process's database; print what became of them."""
    with tempfile.TemporaryDirectory() as folder:
        chosen: Settings = configured().model_copy(
            update={
                "public_url": "http://localhost",
                "embedded": True,
                "mailbox_dir": Path(folder),
                "storage_dir": Path(folder),
                "register_url": "http://127.0.0.1:9",
                # The office would be led to set its second factor up before anything else.
                "second_factor": "offered",
            }
        )
        app = create_app(chosen)
        app.config.update(TESTING=True, WTF_CSRF_ENABLED=False, PROPAGATE_EXCEPTIONS=False)
        limiter.enabled = False
        with app.app_context(), undone(app) as connection:
            tally = attack(app, connection, count)
    print(
        f"forms: {tally.tried} sent, {tally.kept} taken, {tally.refused} refused, {tally.denied} kept out, "
        f"{len(tally.broken)} broken"
    )
    return not tally.broken
