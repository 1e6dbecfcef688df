"""Logs: one form for us and for libraries, and nobody's data in them."""

import json
import logging
import warnings

import pytest
import structlog
from sqlalchemy import text
from sqlalchemy.exc import DataError, IntegrityError, OperationalError

from procurement import create_app
from procurement.core import logs
from procurement.core.db import db
from procurement.web.libraries import limiter
from tests.factories import make_user


@pytest.fixture
def spoken(capsys):
    """Log as in production for this test; gives a function: what was said since, as objects."""
    logs.configure("INFO", readable=False)
    yield lambda: [json.loads(line) for line in capsys.readouterr().err.splitlines()]
    logs.configure("WARNING", readable=True)


def test_ours_and_the_libraries_lines_have_one_form(spoken):
    structlog.get_logger("ours").info("done", tender_id=7)
    logging.getLogger("theirs").warning("done by %s", "hand")
    ours, theirs = spoken()
    assert (ours["event"], ours["tender_id"], ours["level"], ours["logger"]) == ("done", 7, "info", "ours")
    assert (theirs["event"], theirs["level"], theirs["logger"]) == ("done by hand", "warning", "theirs")
    assert ours["timestamp"].endswith("Z")


def test_below_the_level_nothing_is_said(spoken):
    structlog.get_logger("ours").debug("small")
    logging.getLogger("celery.beat").info("Sending due task")
    logging.getLogger("sqlalchemy.engine.Engine").info("Row (1, 'anne@example.org')")
    assert spoken() == []


@pytest.mark.parametrize("name", ["celery.beat", "sqlalchemy.engine.Engine"])
def test_whoever_looks_closely_hears_the_ticks_and_never_rows(spoken, name):
    logs.configure("DEBUG", readable=False)
    logging.getLogger(name).info("said")
    assert len(spoken()) == (name == "celery.beat")


def test_configured_twice_a_line_is_said_once(spoken):
    logs.configure("INFO", readable=False)
    structlog.get_logger("ours").info("done")
    assert len(spoken()) == 1


def test_addresses_are_masked_wherever_they_hide(spoken):
    structlog.get_logger("ours").info(
        "to anne@example.org",
        said="550 <Anne.Marie+x@sub.example.org>: unknown",
        nested={"to": ["anne@example.org", 3]},
        thing=type("Thing", (), {"__str__": lambda _: "anne@example.org"})(),
        url="redis://:password@host/0",
    )
    logging.getLogger("theirs").warning("to %s", "anne@example.org")
    told = json.dumps(spoken(), ensure_ascii=False)
    assert "anne" not in told.lower()
    assert "password" not in told
    assert told.count("…@…") == 6


def say(error: BaseException) -> None:
    """Log a fault."""
    structlog.get_logger("ours").error("fault", exc_info=error)


def test_a_fault_tells_its_words_only_if_they_are_ours(spoken):
    say(RuntimeError("a transaction is already open"))
    say(ValueError("Anne Martin is no number"))
    say(KeyError("Anne Martin"))
    assert [one["exception"] for one in spoken()] == [
        "RuntimeError: a transaction is already open",
        "ValueError",
        "KeyError",
    ]


def test_a_fault_says_where_and_what_it_came_from(spoken):
    typed = "Anne Martin"
    try:
        int(typed)
    except ValueError as error:
        fault = LookupError(typed)
        fault.__cause__ = error
        logging.getLogger("theirs").exception("fault", exc_info=fault)
    [line] = spoken()
    assert "int(typed)\n" in line["exception"]
    assert line["exception"].endswith("ValueError\n\nLookupError")


def test_the_database_s_refusals_tell_the_constraint_and_no_row(app, spoken):
    person = {"email": "anne@example.org", "name": "Anne Martin"}
    make_user(**person)
    with pytest.raises(IntegrityError) as twice, db.session.begin_nested():
        make_user(**person)
    with pytest.raises(DataError) as typed, db.session.begin_nested():
        db.session.execute(text("SELECT cast(:typed AS integer)"), {"typed": person["name"]})
    for error in (twice.value, typed.value):
        say(error)
    first, second = (one["exception"] for one in spoken())
    assert "23505 user_account uq_user_account_email" in first
    assert "22P02" in second
    assert "Anne" not in first + second
    assert "anne" not in first + second
    assert logs.brief(twice.value) == "IntegrityError(23505 user_account uq_user_account_email)"


def test_a_lost_database_says_where_it_was_looked_for(settings, spoken):
    away = {"database_url": "postgresql+psycopg://someone@127.0.0.1:9/none", "embedded": False}
    enabled = limiter.enabled
    other = create_app(settings.model_copy(update=away))
    limiter.enabled = enabled
    with other.app_context(), pytest.raises(OperationalError) as lost:
        db.session.execute(text("SELECT 1"))
    say(lost.value)
    assert "port 9 failed: Connection refused" in spoken()[-1]["exception"]


def test_on_one_s_own_machine_lines_are_to_be_read(capsys):
    logs.configure("INFO", readable=True)
    structlog.get_logger("ours").info("done", tender_id=7)
    say(ValueError("Anne is no number, anne@example.org"))
    said = capsys.readouterr().err
    assert "done" in said
    assert "tender_id=7" in said
    assert "ValueError: Anne is no number, …@…" in said
    logs.configure("WARNING", readable=True)


def test_warnings_of_python_are_lines_too(spoken):
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        # What is shown now is this block's: whoever captured before captured another's.
        logging.captureWarnings(False)
        logs.configure("INFO", readable=False)
        warnings.warn("old", DeprecationWarning, stacklevel=1)
    logging.captureWarnings(False)
    assert [one["logger"] for one in spoken()] == ["py.warnings"]


def test_outside_requests_there_is_no_request():
    assert logs.request_id() is None
