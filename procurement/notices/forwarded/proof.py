"""Whether a mail comes from whom it says, as the server that received it has found (RFC 8601).

Anybody can write a header. Ours are those that bear the name of our own server (`NOTICES_AUTH_SERVER`), which must
take away those that come with that name already (RFC 8601, section 5); of several, the one on top says.
"""

import re
from collections.abc import Iterable
from email.message import Message

_LONGEST = 10_000
"""Signs of a header; what is longer proves nothing."""
_METHOD = re.compile(r"^\s*(dkim|dmarc|spf)\s*=\s*([a-z]+)(?:\s|$)", re.IGNORECASE)
_PROPERTY = re.compile(r"\s(header\.d|header\.from|header\.i|smtp\.mailfrom)\s*=\s*(\S+)", re.IGNORECASE)
_ABOUT = {"dkim": ("header.d", "header.i"), "dmarc": ("header.from",), "spf": ("smtp.mailfrom",)}


def is_proven(message: Message, address: str, server: str) -> bool:
    """Whether `server` found that the domain of `address` sent this mail; False where `server` is empty. Never raises.

    Headers below the first that speaks of DMARC aren't read: what they add may be the sender's own.

    DMARC decides where the server says anything of it but "none"; else DKIM or SPF for that very domain must pass.
    """
    domain = address.rpartition("@")[2].lower()
    if not server or not domain:
        return False
    passed: dict[str, bool | None] = {}
    for header in message.get_all("Authentication-Results", []):
        name, *results = _plain(str(header)).split(";")
        if name.split()[:1] != [server.lower()]:
            continue
        for method, good in _of_header(results, domain).items():
            passed.setdefault(method, good)
        if "dmarc" in passed:
            break
    dmarc = passed.get("dmarc")
    return bool(passed.get("dkim") or passed.get("spf")) if dmarc is None else dmarc


def _of_header(results: Iterable[str], domain: str) -> dict[str, bool | None]:
    """What one header says of each method for `domain`; a domain with several signatures needs a good one.

    None for a DMARC that found no rule: no header below may say otherwise.
    """
    passed: dict[str, bool | None] = {}
    for result in results:
        found = _METHOD.match(result)
        if found is None:
            continue
        method, verdict = found[1].lower(), found[2].lower()
        if method == "dmarc" and verdict == "none":
            passed.setdefault(method, None)
            continue
        said = {name.lower(): value.lower() for name, value in _PROPERTY.findall(result)}
        about = next((said[name] for name in _ABOUT[method] if name in said), "")
        good = verdict == "pass" and about.rpartition("@")[2] == domain
        passed[method] = passed.get(method) or good
    return passed


def _plain(header: str) -> str:
    """A header without its comments and quoted strings, in which the sender's own words may stand; "" for a broken one."""
    kept: list[str] = []
    depth, quoted, escaped = 0, False, False
    for sign in header if len(header) <= _LONGEST else "":
        if escaped:
            escaped = False
        elif sign == "\\" and (quoted or depth):
            escaped = True
        elif quoted:
            quoted = sign != '"'
        elif sign == '"' and not depth:
            quoted = True
            kept.append("?")
        elif sign == "(":
            depth += 1
        elif sign == ")" and depth:
            depth -= 1
        elif not depth:
            kept.append(sign)
    return "" if depth or quoted else "".join(kept).lower()
