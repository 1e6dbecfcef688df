"""The permission matrix: every endpoint × role × own and other, against a table written by hand.

Each request is undone before the next. "yes": the page, or the form taken or refused for its content; "in": asked to
sign in; "no": 403; "none": 404, it doesn't exist for them.
"""

import re

import pytest
from flask import Flask, url_for

from procurement.accounts import sessions
from procurement.core.db import db
from procurement.web import edge
from tests.conftest import Visitor
from tests.house.permission_table import TABLE
from tests.house.permission_world import ROLES, answer, build

ROWS = [
    line.split() for line in TABLE.strip().splitlines() if line.strip() and not line.lstrip().startswith("#")
]


def _endpoint(row):
    return row[1].partition("@")[0]


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row[0]} {row[1]}")
def test_each_role_gets_what_the_table_says(app, row):
    method, name, *expected = row
    assert len(expected) == len(ROLES), "one word a role"
    endpoint, _, variant = name.partition("@")
    world = build()
    rule = next(r for r in app.url_map.iter_rules() if r.endpoint == endpoint and method in r.methods)
    values = {
        argument: world.numbers.get(f"{argument}@{variant}", world.numbers.get(argument))
        for argument in rule.arguments
    }
    missing = [argument for argument, value in values.items() if value is None]
    assert missing == [], "the world lacks these"
    with app.test_request_context():
        path = url_for(endpoint, **values)
    path = re.sub(r"^https?://[^/]+", "", path)
    people = {role: person and person.fs_uniquifier for role, person in world.people.items()}
    opened = {
        role: person and sessions.begin(person, browser="", via="password").id
        for role, person in world.people.items()
    }
    db.session.commit()
    connection = db._app_engines[app][None]
    app.test_client_class = Visitor
    got = {}
    for role in ROLES:
        undo = connection.begin_nested()
        client = app.test_client()
        if people[role]:
            with client.session_transaction() as state:
                state["_user_id"] = people[role]
                state["_fresh"] = True
                state[sessions.NAME] = opened[role]
        got[role] = answer(client, method, path)
        db.session.remove()
        undo.rollback()
    assert got == dict(zip(ROLES, expected, strict=True))


def test_the_table_names_every_endpoint_and_no_other(app):
    there = {
        (method, rule.endpoint)
        for rule in app.url_map.iter_rules()
        for method in rule.methods - {"HEAD", "OPTIONS"}
        if rule.endpoint not in {"static", "bootstrap.static"}
    }
    written = {(row[0], _endpoint(row)) for row in ROWS}
    assert there - written == set(), "endpoints that the table doesn't name"
    assert written - there == set(), "rows for what isn't there"


def test_a_route_without_a_policy_is_refused(app):
    room = edge.Room("bare", __name__)
    with pytest.raises(TypeError, match="policy"):
        room.add_url_rule("/bare", "bare", lambda: "")


def test_a_library_endpoint_nobody_declared_stops_the_start(settings):
    bare = Flask("bare")
    bare.add_url_rule("/open", "open", lambda: "")
    with pytest.raises(RuntimeError, match="open"):
        edge.refuse_undeclared(bare)
