"""Programs of the system that some tests start for themselves; `dev.py test` installs them where it may."""

import pytest

from devtools import system


def needs(program: str) -> str:
    """The path of `program`, one of `system.TESTED_WITH`; without it the test is skipped, and says what to install."""
    found = system.find(program)
    if found is None:
        package = system.TESTED_WITH[program]
        pytest.skip(f"{program} isn't installed here and couldn't be: apt install {package}")
    return found
