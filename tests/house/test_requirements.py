"""Each line of what must hold of alerts is held by a test that names it."""

import re
from pathlib import Path

TESTS = Path(__file__).resolve().parents[1]
ALERTS = [f"N{number}" for number in range(1, 32)]
NAMED = re.compile(r"\bN\d{1,2}\b")


def named_by_tests() -> dict[str, set[str]]:
    """The files whose tests name each line, in a comment beside the test or in its docstring."""
    found: dict[str, set[str]] = {}
    for path in sorted(TESTS.rglob("test_*.py")):
        if path == Path(__file__).resolve():
            continue
        text = path.read_text(encoding="utf-8")
        for block in re.split(r"(?m)^(?=@pytest|(?:async )?def test_)", text)[1:]:
            # From the def to the end of its docstring: what the body mentions in passing names nothing.
            head = re.match(r'(?s)(?:@[^\n]*\n)*.*?def test_.*?:[^\n]*\n(?:\s+""".*?""")?', block)
            for line in NAMED.findall(head.group(0) if head else ""):
                found.setdefault(line, set()).add(path.name)
    return found


def test_every_line_on_alerts_is_named_by_a_test():
    found = named_by_tests()
    assert [line for line in ALERTS if line not in found] == []


def test_no_test_names_a_line_that_does_not_exist():
    assert sorted(set(named_by_tests()) - set(ALERTS)) == []
