"""What a rule says of a group: its weight, its sentence, its article, who is told, whether it can be set aside."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from procurement.bids.rules.group import Group, Paper


class Severity(StrEnum):
    """How much a finding weighs. `OK` is a rule that holds: the list shows it ticked."""

    ERROR = "error"
    WARNING = "warning"
    REMARK = "remark"
    OK = "ok"


class Audience(StrEnum):
    """Who is told: the whole group, the structure it bears on (and the delegate), or the delegate alone."""

    GROUP = "group"
    MEMBER = "member"
    DELEGATE = "delegate"


@dataclass(frozen=True, slots=True)
class Finding:
    """What one rule says of a group. `sentence` is an English msgid filled with `params`.

    `blocks`: as long as it stands, the group isn't announced as composed. `waivable`: the delegate may set it aside
    with a written reason, which is then `waived`.
    """

    code: str
    severity: Severity
    sentence: str
    article: str = ""
    params: dict[str, Any] = field(default_factory=dict)
    member_id: int | None = None
    audience: Audience = Audience.GROUP
    blocks: bool = False
    waivable: bool = False
    waived: str = ""
    papers: tuple[Paper, ...] = ()
    """The certificates that it is about, one by one."""


Rule = Callable[[Group], Iterator[Finding]]
