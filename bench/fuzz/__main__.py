"""`python -m bench.fuzz [part…] [count]`: each part says what it tried and what broke; status 1 if anything did."""

import sys
from collections.abc import Callable

from bench.fuzz import forms, notices

PARTS: dict[str, Callable[[int], bool]] = {"notices": notices.run, "forms": forms.run}
"""By name, what takes how many tries of each of its sources are wanted, prints, and says whether all held."""
COUNT = 20_000


def main() -> None:
    """Run the parts named, or all."""
    counts = [int(word) for word in sys.argv[1:] if word.isdigit()]
    names = [word for word in sys.argv[1:] if not word.isdigit()]
    unknown = set(names) - set(PARTS)
    if unknown:
        raise SystemExit(f"{', '.join(sorted(unknown))}: no such part; there are {', '.join(PARTS)}")
    held = [PARTS[name](counts[0] if counts else COUNT) for name in names or PARTS]
    raise SystemExit(0 if all(held) else 1)


if __name__ == "__main__":
    main()
