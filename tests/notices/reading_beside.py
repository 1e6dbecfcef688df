"""A process of its own that reads three lots of records ahead and prints who read what. The test that runs it asks why.

It imports the reading only: with threads of its own, as a test's process has, it couldn't fork.
"""

import json
import multiprocessing
import os
import sys

from procurement.notices.ahead import Came, read_ahead
from procurement.notices.parsed import NoticeKind, ParsedNotice, UnreadableNotice

FIRST = os.getpid()


def read(record: object) -> ParsedNotice:
    """A notice whose title says which process read it; one record can't be read, one kills whoever isn't the first."""
    if record == "unreadable":
        raise UnreadableNotice("26-9", "The field “%(field)s” is missing.", field="objet")
    if record == "deadly" and os.getpid() != FIRST:
        os.kill(os.getpid(), 9)
    who = "here" if os.getpid() == FIRST else "beside"
    return ParsedNotice(source="boamp", source_id=str(record), kind=NoticeKind.AWARD, title=who)


def main(words: str) -> None:
    """Read the lots that `words` name: records between commas, lots between strokes; a lot of nothing is empty."""
    lots = [
        [
            Came(one, one, one.encode(), reason="damaged" if one == "damaged" else "")
            for one in lot.split(",")
            if one
        ]
        for lot in words.split("/")
    ]
    said = [
        [
            [came.raw, found.title]
            if isinstance(found, ParsedNotice)
            else [came.raw, str(found), found.source_id]
            for came, found in some
        ]
        for some in read_ahead(iter(lots), read, beside=True)
    ]
    print(json.dumps({"said": said, "left": len(multiprocessing.active_children())}))


if __name__ == "__main__":
    main(sys.argv[1])
