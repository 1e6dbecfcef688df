"""Malformed forms at every endpoint, by every role: a few here, twenty thousand by `python3 dev.py fuzz forms`."""

from bench.fuzz.forms import attack
from procurement.core.db import db

TRIES = 150


def test_malformed_forms_break_nothing_and_change_nothing_they_may_not(app):
    app.config["PROPAGATE_EXCEPTIONS"] = False
    try:
        tally = attack(app, db._app_engines[app][None], TRIES)
    finally:
        app.config["PROPAGATE_EXCEPTIONS"] = None
    assert tally.broken == [], "\n".join(tally.broken)
    assert tally.tried >= TRIES
    assert tally.denied > 0
    assert tally.refused > 0
