"""A way through nested records made from XML, where nothing can be taken for granted.

One child is an object, several are a list; a value is a string or an object with "#text"; attributes start with
"@"; names carry a prefix or not. Whatever has another type than expected counts as absent.
"""

from collections.abc import Iterator

_WIDTH = 5000
"""How many nodes one path may reach: more than any true notice has."""
_TEXT_LIMIT = 200_000
"""Characters of one text that are looked at: a huge one costs no more than a large one."""


def children(node: object, name: str) -> list[object]:
    """The children of `node` called `name`, whatever their namespace prefix; none for what isn't an object."""
    found: list[object] = []
    if isinstance(node, dict):
        if name in node:
            _gather(node[name], found)
        elif node:
            prefixed = ":" + name
            for key, value in node.items():
                if isinstance(key, str) and key.endswith(prefixed):
                    _gather(value, found)
    return found


def _gather(value: object, found: list[object]) -> None:
    """Add one child, or each of several."""
    if isinstance(value, list):
        found.extend(one for one in value if one is not None)
    elif value is not None:
        found.append(value)


def reach(node: object, *path: str) -> list[object]:
    """All nodes at the end of `path` (names without prefix), one or many children at each step alike."""
    found: list[object] = list(node) if isinstance(node, list) else [node]
    for name in path:
        if len(found) == 1:
            [node] = found
            value = node.get(name) if isinstance(node, dict) else None
            found = [value] if isinstance(value, (dict, str)) else children(node, name)
        else:
            found = [child for parent in found for child in children(parent, name)]
        if not found:
            return found
        del found[_WIDTH:]
    return found


def raw_text(node: object) -> str:
    """The text of one node, as it came: a string, a number, or an object's "#text"; "" for anything else.

    Of a huge text, its first 200,000 characters.
    """
    if isinstance(node, dict):
        node = node.get("#text")
    if isinstance(node, str):
        return node[:_TEXT_LIMIT]
    if isinstance(node, (int, float)) and not isinstance(node, bool):
        try:
            return str(node)
        except ValueError:  # an integer of more digits than Python writes
            return ""
    return ""


def texts(node: object, *path: str) -> list[str]:
    """The texts at the end of `path` that aren't blank, as they came."""
    return [text for text in map(raw_text, reach(node, *path)) if text.strip()]


def attribute(node: object, name: str) -> str:
    """The attribute `name` of one node; "" where it has none."""
    return raw_text(node.get("@" + name)) if isinstance(node, dict) else ""


def text(node: object, *path: str) -> str:
    """The text at the end of `path`: in French where the languages are named, else in English, else the first."""
    found = [one for one in reach(node, *path) if raw_text(one).strip()]
    if len(found) == 1:
        return raw_text(found[0])
    for language in ("FRA", "FR", "ENG", "EN"):
        for one in found:
            if attribute(one, "languageID").upper() == language:
                return raw_text(one)
    return raw_text(found[0]) if found else ""


def first_text(node: object, *paths: tuple[str, ...]) -> str:
    """The text at the first of `paths` that has one."""
    for path in paths:
        if found := text(node, *path):
            return found
    return ""


def branch(node: object, *names: str) -> object:
    """The first child of `node` with one of `names` that is an object; an empty object where there is none."""
    for name in names:
        for child in children(node, name):
            if isinstance(child, dict):
                return child
    return {}


def choices(node: object, *path: str) -> list[str]:
    """Names of the elements at the end of `path`: how these records write a choice, {"oui": ""}."""
    return [
        key.rpartition(":")[2]
        for one in reach(node, *path)
        if isinstance(one, dict)
        for key in one
        if isinstance(key, str) and not key.startswith(("@", "#"))
    ]


def words(node: object, limit: int = 20_000) -> str:
    """All names and texts below `node`, in order, on at most about `limit` characters."""
    gathered: list[str] = []
    size = 0
    for piece in _pieces(node):
        gathered.append(piece[:limit])
        size += len(piece)
        if size > limit:
            break
    return " ".join(gathered)


def _pieces(node: object) -> Iterator[str]:
    waiting = [node]
    steps = 0
    while waiting and steps < _WIDTH:
        steps += 1
        one = waiting.pop()
        if isinstance(one, dict):
            for key, value in reversed(one.items()):
                if isinstance(key, str) and not key.startswith("@"):
                    waiting.append(value)
                    if key != "#text":
                        waiting.append(key)
        elif isinstance(one, list):
            waiting.extend(reversed(one))
        elif found := raw_text(one):
            yield found
