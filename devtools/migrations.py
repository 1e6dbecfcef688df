"""Tell in a few milliseconds whether a database is at the newest migration."""

import ast
from pathlib import Path

import psycopg

from devtools.console import ROOT, DevError

FOLDER = ROOT / "migrations" / "versions"


def up_to_date(database_url: str) -> bool:
    """Compare what the database says with the migrations' files; False when it says nothing.

    Raises ``DevError`` when it can't be asked.
    """
    address = "postgresql" + database_url[database_url.index("://") :]
    try:
        with psycopg.connect(address) as connection:
            rows = connection.execute("SELECT version_num FROM alembic_version").fetchall()
    except psycopg.errors.UndefinedTable:
        return False
    except psycopg.Error as error:
        told = str(error).strip().splitlines() or [type(error).__name__]
        raise DevError(f"The database can't be reached: {told[0]}. Is DATABASE_URL right?") from None
    return {str(row[0]) for row in rows} == heads(FOLDER)


def heads(folder: Path) -> set[str]:
    """Return the revisions that no other follows."""
    revisions: set[str] = set()
    followed: set[str] = set()
    for file in folder.glob("*.py"):
        said = _constants(file)
        revisions |= _names(said.get("revision"))
        followed |= _names(said.get("down_revision"))
    return revisions - followed


def _constants(file: Path) -> dict[str, object]:
    found: dict[str, object] = {}
    for statement in ast.parse(file.read_text(encoding="utf-8")).body:
        target = (
            statement.targets[0] if isinstance(statement, ast.Assign) else getattr(statement, "target", None)
        )
        value = getattr(statement, "value", None)
        if isinstance(target, ast.Name) and value is not None:
            try:
                found[target.id] = ast.literal_eval(value)
            except ValueError:
                continue
    return found


def _names(value: object) -> set[str]:
    if value is None:
        return set()
    return {value} if isinstance(value, str) else {str(one) for one in value}  # type: ignore[attr-defined]
