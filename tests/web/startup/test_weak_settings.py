"""An installation with weak settings isn't started, and says what to set; `flask check` says all."""

import os
import secrets
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from config import ROOT, Settings
from procurement import create_app
from procurement.core import sealed
from procurement.core.db import db
from procurement.core.i18n import translate
from procurement.demo.people import ACCOUNTS
from procurement.web.startup.findings import weaknesses
from procurement.web.startup.serving import refuse_weak
from procurement.web.startup.surroundings import demo_accounts, everything
from tests.factories import make_user
from tests.live import BIN, free_port

GOOD = {
    "database_url": "postgresql://u:p@127.0.0.1/none",
    "redis_url": "redis://127.0.0.1:9/0",
    "smtp_url": "smtp://mail.reseau.fr:25",
    "secret_key": secrets.token_urlsafe(48),
    "seal_keys": secrets.token_urlsafe(48),
    "public_url": "https://marches.reseau.fr",
    "trusted_proxies": 1,
    "mail_from": "Réseau <marches@reseau.fr>",
}


@pytest.fixture(autouse=True)
def _own_keys(settings, whole_app):
    """An application begun with other settings leaves this process the keys of its tests, and no connection."""
    yield
    sealed.use_keys(settings.seal_keys.split())
    for other, engines in list(db._app_engines.items()):
        if other is not whole_app:
            for engine in engines.values():
                engine.dispose()


@pytest.fixture
def public(tmp_path: Path):
    """Settings fit for use, with others in their place."""

    def made(**others: object) -> Settings:
        folders = {"storage_dir": tmp_path / "files", "spool_dir": tmp_path / "spool"}
        return Settings(_env_file=None, **(GOOD | folders | others))

    return made


def grave(settings: Settings) -> list[str]:
    return [one.setting for one in weaknesses(settings) if one.grave]


def test_good_settings_are_let_through(public) -> None:
    assert grave(public()) == []


@pytest.mark.parametrize(
    ("wrong", "setting"),
    [
        ({"secret_key": "a" * 40}, "SECRET_KEY"),
        ({"secret_key": "please-change-me-before-you-go-live-0192"}, "SECRET_KEY"),
        ({"seal_keys": "0123456789abcdef0123456789abcdef"}, "SEAL_KEYS"),
        ({"seal_keys": f"{GOOD['seal_keys']} {'b' * 32}"}, "SEAL_KEYS"),
        ({"seal_keys": GOOD["secret_key"]}, "SEAL_KEYS"),
        ({"public_url": "http://marches.reseau.fr"}, "PUBLIC_URL"),
        ({"public_url": "https://marches.reseau.fr/page"}, "PUBLIC_URL"),
        ({"trusted_proxies": 0}, "TRUSTED_PROXIES"),
        ({"mail_from": "Réseau <ne-pas-repondre@marches-groupes.example>"}, "MAIL_FROM"),
        ({"mail_from": "Réseau"}, "MAIL_FROM"),
        ({"bounce_address": "retours@reseau.invalid"}, "BOUNCE_ADDRESS"),
        ({"smtp_url": "mail.reseau.fr"}, "SMTP_URL"),
        ({"metrics_token": "short"}, "METRICS_TOKEN"),
    ],
)
def test_each_weak_setting_is_named_with_what_to_do(public, wrong, setting) -> None:
    [found] = [one for one in weaknesses(public(**wrong)) if one.grave]
    assert found.setting == setting
    told = translate(found.words, "fr", **found.params)
    assert told != found.words
    assert "%(" not in told


def test_without_the_address_people_type_nothing_starts(public) -> None:
    settings = Settings(
        _env_file=None, **{name: value for name, value in GOOD.items() if name != "public_url"}
    )
    assert grave(settings) == ["PUBLIC_URL"]


def test_on_one_s_own_machine_anything_goes(public) -> None:
    assert weaknesses(public(public_url="http://127.0.0.1:8000", secret_key="a" * 40)) == []
    assert weaknesses(public(embedded=True, secret_key="a" * 40)) == []


