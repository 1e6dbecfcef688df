"""What is read in a second process while the first one writes: the same, in the same order, whatever becomes of it."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from config import Settings
from procurement.core import events
from procurement.core.db import db
from procurement.notices.models import ImportRun, Notice, NoticeState
from procurement.tenders.models import Tender
from tests.live import ROOT

needs_two = pytest.mark.skipif(os.cpu_count() == 1, reason="with one processor nothing is read beside")


def read(lots: str) -> dict[str, Any]:
    """What a process says that reads these lots."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.notices.reading_beside", lots],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    said: dict[str, Any] = json.loads(done.stdout)
    return said


@needs_two
def test_the_next_lots_are_read_beside_and_come_in_order() -> None:
    assert read("a,b/c,unreadable,damaged/d") == {
        "said": [
            [["a", "here"], ["b", "here"]],
            [
                ["c", "beside"],
                ["unreadable", "The field “objet” is missing.", "26-9"],
                ["damaged", "damaged", ""],
            ],
            [["d", "beside"]],
        ],
        "left": 0,
    }


@needs_two
def test_a_lot_of_which_all_is_known_keeps_nobody_waiting() -> None:
    assert read("a/b//c/") == {
        "said": [[["a", "here"]], [["b", "beside"]], [], [["c", "beside"]], []],
        "left": 0,
    }


def test_what_kills_the_second_process_is_read_here() -> None:
    assert read("a/b,deadly/c/d") == {
        "said": [[["a", "here"]], [["b", "here"], ["deadly", "here"]], [["c", "here"]], [["d", "here"]]],
        "left": 0,
    }


def typed(settings: Settings, *words: str) -> subprocess.CompletedProcess[str]:
    """What a command says that is typed in a terminal of its own."""
    env = {
        **os.environ,
        "DATABASE_URL": settings.database_url,
        "REDIS_URL": settings.redis_url,
        "SMTP_URL": settings.smtp_url,
        "SECRET_KEY": settings.secret_key,
        "SEAL_KEYS": settings.seal_keys,
        "PUBLIC_URL": settings.public_url,
        "STORAGE_DIR": str(settings.storage_dir),
        "EMBEDDED": "1",
    }
    done = subprocess.run(
        [sys.executable, "-m", "flask", "--app", "procurement:create_app", *words],
        cwd=ROOT,
        env=env,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    assert "Traceback" not in done.stderr
    return done


@pytest.mark.committing
@pytest.mark.usefixtures("app")
def test_a_long_file_comes_in_whole_and_one_that_is_known_in_part(
    settings: Settings, sample, tmp_path: Path
) -> None:
    one, broken = sample("fnsimple_one_lot"), sample("fnsimple_one_lot") | {"gestion": "{"}
    numbers = [f"26-{100_000 + number}" for number in range(1100)]
    lines = [
        json.dumps((broken if number == numbers[400] else one) | {"idweb": number, "contractfolderid": None})
        for number in numbers
    ]
    path = tmp_path / "long.json"
    path.write_text("\n".join(lines[:600]))
    said = typed(settings, "notices", "import", "--language", "en", str(path)).stdout
    assert said.splitlines()[-1].startswith("600 notices read: 599 new drafts"), said[-500:]
    run = db.session.scalars(select(ImportRun)).one()
    assert (run.new, run.unreadable) == (599, 1)
    state = db.session.scalar(select(Notice.state).where(Notice.source_id == numbers[400]))
    assert state is NoticeState.UNREADABLE
    assert db.session.scalar(select(func.count()).select_from(Tender)) == 599
    last = db.session.scalar(select(func.max(Tender.id)))
    assert events.verify("tender", last) is None
    path.write_text("\n".join(lines[600:] + lines[:600]))
    said = typed(settings, "notices", "import", "--language", "en", str(path)).stdout
    assert said.splitlines()[-1].startswith("1100 notices read: 500 new drafts, 0 changed, 599 known"), said[
        -500:
    ]
