"""Our static files under addresses that change with their content, so that browsers may keep them for a year."""

import hashlib
from functools import lru_cache
from pathlib import Path
from typing import Any

from flask import Flask

A_YEAR = 365 * 24 * 3600


@lru_cache(maxsize=256)
def _mark(path: Path) -> str:
    """Eight characters that stand for the content of `path`; empty if there is no such file."""
    try:
        return hashlib.sha256(path.read_bytes()).hexdigest()[:8]
    except OSError:
        return ""


def register(app: Flask) -> None:
    """Mark the addresses of static files, ours and those of libraries that serve theirs."""
    app.config["SEND_FILE_MAX_AGE_DEFAULT"] = A_YEAR

    @app.url_defaults
    def _marked(endpoint: str, values: dict[str, Any]) -> None:
        name = values.get("filename")
        if name and (endpoint == "static" or endpoint.endswith(".static")):
            owner = app if endpoint == "static" else app.blueprints[endpoint.rpartition(".")[0]]
            mark = _mark(Path(owner.static_folder or "") / name)
            if mark:
                values["v"] = mark
