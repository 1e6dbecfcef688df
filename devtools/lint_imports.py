"""``python -m devtools.lint_imports``: import-linter, which has no such way in of its own."""

import sys

from importlinter.cli import lint_imports_command

if __name__ == "__main__":
    sys.exit(lint_imports_command())
