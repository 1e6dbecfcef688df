"""Which values of a notice the European forms don't allow: told, so that whoever reads it knows what to doubt.

The lists are those of the eForms SDK (Publications Office of the European Union) that are short and that what we read
depends on, or that say how to answer.
"""

from collections.abc import Iterator

from procurement.notices.reading.nodes import attribute, raw_text
from procurement.notices.reading.text import one_line, web_address

_PERMISSION = {"required", "allowed", "not-allowed"}
_YES_NO = {"true", "false"}
_LISTS = {
    "einvoicing": _PERMISSION,
    "ecatalog-submission": _PERMISSION,
    "esubmission": _PERMISSION,
    "permission": _PERMISSION,
    "esignature-submission": _YES_NO,
    "nda": _YES_NO,
    "required": _YES_NO | _PERMISSION,
    "accelerated-procedure": _YES_NO,
    "reserved-procurement": {"none", "res-ws", "res-pub-ser"},
    "reserved-execution": {"yes", "no", "not-known"},
    "strategic-procurement": {"none", "env-imp", "inn-pur", "soc-obj"},
    "framework-agreement": {"none", "fa-mix", "fa-w-rc", "fa-wo-rc"},
    "dps-usage": {"none", "dps-list", "dps-nlist"},
    "contract-nature": {"services", "supplies", "works", "combined"},
    "number-threshold": {"max-pass", "min-score"},
}
_ADDRESSES = {"URI", "EndpointID"}
_TOLD = 8
_STEPS = 400_000


def invalid_values(root: object) -> list[str]:
    """What isn't allowed in the notice `root`, each once: the list's or the element's name, and the value.

    At most eight.
    """
    found: dict[str, None] = {}
    for name, node in _leaves(root):
        value = raw_text(node).strip()
        if not value:
            continue
        allowed = _LISTS.get(attribute(node, "listName"))
        wrong_code = allowed is not None and value not in allowed
        if wrong_code or (name in _ADDRESSES and not web_address(value)):
            found[f"{one_line(attribute(node, 'listName') or name, 40)} “{one_line(value, 40)}”"] = None
            if len(found) == _TOLD:
                break
    return list(found)


def _leaves(root: object) -> Iterator[tuple[str, object]]:
    """The elements below `root` that hold text, with their names, in their order."""
    waiting: list[tuple[str, object]] = [("", root)]
    for _ in range(_STEPS):
        if not waiting:
            return
        name, node = waiting.pop()
        if isinstance(node, list):
            waiting.extend((name, one) for one in reversed(node))
        elif isinstance(node, dict):
            inner = [(key, value) for key, value in node.items() if key[:1] not in {"@", "#"}]
            if "#text" in node or not inner:
                yield name, node
            waiting.extend(reversed(inner))
        else:
            yield name, node
