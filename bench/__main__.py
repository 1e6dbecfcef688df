"""`python -m bench [name…]`: one figure a line, `name value unit`, on standard output."""

import sys
from collections.abc import Callable, Iterable

from bench import (
    certificates,
    fanout,
    finding,
    latency,
    list_page,
    mail,
    matching,
    notices,
    plan,
    restore,
    start,
    upload,
)

Figure = tuple[str, float, str]

BENCHES: dict[str, Callable[[], Iterable[Figure]]] = {
    "list": list_page.figures,
    "start": start.figures,
    "mail": mail.figures,
    "plan": plan.figures,
    "latency": latency.figures,
    "fanout": fanout.figures,
    "finding": finding.figures,
    "matching": matching.figures,
    "restore": restore.figures,
    "upload": upload.figures,
    "certificates": certificates.figures,
    "notices": notices.figures,
}


def main() -> None:
    """Run the benches named, or all."""
    for name in sys.argv[1:] or BENCHES:
        for figure, value, unit in BENCHES[name]():
            print(f"{figure} {value:.3g} {unit}", flush=True)


if __name__ == "__main__":
    main()
