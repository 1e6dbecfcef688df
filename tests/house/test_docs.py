"""What docs say exists: links lead somewhere, units start what the Procfile names, commands are commands."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
UNITS = ROOT / "docs" / "systemd"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_lead_somewhere(page: Path) -> None:
    links = re.findall(r"\]\((?!https?:|mailto:|#)([^)#\s]+)", page.read_text(encoding="utf-8"))
    assert [link for link in links if not (page.parent / link).exists()] == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_files_that_are_named_exist(page: Path) -> None:
    named = re.findall(
        r"`((?:procurement|tests|docs|templates|workers|bench|devtools)/[\w/.-]+)`",
        page.read_text(encoding="utf-8"),
    )
    missing = [name for name in named if not (ROOT / name).exists()]
    assert missing == []


@pytest.mark.parametrize("process", ["web", "worker", "beat", "release"])
def test_units_start_what_the_procfile_names(process: str) -> None:
    lines = dict(line.split(": ", 1) for line in (ROOT / "Procfile").read_text().splitlines())
    unit = (UNITS / f"marches-{process}.service").read_text()
    started = re.search(r"^ExecStart=/srv/marches/\.venv/bin/(.*)$", unit, re.MULTILINE)[1]
    plain = lines[process].replace("0.0.0.0", "127.0.0.1").replace("${PORT:-8000}", "8000")
    assert started.startswith(plain)


def test_commands_that_docs_give_are_commands(app) -> None:
    text = "\n".join(page.read_text(encoding="utf-8") for page in PAGES)
    named = set(re.findall(r"(?:mg|procurement:create_app) ([a-z]+)", text)) | {"backup", "restore", "check"}
    assert named - set(app.cli.commands) - {"db"} == set()
