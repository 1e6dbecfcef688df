"""``python -m devtools.prepare [--demo FILE]``: bring the database up to date, in one process.

``--demo``: then load the demo network into an empty database, and write its accounts to FILE.
"""

import argparse
import contextlib
from pathlib import Path

from flask.cli import FlaskGroup

from procurement import create_app


def main() -> None:
    """Do it."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--demo", type=Path)
    options = parser.parse_args()
    app = create_app()
    commands = FlaskGroup(create_app=lambda: app)
    commands.main(["db", "upgrade"], standalone_mode=False)
    if options.demo is not None:
        commands.main(["demo", "load", "--yes"], standalone_mode=False)
        fresh = options.demo.with_suffix(".fresh")
        with fresh.open("w", encoding="utf-8") as file, contextlib.redirect_stdout(file):
            commands.main(["demo", "accounts"], standalone_mode=False)
        fresh.replace(options.demo)


if __name__ == "__main__":
    main()
