#!/usr/bin/env python3
"""The one way in: `python3 dev.py help` lists what it can do.

Needs Python 3.11 and its standard library. This file itself stays readable by older ones,
so that they can say what is missing.
"""

import os
import sys

OLDEST = (3, 11)
NEWER = ("python3.14", "python3.13", "python3.12", "python3.11")


def main():
    """Find a Python that is new enough, then do what the command line says."""
    if sys.version_info < OLDEST:
        folders = os.environ.get("PATH", "").split(os.pathsep)
        for found in [os.path.join(folder, name) for name in NEWER for folder in folders]:  # noqa: PTH118
            if os.access(found, os.X_OK) and not os.environ.get("DEV_SEARCHED"):
                os.environ["DEV_SEARCHED"] = "1"
                os.execv(found, [found] + sys.argv)  # noqa: RUF005 - for old Pythons
        sys.stderr.write(
            "Python 3.11 or later is needed, and this is {}.{}: install a newer one (apt install python3.11, "
            "brew install python3, python.org), then start dev.py with it.\n".format(*sys.version_info)
        )
        return 2
    if sys.platform == "win32":
        sys.stderr.write("Windows has no Valkey: use WSL, and start dev.py in there.\n")
        return 2
    sys.dont_write_bytecode = True
    from devtools.cli import main as do  # noqa: PLC0415 - older Pythons can't read it

    return do(sys.argv[1:])


if __name__ == "__main__":
    sys.exit(main())