def test_a_process_that_serves_is_not_started(public, settings, capsys, app) -> None:
    other = create_app(public(secret_key="a" * 40, database_url=settings.database_url))
    with pytest.raises(SystemExit) as ended:
        refuse_weak(other)
    said = capsys.readouterr().err
    assert ended.value.code == 78
    assert "SECRET_KEY: Cette clé" in said
    assert "rien n’a été démarré" in said
    assert "a" * 40 not in said


def test_folders_nothing_can_be_written_in_are_said(public, settings, tmp_path, capsys, app) -> None:
    (tmp_path / "file").touch()
    other = create_app(public(storage_dir=tmp_path / "file" / "none", database_url=settings.database_url))
    with pytest.raises(SystemExit):
        refuse_weak(other)
    assert "STORAGE_DIR: Impossible d’écrire" in capsys.readouterr().err


def test_debugging_is_refused(public, settings, capsys, app) -> None:
    other = create_app(public(database_url=settings.database_url))
    other.debug = True
    with pytest.raises(SystemExit):
        refuse_weak(other)
    assert "FLASK_DEBUG" in capsys.readouterr().err


def test_open_accounts_of_the_demo_are_a_fault_unless_it_is_a_demonstration(app, session, public) -> None:
    assert list(demo_accounts(public())) == []
    demo = make_user(email=ACCOUNTS[0].address)
    session.flush()
    assert [one.setting for one in demo_accounts(public())] == ["ALLOW_DEMO"]
    assert list(demo_accounts(public(allow_demo=True))) == []
    demo.active = False
    session.flush()
    assert list(demo_accounts(public())) == []


def test_what_does_not_answer_is_said_each_by_itself(public) -> None:
    other = create_app(
        public(database_url="postgresql://u:p@127.0.0.1:9/none", smtp_url="smtp://127.0.0.1:9")
    )
    with other.app_context():
        found = everything(other.config["SETTINGS"])
    assert [one.setting for one in found] == ["DATABASE_URL", "REDIS_URL", "SMTP_URL"]


def test_check_tells_all_and_its_status(app) -> None:
    told = app.test_cli_runner().invoke(args=["check"])
    assert told.exit_code == 1
    assert "SMTP_URL: Le serveur de courrier ne nous accepte pas" in told.output
    assert "DATABASE_URL" not in told.output


def environment(**others: str) -> dict[str, str]:
    given = {name.upper(): str(value) for name, value in (GOOD | others).items()}
    return {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": str(ROOT),
        "DATABASE_URL": os.environ["DATABASE_URL"],
    } | given


@pytest.mark.parametrize("process", ["web", "worker", "beat"])
def test_real_processes_end_with_the_words_and_no_trace(process: str, tmp_path: Path) -> None:
    celery = [str(BIN / "celery"), "-A", "workers.app:celery"]
    command = {
        "web": [
            *(str(BIN / "granian"), "--interface", "wsgi", "--factory", "--host", "127.0.0.1"),
            *("--port", str(free_port()), "procurement:serve"),
        ],
        "worker": [*celery, "worker", "--concurrency", "1"],
        "beat": [*celery, "beat"],
    }[process]
    weak = {"secret_key": "a" * 40, "storage_dir": str(tmp_path), "spool_dir": str(tmp_path)}
    with subprocess.Popen(
        command,
        cwd=ROOT,
        env=environment(**weak),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as running:
        try:
            said, _ = running.communicate(timeout=150)
        finally:
            running.send_signal(signal.SIGKILL) if running.poll() is None else None
    assert "SECRET_KEY: Cette clé" in said
    assert "Traceback" not in said


def test_what_is_missing_is_said_by_name(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "flask", "--app", "procurement:create_app", "check"],
        cwd=ROOT,
        env={"PATH": os.environ["PATH"], "SECRET_KEY": "much-too-brief"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    lines = done.stderr.strip().splitlines()
    assert [line.split(":")[0].strip() for line in lines[1:]] == [
        "DATABASE_URL",
        "REDIS_URL",
        "SMTP_URL",
        "SECRET_KEY",
        "SEAL_KEYS",
    ]
    assert "Traceback" not in done.stderr
    assert "much-too-brief" not in done.stderr
